"""Sorting accuracy: the random sample and the spot checks, never pooled."""

import datetime as dt

import pytest

from households.models import Household
from people.models import User
from sorting.models import CollectionPoint, SetAside, SmartBin, SpotCheck, Verdict, VerificationSource
from tests.builders import at, make_drop_off, make_verification
from tests.conftest import NOON, TODAY
from tests.indicators.asking import ask_one
from tests.indicators.test_recompute import recompute

NOVEMBER = {"starts_on": "2026-11-01", "ends_on": "2026-11-30"}


def judge(
    *verdicts: str,
    bin_07: SmartBin,
    chen: User,
    on: dt.date = TODAY,
    source: str = VerificationSource.RANDOM_SAMPLE,
) -> None:
    """Chen judges one drop-off, again and again."""
    drop_off = make_drop_off(smart_bin=bin_07, occurred_at=at(on=on))
    for verdict in verdicts:
        make_verification(drop_off=drop_off, guide=chen, verdict=verdict, source=source)


def sample(community: str | None = None) -> tuple[float | None, int, int, int]:
    """Value, right, judged and sample size, after the days were counted from what the test made."""
    recompute()
    row = ask_one("sorting_accuracy_rate", measure="random_sample", **NOVEMBER, community=community)
    return row["value"], row["numerator"], row["denominator"], row["sample_count"]


def test_right_over_judged_in_the_random_sample_alone(bin_07: SmartBin, chen: User) -> None:
    assert sample() == (None, 0, 0, 0)
    judge("CORRECT", bin_07=bin_07, chen=chen, source=VerificationSource.SUGGESTED)
    judge("MISPLACED", bin_07=bin_07, chen=chen, source=VerificationSource.FREE)
    assert sample() == (None, 0, 0, 0), "suggested verifications are no sample"
    for verdict in ("CORRECT", "CORRECT", "CORRECT", "CONTAMINATED"):
        judge(verdict, bin_07=bin_07, chen=chen)
    assert sample() == (0.75, 3, 4, 4)
    judge("MISPLACED", bin_07=bin_07, chen=chen)
    assert sample() == (0.6, 3, 5, 5)


def test_the_last_verdict_of_a_sampled_drop_off_counts_once(bin_07: SmartBin, chen: User) -> None:
    judge("CONTAMINATED", "CORRECT", bin_07=bin_07, chen=chen)
    judge("CORRECT", "MISPLACED", bin_07=bin_07, chen=chen)
    judge("CORRECT", "WITHDRAWN", bin_07=bin_07, chen=chen)
    judge("CORRECT", "WITHDRAWN", "CORRECT", bin_07=bin_07, chen=chen)
    assert sample() == (2 / 3, 2, 3, 3)


def test_a_withdrawal_from_elsewhere_unjudges_the_sampled_drop_off_too(bin_07: SmartBin, chen: User) -> None:
    drop_off = make_drop_off(smart_bin=bin_07, occurred_at=NOON)
    make_verification(drop_off=drop_off, guide=chen, verdict=Verdict.CORRECT)
    make_verification(drop_off=drop_off, guide=chen, verdict=Verdict.CONTAMINATED, source=VerificationSource.FREE)
    assert sample() == (1, 1, 1, 1), "another look is not part of the sample"
    make_verification(drop_off=drop_off, guide=chen, verdict=Verdict.WITHDRAWN, source=VerificationSource.FREE)
    assert sample() == (None, 0, 0, 0)


def test_the_day_of_the_drop_off_decides_and_only_what_counts_is_counted(bin_07: SmartBin, chen: User) -> None:
    for day in (dt.date(2026, 10, 31), dt.date(2026, 12, 1)):
        judge("CONTAMINATED", bin_07=bin_07, chen=chen, on=day)
    for day in (dt.date(2026, 11, 1), dt.date(2026, 11, 30)):
        judge("CORRECT", bin_07=bin_07, chen=chen, on=day)
    waiting = make_drop_off(smart_bin=bin_07, occurred_at=NOON)
    make_verification(drop_off=waiting, guide=chen, verdict=Verdict.CONTAMINATED, is_tallied=False)
    poison = make_drop_off(smart_bin=bin_07, occurred_at=NOON)
    make_verification(drop_off=poison, guide=chen, verdict=Verdict.CONTAMINATED)
    SetAside.objects.create(drop_off=poison, error="?", set_aside_at=NOON)
    assert sample() == (1, 2, 2, 2)


def test_the_sample_belongs_to_the_bins_community(bin_07: SmartBin, chen: User, wang: Household) -> None:
    drop_off = make_drop_off(smart_bin=bin_07, household=wang, occurred_at=NOON)
    make_verification(drop_off=drop_off, guide=chen, verdict=Verdict.CORRECT)
    assert sample("东湖花园") == (1, 1, 1, 1)
    assert sample("西园新村") == (None, 0, 0, 0)


def test_spot_checks_are_added_up_before_they_are_divided(bin_07: SmartBin, wang: Household, chen: User) -> None:
    elsewhere = CollectionPoint.objects.create(community=wang.community, name="西门")
    for point, on, looked_at, wrong in (
        (bin_07.point, TODAY, 30, 3),
        (bin_07.point, dt.date(2026, 11, 1), 10, 5),
        (elsewhere, TODAY, 10, 0),
        (elsewhere, dt.date(2026, 12, 1), 50, 50),
    ):
        SpotCheck.objects.create(
            point=point, guide=chen, checked_at=at(on=on), checked_on=on, looked_at_count=looked_at, wrong_count=wrong
        )
    row = ask_one("sorting_accuracy_rate", measure="spot_check", **NOVEMBER)
    assert (row["value"], row["numerator"], row["denominator"], row["sample_count"]) == (0.84, 42, 50, 50)
    lake = ask_one("sorting_accuracy_rate", measure="spot_check", **NOVEMBER, community="东湖花园")
    assert lake["value"] == pytest.approx(32 / 40)
    assert sample() == (None, 0, 0, 0), "spot checks never feed the sample"
