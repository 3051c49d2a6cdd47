"""Zhao writes down what the weighbridge printed, shares a truck, and corrects by another row; figures follow."""

import datetime as dt
import threading
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from collection.models import Load, Sharing, Weighing
from collection.queries import standing_loads
from collection.services import Share, Slip, correct_weighing, record_weighing
from collection.services.weighings import (
    AlreadyCorrected,
    CollectedInFuture,
    CorrectionReasonMissing,
    NumberMissing,
    NumberTaken,
    SharesWrong,
    TareNotBelowGross,
    WeightWrong,
)
from households.models import Community, Household
from indicators.facts import Period
from indicators.queries.communities import community_facts
from lib.errors import DomainError
from people.models import User
from tests.builders import make_load
from tests.conftest import NOON, TODAY
from tests.importing import outcome, run_import, write_table

pytestmark = pytest.mark.django_db


def slip(*shares: Share, **changed: Any) -> Slip:
    """5,700 kg full, 2,200 kg empty: 3,500 kg of food waste to composting."""
    said: dict[str, Any] = {
        "collected_on": TODAY,
        "category": "FOOD",
        "destination": "COMPOSTING",
        "gross_kg": Decimal("5700"),
        "tare_kg": Decimal("2200"),
    }
    return Slip(shares=shares, **said | changed)


def weights() -> dict[str, int]:
    """What the indicators count today, by community."""
    period = Period(starts_on=TODAY, ends_on=TODAY)
    facts = community_facts(period=period)
    return {each.name: sum(each.load_weights_g.values()) for each in facts if each.load_weights_g}


@pytest.fixture
def weighed(east_lake: Community, zhao: User) -> Weighing:
    """GB-1: all of it from 东湖花园."""
    return record_weighing(number="GB-1", slip=slip(Share(east_lake)), clerk=zhao, now=NOON)


def test_gross_less_tare_is_the_load(weighed: Weighing, east_lake: Community) -> None:
    load = weighed.loads.get()
    assert (load.load_id, load.weight_g, load.community) == ("GB-1", 3_500_000, east_lake)
    assert weights() == {"东湖花园": 3_500_000}


def test_one_truck_is_shared_by_households_to_the_gram(east_lake: Community, wang: Household, zhao: User) -> None:
    east_lake.household_count = 2
    east_lake.save()
    # 西园新村 declares none: its one enrolled household counts.
    record_weighing(number="GB-2", slip=slip(Share(east_lake), Share(wang.community)), clerk=zhao, now=NOON)
    assert weights() == {"东湖花园": 2_333_333, "西园新村": 1_166_667}
    assert sorted(Load.objects.values_list("load_id", flat=True)) == ["GB-2/1", "GB-2/2"]
    assert Weighing.objects.get().sharing == Sharing.HOUSEHOLDS


def test_one_truck_is_shared_by_what_was_written_down(east_lake: Community, west_park: Community, zhao: User) -> None:
    shares = (Share(east_lake, Decimal("2000.5")), Share(west_park, Decimal("1499.5")))
    assert record_weighing(number="GB-3", slip=slip(*shares), clerk=zhao, now=NOON).sharing == Sharing.TYPED
    assert weights() == {"东湖花园": 2_000_500, "西园新村": 1_499_500}


Make = Callable[[Community, Community], tuple[str, Slip]]


