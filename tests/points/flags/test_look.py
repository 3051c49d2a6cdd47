"""A night's look opens a flag once for a subject on an occasion, and nothing of it moves a point."""

import datetime as dt
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from households.models import Community, Household, Member
from people.models import User
from points.flags.look import SpanTooLong, look_for_flags, look_tonight
from points.models import Flag, FlagKind, FlagLook, FlagState, Transfer
from sorting.models import CollectionPoint, DropOff, Method, Photo, PhotoLikeness, SmartBin
from tests.builders import at, make_attribution, make_batch, make_drop_off, make_household_day, make_verification
from tests.conftest import TODAY, make_household

pytestmark = pytest.mark.django_db
YESTERDAY = TODAY - dt.timedelta(days=1)
MONDAY = TODAY - dt.timedelta(days=7)  # of the week that is over


def drop(
    *, smart_bin: SmartBin, household: Household | None, on: dt.date = YESTERDAY, seconds: int = 0, **more: object
) -> DropOff:
    """A drop-off so many seconds after eight in the morning."""
    occurred_at = at(on=on) + dt.timedelta(seconds=seconds)
    return make_drop_off(smart_bin=smart_bin, household=household, occurred_at=occurred_at, **more)  # type: ignore[arg-type]


def look(*, now: dt.datetime, starts_on: dt.date = YESTERDAY, ends_on: dt.date = YESTERDAY) -> dict[str, int]:
    """Look, and say how many of each kind were opened."""
    return dict(look_for_flags(starts_on=starts_on, ends_on=ends_on, now=now).opened)


def make_neighbours(*, community: Community, count: int) -> list[Household]:
    """Further households of a community."""
    return [
        make_household(
            community=community,
            serial=100 + number,
            code=f"411003{100 + number:09d}",
            room=f"9{number:02d}",
            rfid=f"B{number:07d}",
        )
        for number in range(count)
    ]


def make_far_bin(*, community: Community, code: str = "B-0099") -> SmartBin:
    """A bin at the far end: 3 km north of where bin 07 is put."""
    CollectionPoint.objects.filter(community=community).update(latitude=34.0, longitude=113.8)
    point = CollectionPoint.objects.create(community=community, name="北门", latitude=34.027, longitude=113.8)
    return SmartBin.objects.create(code=code, point=point, categories="FOOD", registered_at=timezone.now())


def split_bags(*, smart_bin: SmartBin, household: Household, on: dt.date = YESTERDAY) -> None:
    """What fits into one bag, brought as seven."""
    for number in range(7):
        drop(smart_bin=smart_bin, household=household, on=on, seconds=20 * number, weight_g=300)


def test_zhang_who_brings_one_bag_as_seven_is_flagged_once(
    zhang: Household, bin_07: SmartBin, now: dt.datetime
) -> None:
    split_bags(smart_bin=bin_07, household=zhang)
    assert look(now=now) == {FlagKind.SPLITTING: 1}
    assert look(now=now) == {}
    flag = Flag.objects.get()
    assert (flag.household, flag.community, flag.occasion) == (zhang, zhang.community, "2026-W47")
    assert (flag.figures["bag_count"], flag.figures["gain_points"], flag.figures["category"]) == (7, 10, "FOOD")
    assert flag.drop_off_ids == list(DropOff.objects.order_by("pk").values_list("pk", flat=True))
    assert not Transfer.objects.exists()


def test_bags_given_to_li_later_are_lis(li: Household, bin_07: SmartBin, now: dt.datetime) -> None:
    for number in range(6):
        drop_off = drop(smart_bin=bin_07, household=None, card="x1", seconds=20 * number, weight_g=300)
        make_attribution(drop_off=drop_off, household=li)
    assert look(now=now) == {FlagKind.SPLITTING: 1}
    assert Flag.objects.get().household == li


def test_what_a_file_brought_without_points_was_not_split_for_points(
    zhang: Household, bin_07: SmartBin, now: dt.datetime
) -> None:
    for number in range(7):
        drop(smart_bin=bin_07, household=zhang, seconds=20 * number, weight_g=300, is_awarding=False)
    assert look(now=now) == {}


def test_a_bag_of_thirty_two_kilograms_is_flagged_whoever_brought_it(
    zhang: Household, bin_07: SmartBin, now: dt.datetime
) -> None:
    drop(smart_bin=bin_07, household=zhang, weight_g=32_000)
    drop(smart_bin=bin_07, household=None, weight_g=49_000)
    drop(smart_bin=bin_07, household=zhang, weight_g=30_000, seconds=60)
    assert look(now=now) == {FlagKind.HEAVY_BAG: 2}
    of_zhang = Flag.objects.get(household=zhang)
    assert of_zhang.figures == {
        "weight_g": 32_000,
        "weight_g_max": 30_000,
        "category": "FOOD",
        "bag_count": 1,
        "capacity_l": None,
    }


