"""import_loads: loads from a table. Key: load_id; the same id with other facts is a conflict, refused."""

import datetime as dt
from collections.abc import Iterator, Mapping
from functools import partial
from typing import NamedTuple

from django.utils import timezone

from collection.models import Destination, Load
from collection.weights import WEIGHT_KG_MAX, WeightTooFine, grams_of
from households.models import Community
from lib.bulk_insert import insert_rows
from lib.cells import CellRefused, Cells, labels_of
from lib.import_command import in_chunks, in_own_transaction
from lib.import_report import ImportReport
from lib.tables import Column, Refusal, TableRow
from sorting.categories import WasteCategory

LOAD_ID_LENGTH_MAX = 120
NAME_LENGTH_MAX = 80

LOAD_COLUMNS = (
    Column("load_id", ("清运单号", "清运单")),
    Column("collected_on", ("清运日期", "收运日期")),
    Column("community", ("小区", "小区名称")),
    Column("category", ("类别", "垃圾类别")),
    Column("weight_kg", ("重量(千克)", "重量(公斤)", "重量(kg)", "重量")),
    Column("destination", ("去向",)),
)
_LABELS = labels_of(LOAD_COLUMNS)
_FACTS = ("collected_on", "community_id", "category", "weight_g", "destination")
_COLUMNS = ("load_id", *_FACTS, "received_at")


class _Facts(NamedTuple):
    """What one load was; compared as a whole."""

    collected_on: dt.date
    community_id: int
    category: str
    weight_g: int
    destination: str


def import_loads(*, rows: Iterator[TableRow], report: ImportReport, now: dt.datetime) -> None:
    """Record the loads that are new; the same facts again change nothing."""
    communities = dict(Community.objects.values_list("name", "pk"))
    for chunk in in_chunks(rows):
        report.add(in_own_transaction(partial(_load, chunk=chunk, communities=communities, now=now)))


def _load(*, chunk: list[TableRow], communities: Mapping[str, int], now: dt.datetime) -> ImportReport:
    outcome = ImportReport()
    read: list[tuple[TableRow, str, _Facts]] = []
    for row in chunk:
        cells = Cells(cells=row.cells, labels=_LABELS)
        try:
            load_id = cells.text("load_id", length_max=LOAD_ID_LENGTH_MAX)
            read.append((row, load_id, _facts(cells=cells, communities=communities, today=timezone.localdate(now))))
        except CellRefused as error:
            outcome.refuse(row=row, refusal=error.refusal)
    standing = Load.objects.filter(load_id__in=[load_id for _, load_id, _ in read])
    known = {load_id: _Facts(*facts) for load_id, *facts in standing.values_list("load_id", *_FACTS)}
    new: dict[str, _Facts] = {}
    for row, load_id, facts in read:
        before = known.setdefault(load_id, facts)
        if before is facts:
            new[load_id] = facts
            outcome.created += 1
        elif before == facts:
            outcome.unchanged += 1
        else:
            outcome.refuse(row=row, refusal=Refusal("conflict", f"清运单“{load_id}”已有不同的内容，原记录不变"))
    insert_rows(model=Load, columns=_COLUMNS, rows=[(load_id, *facts, now) for load_id, facts in new.items()])
    return outcome


def _facts(*, cells: Cells, communities: Mapping[str, int], today: dt.date) -> _Facts:
    collected_on = cells.date("collected_on")
    if collected_on is None:
        raise cells.refused("collected_on", "missing_value", "不能为空")
    if collected_on > today:
        raise cells.refused("collected_on", "date_in_future", f"{collected_on} 在今天之后")
    name = cells.text("community", length_max=NAME_LENGTH_MAX)
    if name not in communities:
        raise cells.refused("community", "community_unknown", f"“{name}”没有登记，请先导入小区")
    return _Facts(
        collected_on=collected_on,
        community_id=communities[name],
        category=cells.choice("category", choices=WasteCategory, code="category_unknown").value,
        weight_g=_weight_g(cells=cells),
        destination=cells.choice("destination", choices=Destination, code="destination_unknown").value,
    )


def _weight_g(*, cells: Cells) -> int:
    weight_kg = cells.decimal("weight_kg", minimum=0, maximum=WEIGHT_KG_MAX)
    if weight_kg is None:
        raise cells.refused("weight_kg", "missing_value", "不能为空")
    if weight_kg == 0:
        raise cells.refused("weight_kg", "out_of_range", "应大于 0")
    try:
        return grams_of(weight_kg=weight_kg)
    except WeightTooFine:
        raise cells.refused("weight_kg", "weight_too_fine", "最多三位小数，即精确到克") from None
