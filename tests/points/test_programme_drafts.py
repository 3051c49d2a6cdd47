"""Officer Zhao drafts, officer Qian decides, and no day that was lived through is rated again."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from households.models import Community, Household
from people.models import AccessLog, User
from points.audit import verify_ledger
from points.models import DaySettlement, Programme, ProgrammeState
from points.programmes import load_programme_book, rules_of
from points.rules import DayRules
from points.services.programmes import (
    ProgrammeDayTaken,
    ProgrammeDecided,
    ProgrammeNotSimulated,
    ProgrammeSecondPersonNeeded,
    ProgrammeTooEarly,
    ProgrammeUnfit,
    decide_programme,
    draft_programme,
    withdraw_programme,
)
from points.simulation import begin_simulation, simulate_next_community
from sorting.models import SmartBin, Verdict
from tests.builders import at, make_drop_off, make_verification
from tests.conftest import NOON, TODAY
from tests.points.programmes import make_programme_of
from tests.points.strategies import DEFAULT_RULES, day_rules
from tests.points.test_settlement_properties import BAGS, Bag, bring, undone
from worker.tally import drain

pytestmark = pytest.mark.django_db
TOMORROW = TODAY + dt.timedelta(days=1)
STINGY = DayRules(by_code={}, verdict_bonus_points=0, misplaced_penalty_points=0, checking_window_s=48 * 3600)


def draft(
    *, officer: User, rules: DayRules = STINGY, holds_from: dt.date = TOMORROW, community: Community | None = None
) -> Programme:
    """A draft for the district, or for a community."""
    return draft_programme(
        name="试行方案",
        community=community,
        holds_from=holds_from,
        rules=rules,
        reason="预算有限",
        officer=officer,
        now=NOON,
    )


def simulated(programme: Programme, *, officer: User) -> Programme:
    """The same, after a whole simulation."""
    simulation = begin_simulation(programme=programme, officer=officer, now=NOON)
    while simulate_next_community(simulation=simulation, now=NOON):
        pass
    return programme


def test_what_zhao_drafts_rates_nothing_until_qian_approves_and_then_from_its_day_on(
    zhang: Household, bin_07: SmartBin, zhao: User, qian: User
) -> None:
    programme = simulated(draft(officer=zhao), officer=zhao)
    book = load_programme_book()
    assert programme.pk not in book.rules_by_programme_id
    decide_programme(programme=programme, is_approved=True, officer=qian, now=NOON)
    book = load_programme_book()
    assert book.programme_on(community_id=zhang.community_id, on=TODAY).pk != programme.pk
    assert book.programme_on(community_id=zhang.community_id, on=TOMORROW).pk == programme.pk
    assert rules_of(programme=programme) == STINGY
    assert list(AccessLog.objects.order_by("pk").values_list("user__username", "reason")) == [
        ("zhao", "起草积分方案"),
        ("zhao", "试算积分方案(只看合计)"),
        ("qian", "审批积分方案:已批准"),
    ]


def test_zhao_cannot_approve_what_zhao_drafted_not_even_behind_the_service(zhao: User, zhang: Household) -> None:
    programme = simulated(draft(officer=zhao), officer=zhao)
    with pytest.raises(ProgrammeSecondPersonNeeded):
        decide_programme(programme=programme, is_approved=True, officer=zhao, now=NOON)
    with pytest.raises(IntegrityError, match="programme_by_two_people"), transaction.atomic():
        Programme.objects.filter(pk=programme.pk).update(
            state=ProgrammeState.APPROVED, decided_by=zhao, decided_at=NOON, decided_on=TODAY
        )
    with pytest.raises(IntegrityError, match="programme_decided_by_somebody"), transaction.atomic():
        Programme.objects.filter(pk=programme.pk).update(state=ProgrammeState.APPROVED)


def test_nothing_is_approved_unseen_or_for_a_day_that_has_begun(zhao: User, qian: User, zhang: Household) -> None:
    programme = draft(officer=zhao)
    begin_simulation(programme=programme, officer=zhao, now=NOON)
    with pytest.raises(ProgrammeNotSimulated):
        decide_programme(programme=programme, is_approved=True, officer=qian, now=NOON)
    simulated(programme, officer=zhao)
    for too_late in (at(on=TODAY, hour=23, minute=30), at(on=TOMORROW, hour=8)):
        with pytest.raises(ProgrammeTooEarly):
            decide_programme(programme=programme, is_approved=True, officer=qian, now=too_late)
    with pytest.raises(IntegrityError, match="programme_holds_from_a_coming_day"), transaction.atomic():
        Programme.objects.filter(pk=programme.pk).update(
            state=ProgrammeState.APPROVED, decided_by=qian, decided_at=NOON, decided_on=TOMORROW
        )
    with pytest.raises(ProgrammeUnfit) as refused:
        draft(officer=zhao, holds_from=TODAY)
    assert set(refused.value.fields) == {"holds_from"}


def test_a_past_day_is_not_rated_again_by_what_was_approved_since(
    zhang: Household, bin_07: SmartBin, zhao: User, qian: User, chen: User
) -> None:
    """Zhang's bag of today brought 10; the new programme pays nothing. Late facts of today are still rated as today."""
    first = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY), is_tallied=False)
    drain(now=NOON)
    decide_programme(programme=simulated(draft(officer=zhao), officer=zhao), is_approved=True, officer=qian, now=NOON)
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY, hour=7), is_tallied=False)
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TOMORROW), is_tallied=False)
    make_verification(drop_off=first, guide=chen, verdict=Verdict.CORRECT, is_tallied=False)
    drain(now=NOON + dt.timedelta(days=1))
    assert list(DaySettlement.objects.order_by("occurred_on").values_list("awarded_points", "bonus_points")) == [
        (20, 5),
        (0, 0),
    ]
    assert verify_ledger().faults == []


