"""What the bureau's figures take from tallies is what the raw rows come to, whatever arrives, moves and is judged."""

import datetime as dt
import importlib
import random
from collections import Counter, defaultdict

import pytest
from django.db import connection

from households.models import Card, CardKind, Household
from indicators.facts import CommunityFacts, HouseholdFacts, Period, SampleFacts
from indicators.models import CommunityDay
from indicators.queries.communities import community_facts
from indicators.queries.households import verdicts_by_household
from indicators.queries.series import drop_off_series
from people.models import User
from points.models import HouseholdDay
from sorting.models import CollectionPoint, DropOff, SetAside, SmartBin
from sorting.queries.verdicts import verdicts_of_sample
from tests.builders import at, make_drop_off, make_verification
from tests.conftest import NOON, TODAY
from tests.indicators.test_recompute import recompute
from worker.retry import retry_faults
from worker.tally import drain

LATER = NOON + dt.timedelta(days=1)  # everything is due by then
PERIODS = [
    Period(starts_on=TODAY - dt.timedelta(days=before), ends_on=TODAY - dt.timedelta(days=after))
    for before, after in ((29, 0), (0, 0), (70, 0), (45, 31), (33, 30), (80, 60))
]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_figures_of_zhang_li_and_wang_are_those_of_their_raw_rows(
    bin_07: SmartBin, zhang: Household, li: Household, wang: Household, chen: User, seed: int
) -> None:
    chance = random.Random(seed)
    west_gate = CollectionPoint.objects.create(community=wang.community, name="西门")
    bin_08 = SmartBin.objects.create(code="B-0008", point=west_gate, categories="FOOD", registered_at=NOON)
    drop_offs: list[DropOff] = []
    for step in range(4):
        for _ in range(12):
            is_unknown = chance.random() < 0.3
            drop_offs.append(
                make_drop_off(
                    smart_bin=chance.choice([bin_07, bin_08]),
                    household=None if is_unknown else chance.choice([zhang, li, wang]),
                    card="A0000009" if is_unknown else "",
                    category=chance.choice(["FOOD", "RECYCLABLE", "RESIDUAL"]),
                    weight_g=chance.choice([10, 200, 1_620]),
                    occurred_at=at(on=TODAY - dt.timedelta(days=chance.choice([0, 1, 2, 3, 29, 30, 33, 45, 70]))),
                    is_tallied=False,
                )
            )
        for drop_off in chance.sample(drop_offs, 7):
            make_verification(
                drop_off=drop_off,
                guide=chen,
                verdict=chance.choice(["CORRECT", "CORRECT", "CONTAMINATED", "MISPLACED", "WITHDRAWN"]),
                source=chance.choice(["RANDOM_SAMPLE", "FREE"]),
                is_tallied=False,
            )
        if step == 2:  # Li is given the card that nobody knew; Wang moves to Zhang's community, and Zhang leaves
            key = {"kind": CardKind.RFID, "number": "A0000009", "number_key": "a0000009"}
            Card.objects.filter(household=li).update(valid_to=NOON)
            Card.objects.create(household=li, issued_at=NOON, **key)
            Household.objects.filter(pk=wang.pk).update(community=zhang.community)
            Household.objects.filter(pk=zhang.pk).update(left_on=TODAY - dt.timedelta(days=20))
        drain(now=LATER)
        for period in PERIODS:
            counted = {facts.community_id: facts for facts in community_facts(period=period)}
            assert shown(facts=counted) == raw(period=period, communities=list(counted))
            days = drop_off_series(period=period, community_ids=None)
            assert sum(day.weight_g for day in days) == sum(
                sum(facts.drop_off_weights_g.values()) for facts in counted.values()
            )
    assert recompute("--check") == (0, {"ok": True, "differences": []})
    forget_and_fill()
    assert recompute("--check") == (0, {"ok": True, "differences": []}), "what the migrations fill in"


