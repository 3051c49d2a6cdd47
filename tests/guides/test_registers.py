"""Registers that write themselves: each file says what happened, and its totals are the sums of its rows."""

import datetime as dt
import io
import re
import zipfile
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from guides.models import Problem, RosterSlot, Shift
from guides.services.problems import report_problem
from guides.services.spot_checks import Looked, record_spot_check
from guides.services.teaching import Planned, hold_gathering, record_home_visit, sign_in_by_code
from guides.services.verdicts import judge_drop_off, undo_verdict
from households.models import Household
from pages.registers import VERDICTS_MAX, XLSX, Period, Span
from people.models import User
from sorting.models import CollectionPoint, SmartBin, SpotCheck, Verification
from tests.builders import make_attribution, make_drop_off
from tests.conftest import NOON, TODAY
from tests.guides.test_spot_checks import a_photo
from tests.pdf_text import pdf_text

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)
QUERY = f"?span=week&on={TODAY:%Y-%m-%d}"


@pytest.fixture
def a_day_of_chen(chen: User, zhang: Household, li: Household, bin_07: SmartBin) -> None:
    """A shift six minutes late, three verdicts and one taken back, two checks, two problems, a lesson, a visit."""
    point = bin_07.point
    RosterSlot.objects.create(guide=chen, point=point, on_date=TODAY, starts_at=dt.time(11), ends_at=dt.time(12))
    Shift.objects.create(guide=chen, point=point, started_at=NOON - 54 * MINUTE, ended_at=NOON)
    for number, verdict in enumerate(("CORRECT", "CORRECT", "CONTAMINATED", "CONTAMINATED")):
        bag = make_drop_off(smart_bin=bin_07, household=(zhang, li)[number % 2], occurred_at=NOON - number * MINUTE)
        judge_drop_off(guide=chen, drop_off_id=bag.pk, verdict=verdict, now=NOON, client_id=f"v{number}")
    undo_verdict(guide=chen, verdict_id="v3", client_id="u3", now=NOON)
    for wrong_count in (2, 3):
        looked = Looked(looked_at_count=10, wrong_count=wrong_count, note='=HYPERLINK("x")')
        record_spot_check(guide=chen, point_id=point.pk, looked=looked, now=NOON, client_id=f"c{wrong_count}")
    planned = Planned(kind="TRAINING", topic="厨余怎么分", starts_at=NOON, ends_at=NOON + HOUR)
    lesson = hold_gathering(guide=chen, community_id=zhang.community_id, planned=planned, now=NOON, client_id="g1")
    for household in (zhang, li):
        sign_in_by_code(guide=chen, gathering_id=lesson.pk, text=household.code, now=NOON)
    record_home_visit(guide=chen, text=zhang.code, is_met=False, now=NOON, client_id="h1")
    for kind, photo in (("DIRTY", a_photo()), ("OVERFLOW", b"")):
        report_problem(
            guide=chen, point_id=point.pk, kind=kind, now=NOON, client_id=kind, photo=photo, note="@SUM(A1)\U0001f5d1"
        )


@pytest.fixture
def wangs_check(wang: Household, zhao: User) -> None:
    """Somebody checked at Wang's gate."""
    point = CollectionPoint.objects.create(community=wang.community, name="西门")
    SpotCheck.objects.create(
        point=point, guide=zhao, checked_at=NOON, checked_on=TODAY, looked_at_count=99, wrong_count=9
    )


def sheets(client: Client, address: str) -> dict[str, list[list[Any]]]:
    """The file's tables by their names, from the line of the headings on."""
    with time_machine.travel(NOON + HOUR, tick=False):
        answer = client.get(address)
    assert answer.status_code == 200
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    return {name: list(book.get_sheet_by_name(name).to_python())[5:] for name in book.sheet_names}


