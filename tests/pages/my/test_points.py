"""What a resident sees of points: how many, what today brought and why, and every transfer."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from households.models import Household
from sorting.models import SmartBin
from tests.builders import make_drop_off
from tests.conftest import NOON
from worker.tally import drain

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon() -> object:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def two_bags(zhang: Household, bin_07: SmartBin) -> None:
    """Food inside the window and a bag that is too light, both of this morning."""
    morning = NOON.replace(hour=8)
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=morning, weight_g=1_620, is_tallied=False)
    later = morning + dt.timedelta(minutes=5)
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=later, weight_g=150, is_tallied=False)
    drain(now=NOON)


def test_home_says_what_today_brought_and_why(grandma: Client, two_bags: None) -> None:
    text = grandma.get("/my/").content.decode()
    assert "今天投放 2 次，得了 10 分。" in text
    assert "另有 10 分待核验" in text
    assert "厨余垃圾 1.62 千克" in text
    assert "+10 分" in text
    assert "200" in text  # grams: why the light bag earned nothing


def test_home_without_a_drop_off_says_so(grandma: Client) -> None:
    text = grandma.get("/my/").content.decode()
    assert "今天还没有投放。" in text
    assert 'class="big">0<small>' in text


def test_home_takes_as_many_queries_for_a_busy_day_as_for_a_quiet_one(
    grandma: Client, zhang: Household, bin_07: SmartBin, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for minute in range(30):
        occurred_at = NOON.replace(hour=8, minute=minute)
        make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=occurred_at, is_tallied=False)
    drain(now=NOON)
    with django_assert_max_num_queries(6):
        grandma.get("/my/")


def test_records_show_a_month_and_stop_at_this_one(grandma: Client, two_bags: None) -> None:
    text = grandma.get("/my/records").content.decode()
    assert "2026年11月的投放" in text
    assert "11月23日 周一" in text
    assert "下个月" not in text
    assert "没有投放记录" in grandma.get("/my/records?month=2026-10").content.decode()
    for strange in ("2999-01", "2026-13", "x", "9" * 400):
        assert "2026年11月的投放" in grandma.get(f"/my/records?month={strange}").content.decode()


def test_the_statement_tells_each_transfer_and_what_it_left(grandma: Client, two_bags: None) -> None:
    text = grandma.get("/my/statement").content.decode()
    assert "11月23日投放得 10 分,待核验" in text
    assert "待核验 +10 分，剩 10" in text
    assert "11月23日投放得" not in grandma.get("/my/statement?month=2026-10").content.decode()
    assert grandma.get("/my/statement?before=abc").status_code == 200


def test_wang_sees_nothing_of_zhang(wang_client: Client, two_bags: None) -> None:
    for address in ("/my/", "/my/records", "/my/statement", "/my/me/export"):
        text = wang_client.get(address).content.decode()
        assert "1.62" not in text
        assert "张奶奶" not in text


def test_the_code_is_shown_large_with_its_qr(grandma: Client, zhang: Household) -> None:
    text = grandma.get("/my/code").content.decode()
    assert "<svg" in text
    assert "411003 0000 0001 8" in text


def test_points_tell_when_they_open_next_and_whether_bins_are_full(grandma: Client, bin_07: SmartBin) -> None:
    text = grandma.get("/my/points").content.decode()
    assert "东门" in text
    assert "下一次：今天 18:00" in text
    assert "厨余垃圾桶：情况不明" in text


def test_a_community_with_few_active_homes_shows_dashes(grandma: Client, two_bags: None) -> None:
    text = grandma.get("/my/community").content.decode()
    assert "—" in text
    assert "%" not in text
