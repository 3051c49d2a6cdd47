"""record_drop_offs: each event's fate, whoever sends it and however often."""

import datetime as dt
import math

import pytest

from households.models import Card, Household
from sorting.models import Door, DropOff, DropOffBatch, Fate, OpenWindow, RefusedEvent, SmartBin
from sorting.services import RecordedBatch, record_drop_offs

pytestmark = pytest.mark.django_db
MORNING = "2026-11-23T07:12:33+08:00"


def event(event_id: object = "e-1", **others: object) -> dict[str, object]:
    """A valid event of the Zhang household at 07:12, with some fields replaced; None takes a field away."""
    fields: dict[str, object] = {
        "event_id": event_id,
        "sequence": 41,
        "card": "A0000001",
        "method": "CARD",
        "category": "FOOD",
        "sub_class": None,
        "weight_g": 1620,
        "occurred_at": MORNING,
        "fill_rate": 0.4,
    }
    return fields | others


def record(
    smart_bin: SmartBin, events: list[object], now: dt.datetime, door: Door = Door.HTTP, **others: object
) -> RecordedBatch:
    return record_drop_offs(smart_bin=smart_bin, events=events, door=door, received_at=now, **others)  # type: ignore[arg-type]


def fates(batch: RecordedBatch) -> list[str]:
    return [result.fate.value for result in batch.results]


def test_a_drop_off_of_the_zhang_household_is_recorded_with_all_its_facts(
    bin_07: SmartBin, zhang: Household, now: dt.datetime
) -> None:
    batch = record(bin_07, [event(sub_class="HOME_FOOD")], now, boot_id="7f3a")
    assert fates(batch) == ["accepted"]
    drop_off = DropOff.objects.get()
    assert drop_off.household_id == zhang.pk
    assert drop_off.community_id == zhang.community_id
    assert (drop_off.card, drop_off.card_key) == ("A0000001", "a0000001")
    assert (drop_off.sub_class, drop_off.weight_g, drop_off.sequence, drop_off.fill_rate) == (
        "HOME_FOOD",
        1620,
        41,
        0.4,
    )
    assert drop_off.occurred_at == dt.datetime.fromisoformat(MORNING)
    assert drop_off.occurred_on == dt.date(2026, 11, 23)
    assert drop_off.is_in_window
    assert drop_off.is_category_served
    stored = DropOffBatch.objects.get()
    assert (stored.pk, stored.event_count, stored.tallied_at, stored.due_at) == (batch.batch_id, 1, None, now)
    assert (stored.boot_id, stored.is_awarding, stored.door) == ("7f3a", True, Door.HTTP)


def test_the_same_batch_sent_ten_times_counts_once(bin_07: SmartBin, zhang: Household, now: dt.datetime) -> None:
    events: list[object] = [event(f"e-{number}") for number in range(20)]
    assert fates(record(bin_07, events, now)) == ["accepted"] * 20
    for _ in range(9):
        assert fates(record(bin_07, events, now)) == ["duplicate"] * 20
    assert DropOff.objects.count() == 20
    # A batch that brought nothing new has nothing to tally.
    assert list(DropOffBatch.objects.order_by("id").values_list("event_count", flat=True)) == [20] + [0] * 9
    assert DropOffBatch.objects.filter(tallied_at__isnull=True).count() == 1


@pytest.mark.parametrize(
    "other",
    [
        {"weight_g": 1621},
        {"card": "A0000002"},
        {"method": "QR"},
        {"category": "RESIDUAL"},
        {"sub_class": "HOME_FOOD"},
        {"occurred_at": "2026-11-23T07:12:34+08:00"},
    ],
)
def test_the_same_id_with_another_fact_is_a_conflict_and_the_first_stands(
    bin_07: SmartBin, zhang: Household, now: dt.datetime, other: dict[str, object]
) -> None:
    record(bin_07, [event()], now)
    before = DropOff.objects.values().get()
    batch = record(bin_07, [event(**other)], now)
    assert (batch.results[0].fate, batch.results[0].code) == (Fate.CONFLICT, None)
    assert DropOff.objects.values().get() == before
    refused = RefusedEvent.objects.get()
    assert (refused.fate, refused.code, refused.payload["event_id"]) == (Fate.CONFLICT, "conflict", "e-1")


@pytest.mark.parametrize(
    "same",
    [
        {"occurred_at": "2026-11-22T23:12:33Z"},
        {"occurred_at": "2026-11-23T07:12:33"},
        {"card": " A0000001\r\n"},
        {"method": None},
        {"sub_class": ""},
        {"weight_g": 1620.0},
        {"sequence": 99, "fill_rate": 0.9, "unheard_of": 1},
    ],
)
def test_the_same_facts_in_other_words_are_a_duplicate(
    bin_07: SmartBin, zhang: Household, now: dt.datetime, same: dict[str, object]
) -> None:
    record(bin_07, [event()], now)
    assert fates(record(bin_07, [event(**same)], now)) == ["duplicate"]