def test_a_verdict_that_came_before_its_drop_off_was_let_in_counts_then(
    bin_07: SmartBin, zhang: Household, chen: User
) -> None:
    drop_off = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=NOON)
    SetAside.objects.create(drop_off=drop_off, error="?", set_aside_at=NOON)
    make_verification(drop_off=drop_off, guide=chen, verdict="CORRECT", is_tallied=False)
    drain(now=LATER)
    for looked_at, judged in ((0, 0), (1, 1)):
        facts = {each.community_id: each for each in community_facts(period=PERIODS[0])}[zhang.community_id]
        assert (facts.random_sample, facts.households.judged_count) == (SampleFacts(looked_at, looked_at), judged)
        retry_faults(now=LATER)
    assert recompute("--check") == (0, {"ok": True, "differences": []})


def forget_and_fill() -> None:
    """Take the verdicts out of the tallies, as before they were counted, and migrate."""
    HouseholdDay.objects.update(correct_count=0, wrong_count=0)
    CommunityDay.objects.update(sampled_count=0, sampled_right_count=0)
    with connection.cursor() as cursor:
        for name in ("points.migrations.0020_days_count_verdicts", "indicators.migrations.0008_days_count_the_sample"):
            cursor.execute(importlib.import_module(name).FILL)


Shown = dict[int, tuple[HouseholdFacts, SampleFacts, dict[str, int]]]


def shown(*, facts: dict[int, CommunityFacts]) -> Shown:
    """What of the facts comes from tallies; of who was ever judged the formulas only ask whether anybody was."""
    return {key: (each.households, each.random_sample, dict(each.drop_off_weights_g)) for key, each in facts.items()}


def raw(*, period: Period, communities: list[int]) -> Shown:
    """The same from drop-offs and verdicts, row by row."""
    weights_g: dict[int, Counter[str]] = defaultdict(Counter)
    days: dict[int, set[dt.date]] = defaultdict(set)
    for drop_off in DropOff.objects.filter(batch__tallied_at__isnull=False).select_related("attribution"):
        if period.starts_on <= drop_off.occurred_on <= period.ends_on:
            weights_g[drop_off.community_id][drop_off.category] += drop_off.weight_g
        given = getattr(drop_off, "attribution", None)
        owner_id = drop_off.household_id or (given.household_id if given else None)
        if owner_id and drop_off.occurred_on <= period.ends_on:
            days[owner_id].add(drop_off.occurred_on)
    active_from = period.ends_on - dt.timedelta(days=29)
    words: dict[int, list[tuple[dt.date, str]]] = defaultdict(list)
    for owner_id, on, verdict in verdicts_by_household().values_list("owner_id", "drop_off__occurred_on", "verdict"):
        if owner_id and on <= period.ends_on:
            words[owner_id].append((on, verdict))
    samples: dict[int, list[str]] = defaultdict(list)
    for community_id, on, verdict in verdicts_of_sample().values_list(
        "drop_off__community_id", "drop_off__occurred_on", "verdict"
    ):
        if period.starts_on <= on <= period.ends_on:
            samples[community_id].append(verdict)
    found = {}
    for community_id in communities:
        enrolled = [
            each.pk
            for each in Household.objects.filter(community=community_id, enrolled_on__lte=period.ends_on)
            if each.left_on is None or each.left_on > period.ends_on
        ]
        lately = {key: {verdict for on, verdict in words[key] if on >= active_from} for key in enrolled}
        found[community_id] = (
            HouseholdFacts(
                enrolled_count=len(enrolled),
                card_issued_count=sum(Card.objects.filter(household=key).exists() for key in enrolled),
                first_drop_off_count=sum(bool(days[key]) for key in enrolled),
                active_30_days_count=sum(any(on >= active_from for on in days[key]) for key in enrolled),
                participating_count=sum(any(on >= period.starts_on for on in days[key]) for key in enrolled),
                judged_count=sum(bool(words[key]) for key in enrolled),
                sorting_right_count=sum(lately[key] == {"CORRECT"} for key in enrolled),
            ),
            SampleFacts(len(samples[community_id]), samples[community_id].count("CORRECT")),
            dict(weights_g[community_id]),
        )
    return found