def test_a_small_bin_is_full_sooner(zhang: Household, li: Household, bin_07: SmartBin, now: dt.datetime) -> None:
    SmartBin.objects.update(capacity_l=20)
    for number in range(5):
        drop(smart_bin=bin_07, household=zhang if number else li, seconds=600 * number, weight_g=16_100)
    assert look(now=now) == {FlagKind.FULL_BIN: 1}
    flag = Flag.objects.get()
    assert (flag.subject, flag.household) == (f"bin/{bin_07.pk}/FOOD", None)
    assert (flag.figures["weight_g"], flag.figures["weight_g_max"], flag.figures["bag_count"]) == (80_500, 80_000, 5)


def test_lis_card_is_three_kilometres_away_four_minutes_later(
    li: Household, east_lake: Community, bin_07: SmartBin, now: dt.datetime
) -> None:
    far = make_far_bin(community=east_lake)
    drop(smart_bin=bin_07, household=li, card="A0000002")
    drop(smart_bin=far, household=li, card="A0000002", seconds=240)
    assert look(now=now) == {FlagKind.TWO_PLACES: 1}
    flag = Flag.objects.get()
    assert flag.household == li
    assert flag.figures["distance_m"] == pytest.approx(3_002, abs=5)
    assert flag.figures["gap_s"] == 240


def test_a_family_with_two_cards_may_be_at_two_places(
    li: Household, east_lake: Community, bin_07: SmartBin, now: dt.datetime
) -> None:
    far = make_far_bin(community=east_lake)
    drop(smart_bin=bin_07, household=li, card="A0000002")
    drop(smart_bin=far, household=li, card="9f86d081", seconds=30)
    typed = drop(smart_bin=far, household=li, card=li.code, seconds=35)
    DropOff.objects.filter(pk=typed.pk).update(method=Method.CODE)
    drop(smart_bin=bin_07, household=li, card="A0000002", seconds=40)
    assert look(now=now) == {}


def test_without_coordinates_two_points_within_a_minute_are_two_places(
    li: Household, east_lake: Community, bin_07: SmartBin, now: dt.datetime
) -> None:
    point = CollectionPoint.objects.create(community=east_lake, name="西门")
    other = SmartBin.objects.create(code="B-0008", point=point, categories="FOOD", registered_at=now)
    drop(smart_bin=bin_07, household=li, card="A0000002")
    drop(smart_bin=other, household=li, card="A0000002", seconds=61)
    assert look(now=now) == {}
    drop(smart_bin=bin_07, household=li, card="A0000002", seconds=121)
    assert look(now=now) == {FlagKind.TWO_PLACES: 1}


def test_a_stack_of_six_cards_at_bin_07_is_flagged_and_a_guides_work_is_not(
    east_lake: Community, bin_07: SmartBin, now: dt.datetime
) -> None:
    households = make_neighbours(community=east_lake, count=6)
    for number, household in enumerate(households):
        drop(smart_bin=bin_07, household=household, seconds=8 * number)
    DropOff.objects.update(method=Method.GUIDE)
    assert look(now=now) == {}
    DropOff.objects.update(method=Method.CARD)
    assert look(now=now) == {FlagKind.SWIPE_RUN: 1}
    flag = Flag.objects.get()
    assert (flag.bin, flag.household, flag.figures["household_count"]) == (bin_07, None, 6)


def test_three_cards_that_always_come_together_are_flagged_for_the_week(
    zhang: Household, li: Household, east_lake: Community, bin_07: SmartBin, now: dt.datetime
) -> None:
    (third,) = make_neighbours(community=east_lake, count=1)
    for number in range(4):
        for place, household in enumerate((zhang, li, third)):
            drop(smart_bin=bin_07, household=household, on=MONDAY + dt.timedelta(days=number), seconds=15 * place)
    assert look(now=now, starts_on=MONDAY) == {FlagKind.SWIPE_GROUP: 1}
    flag = Flag.objects.get()
    assert (flag.figures["household_count"], flag.figures["day_count"], len(flag.drop_off_ids)) == (3, 4, 12)