@pytest.mark.parametrize(
    ("make", "refusal", "words"),
    [
        (lambda e, w: (" ", slip(Share(e))), NumberMissing, "请填磅单号"),
        (lambda e, w: ("9" * 101, slip(Share(e))), NumberMissing, "最多 100 个字"),
        (lambda e, w: ("GB-1", slip(Share(e))), NumberTaken, "已经登记过"),
        (lambda e, w: ("A-1", slip(Share(e), tare_kg=Decimal(5700))), TareNotBelowGross, "填反"),
        (lambda e, w: ("A-1", slip(Share(e), tare_kg=Decimal(-1))), WeightWrong, "皮重不对"),
        (lambda e, w: ("A-1", slip(Share(e), gross_kg=Decimal("5700.0001"))), WeightWrong, "三位小数"),
        (lambda e, w: ("A-1", slip(Share(e), gross_kg=Decimal(100_001))), WeightWrong, "比一辆车还重"),
        (lambda e, w: ("A-1", slip(Share(e), collected_on=TODAY + dt.timedelta(1))), CollectedInFuture, "今天之后"),
        (lambda e, w: ("A-1", slip()), SharesWrong, "至少填一个小区"),
        (lambda e, w: ("A-1", slip(Share(e), Share(e))), SharesWrong, "“东湖花园”填了 2 次"),
        (lambda e, w: ("A-1", slip(Share(e), Share(w))), SharesWrong, "“西园新村”没有户数"),
        (lambda e, w: ("A-1", slip(Share(e, Decimal(1)), Share(w))), SharesWrong, "有的小区填了重量"),
        (
            lambda e, w: ("A-1", slip(Share(e, Decimal(3000)), Share(w, Decimal("600.5")))),
            SharesWrong,
            "合计 3,600.5 千克,净重是 3,500 千克,多了 100.5 千克",
        ),
        (lambda e, w: ("A-1", slip(Share(e, Decimal(3499)))), SharesWrong, "少了 1 千克"),
        (lambda e, w: ("A-1", slip(Share(e, Decimal(3500)), Share(w, Decimal(0)))), SharesWrong, "要大于 0"),
    ],
)
def test_what_is_wrong_is_said_in_the_words_of_the_weighbridge_and_nothing_is_kept(
    weighed: Weighing, west_park: Community, zhao: User, make: Make, refusal: type[DomainError], words: str
) -> None:
    number, wrong = make(weighed.loads.get().community, west_park)
    with pytest.raises(refusal) as refused:
        record_weighing(number=number, slip=wrong, clerk=zhao, now=NOON)
    assert words in refused.value.text
    assert (Weighing.objects.count(), Load.objects.count()) == (1, 1)


def test_the_number_of_an_imported_load_is_taken(east_lake: Community, zhao: User) -> None:
    load = make_load(community=east_lake, category="FOOD", destination="COMPOSTING", weight_g=1, on=TODAY)
    with pytest.raises(NumberTaken):
        record_weighing(number=load.load_id, slip=slip(Share(east_lake)), clerk=zhao, now=NOON)


def test_a_correction_is_a_row_of_its_own_and_the_old_one_stays_and_counts_nowhere(
    weighed: Weighing, east_lake: Community, west_park: Community, zhao: User
) -> None:
    first = Load.objects.values().get()
    shares = (Share(east_lake, Decimal(3000)), Share(west_park, Decimal(400)))
    second = correct_weighing(
        replaces=weighed, slip=slip(*shares, tare_kg=Decimal(2300)), reason="皮重看错", clerk=zhao, now=NOON
    )
    assert (second.number, second.revision, second.reason) == ("GB-1", 1, "皮重看错")
    assert weights() == {"东湖花园": 3_000_000, "西园新村": 400_000}
    assert Load.objects.filter(pk=first["id"]).values().get() == first
    correct_weighing(replaces=second, slip=slip(Share(west_park)), reason="收错小区", clerk=zhao, now=NOON)
    assert weights() == {"西园新村": 3_500_000}
    assert [load.load_id for load in standing_loads()] == ["GB-1~2"]
    assert Load.objects.count() == 4


def test_an_imported_load_is_corrected_too_and_its_file_again_changes_nothing(
    east_lake: Community, zhao: User, tmp_path: Path
) -> None:
    headings = "load_id,collected_on,community,category,weight_kg,destination"
    row = "L-1,2026-11-23,东湖花园,FOOD,{},LANDFILL"
    file = write_table(tmp_path / "loads.csv", headings, row.format(9_000_000))
    run_import("import_loads", file)
    sum_of_trucks = slip(Share(east_lake), gross_kg=Decimal(900_000), tare_kg=Decimal(0))
    correct_weighing(replaces=Load.objects.get(), slip=sum_of_trucks, reason="多写一个 0", clerk=zhao, now=NOON)
    assert weights() == {"东湖花园": 900_000_000}
    assert outcome(run_import("import_loads", file)[1]) == (0, 0, 1, [])
    assert weights() == {"东湖花园": 900_000_000}
    assert Load.objects.get(load_id="L-1").weight_g == 9_000_000_000
    put_right = write_table(tmp_path / "loads.csv", headings, row.format(900_000))
    assert outcome(run_import("import_loads", put_right)[1]) == (0, 0, 0, [(2, "conflict")])