def test_one_id_twice_in_one_batch_is_a_duplicate_or_a_conflict(
    bin_07: SmartBin, zhang: Household, now: dt.datetime
) -> None:
    batch = record(bin_07, [event(), event(), event(weight_g=5), event(weight_g=0)], now)
    assert fates(batch) == ["accepted", "duplicate", "conflict", "rejected"]
    assert DropOff.objects.get().weight_g == 1620
    again = record(bin_07, [event(weight_g=5), event()], now)
    assert fates(again) == ["conflict", "duplicate"]


def test_a_bad_event_then_a_good_one_with_its_id_leaves_the_good_one(
    bin_07: SmartBin, zhang: Household, now: dt.datetime
) -> None:
    assert fates(record(bin_07, [event(weight_g=0), event()], now)) == ["rejected", "accepted"]


def test_another_bin_may_use_the_same_event_id(bin_07: SmartBin, zhang: Household, now: dt.datetime) -> None:
    bin_08 = SmartBin.objects.create(code="B-0008", point=bin_07.point, categories="FOOD", registered_at=now)
    record(bin_07, [event()], now)
    assert fates(record(bin_08, [event(weight_g=7)], now)) == ["accepted"]


REJECTED: list[tuple[str, dict[str, object]]] = [
    ("event_id_invalid", {"event_id": ""}),
    ("event_id_invalid", {"event_id": "x" * 65}),
    ("event_id_invalid", {"event_id": "a\x00b"}),
    ("event_id_invalid", {"event_id": "a\nb"}),
    ("event_id_invalid", {"event_id": "\ud800"}),
    ("event_id_invalid", {"event_id": 17}),
    ("event_id_invalid", {"event_id": None}),
    ("method_unknown", {"method": "card"}),
    ("method_unknown", {"method": ["CARD"]}),
    ("category_unknown", {"category": "GLASS"}),
    ("category_unknown", {"category": None}),
    ("category_unknown", {"category": {"FOOD": 1}}),
    ("weight_out_of_range", {"weight_g": 0}),
    ("weight_out_of_range", {"weight_g": -5}),
    ("weight_out_of_range", {"weight_g": 50_001}),
    ("weight_out_of_range", {"weight_g": 1.5}),
    ("weight_out_of_range", {"weight_g": True}),
    ("weight_out_of_range", {"weight_g": "1620"}),
    ("weight_out_of_range", {"weight_g": None}),
    ("weight_out_of_range", {"weight_g": 10**400}),
    ("weight_out_of_range", {"weight_g": 10**5000}),
    ("weight_out_of_range", {"weight_g": math.nan}),
    ("weight_out_of_range", {"weight_g": math.inf}),
    ("occurred_at_invalid", {"occurred_at": "yesterday"}),
    ("occurred_at_invalid", {"occurred_at": "2026-11-23"}),
    ("occurred_at_invalid", {"occurred_at": "2026-02-30T07:00:00+08:00"}),
    ("occurred_at_invalid", {"occurred_at": 1_795_000_000}),
    ("occurred_at_invalid", {"occurred_at": None}),
    ("occurred_at_invalid", {"occurred_at": "0001-01-01T00:00:00+08:00"}),
    ("occurred_in_future", {"occurred_at": "2026-11-23T12:10:01+08:00"}),
    ("occurred_in_future", {"occurred_at": "9999-12-31T23:59:59+00:00"}),
    ("occurred_too_long_ago", {"occurred_at": "2026-10-09T11:59:59+08:00"}),
    ("field_invalid", {"sub_class": "PAPER"}),
    ("field_invalid", {"sub_class": "NOTHING"}),
    ("field_invalid", {"sub_class": ["HOME_FOOD"]}),
    ("field_invalid", {"sequence": "41"}),
    ("field_invalid", {"sequence": 2**63}),
    ("field_invalid", {"sequence": -1}),
    ("field_invalid", {"fill_rate": 1.01}),
    ("field_invalid", {"fill_rate": -0.1}),
    ("field_invalid", {"fill_rate": "half"}),
    ("field_invalid", {"fill_rate": math.nan}),
    ("field_invalid", {"card": "x" * 201}),
    ("field_invalid", {"card": "A\x00B"}),
    ("field_invalid", {"card": "A\udfffB"}),
    ("field_invalid", {"card": 12345}),
]


