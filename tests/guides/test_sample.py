"""The random sample: drawn by a key that nobody has yet, the same in Python and SQL, and decided by the platform."""

import datetime as dt
import hashlib
import itertools

import pytest
from django.db import IntegrityError, transaction

from guides.models import SampleCommitment, SampleRate
from guides.queries.sampling import commitment_holds, day_draws, day_key, drawn_sql, is_in_sample
from guides.sample import Interval, is_drawn, threshold, wilson_interval
from guides.services.sampling import RateInvalid, RateTooLate, commit_sample_keys, set_sample_rate
from guides.services.verdicts import judge_drop_off
from households.models import Community, Household
from lib import dialect
from people.models import User
from sorting.models import Door, DropOff, SmartBin, VerificationSource
from tests.builders import at, make_batch, make_drop_off, make_verification
from tests.conftest import TODAY

TOMORROW = TODAY + dt.timedelta(days=1)


def test_five_of_a_hundred_are_drawn_and_another_key_draws_others() -> None:
    drawn = {
        key: {number for number in range(40_000) if is_drawn(day_key=key, drop_off_id=number, rate_permille=50)}
        for key in ("one", "other")
    }
    for numbers in drawn.values():
        assert 1_800 < len(numbers) < 2_200  # 2,000, and four standard deviations of 44
    assert 60 < len(drawn["one"] & drawn["other"]) < 140  # 100, as of independent draws


def test_a_larger_rate_keeps_what_a_smaller_one_drew() -> None:
    sizes = []
    for rate in (1, 50, 500, 999, 1_000):
        sizes.append({n for n in range(2_000) if is_drawn(day_key="key", drop_off_id=n, rate_permille=rate)})
    assert all(small <= large for small, large in itertools.pairwise(sizes))
    assert len(sizes[-1]) == 2_000
    assert threshold(rate_permille=1_000) > hashlib.sha256(b"").digest()


@pytest.mark.parametrize(
    ("right", "judged", "low", "high"),
    [(0, 10, 0.0, 0.2775), (8, 10, 0.4902, 0.9433), (10, 10, 0.7225, 1.0), (90, 100, 0.8256, 0.9448)],
)
def test_wilsons_interval_as_tables_have_it(right: int, judged: int, low: float, high: float) -> None:
    found = wilson_interval(right_count=right, judged_count=judged)
    assert isinstance(found, Interval)
    assert [found.low, found.high] == pytest.approx([low, high], abs=1e-4)


def test_no_sample_has_no_interval() -> None:
    assert wilson_interval(right_count=0, judged_count=0) is None


@pytest.mark.django_db
def test_the_database_draws_what_python_draws(bin_07: SmartBin, zhao: User, now: dt.datetime) -> None:
    set_sample_rate(community=None, starts_on=TOMORROW, rate_permille=400, by=zhao, now=now)
    drop_offs = [
        make_drop_off(smart_bin=bin_07, occurred_at=at(on=on, hour=8, minute=number))
        for on in (TODAY, TOMORROW)
        for number in range(40)
    ]
    draws = day_draws(community_ids=[bin_07.point.community_id], days=[TODAY, TOMORROW])
    assert [draw.rate_permille for draw in draws] == [50, 400]
    condition, params = drawn_sql(draws=draws)
    rows = dialect.fetch(
        f"SELECT d.id FROM sorting_dropoff d JOIN sorting_dropoffbatch b ON b.id = d.batch_id WHERE {condition}",
        params,
    )
    drawn = {drop_off.pk for drop_off in drop_offs if is_in_sample(drop_off=drop_off)}
    assert {row[0] for row in rows} == drawn
    assert 5 < len(drawn) < 40


@pytest.mark.django_db
def test_a_communitys_own_rate_goes_before_the_districts(
    east_lake: Community, west_park: Community, zhao: User, now: dt.datetime
) -> None:
    set_sample_rate(community=None, starts_on=TOMORROW, rate_permille=100, by=zhao, now=now)
    set_sample_rate(community=east_lake, starts_on=TOMORROW + dt.timedelta(days=1), rate_permille=200, by=zhao, now=now)
    days = [TODAY + dt.timedelta(days=number) for number in range(3)]
    found = day_draws(community_ids=[east_lake.pk, west_park.pk], days=days)
    rates = {(draw.community_id, draw.on_date): draw.rate_permille for draw in found}
    assert [rates[east_lake.pk, day] for day in days] == [50, 100, 200]
    assert [rates[west_park.pk, day] for day in days] == [50, 100, 100]