def test_a_household_far_above_its_community_is_flagged_when_the_week_is_over(
    zhang: Household, east_lake: Community, bin_07: SmartBin, now: dt.datetime
) -> None:
    for number, household in enumerate(make_neighbours(community=east_lake, count=24)):
        make_household_day(household=household, on=MONDAY, points=100 + number)
    for number in range(4):
        on = MONDAY + dt.timedelta(days=number)
        make_household_day(household=zhang, on=on, category="RECYCLABLE", points=500)
    early = at(on=MONDAY + dt.timedelta(days=6))
    assert look(now=early, starts_on=MONDAY, ends_on=MONDAY) == {}
    assert look(now=now, starts_on=MONDAY, ends_on=MONDAY) == {FlagKind.OUTLIER: 1}
    flag = Flag.objects.get()
    assert (flag.household, flag.figures["points"], flag.figures["household_count"]) == (zhang, 2_000, 25)


def test_guide_chen_who_joins_the_li_household_a_week_after_judging_it_is_flagged(
    li: Household, zhang: Household, chen: User, bin_07: SmartBin, now: dt.datetime
) -> None:
    make_verification(drop_off=drop(smart_bin=bin_07, household=li), guide=chen, verdict="CORRECT")
    make_verification(drop_off=drop(smart_bin=bin_07, household=zhang), guide=chen, verdict="CORRECT")
    assert look(now=now) == {}
    Member.objects.create(household=li, user=chen, joined_at=now + dt.timedelta(days=7))
    assert look(now=now) == {FlagKind.OWN_VERDICT: 1}
    flag = Flag.objects.get()
    assert (flag.household, flag.person, flag.occasion) == (li, chen, "2026-11")
    assert flag.figures == {"verdict_count": 1, "correct_count": 1, "joined_on": "2026-11-30"}


def make_photo(*, drop_off: DropOff, guide: User | None, digest: str) -> Photo:
    """A photo of a drop-off."""
    return Photo.objects.create(
        bin=drop_off.bin,
        event_id=drop_off.event_id,
        sent_by=guide,
        received_at=drop_off.occurred_at,
        content_digest=digest,
        dhash=0,
        band_0=0,
        band_1=0,
        band_2=0,
        band_3=0,
        width=10,
        height=10,
        large_name="a",
        small_name="b",
    )


def test_one_photo_for_two_bags_is_flagged_with_who_sent_it(
    li: Household, zhang: Household, chen: User, bin_07: SmartBin, now: dt.datetime
) -> None:
    first, second = drop(smart_bin=bin_07, household=li), drop(smart_bin=bin_07, household=zhang, seconds=90)
    photos = [make_photo(drop_off=first, guide=chen, digest="a"), make_photo(drop_off=second, guide=chen, digest="b")]
    likeness = PhotoLikeness.objects.create(
        photo=photos[1], earlier=photos[0], distance=3, is_identical=False, found_at=at(on=YESTERDAY, hour=9)
    )
    assert look(now=now) == {}
    PhotoLikeness.objects.filter(pk=likeness.pk).update(distance=2)
    assert look(now=now) == {FlagKind.SAME_PHOTO: 1}
    flag = Flag.objects.get()
    assert (flag.person, flag.household, flag.drop_off_ids) == (chen, zhang, [first.pk, second.pk])


def test_a_key_that_two_machines_use_is_flagged(bin_07: SmartBin, now: dt.datetime) -> None:
    for number, boot_id in enumerate("abab"):
        batch = make_batch(
            community=bin_07.point.community, smart_bin=bin_07, received_at=at(on=YESTERDAY, minute=number)
        )
        type(batch).objects.filter(pk=batch.pk).update(boot_id=boot_id)
    assert look(now=now) == {}
    batch = make_batch(community=bin_07.point.community, smart_bin=bin_07, received_at=at(on=YESTERDAY, minute=30))
    type(batch).objects.filter(pk=batch.pk).update(boot_id="a")
    assert look(now=now) == {FlagKind.TWO_MACHINES: 1}


def test_an_open_flag_follows_its_figures_and_a_decided_one_stays(
    zhang: Household, zhao: User, bin_07: SmartBin, now: dt.datetime
) -> None:
    split_bags(smart_bin=bin_07, household=zhang)
    look(now=now)
    drop(smart_bin=bin_07, household=zhang, seconds=150, weight_g=100)
    outcome = look_for_flags(starts_on=YESTERDAY, ends_on=YESTERDAY, now=now + dt.timedelta(hours=1))
    assert (outcome.opened, outcome.refreshed_count) == ({}, 1)
    flag = Flag.objects.get()
    assert (flag.figures["bag_count"], flag.last_seen_at, flag.opened_at) == (8, now + dt.timedelta(hours=1), now)
    Flag.objects.update(state=FlagState.DISMISSED, decided_at=now, decided_by=zhao, decision_reason="袋子破了")
    drop(smart_bin=bin_07, household=zhang, seconds=160, weight_g=50)
    outcome = look_for_flags(starts_on=YESTERDAY, ends_on=YESTERDAY, now=now)
    assert (outcome.opened, outcome.refreshed_count) == ({}, 0)
    assert Flag.objects.get().figures["bag_count"] == 8


