"""POST /api/v1/device/drop-offs: what a bin sends, and every answer it can get."""

import base64
import datetime as dt
import json

import pytest
import time_machine
from django.db import OperationalError, connection
from django.test import Client

from api.device.rate import bin_rate
from households.models import Household
from sorting.models import DeviceMessage, DropOff, DropOffBatch, RefusedEvent, SmartBin
from sorting.services.bin_keys import make_bin_key, revoke_bin
from sorting.services.messages import forget_old_messages
from tests.api.conftest import DOOR, body_of, headers_of, post, send
from tests.sorting.test_recording import event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


def assert_nothing_stored() -> None:
    assert not DropOff.objects.exists()
    assert not DropOffBatch.objects.exists()
    assert not RefusedEvent.objects.exists()
    assert not DeviceMessage.objects.exists()


def assert_refused(response: object, status: int, code: str) -> dict[str, object]:
    """The contract's shape, and nothing stored."""
    assert response.status_code == status  # type: ignore[attr-defined]
    document: dict[str, object] = json.loads(response.content)  # type: ignore[attr-defined]
    assert document["code"] == code
    assert document["message"]
    assert isinstance(document["fields"], dict)
    assert_nothing_stored()
    return document


def test_a_signed_batch_is_answered_with_each_events_fate(
    client: Client, bin_07: SmartBin, zhang: Household, key_07: str
) -> None:
    response = send(client, [event(), event(), event(weight_g=3), event("e-2", weight_g=0)], key_07)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    answer = json.loads(response.content)
    assert set(answer) == {"batch", "received_at", "results"}
    assert answer["batch"] == str(DropOffBatch.objects.get().pk)
    assert dt.datetime.fromisoformat(answer["received_at"]) == DropOffBatch.objects.get().received_at
    assert answer["results"] == [
        {"event_id": "e-1", "fate": "accepted", "code": None},
        {"event_id": "e-1", "fate": "duplicate", "code": None},
        {"event_id": "e-1", "fate": "conflict", "code": None},
        {"event_id": "e-2", "fate": "rejected", "code": "weight_out_of_range"},
    ]
    batch = DropOffBatch.objects.get()
    assert (batch.boot_id, batch.bin_id, batch.event_count, len(batch.digest)) == ("7f3a", bin_07.pk, 1, 64)
    assert DropOff.objects.get().household_id == zhang.pk


def test_unknown_fields_and_a_missing_boot_id_are_tolerated(client: Client, key_07: str) -> None:
    body = json.dumps({"bin": "B-0007", "firmware": "2.1", "events": [event(voltage=3.3)]}).encode()
    assert post(client, body, headers_of(body, key_07)).status_code == 200


def test_a_bin_has_no_session_and_needs_no_csrf_token(key_07: str) -> None:
    response = send(Client(enforce_csrf_checks=True), [event()], key_07)
    assert response.status_code == 200
    assert not response.cookies


def test_no_events_are_answered_with_no_results(client: Client, key_07: str) -> None:
    response = send(client, [], key_07)
    assert (response.status_code, json.loads(response.content)["results"]) == (200, [])


def test_the_same_message_again_gets_the_same_answer_to_the_byte(
    client: Client, zhang: Household, key_07: str, at_noon: time_machine.Traveller
) -> None:
    events: list[object] = [event(), event("e-2", weight_g=0), event("x\x00y"), event(17), event(card='\\ "')]
    first = send(client, events, key_07)
    rows = (
        DropOff.objects.count(),
        DropOffBatch.objects.count(),
        RefusedEvent.objects.get(event_id="e-2").repeat_count,
    )
    at_noon.shift(120)
    for _ in range(9):
        again = send(client, events, key_07)
        assert (again.status_code, again.content) == (200, first.content)
    assert rows == (
        DropOff.objects.count(),
        DropOffBatch.objects.count(),
        RefusedEvent.objects.get(event_id="e-2").repeat_count,
    )
    assert DeviceMessage.objects.count() == 1


def test_the_same_message_id_with_another_body_is_409_and_changes_nothing(
    client: Client, zhang: Household, key_07: str
) -> None:
    send(client, [event()], key_07)
    response = send(client, [event("e-2")], key_07)
    assert (response.status_code, json.loads(response.content)["code"]) == (409, "message_id_reused")
    assert list(DropOff.objects.values_list("event_id", flat=True)) == ["e-1"]
    assert not RefusedEvent.objects.exists()


def test_the_same_events_in_another_message_are_duplicates(client: Client, zhang: Household, key_07: str) -> None:
    send(client, [event()], key_07)
    response = send(client, [event()], key_07, message_id="msg-2")
    assert json.loads(response.content)["results"][0]["fate"] == "duplicate"


