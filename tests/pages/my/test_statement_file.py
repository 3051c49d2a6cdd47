"""Mrs Zhang keeps a month's statement as a file: it adds up, runs nothing, and is hers alone."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from python_calamine import CalamineWorkbook

from households.models import Household
from pages.my import statement_file
from people.models import User
from points.models import Redemption
from sorting.models import SmartBin
from tests.conftest import NOON
from tests.rewards import earn, make_reward, make_shop, redeem

pytestmark = pytest.mark.django_db
HEADING_ROW = 4


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def salt_for_30(zhang: Household, bin_07: SmartBin, zhao: User) -> None:
    """Mrs Zhang earned 1,100 points and spent 30."""
    earn(households=[zhang], smart_bin=bin_07, points=1_100, now=NOON)
    redeem(household=zhang, reward=make_reward(shops=[make_shop()], by=zhao), key="k", now=NOON)


def rows_of(data: bytes) -> list[list[Any]]:
    """The sheet from its first line on."""
    return (
        CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("积分明细").to_python(skip_empty_area=False)
    )


def test_the_months_file_runs_from_balance_to_balance(grandma: Client, zhang: Household, salt_for_30: None) -> None:
    answer = grandma.get("/my/statement.xlsx?month=2026-11")
    assert "202611.xlsx" in answer["Content-Disposition"]
    found = rows_of(answer.content)
    assert found[0][0] == "2026年11月积分明细 · 积分明细"
    assert found[1][0] == f"东湖花园 1栋1单元101 · 户码 {zhang.code}"
    assert tuple(found[HEADING_ROW]) == statement_file.HEADINGS
    *rows, totals = found[HEADING_ROW + 1 :]
    assert rows[-1][1] == f"兑换奖品(兑换单 {Redemption.objects.get().pk}),用去 30 分"
    available = pending = 0
    for _, _, change, after, pending_change, pending_after in rows:
        assert (after, pending_after) == (available + change, pending + pending_change)
        available, pending = after, pending_after
    assert (available, pending) == (1_070, 0)
    assert totals == ["合计", "", 1_070, "", 0, ""]
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)


def test_a_month_with_more_than_a_page_is_whole_and_one_that_is_cut_says_so(
    grandma: Client, salt_for_30: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = rows_of(grandma.get("/my/statement.xlsx").content)[HEADING_ROW + 1 :]
    monkeypatch.setattr(statement_file, "LINES_A_PAGE_MAX", 2)
    assert rows_of(grandma.get("/my/statement.xlsx").content)[HEADING_ROW + 1 :] == whole
    monkeypatch.setattr(statement_file, "LINES_MAX", 2)
    cut = rows_of(grandma.get("/my/statement.xlsx").content)
    assert cut[3][0] == "这个月的往来太多，只列最近 2 笔。"
    assert cut[HEADING_ROW + 2 : -1] == whole[-3:-1]


def test_no_cell_of_it_is_run(grandma: Client, zhang: Household, salt_for_30: None) -> None:
    zhang.community.name = '=HYPERLINK("https://elsewhere.example")'
    zhang.community.save()
    data = grandma.get("/my/statement.xlsx").content
    assert rows_of(data)[1][0].startswith("'=HYPERLINK")
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")


def test_the_same_month_as_pdf_and_an_empty_one_has_headings_only(grandma: Client, salt_for_30: None) -> None:
    answer = grandma.get("/my/statement.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert len(rows_of(grandma.get("/my/statement.xlsx?month=2026-09").content)) == HEADING_ROW + 1


def test_wangs_file_has_nothing_of_zhang_and_there_is_no_other_kind(
    wang_client: Client, zhang: Household, salt_for_30: None
) -> None:
    text = str(rows_of(wang_client.get("/my/statement.xlsx").content))
    assert zhang.code not in text
    assert "投放得" not in text
    assert wang_client.get("/my/statement.csv").status_code == 404
    assert Client().get("/my/statement.xlsx").status_code == 302


def test_the_month_on_screen_leads_to_its_files(grandma: Client) -> None:
    assert "/my/statement.pdf?month=2026-10" in grandma.get("/my/statement?month=2026-10").content.decode()
    assert "/my/statement.pdf" not in grandma.get("/my/statement").content.decode()