def test_chens_week_adds_up(
    client: Client, chen: User, zhang: Household, a_day_of_chen: None, wangs_check: None
) -> None:
    client.force_login(chen)
    found = sheets(client, reverse("guide-register", args=[zhang.community_id, "xlsx"]) + QUERY)
    assert list(found) == ["值班", "核验汇总", "核验明细", "抽查", "问题与整改", "培训与活动", "入户宣传"]
    for name, sums in {
        "值班": (4,),
        "核验汇总": (2, 3, 4, 5, 6),
        "抽查": (4, 5),
        "培训与活动": (5, 6),
        "入户宣传": (2,),
    }.items():
        _, *rows, totals = found[name]
        for column in sums:
            assert totals[column] == sum(row[column] for row in rows), (name, column)
    assert found["值班"][1][2:7] == ["陈督导", "东门", 54.0, 6.0, 0.0]
    assert found["核验汇总"][-1][2:] == [2.0, 1.0, 0.0, 1.0, 3.0]
    assert found["抽查"][-1][4:6] == [20.0, 5.0]
    assert found["培训与活动"][-1][5:7] == [2.0, 2.0]
    assert found["入户宣传"][-1][:3] == ["合计 1 次", "", 0.0]
    assert found["问题与整改"][-1][6] == "未整改 2 个"


def test_each_verdict_of_chen_is_a_row_with_door_rule_and_why_it_was_looked_at(
    client: Client, chen: User, zhang: Household, wang: Household, bin_07: SmartBin, a_day_of_chen: None
) -> None:
    # Of whom a bag is that came without a card is told later; a bag of Wang's is of a home elsewhere.
    stray, wangs = (
        make_drop_off(smart_bin=bin_07, household=household, occurred_at=NOON, category="RESIDUAL")
        for household in (None, wang)
    )
    make_attribution(drop_off=stray, household=zhang)
    for bag in (stray, wangs):
        judge_drop_off(
            guide=chen,
            drop_off_id=bag.pk,
            verdict="MISPLACED",
            actual_category="FOOD",
            now=NOON + MINUTE,
            client_id=f"m{bag.pk}",
        )
    Verification.objects.update(source="SUGGESTED")
    Verification.objects.filter(drop_off=stray).update(source="RANDOM_SAMPLE")
    client.force_login(chen)
    headings, *rows, totals = sheets(client, reverse("guide-register", args=[zhang.community_id, "xlsx"]) + QUERY)[
        "核验明细"
    ]
    assert headings == ["时间", "督导员", "投放点", "门牌", "投放类别", "结论", "来由", "依据", "备注"]
    assert [row[3:6] for row in rows] == [
        ["1-1-101", "厨余垃圾", "合格"],
        ["1-1-102", "厨余垃圾", "合格"],
        ["1-1-101", "厨余垃圾", "混投"],
        ["1-1-102", "厨余垃圾", "混投 已撤回"],
        ["1-1-101", "其他垃圾", "误投(实为厨余垃圾)"],
        ["—", "其他垃圾", "误投(实为厨余垃圾)"],
    ]
    assert (f"{rows[0][0]:%Y-%m-%d %H:%M}", *rows[0][1:3]) == ("2026-11-23 12:00", "陈督导", "东门")
    assert {row[7] for row in rows} == {"GB/T 19095-2019; 默认积分方案 1900-01-01"}
    assert [row[6] for row in rows][3:5] == ["指导:建议核验", "随机抽样"]
    assert (totals[0], totals[6]) == ("合计 6 条", "随机抽样 1 条")