NO_SUCH_SHAPE = [
    b"",
    b"null",
    b"[]",
    b"{",
    b"not json",
    b'{"bin":"B-0007"}',
    b'{"events":[]}',
    b'{"bin":7,"events":[]}',
    b'{"bin":"B-0007","events":{}}',
    b'{"bin":"B-0007","events":[],"boot_id":5}',
    b'{"bin":"B-0007","events":[],"boot_id":"' + b"x" * 65 + b'"}',
    b'{"bin":"B-0007","events":[],"boot_id":"a\\u0000"}',
    b'{"bin":"B\\u0000","events":[]}',
    b'{"bin":"' + b"x" * 65 + b'","events":[]}',
    b'{"bin":"B-0007","events":[NaN]}',
    b'{"bin":"B-0007","events":["\\ud800"]}',
    b'{"bin":"B-0007","events":["\xff"]}',
    b'{"bin":"B-0007","events":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    b"[" * 200_000,
    b'{"bin":"B-0007","events":[1,]}',
]


@pytest.mark.parametrize("body", NO_SUCH_SHAPE)
def test_what_has_no_such_shape_is_400(client: Client, key_07: str, body: bytes) -> None:
    headers = headers_of(body, key_07) if body.isascii() else {}
    assert_refused(post(client, body, headers), 400, "body_invalid")


def test_a_compressed_body_is_400(client: Client, key_07: str) -> None:
    body = body_of([event()])
    assert_refused(post(client, body, headers_of(body, key_07) | {"content-encoding": "gzip"}), 400, "body_invalid")


def test_more_than_a_thousand_events_are_413_and_a_thousand_are_not(client: Client, key_07: str) -> None:
    assert_refused(send(client, [0] * 1_001, key_07), 413, "too_many_events")
    response = send(client, [event(f"e-{number}", sequence=None, card="A1") for number in range(1_000)], key_07)
    assert response.status_code == 200
    assert DropOff.objects.count() == 1_000


def test_more_than_256_kib_are_413_and_exactly_that_is_not(client: Client, key_07: str) -> None:
    body = body_of([event()])
    full = body + b" " * (256 * 1024 - len(body))
    assert_refused(post(client, full + b" ", headers_of(full + b" ", key_07)), 413, "body_too_large")
    assert post(client, full, headers_of(full, key_07)).status_code == 200


def test_a_get_is_405(client: Client) -> None:
    response = client.get(DOOR)
    assert response["Allow"] == "POST"
    assert_refused(response, 405, "method_not_allowed")


def test_an_event_with_a_number_out_of_this_world_does_not_refuse_its_batch(client: Client, key_07: str) -> None:
    good = json.dumps(event())
    events = [f'{{"event_id":"e-9","weight_g":{number}}}' for number in ("1e400", "1" + "0" * 5_000, "1" + "0" * 400)]
    body = f'{{"bin":"B-0007","events":[{",".join([*events, good])}]}}'.encode()
    response = post(client, body, headers_of(body, key_07))
    assert [result["fate"] for result in json.loads(response.content)["results"]] == ["rejected"] * 3 + ["accepted"]
    assert RefusedEvent.objects.count() == 3


SIGNATURE_FAULTS = {
    "unsigned": {"webhook-signature": None},
    "no id": {"webhook-id": None},
    "no timestamp": {"webhook-timestamp": None},
    "another id": {"webhook-id": "msg-2"},
    "not base64": {"webhook-signature": "v1,!!!"},
    "bad padding": {"webhook-signature": "v1,abcde"},
    "no comma": {"webhook-signature": "v1"},
    "two commas": {"webhook-signature": "v1,a,b"},
    "another version": {"webhook-signature": "v2,AAAA"},
    "spaces": {"webhook-signature": "   "},
    "not ASCII": {"webhook-signature": "v1,é"},
    "empty signature": {"webhook-signature": "v1,"},
    "not a number": {"webhook-timestamp": "noon"},
    "not a number either": {"webhook-timestamp": "nan"},
}


@pytest.mark.parametrize("fault", SIGNATURE_FAULTS)
def test_a_faulty_signature_is_401_with_the_servers_time(
    client: Client, key_07: str, now: dt.datetime, fault: str
) -> None:
    body = body_of([event()])
    changed = headers_of(body, key_07) | SIGNATURE_FAULTS[fault]  # type: ignore[operator]
    headers = {name: value for name, value in changed.items() if value is not None}
    document = assert_refused(post(client, body, headers), 401, "signature_invalid")
    assert dt.datetime.fromisoformat(str(document["server_time"])) == now