@pytest.mark.parametrize(("code", "wrong"), REJECTED)
def test_a_bad_event_is_rejected_with_its_code_and_kept_while_the_others_go_on(
    bin_07: SmartBin, zhang: Household, now: dt.datetime, code: str, wrong: dict[str, object]
) -> None:
    batch = record(bin_07, [event() | wrong, event("e-2")], now)
    assert [(result.fate.value, result.code) for result in batch.results] == [("rejected", code), ("accepted", None)]
    refused = RefusedEvent.objects.get()
    assert (refused.code, refused.bin_code, refused.door, refused.repeat_count) == (code, "B-0007", Door.HTTP, 0)
    assert refused.message
    assert refused.first_received_at == refused.last_received_at == now
    assert DropOff.objects.get().event_id == "e-2"


@pytest.mark.parametrize("what", [None, 7, "text", ["a"], math.nan])
def test_what_is_no_object_is_rejected_and_kept(bin_07: SmartBin, now: dt.datetime, what: object) -> None:
    batch = record(bin_07, [what], now)
    assert [(result.fate.value, result.code) for result in batch.results] == [("rejected", "field_invalid")]
    assert RefusedEvent.objects.count() == 1


def test_the_same_refusal_again_is_counted_and_not_stored_again(bin_07: SmartBin, now: dt.datetime) -> None:
    record(bin_07, [event(weight_g=0), event(weight_g=0), event("e-2", weight_g=0)], now)
    later = now + dt.timedelta(minutes=1)
    record(bin_07, [event(weight_g=0)], later)
    assert list(RefusedEvent.objects.order_by("event_id").values_list("event_id", "repeat_count")) == [
        ("e-1", 2),
        ("e-2", 0),
    ]
    refused = RefusedEvent.objects.get(event_id="e-1")
    assert (refused.first_received_at, refused.last_received_at) == (now, later)


def test_what_a_database_cannot_keep_is_kept_as_a_visible_escape(bin_07: SmartBin, now: dt.datetime) -> None:
    deep: object = "bottom"
    for _ in range(5_000):
        deep = [deep]
    wild = {"event_id": "a\x00b", "\x00": "\ud800", "deep": deep, "big": 10**5000, "nan": math.nan, "quote": '\\"{},'}
    record(bin_07, [wild], now)
    payload = RefusedEvent.objects.get().payload
    assert payload["event_id"] == "a\\x00b"
    assert payload["\\x00"] == "\\ud800"
    assert payload["nan"] == "nan"
    assert payload["quote"] == '\\"{},'
    assert payload["big"].startswith("0x")


@pytest.mark.parametrize(
    "card", ["A\tB", 'quote " and \\ slash', "{a,b}", "NULL", "null", "卡片", "a'); DROP TABLE--", "😀"]
)
def test_an_odd_card_is_kept_exactly_as_it_was_read(bin_07: SmartBin, now: dt.datetime, card: str) -> None:
    assert fates(record(bin_07, [event(card=card)], now)) == ["accepted"]
    assert DropOff.objects.get().card == card


@pytest.mark.parametrize(
    ("occurred_at", "fate"),
    [
        ("2026-11-23T12:10:00+08:00", "accepted"),
        ("2026-11-23T12:10:00.000001+08:00", "rejected"),
        ("2026-10-09T12:00:00+08:00", "accepted"),
        ("2026-10-09T11:59:59.999999+08:00", "rejected"),
    ],
)
def test_the_limits_of_the_clock_are_ten_minutes_and_forty_five_days_themselves_included(
    bin_07: SmartBin, now: dt.datetime, occurred_at: str, fate: str
) -> None:
    assert fates(record(bin_07, [event(occurred_at=occurred_at)], now)) == [fate]


def test_the_historical_door_takes_any_past_day_but_no_future(bin_07: SmartBin, now: dt.datetime) -> None:
    events: list[object] = [
        event("old", occurred_at="2019-03-02T07:30:00"),
        event("new", occurred_at="2026-11-23T12:10:01+08:00"),
    ]
    batch = record(bin_07, events, now, door=Door.IMPORT, is_awarding=False)
    assert [result.code for result in batch.results] == [None, "occurred_in_future"]
    assert DropOff.objects.get().occurred_on == dt.date(2019, 3, 2)
    assert not DropOffBatch.objects.get().is_awarding


def test_both_doors_give_the_same_facts_the_same_answer(bin_07: SmartBin, zhang: Household, now: dt.datetime) -> None:
    assert fates(record(bin_07, [event()], now)) == ["accepted"]
    assert fates(record(bin_07, [event(), event(weight_g=9)], now, door=Door.IMPORT)) == ["duplicate", "conflict"]


