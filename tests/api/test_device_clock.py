"""A bin whose clock is wrong is refused, and the officer learns that it is the clock; nobody else can say so of it."""

import datetime as dt
import json

import pytest
import time_machine
from django.test import Client

from api.device.rate import clock_rate
from households.models import Household
from sorting.models import Alert, ClockRefusal, DropOff, SmartBin
from sorting.services.alerts import watch_bins
from sorting.services.bin_keys import make_bin_key, revoke_bin
from tests.api.conftest import body_of, headers_of, post, send
from tests.sorting.test_recording import event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
MINUTE = dt.timedelta(minutes=1)
AHEAD = dt.timedelta(days=3, minutes=5)


def sent_off(client: Client, key: str, now: dt.datetime, off: dt.timedelta = AHEAD, number: int = 1) -> str:
    """Bin 07 sends by its own clock; the code of the answer."""
    body = body_of([event(f"e-{number}")])
    answer = post(client, body, headers_of(body, key, f"m-{number}", signed_at=now + off))
    assert answer.status_code == 401
    return str(json.loads(answer.content)["code"])


def open_alerts(now: dt.datetime) -> list[tuple[str, str]]:
    watch_bins(now=now)
    return list(Alert.objects.filter(closed_at__isnull=True).values_list("kind", "detail"))


def test_a_bin_that_is_three_days_ahead_is_a_clock_and_not_offline_until_it_is_set(
    client: Client, bin_07: SmartBin, zhang: Household, key_07: str, now: dt.datetime, at_noon: time_machine.Traveller
) -> None:
    send(client, [event("e-0")], key_07, "m-0")  # it was heard, once
    for number in (1, 2):
        at_noon.shift(10 * MINUTE)
        assert sent_off(client, key_07, now + number * 10 * MINUTE, number=number) == "clock_off"
    assert open_alerts(now + 21 * MINUTE) == [("CLOCK_WRONG", "快 3天, 0:05:00,请求因此被拒收")]
    assert DropOff.objects.count() == 1
    at_noon.shift(5 * MINUTE)
    assert send(client, [event("e-1")], key_07, "m-1").status_code == 200
    assert open_alerts(now + 26 * MINUTE) == []


def test_a_clock_that_fell_back_to_1970_is_told_of_a_bin_that_never_got_in(
    client: Client, bin_07: SmartBin, key_07: str, now: dt.datetime, at_noon: time_machine.Traveller
) -> None:
    off = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) - now
    sent_off(client, key_07, now, off)
    at_noon.shift(MINUTE)
    sent_off(client, key_07, now + MINUTE, off)
    ((kind, detail),) = open_alerts(now + MINUTE)
    assert (kind, detail[:1]) == ("CLOCK_WRONG", "慢")


def test_after_an_hour_without_a_word_it_is_offline(
    client: Client, bin_07: SmartBin, zhang: Household, key_07: str, now: dt.datetime, at_noon: time_machine.Traveller
) -> None:
    send(client, [event("e-0")], key_07, "m-0")
    for number in (1, 2):
        at_noon.shift(MINUTE)
        sent_off(client, key_07, now + number * MINUTE, number=number)
    assert [kind for kind, _ in open_alerts(now + 61 * MINUTE)] == ["CLOCK_WRONG"]
    assert [kind for kind, _ in open_alerts(now + 63 * MINUTE)] == ["OFFLINE"]


@pytest.mark.parametrize("fault", ["unsigned", "altered", "another bin's key", "a revoked bin", "an old key"])
def test_whoever_did_not_sign_opens_nothing(
    client: Client,
    bin_07: SmartBin,
    key_07: str,
    now: dt.datetime,
    at_noon: time_machine.Traveller,
    fault: str,
) -> None:
    other = SmartBin.objects.create(code="B-0008", point=bin_07.point, categories="FOOD", registered_at=now)
    key = make_bin_key(smart_bin=other, now=now).key if fault == "another bin's key" else key_07
    if fault == "a revoked bin":
        revoke_bin(smart_bin=bin_07, now=now)
    if fault == "an old key":
        make_bin_key(smart_bin=bin_07, now=now - 2 * dt.timedelta(hours=24))
    codes = set()
    for number in range(3):
        body = body_of([event()])
        headers = headers_of(body, key, signed_at=now + AHEAD + number * MINUTE)
        if fault == "unsigned":
            headers["webhook-signature"] = "v1,AAAA"
        answer = post(client, body + b" " if fault == "altered" else body, headers)
        codes.add((answer.status_code, json.loads(answer.content)["code"]))
        at_noon.shift(MINUTE)
    assert codes == {(401, "clock_off")}  # the same words as to the bin itself
    assert not ClockRefusal.objects.exists()
    assert open_alerts(now + 3 * MINUTE) == []


def test_a_recorded_request_sent_again_and_again_opens_nothing(
    client: Client, bin_07: SmartBin, key_07: str, now: dt.datetime, at_noon: time_machine.Traveller
) -> None:
    body = body_of([event()])
    recorded = [headers_of(body, key_07, signed_at=now - dt.timedelta(days=day)) for day in (9, 8)]
    for number in range(8):
        at_noon.shift(3 * MINUTE)
        clock_rate.forget_all()  # the limit is no part of this
        assert post(client, body, recorded[number // 4]).status_code == 401
        assert open_alerts(now + (number + 1) * 3 * MINUTE) == []
    assert ClockRefusal.objects.get().refused_count == 1


def test_requests_by_a_wrong_clock_cost_the_bin_nothing_of_its_share_and_us_two_rows_a_minute(
    client: Client, bin_07: SmartBin, zhang: Household, key_07: str, now: dt.datetime
) -> None:
    for number in range(60):
        sent_off(client, key_07, now, AHEAD + dt.timedelta(seconds=number))
    assert ClockRefusal.objects.get().refused_count == 2
    assert send(client, [event()], key_07).status_code == 200
