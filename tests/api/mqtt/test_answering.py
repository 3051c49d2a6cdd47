"""One message over MQTT is answered as over HTTP, and nothing that comes on a topic breaks anything."""

import datetime as dt
import json
import os

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from api.device.envelope import BODY_BYTES_MAX
from api.device.mqtt.answering import Publication, answer_publication
from households.models import Household
from simulation.mqtt_client import framed
from sorting.models import Door, DropOff, DropOffBatch, SmartBin
from sorting.services.bin_keys import revoke_bin
from tests.api.conftest import body_of, headers_of, post
from tests.sorting.test_recording import event

UP = "fenfen/bins/B-0007/up/drop-offs"
pytestmark = pytest.mark.usefixtures("at_noon")


def sent(payload: bytes, topic: str = UP, **more: bool) -> tuple[str, dict[str, object]]:
    """The topic and the document of the reply."""
    reply = answer_publication(publication=Publication(topic, payload, **more), received_at=timezone.now())
    assert reply is not None
    return reply.topic, json.loads(reply.payload)


def frame(body: bytes, key: str, message_id: str = "msg-1") -> bytes:
    return framed(key=key, message_id=message_id, body=body, signed_at=timezone.now())


def test_a_batch_is_answered_to_the_byte_as_over_http(bin_07: SmartBin, zhang: Household, key_07: str) -> None:
    body = body_of([event("e-1"), event("e-2", weight_g=0), event("e-1"), event("e-1", weight_g=999), "no event"])
    topic, reply = sent(frame(body, key_07))
    assert (topic, reply["id"], reply["status"]) == ("fenfen/bins/B-0007/down/replies", "msg-1", 200)
    assert reply["retry_after_s"] is None
    answer = reply["answer"]
    assert isinstance(answer, dict)
    fates = [result["fate"] for result in answer["results"]]
    assert fates == ["accepted", "rejected", "duplicate", "conflict", "rejected"]
    # The same message over HTTP: known, and answered with the same bytes.
    response = post(Client(), body, headers_of(body, key_07))
    assert response.status_code == 200
    again = answer_publication(publication=Publication(UP, frame(body, key_07)), received_at=timezone.now())
    assert again is not None
    assert again.payload.endswith(b'"answer":' + response.content + b"}")
    assert DropOff.objects.count() == 1
    assert DropOffBatch.objects.get().door == Door.MQTT


def test_the_same_events_through_both_doors_count_once(bin_07: SmartBin, zhang: Household, key_07: str) -> None:
    body = body_of([event("e-1"), event("e-2")])
    assert post(Client(), body, headers_of(body, key_07, "over-http")).status_code == 200
    _, reply = sent(frame(body, key_07, "over-mqtt"))
    assert [result["fate"] for result in reply["answer"]["results"]] == ["duplicate", "duplicate"]  # type: ignore[index]
    assert DropOff.objects.count() == 2


def test_a_heartbeat_is_answered_as_over_http(bin_07: SmartBin, key_07: str) -> None:
    body = json.dumps({"bin": "B-0007", "fill_rates": {"FOOD": 0.4}}).encode()
    response: HttpResponse = Client().post(  # type: ignore[assignment]
        "/api/v1/device/status", data=body, content_type="application/json", headers=headers_of(body, key_07, "http")
    )
    topic, reply = sent(frame(body, key_07, "mqtt"), topic="fenfen/bins/B-0007/up/status")
    assert response.status_code == 200
    assert topic == "fenfen/bins/B-0007/down/replies"
    assert (reply["status"], reply["answer"]) == (response.status_code, json.loads(response.content))


def test_refusals_are_those_of_http(bin_07: SmartBin, zhang: Household, key_07: str) -> None:
    good = body_of([event()])
    other = json.dumps({"bin": "B-0008", "events": []}).encode()
    crowd = body_of([event(f"e-{n}") for n in range(1_001)])
    for number, (body, key, status) in enumerate(
        [
            (b"not json", key_07, 400),
            (body_of([]).replace(b"[]", b"{}"), key_07, 400),
            (crowd, key_07, 413),
            (good, "whsec_" + "A" * 43 + "=", 401),
            (other, key_07, 401),
        ]
    ):
        headers = headers_of(body, key, f"m-{number}")
        response = post(Client(), body, headers)
        _, reply = sent(frame(body, key, f"m-{number}"))
        assert (reply["status"], reply["answer"]) == (response.status_code, json.loads(response.content)), number
        assert reply["status"] == status
    assert DropOff.objects.count() == 0


