"""The quality of a community's data: plain shares, their mean, and no score without data."""

import datetime as dt
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from households.models import Community, Household
from indicators.facts import Period
from indicators.quality import PARTS, QualityFacts, parts_of, score_of
from indicators.queries.quality import read_quality
from people.models import User
from points.models import Flag, FlagKind, FlagState
from sorting.models import Alert, AlertKind, Door, DropOffBatch, Fate, RefusedEvent, SequenceRun, SmartBin
from tests.builders import at, make_batch, make_community_day, make_drop_off, make_load, make_verification
from tests.conftest import NOON, TODAY

NOVEMBER = Period(starts_on=dt.date(2026, 11, 1), ends_on=dt.date(2026, 11, 30))
DAY = dt.timedelta(days=1)


def score(facts: QualityFacts) -> Fraction | None:
    """The score of a community by its parts."""
    return score_of(facts=facts, parts=parts_of(facts=facts))


def make_refused(*, bin_code: str, code: str, number: int, is_replayed: bool = False) -> RefusedEvent:
    """An event that was refused today."""
    return RefusedEvent.objects.create(
        bin_code=bin_code,
        door=Door.HTTP,
        event_id=f"r-{number}",
        fate=Fate.REJECTED,
        code=code,
        message="",
        payload={},
        payload_digest=f"{number:064}",
        first_received_at=NOON,
        last_received_at=NOON,
        replayed_at=NOON if is_replayed else None,
    )


def make_flag(*, smart_bin: SmartBin, kind: FlagKind, bag_count: int, state: FlagState = FlagState.OPEN) -> Flag:
    """A weight of today's that cannot be."""
    is_decided = state != FlagState.OPEN
    return Flag.objects.create(
        kind=kind,
        subject=f"bin/{smart_bin.pk}/{bag_count}",
        occasion=f"{TODAY}",
        community=smart_bin.point.community,
        bin=smart_bin,
        starts_on=TODAY,
        ends_on=TODAY,
        figures={"category": "FOOD", "bag_count": bag_count},
        opened_at=NOON,
        last_seen_at=NOON,
        state=state,
        decided_at=NOON if is_decided else None,
        decided_by=User.objects.get(username="zhao") if is_decided else None,
        decision_reason="核对过" if is_decided else "",
    )


def test_the_score_is_the_mean_of_the_shares_that_there_are() -> None:
    facts = QualityFacts(
        drop_off_count=90,
        refused_count=10,
        bin_count=4,
        silent_bin_count=1,
        run_count=1,
        missing_count=10,
        implausible_count=9,
        late_count=18,
        dropped_categories=frozenset({"FOOD", "RESIDUAL"}),
        loaded_categories=frozenset({"FOOD"}),
        judged_count=29,
        enrolled_count=30,
    )
    shares = [part.share for part in parts_of(facts=facts)]
    assert shares == [
        *(Fraction(9, 10), Fraction(3, 4), Fraction(9, 10), Fraction(9, 10)),
        *(Fraction(4, 5), Fraction(1, 2), Fraction(2, 3)),
    ]
    assert score(facts) == sum(each for each in shares if each is not None) / 7
    assert facts.few == (("抽样核验数", 29),)
    assert [part.name for part in parts_of(facts=facts)] == list(PARTS)


def test_a_community_without_drop_offs_and_loads_has_no_score_though_its_bins_are_well() -> None:
    assert score(QualityFacts()) is None
    assert score(QualityFacts(bin_count=3, enrolled_count=200)) is None, "bins alone would be 100 %"
    assert all(part.share is None for part in parts_of(facts=QualityFacts()))


def test_a_part_without_data_is_left_out_of_the_mean_and_is_not_counted_as_whole() -> None:
    facts = QualityFacts(drop_off_count=40, dropped_categories=frozenset({"FOOD"}), enrolled_count=40, judged_count=40)
    by_name = {part.name: part.share for part in parts_of(facts=facts)}
    assert (by_name["有声"], by_name["连号"]) == (None, None), "no bin, and no bin that counts"
    assert by_name["清运"] == 0, "dropped off and never known to be taken away"
    assert facts.is_without_loads
    assert score(facts) == Fraction(4, 5)


def test_more_late_or_implausible_than_were_tallied_is_a_share_of_nothing_and_never_less() -> None:
    facts = QualityFacts(drop_off_count=1, late_count=2, implausible_count=3)
    assert all(part.share is None or part.share >= 0 for part in parts_of(facts=facts))