@pytest.mark.parametrize(
    ("local_time", "is_in_window"),
    [
        ("06:59:59.999999", False),
        ("07:00:00", True),
        ("08:59:59.999999", True),
        ("09:00:00", False),
        ("00:00:00", False),
    ],
)
def test_a_window_includes_its_start_and_excludes_its_end(
    bin_07: SmartBin, now: dt.datetime, local_time: str, is_in_window: bool
) -> None:
    record(bin_07, [event(occurred_at=f"2026-11-23T{local_time}+08:00")], now)
    assert DropOff.objects.get().is_in_window is is_in_window


def test_a_point_without_windows_is_always_open(bin_07: SmartBin, now: dt.datetime) -> None:
    OpenWindow.objects.all().delete()
    record(bin_07, [event(occurred_at="2026-11-23T03:00:00+08:00")], now)
    assert DropOff.objects.get().is_in_window


def test_the_day_is_the_local_one_of_the_drop_off(bin_07: SmartBin, now: dt.datetime) -> None:
    record(bin_07, [event(occurred_at="2026-11-22T16:00:00Z"), event("e-2", occurred_at="2026-11-22T15:59:59Z")], now)
    assert dict(DropOff.objects.values_list("event_id", "occurred_on")) == {
        "e-1": dt.date(2026, 11, 23),
        "e-2": dt.date(2026, 11, 22),
    }


def test_a_category_the_bin_does_not_take_is_accepted_and_flagged(bin_07: SmartBin, now: dt.datetime) -> None:
    bin_07.categories = "FOOD;RESIDUAL"
    bin_07.save()
    record(bin_07, [event(), event("e-2", category="HAZARDOUS", sub_class="BATTERY")], now)
    assert dict(DropOff.objects.values_list("event_id", "is_category_served")) == {"e-1": True, "e-2": False}


@pytest.mark.parametrize(
    ("card", "method", "stored"), [("A1", None, "CARD"), ("", None, "NONE"), (None, None, "NONE"), ("", "QR", "QR")]
)
def test_an_absent_method_means_card_where_one_was_read(
    bin_07: SmartBin, now: dt.datetime, card: str | None, method: str | None, stored: str
) -> None:
    record(bin_07, [event(card=card, method=method)], now)
    assert DropOff.objects.get().method == stored


@pytest.mark.parametrize("card", [None, "", "  ", "UNKNOWN-9", "https://[", "x" * 200])
def test_an_unknown_card_counts_without_a_household(
    bin_07: SmartBin, zhang: Household, now: dt.datetime, card: str | None
) -> None:
    assert fates(record(bin_07, [event(card=card)], now)) == ["accepted"]
    assert DropOff.objects.get().household_id is None


@pytest.mark.parametrize("text", ["411003000000018", "411003 0000 00018", " 411003-00000001-8 "])
def test_a_typed_household_code_finds_its_household(
    bin_07: SmartBin, zhang: Household, now: dt.datetime, text: str
) -> None:
    record(bin_07, [event(card=text, method="CODE")], now)
    assert DropOff.objects.get().household_id == zhang.pk


def test_a_code_stops_working_the_day_after_the_household_left(
    bin_07: SmartBin, zhang: Household, now: dt.datetime
) -> None:
    zhang.left_on = dt.date(2026, 11, 22)
    zhang.save()
    moments = {"e-1": "2026-11-22T23:59:59+08:00", "e-2": "2026-11-23T00:00:00+08:00"}
    record(bin_07, [event(key, card=zhang.code, occurred_at=at) for key, at in moments.items()], now)
    assert dict(DropOff.objects.values_list("event_id", "household_id")) == {"e-1": zhang.pk, "e-2": None}


def test_a_replaced_card_counts_until_it_was_replaced_and_the_new_one_from_then_on(
    bin_07: SmartBin, zhang: Household, li: Household, now: dt.datetime
) -> None:
    changed_at = dt.datetime.fromisoformat("2026-11-23T08:00:00+08:00")
    Card.objects.filter(household=zhang).update(valid_to=changed_at)
    Card.objects.create(
        household=zhang, kind="RFID", number="A9", number_key="a9", issued_at=now, valid_from=changed_at
    )
    # The old number was given to the Li household: before the change it was Zhang's, whatever came later.
    Card.objects.filter(household=li).update(number="A0000001", number_key="a0000001")
    before, after = "2026-11-23T07:59:59.999999+08:00", "2026-11-23T08:00:00+08:00"
    record(
        bin_07,
        [
            event("old-before", occurred_at=before),
            event("old-after", occurred_at=after),
            event("new-before", card="a9", occurred_at=before),
            event("new-after", card="A9", occurred_at=after),
        ],
        now,
    )
    assert dict(DropOff.objects.values_list("event_id", "household_id")) == {
        "old-before": zhang.pk,
        "old-after": li.pk,
        "new-before": None,
        "new-after": zhang.pk,
    }
