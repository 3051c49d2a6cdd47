"""The accuracy rate that can be believed: sample, interval and non-response; suggested looks and spot checks apart."""

import datetime as dt

import pytest

from guides.models import Shift
from guides.queries.accuracy import (
    CommunityAccuracy,
    Judged,
    SampleAccuracy,
    accuracy_by_community,
    district_sample,
)
from guides.queries.sampling import is_in_sample
from households.models import Household
from people.models import User
from sorting.models import DropOff, SetAside, SmartBin, SpotCheck, VerificationSource
from tests.builders import at, make_drop_off, make_verification
from tests.conftest import TODAY
from tests.indicators.asking import ask_one
from tests.indicators.test_recompute import recompute

pytestmark = pytest.mark.django_db


def of_east_lake() -> CommunityAccuracy:
    """The row of 东湖花园 for today."""
    (row,) = (row for row in accuracy_by_community(starts_on=TODAY, ends_on=TODAY) if row.name == "东湖花园")
    return row


def sampled(*, smart_bin: SmartBin, count: int, household: Household | None = None) -> list[DropOff]:
    """That many drop-offs of today that are in the sample; those that are not stay in the table beside them."""
    found: list[DropOff] = []
    for number in range(5_000):
        drop_off = make_drop_off(
            smart_bin=smart_bin, household=household, occurred_at=at(on=TODAY, hour=7 + number % 12)
        )
        if is_in_sample(drop_off=drop_off):
            found.append(drop_off)
        if len(found) == count:
            return found
    raise AssertionError("too few")


def test_nothing_drawn_is_no_rate(bin_07: SmartBin) -> None:
    row = of_east_lake()
    assert row.sample == SampleAccuracy()
    assert (row.sample.judged.rate, row.sample.interval, row.sample.unjudged_count) == (None, None, 0)


def test_what_was_drawn_and_not_judged_is_shown_and_tells_whether_a_guide_stood_there(
    bin_07: SmartBin, chen: User, now: dt.datetime
) -> None:
    drawn = sampled(smart_bin=bin_07, count=6)
    Shift.objects.create(
        guide=chen, point=bin_07.point, started_at=at(on=TODAY, hour=7), ended_at=at(on=TODAY, hour=12)
    )
    for drop_off, verdict in zip(drawn, ("CORRECT", "CORRECT", "CONTAMINATED"), strict=False):
        make_verification(drop_off=drop_off, guide=chen, verdict=verdict)
    sample = of_east_lake().sample
    staffed = sum(1 for drop_off in drawn[3:] if drop_off.occurred_at <= at(on=TODAY, hour=12))
    assert sample == SampleAccuracy(drawn_count=6, judged=Judged(3, 2), unjudged_staffed_count=staffed)
    assert sample.unjudged_count == 3
    # Nobody has ended this shift; it stands for twelve hours, and one of yesterday for nothing.
    Shift.objects.all().delete()
    before_noon = sum(1 for drop_off in drawn[3:] if drop_off.occurred_at <= at(on=TODAY, hour=12))
    for days, hour, staffed in ((1, 7, 0), (0, 0, before_noon), (0, 7, 3)):
        begun = at(on=TODAY - dt.timedelta(days=days), hour=hour, minute=30 if hour == 0 else 0)
        shift = Shift.objects.create(guide=chen, point=bin_07.point, started_at=begun)
        assert of_east_lake().sample.unjudged_staffed_count == staffed, begun
        shift.delete()
    interval = sample.interval
    assert interval is not None
    assert interval.low < 2 / 3 < interval.high


def test_the_indicator_and_the_bureaus_row_are_the_same_figure(bin_07: SmartBin, chen: User) -> None:
    drawn = sampled(smart_bin=bin_07, count=4)
    for drop_off, verdicts in zip(
        drawn, (("CORRECT",), ("CORRECT", "WITHDRAWN"), ("CONTAMINATED", "CORRECT")), strict=False
    ):
        for verdict in verdicts:
            make_verification(drop_off=drop_off, guide=chen, verdict=verdict)
    make_verification(drop_off=drawn[3], guide=chen, verdict="MISPLACED", is_tallied=False)
    SetAside.objects.create(drop_off=drawn[0], error="?", set_aside_at=at(on=TODAY))
    sample = of_east_lake().sample
    assert (sample.drawn_count, sample.judged) == (3, Judged(1, 1))
    recompute()
    indicator = ask_one("sorting_accuracy_rate", measure="random_sample", starts_on="2026-11-23", ends_on="2026-11-23")
    assert (indicator["numerator"], indicator["denominator"], indicator["sample_count"]) == (1, 1, 1)


def test_suggested_looks_and_spot_checks_stay_apart(
    bin_07: SmartBin, wang: Household, chen: User, now: dt.datetime
) -> None:
    for source, verdict in (("SUGGESTED", "CORRECT"), ("SUGGESTED", "MISPLACED"), ("FREE", "CORRECT")):
        drop_off = make_drop_off(smart_bin=bin_07, occurred_at=at(on=TODAY))
        make_verification(drop_off=drop_off, guide=chen, verdict=verdict, source=VerificationSource(source))
    SpotCheck.objects.create(
        point=bin_07.point, guide=chen, checked_at=now, checked_on=TODAY, looked_at_count=10, wrong_count=3
    )
    rows = accuracy_by_community(starts_on=TODAY, ends_on=TODAY)
    east, west = rows
    assert (east.suggested, east.free, east.spot_checks) == (Judged(2, 1), Judged(1, 1), Judged(10, 7))
    assert east.sample.judged == Judged()
    assert west == CommunityAccuracy(wang.community_id, "西园新村", SampleAccuracy(), Judged(), Judged(), Judged())


def test_the_district_adds_up_parts_before_it_divides() -> None:
    rows = [
        CommunityAccuracy(number, "", SampleAccuracy(drawn, Judged(judged, right), 1), Judged(), Judged(), Judged())
        for number, drawn, judged, right in ((1, 100, 90, 81), (2, 20, 10, 4))
    ]
    assert district_sample(rows=rows) == SampleAccuracy(120, Judged(100, 85), 2)


@pytest.mark.parametrize("days", [-1, 401])
def test_a_period_is_bounded(days: int, db: None) -> None:
    with pytest.raises(ValueError, match="days"):
        accuracy_by_community(starts_on=TODAY, ends_on=TODAY + dt.timedelta(days=days - 1 if days > 0 else days))