@pytest.mark.django_db
def test_each_fault_is_counted_once_in_the_community_of_its_bin(
    bin_07: SmartBin, east_lake: Community, west_park: Community, zhang: Household, chen: User, zhao: User
) -> None:
    SmartBin.objects.update(registered_at=NOON - 60 * DAY)
    make_community_day(community=east_lake, on=TODAY, drop_off_count=50)
    make_community_day(community=east_lake, on=TODAY - 40 * DAY, drop_off_count=7)
    make_load(community=east_lake, category="FOOD", destination="COMPOSTING", weight_g=400_000, on=TODAY)
    make_refused(bin_code="B-0007", code="occurred_in_future", number=1)
    make_refused(bin_code="B-0007", code="occurred_in_future", number=2, is_replayed=True)
    make_refused(bin_code="nobody", code="weight_out_of_range", number=3)
    for days in (1, 3):
        batch = make_batch(community=east_lake, smart_bin=bin_07, received_at=NOON)
        make_drop_off(smart_bin=bin_07, occurred_at=NOON - days * DAY, household=zhang, batch=batch)
    imported = make_batch(community=east_lake, received_at=NOON)
    DropOffBatch.objects.filter(pk=imported.pk).update(door=Door.IMPORT)
    drop_off = make_drop_off(smart_bin=bin_07, occurred_at=NOON - 9 * DAY, batch=imported)
    make_verification(drop_off=drop_off, guide=chen, verdict="CORRECT")
    make_flag(smart_bin=bin_07, kind=FlagKind.HEAVY_BAG, bag_count=2)
    make_flag(smart_bin=bin_07, kind=FlagKind.FULL_BIN, bag_count=6)
    make_flag(smart_bin=bin_07, kind=FlagKind.HEAVY_BAG, bag_count=30, state=FlagState.DISMISSED)
    now_s = int(NOON.timestamp())
    missing = [[3, 5, now_s], [8, 8, now_s - 40 * 24 * 3600]]
    SequenceRun.objects.create(bin=bin_07, boot_id="7f3a", first=1, highest=60, missing=missing, read_to=NOON)
    found = read_quality(period=NOVEMBER, community_ids=None)
    assert found.by_community[east_lake.pk] == QualityFacts(
        drop_off_count=50,
        refused_count=1,
        bin_count=1,
        run_count=1,
        missing_count=3,
        implausible_count=6,
        late_count=1,
        dropped_categories=frozenset({"FOOD"}),
        loaded_categories=frozenset({"FOOD"}),
        judged_count=1,
        enrolled_count=1,
    )
    assert [(each.code, each.community_id, each.count, each.replayed_count) for each in found.refused] == [
        ("occurred_in_future", east_lake.pk, 2, 1),
        ("weight_out_of_range", None, 1, 0),
    ]
    elsewhere = read_quality(period=NOVEMBER, community_ids=[west_park.pk])
    assert (elsewhere.by_community, elsewhere.refused) == ({}, [])


@pytest.mark.django_db
def test_a_bin_is_silent_while_its_alert_holds_and_while_nothing_ever_came(bin_07: SmartBin) -> None:
    community_id = bin_07.point.community_id
    SmartBin.objects.update(registered_at=NOON - 60 * DAY)

    def silent_count(period: Period) -> int:
        return read_quality(period=period, community_ids=None).by_community[community_id].silent_bin_count

    assert silent_count(NOVEMBER) == 1, "nothing ever came from it"
    make_batch(community=bin_07.point.community, smart_bin=bin_07, received_at=at(on=dt.date(2026, 10, 2)))
    assert silent_count(NOVEMBER) == 0
    Alert.objects.create(bin=bin_07, kind=AlertKind.SILENT, opened_at=NOON, last_seen_at=NOON, closed_at=NOON)
    Alert.objects.create(bin=bin_07, kind=AlertKind.FULL, opened_at=NOON - 9 * DAY, last_seen_at=NOON)
    assert silent_count(NOVEMBER) == 1
    assert silent_count(Period(starts_on=dt.date(2026, 11, 1), ends_on=dt.date(2026, 11, 22))) == 0


@pytest.mark.django_db
def test_the_questions_are_ten_however_many_communities_there_are(east_lake: Community) -> None:
    for number in range(20):
        community = Community.objects.create(subdistrict=east_lake.subdistrict, name=f"小区 {number}")
        make_community_day(community=community, on=TODAY)
    with CaptureQueriesContext(connection) as queries:
        read_quality(period=NOVEMBER, community_ids=None)
    assert len(queries) == 10
