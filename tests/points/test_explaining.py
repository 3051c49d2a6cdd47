"""Every award can be told in one sentence, and the sentences of a day add up to the day."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from households.models import Household
from people.models import User
from points.explaining import State, ToldFact, explain_day, explained_days, explained_drop_offs
from points.rules import DayRules
from sorting.models import SetAside, SmartBin, Verdict
from tests.builders import at, make_attribution, make_drop_off, make_verification
from tests.conftest import TODAY
from tests.points.strategies import DEFAULT_RULES, KINDS, WEIGHTS, day_rules
from tests.worker.test_tally import balances
from worker.tally import drain


def told(category: str, weight_g: int, *, inside: bool = True, verdict: str = "", **rest: str) -> ToldFact:
    return ToldFact(category=category, weight_g=weight_g, is_in_window=inside, verdict=verdict, **rest)  # type: ignore[arg-type]


def sentences(*facts: ToldFact, rules: DayRules = DEFAULT_RULES, earning_days_before: int = 0) -> list[str]:
    day = explain_day(rules=rules, facts=facts, earning_days_before=earning_days_before)
    return [each.sentence for each in day.drop_offs]


FOOD = told("FOOD", 1_620)


@pytest.mark.parametrize(
    ("facts", "last_sentence"),
    [
        ([FOOD, FOOD], "厨余 1.6 kg,投放时段内,今日第 2 次:+10 分"),
        ([FOOD, FOOD, FOOD], "厨余 1.6 kg,今日已满 2 次,这次不计分"),
        ([told("FOOD", 1_620, inside=False)], "厨余 1.6 kg,投放时段外,今日第 1 次:+5 分"),
        ([told("FOOD", 199)], "厨余 199 g,不足 200 g,不计分"),
        ([told("FOOD", 2_000, verdict="CONTAMINATED")], "厨余 2 kg,核验为混投,不计分"),
        ([told("FOOD", 2_000, verdict="MISPLACED")], "厨余 2 kg,核验为误投,不计分,扣 10 分"),
        ([told("FOOD", 1_620, verdict="CORRECT")], "厨余 1.6 kg,投放时段内,今日第 1 次:+10 分,核验合格,另加 5 分"),
        ([told("RECYCLABLE", 2_449, sub_class="PAPER")], "纸类 2.449 kg,每千克 50 分:+122 分"),
        ([told("RECYCLABLE", 9_000)] * 2, "可回收物 9 kg,每千克 50 分,今日最多 500 分,已到上限:+50 分"),
        ([told("RECYCLABLE", 9_000)] * 3, "可回收物 9 kg,今日已满 500 分,这次不计分"),
        ([told("RECYCLABLE", 20)], "可回收物 20 g,不足 50 g,不计分"),
        ([told("HAZARDOUS", 300, sub_class="BATTERY")], "电池 300 g,今日第 1 次:+20 分"),
        ([told("RESIDUAL", 3_000)], "其他垃圾 3 kg,按方案这一类不给积分,不计分"),
        ([ToldFact("FOOD", 1_620, True, is_awarding=False)], "厨余 1.6 kg,补录的历史记录,不计分"),
        ([ToldFact("FOOD", 1_620, True, is_attributed=True)], "厨余 1.6 kg,绑卡后补记,投放时段内,今日第 1 次:+10 分"),
    ],
)
def test_each_outcome_has_its_sentence(facts: list[ToldFact], last_sentence: str) -> None:
    assert sentences(*facts)[-1] == last_sentence


def test_a_first_drop_off_that_two_better_ones_displace_is_told_so() -> None:
    outside = told("FOOD", 1_620, inside=False)
    assert sentences(outside, FOOD, FOOD) == [
        "厨余 1.6 kg,今日只计得分最高的 2 次,这次不计分",
        "厨余 1.6 kg,投放时段内,今日第 1 次:+10 分",
        "厨余 1.6 kg,投放时段内,今日第 2 次:+10 分",
    ]


def test_the_streak_stands_with_the_first_drop_off_that_earns() -> None:
    rules = replace(DEFAULT_RULES, streak_days=7, streak_bonus_points=2)
    assert sentences(told("FOOD", 100), FOOD, rules=rules, earning_days_before=6) == [
        "厨余 100 g,不足 200 g,不计分",
        "厨余 1.6 kg,投放时段内,今日第 1 次:+10 分,已连续 7 天得分,另加 2 分",
    ]


FACTS = st.builds(
    lambda kind, **rest: ToldFact(category=kind[0], sub_class=kind[1], **rest),
    kind=st.sampled_from(KINDS),
    weight_g=WEIGHTS,
    is_in_window=st.booleans(),
    is_awarding=st.sampled_from((True, True, True, False)),
    verdict=st.sampled_from(("", "", "CORRECT", "CONTAMINATED", "MISPLACED")),
    is_past_checking=st.booleans(),
    is_attributed=st.booleans(),
)


@settings(max_examples=300, deadline=None)
@given(rules=day_rules(), facts=st.lists(FACTS, max_size=7), earning_days_before=st.integers(0, 5))
def test_the_sentences_of_any_day_add_up_to_the_day(
    rules: DayRules, facts: list[ToldFact], earning_days_before: int
) -> None:
    explained = explain_day(rules=rules, facts=facts, earning_days_before=earning_days_before)
    day, parts = explained.day, explained.drop_offs
    assert len(parts) == len(facts)
    assert sum(each.awarded + each.streak for each in parts) == day.awarded
    assert sum(each.streak for each in parts) == day.streak
    assert sum(each.bonus for each in parts) == day.bonus
    assert sum(each.penalty for each in parts) == day.penalty
    assert sum(each.points for each in parts) == day.awarded + day.bonus - day.penalty
    for each in parts:
        assert min(each.awarded, each.streak, each.bonus, each.penalty) >= 0
        assert ("不计分" in each.sentence) == (each.awarded == 0)
        for points in filter(None, (each.awarded, each.streak, each.bonus, each.penalty)):
            assert f"{points} 分" in each.sentence


@pytest.mark.django_db
def test_zhangs_page_says_what_each_bag_came_to(
    zhang: Household, li: Household, bin_07: SmartBin, chen: User, now: dt.datetime
) -> None:
    bags = [
        make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY, hour=hour), is_tallied=False)
        for hour in (7, 8, 9)
    ]
    make_verification(drop_off=bags[0], guide=chen, verdict=Verdict.CORRECT, is_tallied=False)
    make_verification(drop_off=bags[1], guide=chen, verdict=Verdict.MISPLACED, is_tallied=False)
    make_drop_off(smart_bin=bin_07, household=li, occurred_at=at(on=TODAY), is_tallied=False)
    drain(now=now)
    found = make_drop_off(smart_bin=bin_07, occurred_at=at(on=TODAY, hour=19), card="X1", is_tallied=False)
    make_attribution(drop_off=found, household=zhang, is_tallied=False)
    lost = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY, hour=20))
    SetAside.objects.create(drop_off=lost, error="a poison row", set_aside_at=now)
    told_ = explained_drop_offs(household=zhang, on=TODAY, now=now)
    assert [(each.drop_off_id, each.points, each.state) for each in told_] == [
        (bags[0].pk, 15, State.DONE),
        (bags[1].pk, -10, State.DONE),
        (bags[2].pk, 10, State.PENDING),
        (found.pk, 0, State.WAITING),
        (lost.pk, 0, State.SET_ASIDE),
    ]
    assert told_[2].sentence == "厨余 1 kg,投放时段内,今日第 2 次:+10 分"
    assert {each.point_name for each in told_} == {"东门"}
    day = explained_days(household_ids=[zhang.pk], first_on=TODAY, last_on=TODAY, now=now)[zhang.pk, TODAY]
    assert (day.points, day.pending_points, day.programme.name) == (15, 10, "默认积分方案")
    assert balances(zhang) == (10, 5)
    assert day.shortfall_points == 0


@pytest.mark.django_db
def test_of_two_verdicts_the_last_that_is_tallied_is_told_as_it_is_paid(
    zhang: Household, bin_07: SmartBin, chen: User, now: dt.datetime
) -> None:
    """Chen called it 混投 and thought again; then it is 合格; a third word is not tallied yet."""
    bag = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY), is_tallied=False)
    told_ = []
    for verdict, points in (("CONTAMINATED", (0, 0)), ("WITHDRAWN", (10, 0)), ("CORRECT", (0, 15))):
        make_verification(drop_off=bag, guide=chen, verdict=verdict, is_tallied=False)
        drain(now=now)
        assert balances(zhang) == points
        day = explained_days(household_ids=[zhang.pk], first_on=TODAY, last_on=TODAY, now=now)[zhang.pk, TODAY]
        assert day.points == sum(points)
        told_.append((day.drop_offs[0].verdict, day.drop_offs[0].sentence))
    assert told_ == [
        ("CONTAMINATED", "厨余 1 kg,核验为混投,不计分"),
        ("", "厨余 1 kg,投放时段内,今日第 1 次:+10 分"),
        ("CORRECT", "厨余 1 kg,投放时段内,今日第 1 次:+10 分,核验合格,另加 5 分"),
    ]
    make_verification(drop_off=bag, guide=chen, verdict=Verdict.MISPLACED, is_tallied=False)
    (waiting,) = explained_drop_offs(household=zhang, on=TODAY, now=now)
    assert (waiting.verdict, waiting.points) == ("CORRECT", 15)


@pytest.mark.django_db
def test_a_page_of_many_days_costs_no_more_queries_than_one(
    zhang: Household, li: Household, bin_07: SmartBin, now: dt.datetime
) -> None:
    for household in (zhang, li):
        for days_ago in range(5):
            on = TODAY - dt.timedelta(days=days_ago)
            make_drop_off(smart_bin=bin_07, household=household, occurred_at=at(on=on), is_tallied=False)
    drain(now=now)
    with CaptureQueriesContext(connection) as one:
        explained_drop_offs(household=zhang, on=TODAY, now=now)
    with CaptureQueriesContext(connection) as many:
        days = explained_days(
            household_ids=[zhang.pk, li.pk], first_on=TODAY - dt.timedelta(days=9), last_on=TODAY, now=now
        )
    assert len(days) == 10
    assert len(many) == len(one) == 3
    with pytest.raises(ValueError, match="more than"):
        explained_days(household_ids=range(200), first_on=TODAY - dt.timedelta(days=60), last_on=TODAY, now=now)
