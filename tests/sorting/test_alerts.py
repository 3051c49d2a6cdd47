"""watch_bins: each alert opens once, closes itself, and shows who saw it."""

import datetime as dt

import pytest

from people.models import User
from sorting.models import Alert, AlertKind, Door, SmartBin, SpecialDay
from sorting.services.alerts import acknowledge_alert, watch_bins
from sorting.services.bin_keys import revoke_bin
from sorting.services.status import Heartbeat, record_status
from tests.builders import make_drop_off
from tests.sorting.test_racing import at_once
from tests.sorting.test_recording import event, record

MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)


def beat(smart_bin: SmartBin, at: dt.datetime, skew_s: int = 0, **others: object) -> None:
    """The bin's heartbeat at that moment, its clock ahead by so many seconds."""
    said_at = at + dt.timedelta(seconds=skew_s)
    heartbeat = Heartbeat(signed_at=at, said_at=said_at, **others)  # type: ignore[arg-type]
    record_status(smart_bin=smart_bin, heartbeat=heartbeat, received_at=at)


def open_alerts(now: dt.datetime) -> list[tuple[str, str]]:
    """What is open after a look at this moment."""
    watch_bins(now=now)
    rows = Alert.objects.filter(closed_at__isnull=True).order_by("kind", "subject")
    return list(rows.values_list("kind", "subject"))


@pytest.mark.django_db
def test_a_bin_that_was_heard_and_is_no_longer_is_offline_and_one_never_heard_is_not(
    bin_07: SmartBin, now: dt.datetime
) -> None:
    assert open_alerts(now) == []
    beat(bin_07, now)
    assert open_alerts(now + 15 * MINUTE) == []
    assert open_alerts(now + 16 * MINUTE) == [("OFFLINE", "")]
    opened = Alert.objects.get()
    assert open_alerts(now + 20 * MINUTE) == [("OFFLINE", "")]
    again = Alert.objects.get()
    assert (again.opened_at, again.last_seen_at) == (opened.opened_at, now + 20 * MINUTE)
    record(bin_07, [event()], now + 21 * MINUTE)  # a batch is a sign of life too
    assert open_alerts(now + 21 * MINUTE) == []
    assert Alert.objects.get().closed_at == now + 21 * MINUTE


@pytest.mark.django_db
def test_an_import_of_a_bins_drop_offs_is_no_sign_of_life(bin_07: SmartBin, now: dt.datetime) -> None:
    beat(bin_07, now)
    record(bin_07, [event()], now + 16 * MINUTE, door=Door.IMPORT)
    assert open_alerts(now + 16 * MINUTE) == [("OFFLINE", "")]


@pytest.mark.django_db
def test_full_opens_at_ninety_per_cent_and_closes_below_eighty_five(bin_07: SmartBin, now: dt.datetime) -> None:
    for minute, (rates, is_full) in enumerate(
        [({"FOOD": 0.89}, False), ({"FOOD": 0.9}, True), ({"FOOD": 0.85}, True), ({}, True), ({"FOOD": 0.84}, False)]
    ):
        beat(bin_07, now + minute * MINUTE, fill_rates=rates)
        assert open_alerts(now + minute * MINUTE) == ([("FULL", "FOOD")] if is_full else []), rates


@pytest.mark.django_db
def test_a_clock_more_than_five_minutes_off_is_wrong_until_it_is_set(bin_07: SmartBin, now: dt.datetime) -> None:
    for minute, (skew_s, is_wrong) in enumerate([(300, False), (301, True), (-301, True), (2, False)]):
        beat(bin_07, now + minute * MINUTE, skew_s=skew_s)
        assert open_alerts(now + minute * MINUTE) == ([("CLOCK_WRONG", "")] if is_wrong else []), skew_s


@pytest.mark.django_db
def test_events_refused_as_in_the_future_tell_of_a_wrong_clock_for_an_hour(bin_07: SmartBin, now: dt.datetime) -> None:
    record(bin_07, [event(occurred_at="2026-11-23T13:00:00+08:00")], now)
    assert open_alerts(now) == [("CLOCK_WRONG", "")]
    beat(bin_07, now + 61 * MINUTE)
    assert open_alerts(now + 61 * MINUTE) == []


@pytest.mark.django_db
def test_numbers_that_never_came_are_a_gap_of_their_run_after_half_an_hour(bin_07: SmartBin, now: dt.datetime) -> None:
    """41 and 44 came, 42 was refused; the bin says that it counted to 45."""
    events: list[object] = [event("a", sequence=41), event("b", sequence=42, weight_g=0), event("c", sequence=44)]
    record(bin_07, events, now, boot_id="7f3a")
    beat(bin_07, now, boot_id="7f3a", last_sequence=45)
    assert open_alerts(now) == []
    later = now + 31 * MINUTE
    beat(bin_07, later, boot_id="7f3a", last_sequence=45)
    assert open_alerts(later) == [("SEQUENCE_GAP", "7f3a")]
    assert Alert.objects.get().detail == "缺 2 条:43、45"
    record(bin_07, [event("d", sequence=43)], later, boot_id="7f3a")
    assert open_alerts(later) == [("SEQUENCE_GAP", "7f3a")]
    assert Alert.objects.get().detail == "缺 1 条:45"
    record(bin_07, [event("e", sequence=45)], later, boot_id="7f3a")
    assert open_alerts(later) == []


