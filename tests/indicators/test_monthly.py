"""The monthly report: asked for once, made by whoever works, its sums those of the screens, its failures in words."""

import datetime as dt
import io
import itertools
import threading
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
import python_calamine
from django.db import connection, transaction

import indicators.services.monthly as monthly
from households.models import Community, Household
from indicators.models import MonthlyReport, ReportState, Stage
from indicators.monthly_document import monthly_document
from indicators.queries.monthly import read_month
from indicators.queries.report import read_indicators
from indicators.services.monthly import (
    ATTEMPTS_MAX,
    KEPT_FOR,
    STALLED_AFTER,
    ReportUnderWay,
    clear_old_reports,
    make_next_report,
    request_report,
)
from indicators.services.publishing import MonthNotOver, month_of
from people.models import User
from tests.builders import make_community_day, make_household_day, make_load
from tests.conftest import NOON, TODAY
from tests.publishing import confirm, propose
from tests.reports import a_made_report

pytestmark = pytest.mark.django_db
OCTOBER = month_of(day=dt.date(2026, 10, 1))
MID_OCTOBER = dt.date(2026, 10, 15)
MINUTE = dt.timedelta(minutes=1)

Sheets = dict[str, list[list[Any]]]


def clock_from(start: dt.datetime = NOON) -> Callable[[], dt.datetime]:
    """A clock that goes on by a second whenever somebody looks."""
    seconds = itertools.count()
    return lambda: start + dt.timedelta(seconds=next(seconds))


@pytest.fixture
def october(zhang: Household, wang: Household) -> Community:
    """Two communities in October, and something in September; one of them is named like a formula."""
    east, west = zhang.community, wang.community
    Community.objects.filter(pk=west.pk).update(name="=1+1", is_pilot=True)
    for number, community in enumerate((east, west), start=1):
        make_community_day(community=community, on=MID_OCTOBER, category="FOOD", weight_g=12_345 * number)
        make_community_day(community=community, on=MID_OCTOBER, category="RESIDUAL", weight_g=54_321 * number)
        make_load(
            community=community, category="FOOD", destination="COMPOSTING", weight_g=400_001 * number, on=MID_OCTOBER
        )
    make_load(community=east, category="RESIDUAL", destination="INCINERATION", weight_g=700_000, on=MID_OCTOBER)
    make_community_day(community=east, on=dt.date(2026, 9, 3), category="FOOD", weight_g=9_000)
    make_household_day(household=zhang, on=MID_OCTOBER)
    return east