def test_an_id_for_two_bodies_is_409(bin_07: SmartBin, zhang: Household, key_07: str) -> None:
    assert sent(frame(body_of([event("e-1")]), key_07))[1]["status"] == 200
    _, reply = sent(frame(body_of([event("e-2")]), key_07))
    assert (reply["status"], reply["answer"]["code"]) == (409, "message_id_reused")  # type: ignore[index]


def test_an_old_message_learns_the_time(
    bin_07: SmartBin, key_07: str, at_noon: time_machine.Traveller, now: dt.datetime
) -> None:
    payload = frame(body_of([event()]), key_07)
    at_noon.shift(dt.timedelta(minutes=6))
    _, reply = sent(payload)
    assert reply["status"] == 401
    assert reply["answer"]["code"] == "clock_off"  # type: ignore[index]
    assert reply["answer"]["server_time"].startswith("2026-11-23T12:06:00")  # type: ignore[index]


def test_a_bin_that_signs_rightly_on_anothers_topic_is_refused(bin_07: SmartBin, zhang: Household, key_07: str) -> None:
    topic, reply = sent(frame(body_of([event()]), key_07), topic="fenfen/bins/B-0008/up/drop-offs")
    assert (topic, reply["status"]) == ("fenfen/bins/B-0008/down/replies", 401)
    assert DropOff.objects.count() == 0


def test_a_revoked_bin_is_refused_at_once(bin_07: SmartBin, zhang: Household, key_07: str) -> None:
    revoke_bin(smart_bin=bin_07, now=timezone.now())
    assert sent(frame(body_of([event()]), key_07))[1]["status"] == 401


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("payload", "status"),
    [
        (b"", 400),
        (b"\n\n", 400),
        (b"{}", 400),
        (b"webhook-id: a\nwebhook-id: b\n\n{}", 400),
        (b"no colon\n\n{}", 400),
        ("webhook-id: 分\n\n{}".encode(), 400),
        (b"webhook-id: a\r\n\r\n{}", 400),  # framed rightly; the body is not of that shape
        (b'webhook-id: a\n\n{"bin": "B-0007", "events": []}', 401),
        (b"webhook-id: " + b"x" * 4_000 + b"\n\n{}", 400),
        (b"webhook-id: a\n\n" + b" " * (BODY_BYTES_MAX + 1), 413),
        (b"x" * 300_000, 413),
        (b"\xff\xfe\x00" * 50, 400),
    ],
)
def test_whatever_comes_is_answered(payload: bytes, status: int) -> None:
    assert sent(payload)[1]["status"] == status


@pytest.mark.django_db
def test_random_bytes_are_answered() -> None:
    for _ in range(300):
        assert sent(os.urandom(200))[1]["status"] == 400


@pytest.mark.django_db
def test_an_unknown_kind_is_404() -> None:
    topic, reply = sent(b"", topic="fenfen/bins/B-0007/up/nonsense")
    assert (topic, reply["status"]) == ("fenfen/bins/B-0007/down/replies", 404)
    assert sent(b"", topic="fenfen/bins/B-0007/up/photos")[1]["status"] == 404  # photos go over HTTP only
    assert sent(b"", topic="fenfen/bins/B-0007/up/drop-offs/more")[1]["status"] == 404


def test_a_retained_message_is_ignored(bin_07: SmartBin, zhang: Household, key_07: str) -> None:
    kept = Publication(UP, frame(body_of([event()]), key_07), is_retained=True)
    assert answer_publication(publication=kept, received_at=timezone.now()) is None
    assert answer_publication(publication=Publication("fenfen/bins/x", b""), received_at=timezone.now()) is None
    assert DropOff.objects.count() == 0


def test_what_nobody_foresaw_is_500_and_not_the_end(
    bin_07: SmartBin, key_07: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall(_: object) -> bytes:
        raise RuntimeError("x")

    monkeypatch.setitem(answer_publication.__globals__["ANSWERS"], "drop-offs", fall)
    assert sent(frame(body_of([event()]), key_07))[1]["status"] == 500