@pytest.mark.django_db
def test_a_factory_reset_begins_another_run_and_without_a_boot_id_no_gap_is_looked_for(
    bin_07: SmartBin, now: dt.datetime
) -> None:
    record(bin_07, [event("a", sequence=500)], now, boot_id="7f3a")
    record(bin_07, [event("b", sequence=1)], now, boot_id="80b1")
    record(bin_07, [event("c", sequence=1), event("d", sequence=9)], now)
    watch_bins(now=now)
    later = now + 31 * MINUTE
    beat(bin_07, later)
    assert open_alerts(later) == []


def drop_off_mornings(smart_bin: SmartBin, now: dt.datetime, days: range) -> None:
    """A drop-off at 07:30 on each of so many days before today."""
    for number in days:
        make_drop_off(smart_bin=smart_bin, occurred_at=now.replace(hour=7, minute=30) - number * DAY)


def silent_at(smart_bin: SmartBin, moment: dt.datetime) -> bool:
    beat(smart_bin, moment)
    return ("SILENT", "") in open_alerts(moment)


@pytest.fixture
def old_bin_07(bin_07: SmartBin) -> SmartBin:
    """Bin 07, registered long ago."""
    SmartBin.objects.filter(pk=bin_07.pk).update(registered_at=bin_07.registered_at - 100 * DAY)
    return bin_07


@pytest.mark.django_db
def test_a_usually_busy_bin_is_silent_an_hour_into_its_window_until_something_comes(
    old_bin_07: SmartBin, now: dt.datetime
) -> None:
    drop_off_mornings(old_bin_07, now, range(1, 11))  # 10 of 14
    assert not silent_at(old_bin_07, now.replace(hour=7, minute=59))
    assert silent_at(old_bin_07, now.replace(hour=8))
    assert silent_at(old_bin_07, now)  # the window is over, and nothing came yet
    make_drop_off(smart_bin=old_bin_07, occurred_at=now.replace(hour=8, minute=40))
    assert not silent_at(old_bin_07, now)


@pytest.mark.django_db
def test_a_bin_that_got_something_or_is_seldom_used_is_not_silent(old_bin_07: SmartBin, now: dt.datetime) -> None:
    drop_off_mornings(old_bin_07, now, range(1, 10))  # 9 of 14
    assert not silent_at(old_bin_07, now.replace(hour=8))
    drop_off_mornings(old_bin_07, now, range(10, 15))
    make_drop_off(smart_bin=old_bin_07, occurred_at=now.replace(hour=7))
    assert not silent_at(old_bin_07, now.replace(hour=8))


@pytest.mark.django_db
def test_on_a_special_day_nobody_is_silent_and_none_counts_as_usual(old_bin_07: SmartBin, now: dt.datetime) -> None:
    drop_off_mornings(old_bin_07, now, range(1, 10))  # 9 of the 12 ordinary days
    for number in (10, 11):
        SpecialDay.objects.create(point=old_bin_07.point, on_date=(now - number * DAY).date())
    today = SpecialDay.objects.create(point=old_bin_07.point, on_date=now.date())
    assert not silent_at(old_bin_07, now.replace(hour=8))
    today.delete()
    assert silent_at(old_bin_07, now.replace(hour=8))


@pytest.mark.django_db
def test_a_revoked_bin_has_no_alerts(bin_07: SmartBin, now: dt.datetime) -> None:
    beat(bin_07, now, skew_s=900, fill_rates={"FOOD": 1.0})
    assert len(open_alerts(now)) == 2
    revoke_bin(smart_bin=bin_07, now=now)
    assert open_alerts(now + MINUTE) == []


@pytest.mark.django_db
def test_the_first_who_acknowledges_stays_on_record_and_a_new_alert_is_unseen(
    bin_07: SmartBin, zhao: User, chen: User, now: dt.datetime
) -> None:
    beat(bin_07, now)
    watch_bins(now=now + 16 * MINUTE)
    alert = Alert.objects.get()
    assert acknowledge_alert(alert=alert, officer=zhao, now=now + 17 * MINUTE)
    assert not acknowledge_alert(alert=alert, officer=chen, now=now + 18 * MINUTE)
    assert open_alerts(now + 19 * MINUTE) == [("OFFLINE", "")]
    alert.refresh_from_db()
    assert (alert.acknowledged_by, alert.acknowledged_at) == (zhao, now + 17 * MINUTE)
    beat(bin_07, now + 20 * MINUTE)
    watch_bins(now=now + 20 * MINUTE)
    assert open_alerts(now + 40 * MINUTE) == [("OFFLINE", "")]
    assert Alert.objects.get(closed_at__isnull=True).acknowledged_at is None


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_racing_watchers_open_each_alert_once(bin_07: SmartBin, now: dt.datetime) -> None:
    bins = [bin_07] + [
        SmartBin.objects.create(code=f"B-1{number:03}", point=bin_07.point, categories="FOOD", registered_at=now)
        for number in range(40)
    ]
    for smart_bin in bins:
        record(smart_bin, [event("a", sequence=1), event("b", sequence=5)], now, boot_id="7f3a")
        beat(smart_bin, now, skew_s=900, fill_rates={"FOOD": 0.95})
    for moment, count in ((now, 2), (now + 31 * MINUTE, 4)):
        at_once(senders=6, work=lambda _, moment=moment: watch_bins(now=moment))  # type: ignore[misc]
        assert Alert.objects.count() == Alert.objects.filter(closed_at__isnull=True).count() == count * len(bins)
    assert set(Alert.objects.values_list("kind", flat=True)) == set(AlertKind.values) - {"SILENT"}
