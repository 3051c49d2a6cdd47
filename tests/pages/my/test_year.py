"""Mrs Zhang's year: bags, kilograms, days, points in and out, and how her sorting was judged."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from households.models import Household
from people.models import User
from points.queries.years import year_of
from points.services import cancel_redemption
from sorting.models import DropOff, SmartBin
from tests.builders import at, make_attribution, make_drop_off, make_verification
from tests.conftest import NOON
from tests.rewards import earn, make_reward, make_shop, redeem
from worker.tally import drain

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def words_of(client: Client, *, year: str) -> str:
    """The year's screen without its tags."""
    return words(client.get(f"/my/year?year={year}").content.decode())


def words(html: str) -> str:
    """A screen's words."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.fixture
def a_year(zhang: Household, li: Household, bin_07: SmartBin, chen: User, zhao: User) -> None:
    """Two bags a day in March, one found later, one of last year; two judged; salt bought, and salt given back."""
    for on, category, weight_g in (
        (dt.date(2026, 3, 1), "FOOD", 1_200),
        (dt.date(2026, 3, 1), "RESIDUAL", 800),
        (dt.date(2026, 3, 2), "FOOD", 1_500),
        (dt.date(2025, 12, 31), "FOOD", 9_000),
    ):
        make_drop_off(
            smart_bin=bin_07,
            household=zhang,
            occurred_at=at(on=on),
            category=category,
            weight_g=weight_g,
            is_tallied=False,
        )
    found = make_drop_off(smart_bin=bin_07, card="lost", occurred_at=at(on=dt.date(2026, 3, 3)), is_tallied=False)
    drain(now=NOON)
    make_attribution(drop_off=found, household=zhang, is_tallied=False)
    drain(now=NOON)
    of_li = make_drop_off(smart_bin=bin_07, household=li, occurred_at=at(on=dt.date(2026, 3, 3)))
    of_zhang = DropOff.objects.get(household=zhang, weight_g=1_500)
    for drop_off, verdict in ((of_zhang, "CORRECT"), (found, "CONTAMINATED"), (of_li, "CONTAMINATED")):
        make_verification(drop_off=drop_off, verdict=verdict, guide=chen)
    earn(households=[zhang], smart_bin=bin_07, points=100, now=NOON)
    reward = make_reward(shops=[make_shop()], by=zhao)
    redeem(household=zhang, reward=reward, key="kept", now=NOON)
    returned = redeem(household=zhang, reward=reward, key="returned", now=NOON)
    cancel_redemption(household=zhang, redemption_id=returned.pk, now=NOON)


def test_the_year_adds_up_in_plain_words(
    grandma: Client, a_year: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(8):
        text = words_of(grandma, year="2026")
    assert "5 袋 一共 6.50 千克，有 4 天投放过，算到11月23日 周一。" in text
    assert "厨余垃圾 3 袋 · 3.70 千克" in text
    assert "其他垃圾 1 袋 · 0.80 千克" in text
    assert "可回收物 1 袋 · 2.00 千克" in text
    assert "兑换用去 -30 分" in text
    assert "督导员看过 2 袋，1 袋合格，投放准确率 50.0 %。" in text


def test_points_in_and_out_come_to_what_the_year_left(grandma: Client, zhang: Household, a_year: None) -> None:
    text = words_of(grandma, year="2026")
    section = text[text.index("积分来了多少") : text.index("分得对不对")]
    figures = [int(each.replace(",", "")) for each in re.findall(r"([+-][\d,]+) 分", section)]
    assert sum(figures[:-1]) == figures[-1]
    held = re.search(r"可用 ([\d,]+) 分 · 待核验 ([\d,]+) 分", words(grandma.get("/my/statement").content.decode()))
    assert held
    assert int(held[1]) + int(held[2]) == figures[-1]  # all that she holds was posted this year
    read = year_of(household=zhang, year=2026)
    assert "RELEASE" not in {*read.points_in, *read.points_out}  # it came in as an award


def test_last_year_and_one_without_anything(grandma: Client, zhang: Household, a_year: None) -> None:
    assert "1 袋 一共 9.00 千克，有 1 天投放过。 厨余垃圾" in words_of(grandma, year="2025")
    for strange in ("2999", "x", "20261"):
        assert "2026年度回顾" in words_of(grandma, year=strange)
    text = words_of(grandma, year="2024")
    assert "这一年没有投放记录。" in text
    assert "这一年合计 0 分" in text
    assert "这一年还没有被抽查过。" in text


def test_wangs_year_has_nothing_of_zhang(wang_client: Client, a_year: None) -> None:
    text = words_of(wang_client, year="2026")
    assert "这一年没有投放记录。" in text
    assert "督导员看过" not in text


def test_salt_of_last_year_that_comes_back_is_no_spending(
    grandma: Client, zhang: Household, bin_07: SmartBin, zhao: User
) -> None:
    earn(households=[zhang], smart_bin=bin_07, points=100, now=NOON)
    salt = redeem(household=zhang, reward=make_reward(shops=[make_shop()], by=zhao), key="late", now=NOON)
    new_year = at(on=dt.date(2027, 1, 2))
    cancel_redemption(household=zhang, redemption_id=salt.pk, now=new_year)
    assert "兑换用去 -30 分" in words_of(grandma, year="2026")
    with time_machine.travel(new_year, tick=False):
        grandma.force_login(User.objects.get(memberships__household=zhang))  # her session of November is over
        assert "兑换退回 +30 分 这一年合计 +30 分" in words_of(grandma, year="2027")
