"""The screen of monthly reports: ask, watch, take along; and what it says while the worker is away."""

import datetime as dt
import io
import re
from collections.abc import Iterator

import pytest
import python_calamine
import time_machine
from django.test import Client

from households.models import Community, Household
from indicators.models import MonthlyReport, ReportState
from people.models import Role, RoleGrant, ScopeKind, User
from tests.builders import make_community_day, make_household_day
from tests.conftest import NOON
from tests.reports import a_made_report
from worker.tasks import make_monthly_reports

pytestmark = pytest.mark.django_db
PAGE = "/bureau/monthly"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """The server's clock stands at noon."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def words(client: Client, address: str = PAGE) -> str:
    """The page's words, with one space between."""
    response = client.get(address)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def test_zhao_asks_for_october_and_keeps_both_files_with_the_figures_of_the_screen(
    client: Client, zhao: User, zhang: Household, li: Household
) -> None:
    client.force_login(zhao)
    make_household_day(household=zhang, on=dt.date(2026, 10, 5))
    make_community_day(community=zhang.community, on=dt.date(2026, 10, 5), weight_g=20_000)
    assert "还没有申请过月报" in words(client)
    asked = client.post(PAGE, {"month": "2026-10"}, follow=True).content.decode()
    assert "已申请 2026-10 月报" in asked
    assert 'hx-trigger="every 2s"' in asked, "the row is renewed while it waits"
    assert "等待生成 0 %" in words(client)
    assert make_monthly_reports() == 1
    assert "2026-10 Excel PDF 已生成 保留到 2026-12-23" in words(client)
    assert "hx-trigger" not in client.get(PAGE).content.decode()
    report = MonthlyReport.objects.get()
    xlsx = client.get(f"{PAGE}/{report.pk}.xlsx")
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(xlsx.content))
    rows = {row[0]: row for row in book.get_sheet_by_name("指标对照目标").to_python()}
    _, unit, value, *_, numerator, denominator, _, _, mark = rows["参与率"]
    assert (unit, value, numerator, denominator, mark) == ("%", 50.0, 1.0, 2.0, "未发布")
    assert "参与率 50.0 %" in words(client, "/bureau/?from=2026-10-01&to=2026-10-31")
    pdf = client.get(f"{PAGE}/{report.pk}.pdf")
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert client.get(f"{PAGE}/{report.pk}.docx").status_code == 404


def test_a_worker_that_is_away_is_waited_for_and_the_screen_says_so(
    client: Client, zhao: User, clock: time_machine.Traveller
) -> None:
    client.force_login(zhao)
    client.post(PAGE, {"month": "2026-10"})
    assert "后台进程" not in words(client)
    clock.shift(dt.timedelta(minutes=2))
    assert "后台进程暂时没有响应,恢复后会接着生成,不用重新申请" in words(client)
    assert "正在排队或生成" in client.post(PAGE, {"month": "2026-10"}, follow=True).content.decode()
    report = MonthlyReport.objects.get()
    assert client.get(f"{PAGE}/{report.pk}.pdf").status_code == 404


def test_a_failed_report_says_why_and_is_made_again_if_asked(client: Client, zhao: User) -> None:
    client.force_login(zhao)
    client.post(PAGE, {"month": "2026-10"})
    MonthlyReport.objects.update(state=ReportState.FAILED, error="OSError:磁盘已满", finished_at=NOON)
    assert "生成失败 OSError:磁盘已满。可以重新生成" in words(client)
    client.post(PAGE, {"month": "2026-10"})
    assert MonthlyReport.objects.filter(state=ReportState.WAITING).count() == 1


@pytest.mark.parametrize("month", ["2026-11", "2020-01", "", "nonsense"])
def test_a_month_that_is_not_offered_is_not_made(client: Client, zhao: User, month: str) -> None:
    client.force_login(zhao)
    assert "现在不能生成月报" in client.post(PAGE, {"month": month}, follow=True).content.decode()
    assert not MonthlyReport.objects.exists()


def test_an_officer_of_one_estate_neither_asks_nor_reads(client: Client, zhao: User, east_lake: Community) -> None:
    a_made_report()
    sun = User.objects.create_user(username="sun", password="sun-password-1")
    RoleGrant.objects.create(
        user=sun,
        role=Role.OFFICER,
        scope_kind=ScopeKind.COMMUNITY,
        scope_id=east_lake.pk,
        starts_on=dt.date(2026, 1, 1),
    )
    client.force_login(sun)
    text = words(client)
    assert "由负责全区的同事生成和下载" in text
    assert "已生成" not in text
    assert client.post(PAGE, {"month": "2026-09"}).status_code == 403
    assert client.get(f"{PAGE}/{MonthlyReport.objects.get().pk}.xlsx").status_code == 404