def test_a_load_that_never_was_is_void_and_can_be_brought_back(
    weighed: Weighing, east_lake: Community, zhao: User
) -> None:
    void = correct_weighing(
        replaces=weighed, slip=slip(Share(east_lake)), reason="登了两次", clerk=zhao, now=NOON, is_void=True
    )
    assert weights() == {}
    correct_weighing(replaces=void, slip=slip(Share(east_lake)), reason="没有登两次", clerk=zhao, now=NOON)
    assert weights() == {"东湖花园": 3_500_000}


def test_what_was_corrected_is_not_corrected_again_and_never_without_a_reason(
    weighed: Weighing, east_lake: Community, zhao: User
) -> None:
    with pytest.raises(CorrectionReasonMissing):
        correct_weighing(replaces=weighed, slip=slip(Share(east_lake)), reason=" ", clerk=zhao, now=NOON)
    correct_weighing(replaces=weighed, slip=slip(Share(east_lake)), reason="一", clerk=zhao, now=NOON)
    with pytest.raises(AlreadyCorrected):
        correct_weighing(replaces=weighed, slip=slip(Share(east_lake)), reason="二", clerk=zhao, now=NOON)


@pytest.mark.parametrize("table", ["collection_load", "collection_weighing"])
def test_nothing_of_it_is_changed_or_deleted(weighed: Weighing, table: str) -> None:
    for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"tare_g": 10}, "weighing_net_weight_positive"),
        ({"tare_g": -1}, "weighing_net_weight_positive"),
        ({"category": "GLASS"}, "weighing_category_known"),
        ({"destination": "SEA"}, "weighing_destination_known"),
        ({"sharing": "LUCK"}, "weighing_sharing_known"),
        ({"number": "GB-1"}, "weighing_revision_once|number"),
        ({"revision": 1}, "weighing_correction_says_of_what_and_why"),
        ({"is_void": True}, "weighing_correction_says_of_what_and_why"),
        ({"reason": "为什么"}, "weighing_correction_says_of_what_and_why"),
    ],
)
def test_the_database_itself_refuses(weighed: Weighing, zhao: User, changed: dict[str, Any], name: str) -> None:
    said: dict[str, Any] = {"number": "A-1", "category": "FOOD", "destination": "COMPOSTING", "sharing": "ONE"}
    said |= {"collected_on": TODAY, "gross_g": 10, "tare_g": 1, "recorded_by": zhao, "recorded_at": NOON}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Weighing.objects.create(**said | changed)


def test_the_database_itself_wants_a_reason_and_one_of_each_community(weighed: Weighing, zhao: User) -> None:
    said: dict[str, Any] = {"number": "GB-1", "category": "FOOD", "destination": "COMPOSTING", "sharing": "ONE"}
    said |= {"collected_on": TODAY, "gross_g": 10, "tare_g": 1, "recorded_by": zhao, "recorded_at": NOON}
    with pytest.raises(IntegrityError, match="says_of_what_and_why"), transaction.atomic():
        Weighing.objects.create(**said, revision=1, replaces=weighed)
    load = weighed.loads.get()
    load.pk, load.load_id = None, "another"
    with pytest.raises(IntegrityError), transaction.atomic():
        load.save(force_insert=True)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_eight_who_correct_at_once_one_does_and_seven_are_told(
    weighed: Weighing, east_lake: Community, zhao: User
) -> None:
    barrier, refused = threading.Barrier(8), []

    def correct(reason: str) -> None:
        try:
            Community.objects.count()  # connected before they start
            barrier.wait(10)
            correct_weighing(replaces=weighed, slip=slip(Share(east_lake)), reason=reason, clerk=zhao, now=NOON)
        except AlreadyCorrected as error:
            refused.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=correct, args=(reason,)) for reason in "一二三四五六七八"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (Weighing.objects.count(), len(refused)) == (2, 7)
    assert weights() == {"东湖花园": 3_500_000}