def test_an_altered_body_another_bins_key_an_unknown_bin_and_a_revoked_one_get_the_same_words(
    client: Client, bin_07: SmartBin, key_07: str, now: dt.datetime
) -> None:
    bin_08 = SmartBin.objects.create(code="B-0008", point=bin_07.point, categories="FOOD", registered_at=now)
    key_08 = make_bin_key(smart_bin=bin_08, now=now).key
    body = body_of([event()])
    answers = [
        post(client, body.replace(b"1620", b"1621"), headers_of(body, key_07)),
        post(client, body, headers_of(body, key_08)),
        send(client, [event()], key_07, bin="B-0008"),
        send(client, [event()], key_07, bin="B-9999"),
    ]
    revoke_bin(smart_bin=bin_07, now=now)
    answers.append(send(client, [event()], key_07))
    for answer in answers:
        assert_refused(answer, 401, "signature_invalid")
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize(
    ("off_s", "status"), [(-300, 200), (300, 200), (-301, 401), (301, 401), (-86_400, 401), (10**9, 401)]
)
def test_five_minutes_either_way_are_borne_and_no_more(
    client: Client, key_07: str, now: dt.datetime, off_s: int, status: int
) -> None:
    body = body_of([event()])
    response = post(client, body, headers_of(body, key_07, signed_at=now + dt.timedelta(seconds=off_s)))
    assert response.status_code == status
    if status == 401:
        assert_refused(response, 401, "clock_off")


def test_one_right_signature_among_several_is_enough(client: Client, key_07: str) -> None:
    body = body_of([event()])
    headers = headers_of(body, key_07)
    wrong = base64.b64encode(b"x" * 32).decode()
    headers["webhook-signature"] = f"v1,{wrong} v1a,{wrong} {headers['webhook-signature']}"
    assert post(client, body, headers).status_code == 200


def test_the_key_before_is_valid_for_a_day_and_then_no_longer(
    client: Client, bin_07: SmartBin, key_07: str, now: dt.datetime, at_noon: time_machine.Traveller
) -> None:
    new_key = make_bin_key(smart_bin=bin_07, now=now).key
    for moment, status in ((now, 200), (now + dt.timedelta(hours=24, microseconds=-1), 200)):
        at_noon.move_to(moment)
        assert send(client, [event()], key_07, message_id=f"old-{moment}").status_code == status
    at_noon.move_to(now + dt.timedelta(hours=24))
    assert send(client, [event()], key_07, message_id="old").status_code == 401
    assert send(client, [event()], new_key, message_id="new").status_code == 200


@pytest.mark.parametrize("message_id", ["x" * 201, "a\x7fb"])
def test_a_message_id_that_cannot_be_kept_is_400(client: Client, key_07: str, message_id: str) -> None:
    document = assert_refused(send(client, [event()], key_07, message_id=message_id), 400, "message_id_invalid")
    assert document["fields"]


def test_a_bin_that_knocks_too_often_is_429_and_the_others_are_not(
    client: Client, bin_07: SmartBin, key_07: str, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bin_rate, "rate_per_s", 0.5)
    monkeypatch.setattr(bin_rate, "burst_count", 2)
    bin_08 = SmartBin.objects.create(code="B-0008", point=bin_07.point, categories="FOOD", registered_at=now)
    key_08 = make_bin_key(smart_bin=bin_08, now=now).key
    for number in (1, 2):
        assert send(client, [event(f"e-{number}")], key_07, message_id=f"m-{number}").status_code == 200
    # Unsigned requests in its name use up nothing.
    post(client, body_of([event()], bin="B-0008"), {})
    response = send(client, [event("e-3")], key_07, message_id="m-3")
    assert (response.status_code, json.loads(response.content)["code"]) == (429, "too_many_requests")
    assert int(response["Retry-After"]) in (1, 2)
    assert set(json.loads(response.content)) == {"code", "message", "fields"}
    assert set(DropOff.objects.values_list("event_id", flat=True)) == {"e-1", "e-2"}
    assert send(client, [event()], key_08, bin="B-0008").status_code == 200


@pytest.mark.parametrize("table", ["sorting_dropoff", "sorting_devicemessage", "sorting_smartbin"])
def test_a_database_that_fails_is_503_and_leaves_nothing_half(client: Client, key_07: str, table: str) -> None:
    def fail(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        # The statement on this table fails as it does when the server goes away.
        if f'"{table}"' in sql or f" {table} " in sql:
            raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail):
        response = send(client, [event(), event("e-2", weight_g=0)], key_07)
    assert int(response["Retry-After"]) >= 1
    assert_refused(response, 503, "unavailable")
    assert send(client, [event()], key_07).status_code == 200


def test_old_messages_are_forgotten_and_their_drop_offs_stay_known(
    client: Client, key_07: str, now: dt.datetime
) -> None:
    send(client, [event()], key_07)
    assert forget_old_messages(now=now + dt.timedelta(days=60)) == 0
    assert forget_old_messages(now=now + dt.timedelta(days=60, microseconds=1)) == 1
    assert json.loads(send(client, [event()], key_07).content)["results"][0]["fate"] == "duplicate"
