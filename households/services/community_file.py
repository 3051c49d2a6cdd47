"""import_communities: subdistricts and communities from a table. Key: the community's name; other values change it."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from households.models import Community, CommunityChange, Subdistrict
from households.services.community_changes import COUNT_MAX
from lib.cells import CellRefused, Cells, labels_of
from lib.import_command import in_chunks, in_own_transaction
from lib.import_report import ImportReport
from lib.outlines import CHARACTERS_MAX, OutlineInvalid, parse_outline
from lib.tables import Column, Refusal, TableRow

NAME_LENGTH_MAX = 80
DATED_FIELDS = ("is_urban_core", "is_pilot", "household_count", "resident_count")
DATED = Refusal("community_dated", "这个小区的户数、人口、试点、中心城区已按日期登记变更,请在城管局“小区变更”里登记")

COMMUNITY_COLUMNS = (
    Column("subdistrict", ("街道/乡镇", "街道", "乡镇", "街道乡镇")),
    Column("community", ("小区", "小区名称")),
    Column("is_urban_core", ("中心城区", "是否中心城区")),
    Column("is_pilot", ("试点", "是否试点", "试点小区")),
    Column("household_count", ("户数", "总户数"), is_required=False),
    Column("resident_count", ("人口", "人数", "常住人口"), is_required=False),
    Column("sorted_collection_since", ("分类收集开始", "分类收集开始日期"), is_required=False),
    Column("sorted_transport_since", ("分类运输开始", "分类运输开始日期"), is_required=False),
    Column("outline", ("小区范围", "范围"), is_required=False),
    Column("subdistrict_outline", ("街道范围", "街道/乡镇范围"), is_required=False),
)
_LABELS = labels_of(COMMUNITY_COLUMNS)


def import_communities(*, rows: Iterator[TableRow], report: ImportReport) -> None:
    """Create and change communities; a subdistrict that is new is made. An empty cell leaves what is there."""
    for chunk in in_chunks(rows):
        report.add(in_own_transaction(partial(_load, chunk=chunk)))


def _load(*, chunk: list[TableRow]) -> ImportReport:
    outcome = ImportReport()
    communities = {community.name: community for community in Community.objects.select_related("subdistrict")}
    subdistricts = {subdistrict.name: subdistrict for subdistrict in Subdistrict.objects.all()}
    changed_ids = set(CommunityChange.objects.values_list("community_id", flat=True))
    for row in chunk:
        try:
            values = _values(cells=Cells(cells=row.cells, labels=_LABELS))
        except CellRefused as error:
            outcome.refuse(row=row, refusal=error.refusal)
            continue
        name = values.pop("subdistrict")
        outline = values.pop("subdistrict_outline", None)
        subdistrict = values["subdistrict"] = subdistricts.get(name) or Subdistrict.objects.create(name=name)
        subdistricts[name] = subdistrict
        if _is_dated(values=values, communities=communities, changed_ids=changed_ids):
            outcome.refuse(row=row, refusal=DATED)
            continue
        is_redrawn = outline is not None and subdistrict.outline != outline
        if is_redrawn:
            subdistrict.outline = outline
            subdistrict.save(update_fields=["outline"])
        _apply(values=values, communities=communities, outcome=outcome, is_redrawn=is_redrawn)
    return outcome


def _values(*, cells: Cells) -> dict[str, Any]:
    """What the row says, without what it leaves open."""
    values = {
        "subdistrict": cells.text("subdistrict", length_max=NAME_LENGTH_MAX),
        "name": cells.text("community", length_max=NAME_LENGTH_MAX),
        "is_urban_core": cells.yes_or_no("is_urban_core"),
        "is_pilot": cells.yes_or_no("is_pilot"),
        "household_count": cells.whole_number("household_count", minimum=0, maximum=COUNT_MAX),
        "resident_count": cells.whole_number("resident_count", minimum=0, maximum=COUNT_MAX),
        "sorted_collection_since": cells.date("sorted_collection_since"),
        "sorted_transport_since": cells.date("sorted_transport_since"),
        "outline": _outline(cells=cells, column="outline"),
        "subdistrict_outline": _outline(cells=cells, column="subdistrict_outline"),
    }
    return {name: value for name, value in values.items() if value is not None}


def _is_dated(*, values: dict[str, Any], communities: dict[str, Community], changed_ids: set[int]) -> bool:
    """Whether the row says otherwise than what officers have put on record with its day."""
    community = communities.get(values["name"])
    if community is None or community.pk not in changed_ids:
        return False
    return any(name in values and getattr(community, name) != values[name] for name in DATED_FIELDS)


def _outline(*, cells: Cells, column: str) -> dict[str, Any] | None:
    text = cells.text_or_none(column, length_max=CHARACTERS_MAX)
    if text is None:
        return None
    try:
        return parse_outline(text=text)
    except OutlineInvalid as error:
        raise cells.refused(column, "outline_invalid", str(error)) from None


def _apply(
    *, values: dict[str, Any], communities: dict[str, Community], outcome: ImportReport, is_redrawn: bool
) -> None:
    """Make or change the community; a row that gave its subdistrict another outline has changed something too."""
    community = communities.get(values["name"])
    if community is None:
        communities[values["name"]] = Community.objects.create(**values)
        outcome.created += 1
        return
    if not values["is_pilot"]:
        values["pilot_since"] = None
    changed = [name for name, value in values.items() if getattr(community, name) != value]
    if not changed and not is_redrawn:
        outcome.unchanged += 1
        return
    for name in changed:
        setattr(community, name, values[name])
    if changed:
        community.save(update_fields=changed)
    outcome.changed += 1
