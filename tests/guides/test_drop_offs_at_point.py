"""The list beside the bin: this point's drop-offs, newest first, doors of assigned communities only."""

import datetime as dt
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from guides.looks import Look
from guides.queries.drop_offs import Cursor, Listed, Tab, drop_off_of_code, drop_offs_at_point
from guides.queries.sampling import is_in_sample
from guides.services.verdicts import judge_drop_off
from households.models import Card, CardKind, Household
from people.models import User
from points.models import Flag, FlagKind
from sorting.models import CollectionPoint, DropOff, SmartBin
from sorting.services.verdicts import withdraw_verdict
from tests.builders import at, make_attribution, make_drop_off, make_verification
from tests.conftest import TODAY

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


def listed(bin_07: SmartBin, chen: User, now: dt.datetime, tab: Tab = Tab.ALL, **others: Any) -> list[Listed]:
    point = bin_07.point
    return drop_offs_at_point(
        point=point, guide=chen, community_ids={point.community_id}, now=now, today=TODAY, tab=tab, **others
    )


def test_the_newest_is_first_with_door_category_and_weight(
    zhang: Household, li: Household, bin_07: SmartBin, chen: User, now: dt.datetime
) -> None:
    older = make_drop_off(smart_bin=bin_07, household=li, occurred_at=now - MINUTE * 2, category="RESIDUAL")
    newer = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=now - MINUTE, weight_g=1_620)
    unread = make_drop_off(smart_bin=bin_07, occurred_at=now - MINUTE * 3)
    first, second, third = listed(bin_07, chen, now)
    assert [first.drop_off_id, second.drop_off_id, third.drop_off_id] == [newer.pk, older.pk, unread.pk]
    assert (first.door, first.category, first.weight_g, first.occurred_at) == ("1-1-101", "FOOD", 1_620, now - MINUTE)
    assert (third.door, third.has_household) == ("", False)


def test_another_point_and_the_day_before_are_not_in_the_list(
    zhang: Household, bin_07: SmartBin, chen: User, now: dt.datetime
) -> None:
    north = CollectionPoint.objects.create(community=bin_07.point.community, name="北门")
    other = SmartBin.objects.create(code="B-0008", point=north, categories="FOOD", registered_at=now)
    make_drop_off(smart_bin=other, household=zhang, occurred_at=now)
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=now - dt.timedelta(hours=24, minutes=1))
    kept = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=now - dt.timedelta(hours=24))
    assert [row.drop_off_id for row in listed(bin_07, chen, now)] == [kept.pk]


def test_wang_who_drops_off_at_the_east_gate_is_a_stranger_without_a_door(
    wang: Household, bin_07: SmartBin, chen: User, now: dt.datetime
) -> None:
    make_drop_off(smart_bin=bin_07, household=wang, occurred_at=now)
    (row,) = listed(bin_07, chen, now)
    assert (row.has_household, row.is_neighbour, row.door) == (True, False, "")


def test_the_verdict_that_stands_is_shown_and_its_id_only_to_who_gave_it(
    zhang: Household, bin_07: SmartBin, chen: User, zhao: User, now: dt.datetime
) -> None:
    drop_off = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=now)
    judged = judge_drop_off(
        guide=chen,
        drop_off_id=drop_off.pk,
        verdict="MISPLACED",
        actual_category="RESIDUAL",
        now=now,
        client_id="tap-1",
    )
    own, other = listed(bin_07, chen, now)[0].verdict, listed(bin_07, zhao, now)[0].verdict
    assert own is not None
    assert other is not None
    assert (own.verdict, own.actual_category, own.is_own, own.client_id) == ("MISPLACED", "RESIDUAL", True, "tap-1")
    assert own.in_force_at == now + MINUTE
    assert (other.is_own, other.client_id) == (False, "")
    withdraw_verdict(verification=judged, by=chen, now=now, client_id="undo-1")
    assert listed(bin_07, chen, now)[0].verdict is None


def test_why_to_look(zhang: Household, li: Household, bin_07: SmartBin, chen: User, now: dt.datetime) -> None:
    last_week = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=now - dt.timedelta(days=7))
    make_verification(drop_off=last_week, guide=chen, verdict="CONTAMINATED")
    zhangs = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=now)
    lis = make_drop_off(smart_bin=bin_07, household=li, occurred_at=now - MINUTE)
    nobodys = make_drop_off(smart_bin=bin_07, occurred_at=now - MINUTE * 2)
    found = {row.drop_off_id: set(row.looks) - {Look.RANDOM} for row in listed(bin_07, chen, now)}
    assert found == {zhangs.pk: {Look.WRONG}, lis.pk: {Look.NEVER}, nobodys.pk: set()}
    suggested = listed(bin_07, chen, now, tab=Tab.SUGGESTED)
    assert [row.drop_off_id for row in suggested] == [zhangs.pk, lis.pk]
    judge_drop_off(guide=chen, drop_off_id=lis.pk, verdict="CORRECT", now=now, client_id="tap-1")
    suggested = listed(bin_07, chen, now, tab=Tab.SUGGESTED)
    assert [row.drop_off_id for row in suggested] == [zhangs.pk], "what was looked at is proposed no more"