def test_a_long_register_says_what_it_leaves_out(
    client: Client, chen: User, zhang: Household, a_day_of_chen: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(VERDICTS_MAX, XLSX, 3)
    client.force_login(chen)
    _, *rows, totals, _, note = sheets(client, reverse("guide-register", args=[zhang.community_id, "xlsx"]) + QUERY)[
        "核验明细"
    ]
    assert len(rows) == 3
    assert totals[0] == "合计 3 条"
    assert note[0].startswith("共 4 条,这里只列最早的 3 条")


def test_no_cell_begins_a_formula_and_no_door_is_told(
    client: Client, zhao: User, zhang: Household, a_day_of_chen: None
) -> None:
    client.force_login(zhao)
    found = sheets(client, reverse("bureau-register", args=[zhang.community_id, "xlsx"]) + QUERY)
    texts = [cell for rows in found.values() for row in rows for cell in row if isinstance(cell, str)]
    assert any("HYPERLINK" in text for text in texts)
    assert "门牌" not in texts
    assert "GB/T 19095-2019; 默认积分方案 1900-01-01" in texts
    assert [text for text in texts if re.match(r"\s*[=+\-@＝＋－＠]", text)] == []
    assert not any("1-1-10" in text or zhang.code in text for text in texts)


def test_the_pdf_is_small_carries_its_font_and_the_photo(
    client: Client, zhao: User, zhang: Household, a_day_of_chen: None
) -> None:
    client.force_login(zhao)
    with time_machine.travel(NOON + HOUR, tick=False):
        answer = client.get(reverse("bureau-register", args=[zhang.community_id, "pdf"]) + QUERY)
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert b"NotoSansSC" in answer.content
    assert b"/Subtype /Image" in answer.content
    assert len(answer.content) < 200_000  # the font whole has 8 MB
    text = pdf_text(answer.content)
    for said in ("督导台账 东湖花园", "日期:2026-11-23 至 2026-11-29", "陈督导", "厨余怎么分", "街道(乡镇)(签字)"):
        assert said in text, said
    assert "1-1-101" not in text


def test_chens_own_month_is_a_pdf_with_doors_and_a_spreadsheet_with_the_photo(
    client: Client, chen: User, zhang: Household, a_day_of_chen: None, wangs_check: None
) -> None:
    client.force_login(chen)
    month = f"?span=month&on={TODAY - dt.timedelta(days=20):%Y-%m-%d}"
    with time_machine.travel(NOON + HOUR, tick=False):
        pdf, xlsx = (
            client.get(reverse("guide-register", args=[zhang.community_id, kind]) + month) for kind in ("pdf", "xlsx")
        )
    text = pdf_text(pdf.content)
    for said in ("日期:2026-11-01 至 2026-11-30", "督导员:陈督导", "1-1-101", "合计 1 班"):
        assert said in text, said
    assert "西门" not in text
    media = [name for name in zipfile.ZipFile(io.BytesIO(xlsx.content)).namelist() if name.startswith("xl/media/")]
    assert len(media) == 1, "the photo of the one problem that has one"


def test_another_day_and_another_guide_have_empty_registers(
    client: Client, zhao: User, chen: User, zhang: Household, a_day_of_chen: None
) -> None:
    client.force_login(zhao)
    address = reverse("bureau-register", args=[zhang.community_id, "xlsx"])
    before = sheets(client, f"{address}?on={TODAY - dt.timedelta(days=1):%Y-%m-%d}")
    assert all(len(rows) == 2 for rows in before.values())
    assert sheets(client, f"{address}?on={TODAY:%Y-%m-%d}&guide={chen.pk}")["抽查"][-1][4] == 20.0
    for nobody in (zhao.pk, 999_999, "x"):
        assert client.get(f"{address}?guide={nobody}").status_code == 404
    assert client.get(reverse("bureau-register", args=[zhang.community_id, "exe"])).status_code == 404


def test_the_pages_offer_the_files(client: Client, zhao: User, chen: User, zhang: Household) -> None:
    for user, name in ((chen, "guide"), (zhao, "bureau")):
        client.force_login(user)
        text = client.get(reverse(f"{name}-registers") + "?span=month&on=2026-02-11").content.decode()
        assert "2月28日" in text
        assert f"registers/{zhang.community_id}.pdf?span=month&amp;on=2026-02-11" in text


@pytest.mark.parametrize(
    ("span", "on", "days"),
    [
        (Span.DAY, dt.date(2026, 11, 23), (23, 23)),
        (Span.WEEK, dt.date(2026, 11, 29), (23, 29)),
        (Span.MONTH, dt.date(2026, 12, 31), (1, 31)),
        (Span.MONTH, dt.date(2028, 2, 1), (1, 29)),
    ],
)
def test_a_period_has_its_first_and_last_day(span: Span, on: dt.date, days: tuple[int, int]) -> None:
    period = Period(span=span, on=on)
    assert (period.first.day, period.last.day) == days


@pytest.mark.parametrize("odd", ["?on=2026-02-31", "?on=x", "?on=0001-01-01", "?span=year", "?on=9999-12-31&span=week"])
def test_an_odd_period_is_today(odd: str, client: Client, chen: User) -> None:
    client.force_login(chen)
    assert client.get(reverse("guide-registers") + odd).status_code == 200
    assert Problem.objects.count() == 0
