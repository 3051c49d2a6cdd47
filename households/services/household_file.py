"""import_households: households with phone and RFID card from a table.

Key: community, building, unit and room among those that have not left; other values change the household.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from functools import partial

from django.utils import timezone

from households.card_text import card_key
from households.codes import is_household_code
from households.models import Community
from households.phones import normal_phone
from households.services.household_chunk import load_claims
from households.services.household_standing import Claim
from lib.cells import CellRefused, Cells, labels_of
from lib.import_command import in_chunks, in_own_transaction
from lib.import_report import ImportReport
from lib.tables import Column, TableRow

NAME_LENGTH_MAX = 80
ADDRESS_LENGTH_MAX = 40
CARD_LENGTH_MAX = 64
RESIDENT_COUNT_MAX = 999

HOUSEHOLD_COLUMNS = (
    Column("subdistrict", ("街道/乡镇", "街道", "乡镇", "街道乡镇")),
    Column("community", ("小区", "小区名称")),
    Column("building", ("楼栋", "楼号", "栋")),
    Column("unit", ("单元", "单元号")),
    Column("room", ("室", "室号", "房号", "房间号")),
    Column("resident_count", ("人数", "人口", "家庭人数"), is_required=False),
    Column("phone", ("手机号", "电话", "手机", "联系电话"), is_required=False),
    Column("rfid", ("卡", "卡号", "射频卡", "RFID卡号"), is_required=False),
    Column("enrolled_on", ("登记日期", "登记时间"), is_required=False),
)
_LABELS = labels_of(HOUSEHOLD_COLUMNS)


def import_households(*, rows: Iterator[TableRow], report: ImportReport, now: dt.datetime) -> list[int]:
    """Create and change households; returns their ids in the order of the file, each once.

    A new household is enrolled on the local date of `now` unless the row says otherwise. An empty cell leaves what
    is there.
    """
    communities = {community.name: community for community in Community.objects.select_related("subdistrict")}
    loaded: dict[int, None] = {}
    for chunk in in_chunks(rows):
        claims = _claims(chunk=chunk, communities=communities, report=report)
        outcome, household_ids = in_own_transaction(
            partial(load_claims, claims=claims, now=now, today=timezone.localdate(now))
        )
        report.add(outcome)
        loaded.update(dict.fromkeys(household_ids))
    return list(loaded)


def _claims(*, chunk: list[TableRow], communities: Mapping[str, Community], report: ImportReport) -> list[Claim]:
    """The rows as claims; those that cannot be read are refused."""
    claims = []
    for row in chunk:
        try:
            claims.append(_claim(row=row, communities=communities))
        except CellRefused as error:
            report.refuse(row=row, refusal=error.refusal)
    return claims


def _claim(*, row: TableRow, communities: Mapping[str, Community]) -> Claim:
    cells = Cells(cells=row.cells, labels=_LABELS)
    community = _community(cells=cells, communities=communities)
    return Claim(
        row=row,
        community_id=community.pk,
        building=cells.address("building", length_max=ADDRESS_LENGTH_MAX),
        unit=cells.address("unit", length_max=ADDRESS_LENGTH_MAX),
        room=cells.address("room", length_max=ADDRESS_LENGTH_MAX),
        resident_count=cells.whole_number("resident_count", minimum=0, maximum=RESIDENT_COUNT_MAX),
        phone=_phone(cells=cells),
        rfid=_rfid(cells=cells),
        enrolled_on=cells.date("enrolled_on"),
    )


def _community(*, cells: Cells, communities: Mapping[str, Community]) -> Community:
    subdistrict = cells.text("subdistrict", length_max=NAME_LENGTH_MAX)
    name = cells.text("community", length_max=NAME_LENGTH_MAX)
    community = communities.get(name)
    if community is None:
        raise cells.refused("community", "community_unknown", f"“{name}”没有登记，请先导入小区")
    if community.subdistrict.name != subdistrict:
        message = f"“{name}”属于{community.subdistrict.name}，不属于{subdistrict}"
        raise cells.refused("community", "community_of_another_subdistrict", message)
    return community


def _phone(*, cells: Cells) -> str | None:
    text = cells.text_or_none("phone", length_max=40)
    if text is None:
        return None
    phone = normal_phone(text=text)
    if phone is None:
        raise cells.refused("phone", "phone_invalid", "不是电话号码")
    return phone


def _rfid(*, cells: Cells) -> str | None:
    rfid = cells.text_or_none("rfid", length_max=CARD_LENGTH_MAX)
    if rfid is None:
        return None
    key = card_key(text=rfid)
    if not key:
        raise cells.refused("rfid", "card_unreadable", "不是卡号")
    if is_household_code(text=key):
        raise cells.refused("rfid", "card_is_household_code", "是一个户码，不是卡号")
    if not rfid.isascii():
        raise cells.refused("rfid", "card_unreadable", "含有全角或中文字符，请用半角字母和数字")
    return rfid