def test_a_household_about_which_a_flag_is_open_is_proposed_without_a_word_of_what_it_is(
    zhang: Household, bin_07: SmartBin, chen: User, now: dt.datetime
) -> None:
    long_ago = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=now - MINUTE * 2_000)
    make_verification(drop_off=long_ago, guide=chen, verdict="CORRECT")
    bags = [make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=now - MINUTE * n) for n in range(60)]
    drawn = {bag.pk for bag in bags if is_in_sample(drop_off=bag)}
    assert drawn
    assert listed(bin_07, chen, now, tab=Tab.SUGGESTED) == []
    flag = Flag.objects.create(
        kind=FlagKind.TWO_PLACES,
        subject=f"household/{zhang.pk}",
        occasion="2026-11-23",
        community=zhang.community,
        household=zhang,
        starts_on=TODAY,
        ends_on=TODAY,
        figures={"count": 2},
        opened_at=now,
        last_seen_at=now,
    )
    rows = [row for tab in (Tab.SUGGESTED, Tab.SAMPLE) for row in listed(bin_07, chen, now, tab=tab)]
    assert {row.looks for row in rows if row.drop_off_id not in drawn} == {(Look.FLAGGED,)}
    assert {row.looks for row in rows if row.drop_off_id in drawn} == {(Look.RANDOM,)}, "the sample is not told"
    assert str(Look.FLAGGED.label) == "请留意"
    bag = next(each for each in bags if each.pk not in drawn)
    judged = judge_drop_off(guide=chen, drop_off_id=bag.pk, verdict="CORRECT", now=now, client_id="t")
    assert judged.source == "SUGGESTED"
    flag.kind = FlagKind.OWN_VERDICT  # what is about a guide is not for the guides
    flag.save()
    assert listed(bin_07, chen, now, tab=Tab.SUGGESTED) == []


def test_the_tab_of_the_sample_holds_exactly_what_was_drawn(bin_07: SmartBin, chen: User, now: dt.datetime) -> None:
    drop_offs = [make_drop_off(smart_bin=bin_07, occurred_at=at(on=TODAY, hour=7, minute=n % 60)) for n in range(80)]
    drawn = {drop_off.pk for drop_off in drop_offs if is_in_sample(drop_off=drop_off)}
    rows = listed(bin_07, chen, now, tab=Tab.SAMPLE)
    assert {row.drop_off_id for row in rows} == drawn
    assert all(row.looks == (Look.RANDOM,) for row in rows)


def test_pages_follow_each_other_without_a_gap(bin_07: SmartBin, chen: User, now: dt.datetime) -> None:
    # Several of one second, as bins report them.
    made = [make_drop_off(smart_bin=bin_07, occurred_at=now - MINUTE * (n // 4)) for n in range(70)]
    seen: list[Listed] = []
    cursor = None
    for size in (31, 31, 10):
        page = listed(bin_07, chen, now, after=cursor)
        assert len(page) == size
        seen += page[:30]
        cursor = Cursor(occurred_at=seen[-1].occurred_at, drop_off_id=seen[-1].drop_off_id)
    assert {row.drop_off_id for row in seen} == {drop_off.pk for drop_off in made}
    assert len(seen) == 70


@pytest.mark.parametrize("tab", Tab)
def test_two_queries_however_many_drop_offs(
    tab: Tab,
    zhang: Household,
    bin_07: SmartBin,
    chen: User,
    now: dt.datetime,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(40):
        make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=now)
    with django_assert_num_queries(2):
        listed(bin_07, chen, now, tab=tab)


def found(text: str, bin_07: SmartBin, now: dt.datetime) -> int | None:
    return drop_off_of_code(text=text, point=bin_07.point, now=now)


def test_zhangs_code_finds_the_last_drop_off_here_within_ten_minutes(
    zhang: Household, li: Household, bin_07: SmartBin, now: dt.datetime
) -> None:
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=now - MINUTE * 9)
    last = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=now - MINUTE * 2)
    make_drop_off(smart_bin=bin_07, household=li, occurred_at=now - MINUTE)
    Card.objects.create(household=zhang, kind=CardKind.QR, number="9F86D081", number_key="9f86d081", issued_at=now)
    for text in ("411003000000018", "411003 0000 0001-8", "https://fenfen.example/c/9F86D081", "A0000001"):
        assert found(text, bin_07, now) == last.pk
    assert found("411003000000018", bin_07, now + MINUTE * 8) == last.pk
    assert found("411003000000018", bin_07, now + MINUTE * 8 + dt.timedelta(seconds=1)) is None


def test_a_code_tells_nothing_of_whoever_was_not_here(
    zhang: Household, wang: Household, bin_07: SmartBin, now: dt.datetime
) -> None:
    north = CollectionPoint.objects.create(community=bin_07.point.community, name="北门")
    other = SmartBin.objects.create(code="B-0008", point=north, categories="FOOD", registered_at=now)
    make_drop_off(smart_bin=other, household=zhang, occurred_at=now)
    for text in (zhang.code, wang.code, "411003000009999", "", "x" * 300, "https://["):
        assert found(text, bin_07, now) is None


def test_a_card_bound_later_finds_its_drop_off_too(zhang: Household, bin_07: SmartBin, now: dt.datetime) -> None:
    unread: DropOff = make_drop_off(smart_bin=bin_07, occurred_at=now, card="X")
    make_attribution(drop_off=unread, household=zhang)
    assert found(zhang.code, bin_07, now) == unread.pk