def test_a_day_that_somebody_was_rated_on_is_not_given_another_programme(
    zhang: Household, bin_07: SmartBin, zhao: User, qian: User
) -> None:
    """A bin ahead of time had a bag of tomorrow tallied."""
    programme = simulated(draft(officer=zhao), officer=zhao)
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TOMORROW, hour=0), is_tallied=False)
    drain(now=NOON + dt.timedelta(days=1))
    with pytest.raises(ProgrammeTooEarly):
        decide_programme(programme=programme, is_approved=True, officer=qian, now=NOON)


def test_a_decision_is_made_once_and_a_draft_is_taken_back_by_its_author(
    zhao: User, qian: User, zhang: Household
) -> None:
    first, second, third = (simulated(draft(officer=zhao), officer=zhao) for _ in range(3))
    with pytest.raises(ProgrammeSecondPersonNeeded):
        withdraw_programme(programme=first, officer=qian, now=NOON)
    withdraw_programme(programme=first, officer=zhao, now=NOON)
    with pytest.raises(ProgrammeDecided):
        decide_programme(programme=first, is_approved=True, officer=qian, now=NOON)
    decide_programme(programme=second, is_approved=True, officer=qian, now=NOON)
    with pytest.raises(ProgrammeDayTaken):
        decide_programme(programme=third, is_approved=True, officer=qian, now=NOON)
    decide_programme(programme=third, is_approved=False, note="同一天已有", officer=qian, now=NOON)
    assert sorted(Programme.objects.filter(drafted_by=zhao).values_list("state", flat=True)) == [
        "APPROVED",
        "REFUSED",
        "WITHDRAWN",
    ]


def test_of_two_drafts_for_one_community_and_day_one_is_approved(
    zhang: Household, wang: Household, zhao: User, qian: User
) -> None:
    """Another community has its own day, and so has the district."""

    def approve(community: Community | None) -> None:
        programme = simulated(draft(officer=zhao, community=community), officer=zhao)
        decide_programme(programme=programme, is_approved=True, officer=qian, now=NOON)

    for community in (zhang.community, wang.community, None):
        approve(community)
    for community in (zhang.community, None):
        with pytest.raises(ProgrammeDayTaken):
            approve(community)


def test_a_simulation_says_who_would_gain_and_lose_and_posts_nothing(
    zhang: Household, li: Household, wang: Household, bin_07: SmartBin, zhao: User
) -> None:
    """Zhang's three bags would bring nothing any more, Li's metal 1,000 instead of 50, and Wang stays away."""
    for days_ago in (1, 2, 3):
        on = TODAY - dt.timedelta(days=days_ago)
        make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=on), is_tallied=False)
    make_drop_off(
        smart_bin=bin_07,
        household=li,
        category="RECYCLABLE",
        sub_class="METAL",
        occurred_at=at(on=TODAY - dt.timedelta(days=1)),
        is_tallied=False,
    )
    drain(now=NOON)
    settled = list(DaySettlement.objects.order_by("pk").values())
    metal = DEFAULT_RULES.by_code["RECYCLABLE"]
    generous = DayRules(
        by_code={"METAL": type(metal)("KG", 1_000, 1_000, 1, None, None)},
        verdict_bonus_points=0,
        misplaced_penalty_points=0,
        checking_window_s=48 * 3600,
    )
    simulation = begin_simulation(programme=draft(officer=zhao, rules=generous), officer=zhao, now=NOON)
    while simulate_next_community(simulation=simulation, now=NOON):
        pass
    east, west = simulation.communities.order_by("community__name")
    assert (east.gaining_count, east.losing_count, east.same_count) == (1, 1, 0)
    assert (east.points_before, east.points_after) == (80, 1_000)
    assert east.spread == [0, 1, 0, 0, 0, 0, 1]
    assert east.days[-3:] == [[10, 0], [10, 0], [60, 1_000]]
    assert (west.points_before, west.points_after, west.spread) == (0, 0, [0] * 7)
    assert list(DaySettlement.objects.order_by("pk").values()) == settled
    assert verify_ledger().faults == []


def test_a_simulation_is_what_the_settlement_would_have_paid(
    zhang: Household, bin_07: SmartBin, zhao: User, chen: User
) -> None:
    """Zhang's bags are rated by the default programme and simulated under any other; then as if that had held."""

    @settings(
        max_examples=10,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
    )
    @given(rules=day_rules(), bags=st.lists(BAGS.filter(lambda bag: bag.days_ago > 0), min_size=1, max_size=5))
    def compare(rules: DayRules, bags: list[Bag]) -> None:
        with undone():
            bring(list(enumerate(bags)), household=zhang, smart_bin=bin_07, guide=chen)
            simulation = begin_simulation(programme=draft(officer=zhao, rules=rules), officer=zhao, now=NOON)
            while simulate_next_community(simulation=simulation, now=NOON):
                pass
            would = simulation.communities.get().points_after
        with undone():
            make_programme_of(rules=rules, holds_from=TODAY - dt.timedelta(days=60))
            bring(list(enumerate(bags)), household=zhang, smart_bin=bin_07, guide=chen)
            paid = sum(
                each.awarded_points
                - each.release_shortfall_points
                + each.bonus_points
                - each.bonus_shortfall_points
                - each.penalty_points
                - each.penalty_shortfall_points
                for each in DaySettlement.objects.all()
            )
        assert would == paid

    compare()
