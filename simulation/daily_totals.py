"""Daily totals of a community: what a row of a `replay` file says, or why no day can look like that. Pure."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lib.tables import Column, TableRow

COLUMNS = (
    Column("date", ("日期",)),
    Column("community", ("小区",)),
    Column("weight_g", ("重量", "重量(克)", "重量克")),
    Column("drop_offs", ("次数", "投放次数")),
)
WEIGHT_G_MIN = 1
WEIGHT_G_MAX = 50_000  # what the door takes in one drop-off
COMMUNITY_NAME_LENGTH_MAX = 80
DROP_OFFS_A_DAY_MAX = 1_000_000  # of one community: a day is spread in memory, some 300 bytes a drop-off
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class DailyTotal:
    """What one community's households dropped off on one local date, in grams and in number. 0 and 0: nothing."""

    line: int
    date: dt.date
    community: str
    weight_g: int
    drop_offs: int


@dataclass(frozen=True, slots=True)
class RefusedTotal:
    """A row that was skipped: its line in the file, a code for programs, a sentence for people, the row as read."""

    line: int
    code: str
    message: str
    row: Mapping[str, str]

    def as_json(self) -> dict[str, object]:
        return {"line": self.line, "code": self.code, "message": self.message, "row": dict(self.row)}


class ImpossibleDay(Exception):
    """No day can look like that. Carries the code and the sentence of the refusal."""

    def __init__(self, *, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def read_totals(
    *, rows: Iterable[TableRow], from_on: dt.date, to_on: dt.date
) -> tuple[list[DailyTotal], list[RefusedTotal]]:
    """The totals of the days `from_on`..`to_on` (both included), and the rows that were refused.

    Rows of other days are passed over, good or bad; a row whose date cannot be read belongs to no day and is refused.
    """
    totals: list[DailyTotal] = []
    refused: list[RefusedTotal] = []
    for row in rows:
        try:
            if row.refusal:
                raise ImpossibleDay(code=row.refusal.code, message=row.refusal.message)
            on = parse_date(text=row.cells["date"])
            if from_on <= on <= to_on:
                totals.append(parse_total(line=row.line, on=on, row=row.cells))
        except ImpossibleDay as error:
            refused.append(refuse(line=row.line, row=row.cells, error=error))
    return totals, refused


def refuse(*, line: int, row: Mapping[str, str], error: ImpossibleDay) -> RefusedTotal:
    """The row, with why it was skipped."""
    return RefusedTotal(line=line, code=error.code, message=error.message, row=row)


def parse_total(*, line: int, on: dt.date, row: Mapping[str, str]) -> DailyTotal:
    """One row as a total.

    :raises ImpossibleDay: a field is missing or no whole number, or no split into drop-offs of 1 g to 50 kg exists.
    """
    community = row.get("community", "").strip()
    if not community:
        raise ImpossibleDay(code="missing", message="缺小区 (community is missing)")
    if len(community) > COMMUNITY_NAME_LENGTH_MAX:
        raise ImpossibleDay(
            code="community_too_long", message=f"小区名超过 {COMMUNITY_NAME_LENGTH_MAX} 个字 (community name too long)"
        )
    weight_g = _whole_number(row=row, column="weight_g", label="重量")
    drop_offs = _whole_number(row=row, column="drop_offs", label="次数")
    check_split_exists(weight_g=weight_g, drop_offs=drop_offs)
    return DailyTotal(line=line, date=on, community=community, weight_g=weight_g, drop_offs=drop_offs)


def check_split_exists(*, weight_g: int, drop_offs: int) -> None:
    """Whether `drop_offs` whole weights of 1 g to 50 kg can add up to `weight_g`.

    :raises ImpossibleDay: they cannot.
    """
    if drop_offs == 0 and weight_g > 0:
        raise ImpossibleDay(
            code="weight_without_drop_offs", message=f"0 次却有 {weight_g} 克 (weight without drop-offs)"
        )
    if weight_g < drop_offs * WEIGHT_G_MIN:
        raise ImpossibleDay(
            code="under_1_g_a_drop_off", message=f"{drop_offs} 次共 {weight_g} 克,每次不足 1 克 (under 1 g a drop-off)"
        )
    if weight_g > drop_offs * WEIGHT_G_MAX:
        raise ImpossibleDay(
            code="over_50_kg_a_drop_off",
            message=f"{drop_offs} 次共 {weight_g} 克,每次超过 50 千克 (over 50 kg a drop-off)",
        )
    if drop_offs > DROP_OFFS_A_DAY_MAX:
        raise ImpossibleDay(
            code="too_many_drop_offs", message=f"一个小区一天最多 {DROP_OFFS_A_DAY_MAX} 次 (too many drop-offs a day)"
        )


def parse_date(*, text: str) -> dt.date:
    """YYYY-MM-DD; a time of midnight after it, as a spreadsheet writes it, is passed over.

    :raises ImpossibleDay: it is missing or no such date.
    """
    stripped = text.strip()
    if not stripped:
        raise ImpossibleDay(code="missing", message="缺日期 (date is missing)")
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T]00:00:00)?", stripped):
            raise ValueError(stripped)
        return dt.date.fromisoformat(stripped[:10])
    except ValueError:
        raise ImpossibleDay(code="date_invalid", message=f"日期应写成 2026-11-23:{stripped} (not a date)") from None


def _whole_number(*, row: Mapping[str, str], column: str, label: str) -> int:
    text = (row.get(column) or "").strip()
    if not text:
        raise ImpossibleDay(code="missing", message=f"缺{label} ({column} is missing)")
    if not _WHOLE_NUMBER.fullmatch(text):
        raise ImpossibleDay(code="not_a_whole_number", message=f"{label}应是整数:{text[:40]} ({column}: whole number)")
    if text.startswith("-"):
        raise ImpossibleDay(code="negative", message=f"{label}不能是负数:{text} ({column} is negative)")
    return int(text)