@pytest.mark.django_db
def test_nobody_changes_the_rate_of_a_day_that_has_begun(zhao: User, east_lake: Community, now: dt.datetime) -> None:
    for starts_on in (TODAY, TODAY - dt.timedelta(days=1)):
        with pytest.raises(RateTooLate):
            set_sample_rate(community=east_lake, starts_on=starts_on, rate_permille=500, by=zhao, now=now)
    for rate in (0, 1_001):
        with pytest.raises(RateInvalid):
            set_sample_rate(community=east_lake, starts_on=TOMORROW, rate_permille=rate, by=zhao, now=now)
    for rate in (100, 120):
        set_sample_rate(community=None, starts_on=TOMORROW, rate_permille=rate, by=zhao, now=now)
    assert SampleRate.objects.get().rate_permille == 120
    with pytest.raises(IntegrityError), transaction.atomic():
        SampleRate.objects.create(starts_on=TOMORROW, rate_permille=1, set_by=zhao, set_at=now)


@pytest.mark.django_db
def test_every_days_key_is_on_record_before_the_day_begins(now: dt.datetime) -> None:
    assert commit_sample_keys(now=now) == 8
    assert commit_sample_keys(now=now) == 0
    assert commit_sample_keys(now=now + dt.timedelta(days=2)) == 2
    kept = SampleCommitment.objects.get(on_date=TOMORROW)
    assert kept.key_digest == hashlib.sha256(day_key(on=TOMORROW).encode()).hexdigest()
    assert day_key(on=TOMORROW) not in kept.key_digest
    assert (commitment_holds(on=TOMORROW), commitment_holds(on=dt.date(2020, 1, 1))) == (True, None)
    SampleCommitment.objects.filter(on_date=TOMORROW).update(key_digest="0" * 64)
    assert commitment_holds(on=TOMORROW) is False


@pytest.mark.django_db
def test_what_a_clerk_loads_from_a_file_is_in_no_sample(bin_07: SmartBin, now: dt.datetime) -> None:
    batch = make_batch(community=bin_07.point.community, received_at=now)
    batch.door = Door.IMPORT
    batch.save()
    loaded = [make_drop_off(smart_bin=bin_07, occurred_at=now, batch=batch) for _ in range(100)]
    assert not any(is_in_sample(drop_off=drop_off) for drop_off in loaded)


def _one(*, smart_bin: SmartBin, household: Household | None, is_sampled: bool) -> DropOff:
    """A drop-off that is, or is not, in the sample."""
    for _ in range(1_000):
        drop_off = make_drop_off(smart_bin=smart_bin, household=household, occurred_at=at(on=TODAY))
        if is_in_sample(drop_off=drop_off) is is_sampled:
            return drop_off
    raise AssertionError("a thousand draws without one")


@pytest.mark.django_db
def test_the_platform_says_why_a_bag_was_judged_never_the_guide(
    zhang: Household, li: Household, bin_07: SmartBin, chen: User, now: dt.datetime
) -> None:
    def source(drop_off: DropOff) -> str:
        return judge_drop_off(
            guide=chen, drop_off_id=drop_off.pk, verdict="CORRECT", now=now, client_id=f"tap-{drop_off.pk}"
        ).source

    assert source(_one(smart_bin=bin_07, household=zhang, is_sampled=True)) == VerificationSource.RANDOM_SAMPLE
    assert source(_one(smart_bin=bin_07, household=None, is_sampled=True)) == VerificationSource.RANDOM_SAMPLE
    assert source(_one(smart_bin=bin_07, household=None, is_sampled=False)) == VerificationSource.FREE
    assert source(_one(smart_bin=bin_07, household=zhang, is_sampled=False)) == VerificationSource.FREE, "seen before"
    assert source(_one(smart_bin=bin_07, household=li, is_sampled=False)) == VerificationSource.SUGGESTED, "never seen"
    wrong = make_drop_off(smart_bin=bin_07, household=li, occurred_at=at(on=TODAY - dt.timedelta(days=14)))
    make_verification(drop_off=wrong, guide=chen, verdict="CONTAMINATED")
    assert source(_one(smart_bin=bin_07, household=li, is_sampled=False)) == VerificationSource.SUGGESTED, (
        "wrong lately"
    )
    make_verification(drop_off=wrong, guide=chen, verdict="WITHDRAWN")
    assert source(_one(smart_bin=bin_07, household=li, is_sampled=False)) == VerificationSource.FREE
