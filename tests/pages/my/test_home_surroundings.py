"""What Mrs Zhang's first screen says beside her points: her streak, her point, how her community sorts."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from households.models import Community, Household
from indicators.models import CommunityStanding
from indicators.services.standing import count_standings
from people.models import User
from sorting.alert_rules import OFFLINE_AFTER
from sorting.models import BinStatus, CollectionPoint, SmartBin, SpecialDay
from tests.builders import make_drop_off, make_load, make_verification
from tests.conftest import NOON, TODAY, make_household
from worker.tally import drain

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def home(client: Client) -> str:
    """The screen without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get("/my/").content.decode()))


def bag(*, smart_bin: SmartBin, household: Household, days_ago: int, weight_g: int = 1_000) -> None:
    """A bag of food at eight in the morning, some days ago."""
    at = NOON.replace(hour=8) - days_ago * DAY
    make_drop_off(smart_bin=smart_bin, household=household, occurred_at=at, weight_g=weight_g, is_tallied=False)


def test_a_streak_counts_to_today_and_waits_for_today(grandma: Client, zhang: Household, bin_07: SmartBin) -> None:
    assert "连续" not in home(grandma)
    for days_ago in (1, 2, 4):
        bag(smart_bin=bin_07, household=zhang, days_ago=days_ago)
    drain(now=NOON)
    assert "到昨天连续 2 天得分，今天得分就是第 3 天。" in home(grandma)
    bag(smart_bin=bin_07, household=zhang, days_ago=0, weight_g=150)  # too light to earn
    drain(now=NOON)
    assert "到昨天连续 2 天得分" in home(grandma)
    bag(smart_bin=bin_07, household=zhang, days_ago=0)
    drain(now=NOON)
    assert "连续 3 天得分。" in home(grandma)


def test_home_shows_the_point_where_the_zhangs_went_last(
    grandma: Client, zhang: Household, bin_07: SmartBin, east_lake: Community
) -> None:
    north = CollectionPoint.objects.create(community=east_lake, name="北门")
    bin_08 = SmartBin.objects.create(code="B-0008", point=north, categories="FOOD", registered_at=NOON)
    text = home(grandma)
    assert "东门 下一次：今天 18:00 可回收物桶：情况不明 有害垃圾桶：情况不明" in text  # 东 stands before 北
    bag(smart_bin=bin_08, household=zhang, days_ago=1)
    says = {"signed_at": NOON, "said_at": NOON, "clock_skew_s": 0}
    BinStatus.objects.create(bin=bin_08, received_at=NOON, fill_rates={"FOOD": 0.95}, **says)
    assert "北门 现在开放，到 24:00 厨余垃圾桶：快满了，可以换一个点" in home(grandma)
    assert "厨余垃圾桶：快满了" in grandma.get("/my/points").content.decode()
    BinStatus.objects.update(received_at=NOON - OFFLINE_AFTER)
    assert "厨余垃圾桶：快满了" in home(grandma)  # that moment is still in time
    BinStatus.objects.update(received_at=NOON - OFFLINE_AFTER - dt.timedelta(seconds=1))
    assert "北门 现在开放，到 24:00 厨余垃圾桶：情况不明" in home(grandma)
    assert "厨余垃圾桶：情况不明" in grandma.get("/my/points").content.decode()
    SpecialDay.objects.create(point=north, on_date=TODAY)
    assert "北门 下一次：明天 00:00" in home(grandma)
    bag(smart_bin=bin_07, household=zhang, days_ago=0)
    assert "东门 下一次：今天 18:00" in home(grandma)


def test_a_community_without_a_point_says_so(wang_client: Client) -> None:
    assert "您的小区还没有登记投放点" in home(wang_client)


@pytest.fixture
def six_homes(zhang: Household, bin_07: SmartBin, east_lake: Community, chen: User) -> None:
    """Six of eight homes dropped off, a fifth of it residual; of 30 kg on the truck 9 were composted; of four sampled
    bags three are right."""
    homes = [
        make_household(
            community=east_lake, serial=number, code=f"4110030000{number:05}", room=f"3{number}", rfid=f"B{number}"
        )
        for number in range(11, 18)
    ]
    for number, each in enumerate([zhang, *homes[:5]]):
        for category, weight_g in (("FOOD", 1_600), ("RESIDUAL", 400)):
            at = NOON.replace(hour=8) - DAY
            drop_off = make_drop_off(
                smart_bin=bin_07, household=each, occurred_at=at, category=category, weight_g=weight_g, is_tallied=False
            )
            if category == "FOOD" and number < 4:
                verdict = "CONTAMINATED" if number == 0 else "CORRECT"
                make_verification(drop_off=drop_off, verdict=verdict, guide=chen)
    for destination, weight_g in (("COMPOSTING", 9_000), ("INCINERATION", 21_000)):
        make_load(community=east_lake, category="FOOD", destination=destination, weight_g=weight_g, on=TODAY - DAY)
    drain(now=NOON)


def test_home_tells_the_figures_of_the_communitys_own_screen(
    grandma: Client, six_homes: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    assert "还没有统计出来" in home(grandma)
    assert count_standings(now=NOON) == 1
    with django_assert_max_num_queries(6):
        text = home(grandma)
    assert "近 30 天，算到11月23日 12:00" in text
    assert "参与率 75.0 % 没有定目标" in text
    assert "回收利用率（过磅） 30.0 % 目标 35.0 %" in text
    assert "回收利用率（桶端估算） 80.0 % 没有定目标" in text
    assert "投放准确率（随机抽样） 75.0 % 抽 4 袋，没有定目标" in text
    whole = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", grandma.get("/my/community").content.decode()))
    for figure in (
        "参与率 75.0 %",
        "（过磅） 30.0 % 目标 35.0 %",
        "（桶端估算） 80.0 %",
        "（随机抽样） 75.0 % 没有定目标",
    ):
        assert figure in whole


def test_standings_are_counted_anew_and_not_beside_each_other(
    six_homes: None, east_lake: Community, west_park: Community
) -> None:
    assert (count_standings(now=NOON), count_standings(now=NOON + 40 * DAY)) == (2, 2)
    assert CommunityStanding.objects.count() == 2
    later = CommunityStanding.objects.get(community=east_lake)
    assert (later.participating_count, later.enrolled_count, later.drop_off_g) == (0, 8, 0)  # all too long ago
    outside = CommunityStanding.objects.get(community=west_park)
    assert (outside.recovered_load_g, outside.drop_off_g) == (None, None)  # no pilot


def test_a_community_with_few_active_homes_shows_dashes(grandma: Client, zhang: Household, bin_07: SmartBin) -> None:
    bag(smart_bin=bin_07, household=zhang, days_ago=1)
    drain(now=NOON)
    count_standings(now=NOON)
    text = home(grandma)
    assert "参与率 — 回收利用率（过磅） — 回收利用率（桶端估算） — 投放准确率（随机抽样） — " in text


@pytest.mark.parametrize(
    "wrong", [{"participating_count": 9}, {"right_count": 1}, {"recovered_load_g": 1}, {"recovered_drop_off_g": 1}]
)
def test_no_part_of_a_standing_is_more_than_its_whole(east_lake: Community, wrong: dict[str, int]) -> None:
    count_standings(now=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        CommunityStanding.objects.update(**wrong)