def test_the_database_refuses_the_same_flag_twice_and_a_decision_of_nobody(
    zhang: Household, bin_07: SmartBin, now: dt.datetime
) -> None:
    split_bags(smart_bin=bin_07, household=zhang)
    look(now=now)
    flag = Flag.objects.get()
    flag.pk = None
    with pytest.raises(IntegrityError, match=r"flag_once_an_occasion|points_flag.kind"), transaction.atomic():
        flag.save(force_insert=True)
    with pytest.raises(IntegrityError, match="flag_decided_by_somebody"), transaction.atomic():
        Flag.objects.update(state=FlagState.CONFIRMED)


class TestTonight:
    """The night's look is done once, over the days for which something came."""

    NIGHT = at(on=TODAY, hour=3)

    def test_it_finds_what_came_late_for_a_day_long_past(self, zhang: Household, bin_07: SmartBin) -> None:
        month_ago = TODAY - dt.timedelta(days=30)
        batch = make_batch(community=zhang.community, smart_bin=bin_07, received_at=self.NIGHT - dt.timedelta(hours=20))
        drop(smart_bin=bin_07, household=zhang, on=month_ago, weight_g=31_000, batch=batch)
        outcome = look_tonight(now=self.NIGHT)
        assert outcome is not None
        assert (outcome.day_count, dict(outcome.opened)) == (1, {FlagKind.HEAVY_BAG: 1})
        done = FlagLook.objects.get()
        assert (done.night_on, done.day_count, done.counts) == (TODAY, 1, {"HEAVY_BAG": 1})

    def test_it_is_done_once_and_not_before_two(self, db: None) -> None:
        assert look_tonight(now=at(on=TODAY, hour=1, minute=59)) is None
        assert look_tonight(now=at(on=TODAY, hour=2)) is not None
        assert look_tonight(now=self.NIGHT) is None
        assert look_tonight(now=self.NIGHT + dt.timedelta(days=1)) is not None

    def test_one_that_was_killed_is_taken_over_after_an_hour(self, db: None) -> None:
        FlagLook.objects.create(night_on=TODAY, started_at=self.NIGHT)
        assert look_tonight(now=self.NIGHT + dt.timedelta(minutes=60)) is None
        assert look_tonight(now=self.NIGHT + dt.timedelta(minutes=61)) is not None
        assert FlagLook.objects.get().finished_at is not None

    def test_a_card_bound_yesterday_brings_its_days_back(self, li: Household, bin_07: SmartBin) -> None:
        ten_days_ago = TODAY - dt.timedelta(days=10)
        drop_off = drop(smart_bin=bin_07, household=None, card="x1", on=ten_days_ago, weight_g=31_000)
        attribution = make_attribution(drop_off=drop_off, household=li)
        assert getattr(look_tonight(now=self.NIGHT), "day_count", None) == 0
        type(attribution).objects.update(since=self.NIGHT)
        FlagLook.objects.all().delete()
        outcome = look_tonight(now=self.NIGHT)
        assert outcome is not None
        assert Flag.objects.get().household == li


class TestCommand:
    """`look_for_flags` on demand."""

    def test_it_says_what_it_opened_as_json(self, zhang: Household, bin_07: SmartBin) -> None:
        split_bags(smart_bin=bin_07, household=zhang)
        out = StringIO()
        call_command("look_for_flags", "--from", "2026-11-20", "--to", "2026-11-22", "--json", stdout=out)
        assert json.loads(out.getvalue()) == {
            "from": "2026-11-20",
            "to": "2026-11-22",
            "days": 3,
            "opened": {"SPLITTING": 1},
            "refreshed": 0,
            "cut_off": [],
        }

    def test_a_span_that_cannot_be_is_wrong_usage(self, db: None) -> None:
        for first, last in (("2026-11-22", "2026-11-20"), ("2026-01-01", "2026-11-20"), ("gestern", "2026-11-20")):
            with pytest.raises(CommandError) as refused:
                call_command("look_for_flags", "--from", first, "--to", last)
            assert refused.value.returncode in (1, 2)

    def test_two_months_can_be_looked_at_and_a_day_more_cannot(self, db: None, now: dt.datetime) -> None:
        look_for_flags(starts_on=TODAY - dt.timedelta(days=61), ends_on=TODAY, now=now)
        with pytest.raises(SpanTooLong):
            look_for_flags(starts_on=TODAY - dt.timedelta(days=62), ends_on=TODAY, now=now)