def sheets_of(data: bytes) -> Sheets:
    """Every worksheet as rows."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def rows_below(sheet: list[list[Any]], *, heading: str) -> list[dict[str, Any]]:
    """The rows below a line of headings, by heading, up to the first empty one."""
    at = next(number for number, row in enumerate(sheet) if row[0] == heading)
    names = [str(name) for name in sheet[at]]
    rows = itertools.takewhile(lambda row: row[0] != "", sheet[at + 1 :])
    return [dict(zip(names, row, strict=True)) for row in rows]


def test_the_sums_of_the_file_are_those_of_the_indicators_and_no_cell_is_run(october: Community, zhao: User) -> None:
    report = request_report(month=OCTOBER, officer=zhao, now=NOON)
    assert (report.state, report.percent) == (ReportState.WAITING, 0)
    with pytest.raises(ReportUnderWay):
        request_report(month=OCTOBER, officer=zhao, now=NOON)
    clock = clock_from()
    made = make_next_report(clock=clock)
    assert made is not None
    assert (made.state, made.percent, made.error) == (ReportState.DONE, 100, "")
    assert bytes(made.pdf).startswith(b"%PDF-")
    assert make_next_report(clock=clock) is None
    assert request_report(month=OCTOBER, officer=zhao, now=NOON).pk != made.pk, "asked again it is made again"
    sheets = sheets_of(bytes(made.xlsx))
    assert list(sheets) == ["指标对照目标", "各小区", "近十二个月"]
    cells = [str(cell) for sheet in sheets.values() for row in sheet for cell in row]
    assert "'=1+1" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    by_name = {row.computed.name_zh: row.figure for row in read_indicators(period=OCTOBER, now=NOON)}
    figures = rows_below(sheets["指标对照目标"], heading="指标")
    assert [row["指标"] for row in figures] == list(by_name)
    for row in figures:
        figure = by_name[str(row["指标"])]
        for heading, number in (("分子", figure.numerator), ("分母", figure.denominator)):
            assert row[heading] == ("—" if number is None else pytest.approx(float(number)))
    *communities, totals = rows_below(sheets["各小区"], heading="小区")
    for heading in ("登记户", "参与户", "投放(千克)", "可回收和厨余(千克)", "清运(千克)"):
        parts = [float(str(row[heading])) for row in communities if row[heading] != "—"]
        assert totals[heading] == pytest.approx(sum(parts)), heading
    weighed = by_name["试点小区回收利用率(过磅)"]
    assert totals["清运(千克)"] == pytest.approx(float(weighed.denominator or 0)) == 1_900.003
    assert totals["过磅回收率(%)"] == pytest.approx(float(100 * Fraction(weighed.value or 0)))
    months = rows_below(sheets["近十二个月"], heading="月份")
    assert [row["月份"] for row in months][-2:] == ["2026-09", "2026-10"]
    assert len(months) == 12
    assert (months[-2]["投放(千克)"], months[-2]["清运(千克)"], months[0]["投放(千克)"]) == (9.0, "—", "—")
    assert months[-1]["投放(千克)"] == totals["投放(千克)"]


def test_a_published_month_says_so_and_what_came_later_is_marked_as_restated(
    october: Community, zhao: User, qian: User
) -> None:
    def marks() -> dict[Any, Any]:
        document = monthly_document(month=read_month(month=OCTOBER, now=NOON))
        return {row[0]: row[-1] for row in document.tables[0].rows} | {"line": document.lines[1]}

    assert set(marks().values()) == {"未发布", "本月数据尚未发布。"}
    proposal = propose(month=OCTOBER, stage=Stage.PROVISIONAL, officer=zhao, now=NOON)
    confirm(proposal=proposal, officer=qian, now=NOON)
    assert set(marks().values()) == {"已发布", "本月已发布初步数据(第 1 号),与现在的数一致。"}
    make_load(community=october, category="RESIDUAL", destination="LANDFILL", weight_g=2_000_000, on=MID_OCTOBER)
    later = marks()
    assert later["生活垃圾填埋量"] == "重述(差 2.00)"
    assert later["参与率"] == "已发布"
    assert later["line"] == "本月已发布初步数据(第 1 号),其中 3 项有重述。"


def test_an_unfinished_month_has_no_report(zhao: User) -> None:
    with pytest.raises(MonthNotOver):
        request_report(month=month_of(day=TODAY), officer=zhao, now=NOON)


def test_what_goes_wrong_is_kept_in_words_and_the_next_report_is_made(
    october: Community, zhao: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_: object) -> bytes:
        raise OSError(28, "No space left on device")

    request_report(month=OCTOBER, officer=zhao, now=NOON)
    request_report(month=month_of(day=dt.date(2026, 9, 1)), officer=zhao, now=NOON + MINUTE)
    with monkeypatch.context() as patched:
        patched.setattr(monthly, "make_pdf", full)
        failed = make_next_report(clock=clock_from())
    assert failed is not None
    assert (failed.state, failed.percent) == (ReportState.FAILED, 60)
    assert "No space left on device" in failed.error
    assert bytes(failed.xlsx) == b""
    made = make_next_report(clock=clock_from())
    assert made is not None
    assert made.state == ReportState.DONE


def test_the_report_of_a_worker_that_died_is_made_by_the_next_and_not_for_ever(october: Community, zhao: User) -> None:
    report = request_report(month=OCTOBER, officer=zhao, now=NOON)
    MonthlyReport.objects.update(state=ReportState.MAKING, started_at=NOON, attempt_count=1)
    assert make_next_report(clock=lambda: NOON + MINUTE) is None, "somebody holds it"
    made = make_next_report(clock=lambda: NOON + STALLED_AFTER + MINUTE)
    assert made is not None
    assert (made.pk, made.state, made.attempt_count) == (report.pk, ReportState.DONE, 2)
    request_report(month=OCTOBER, officer=zhao, now=NOON)
    MonthlyReport.objects.filter(state=ReportState.WAITING).update(
        state=ReportState.MAKING, started_at=NOON, attempt_count=ATTEMPTS_MAX
    )
    assert make_next_report(clock=lambda: NOON + STALLED_AFTER + MINUTE) is None
    assert MonthlyReport.objects.latest("pk").state == ReportState.FAILED


def test_files_are_kept_for_thirty_days(zhao: User) -> None:
    report = a_made_report()
    assert clear_old_reports(now=NOON + KEPT_FOR) == 0
    assert clear_old_reports(now=NOON + KEPT_FOR + MINUTE) == 1
    report.refresh_from_db()
    assert (report.state, bytes(report.xlsx), bytes(report.pdf)) == (ReportState.CLEARED, b"", b"")


def test_an_attempt_that_was_taken_for_dead_and_comes_back_changes_nothing(
    october: Community, zhao: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(**_: object) -> bytes:
        """While this attempt draws its pages, another one takes the report."""
        MonthlyReport.objects.update(started_at=NOON + STALLED_AFTER, attempt_count=2, percent=40)
        return b"%PDF-late"

    request_report(month=OCTOBER, officer=zhao, now=NOON)
    monkeypatch.setattr(monthly, "make_pdf", slow)
    report = make_next_report(clock=lambda: NOON)
    assert report is not None
    assert (report.state, report.percent, bytes(report.pdf)) == (ReportState.MAKING, 40, b"")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_worker_passes_by_what_another_is_claiming_and_makes_the_next(october: Community, zhao: User) -> None:
    first, second = (
        request_report(month=month_of(day=dt.date(2026, month, 1)), officer=zhao, now=NOON) for month in (9, 10)
    )
    made: list[int] = []

    def work() -> None:
        report = make_next_report(clock=lambda: NOON)
        if report is not None:
            made.append(report.pk)
        connection.close()

    with transaction.atomic():
        claimed = monthly._claim(now=NOON)
        assert claimed is not None
        assert claimed.pk == first.pk
        other = threading.Thread(target=work)
        other.start()
        other.join(timeout=60)
        assert made == [second.pk]
