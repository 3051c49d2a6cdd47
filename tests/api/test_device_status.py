"""POST /api/v1/device/status: a bin's heartbeat, and every answer it can get."""

import datetime as dt
import json
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection
from django.test import Client

from sorting.models import Alert, AlertKind, BinStatus, DeviceMessage, FillReading, SmartBin
from sorting.services.bin_keys import make_bin_key
from tests.api.conftest import headers_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
DOOR = "/api/v1/device/status"
WHOLE = {
    "bin": "B-0007",
    "boot_id": "7f3a",
    "sent_at": "2026-11-23T12:00:00+08:00",
    "last_sequence": 412,
    "fill_rates": {"FOOD": 0.4, "RESIDUAL": 0.91},
    "is_lid_open": False,
    "temperature_c": 8.5,
    "battery_rate": 0.8,
    "firmware": "2.1.0",
}


def beat(
    client: Client, key: str, document: object = None, signed_at: dt.datetime | None = None, **others: object
) -> tuple[int, Any]:
    """Send a heartbeat of bin 07; the status and the document of the answer."""
    body = json.dumps({"bin": "B-0007"} | others if document is None else document, ensure_ascii=False).encode()
    headers = headers_of(body, key, signed_at=signed_at)
    response = client.post(DOOR, data=body, content_type="application/json", headers=headers)
    return response.status_code, json.loads(response.content)


def test_a_heartbeat_is_kept_and_answered_with_the_time_and_the_open_alerts(
    client: Client, bin_07: SmartBin, key_07: str, now: dt.datetime
) -> None:
    Alert.objects.create(bin=bin_07, kind=AlertKind.FULL, subject="RESIDUAL", opened_at=now, last_seen_at=now)
    Alert.objects.create(bin=bin_07, kind=AlertKind.OFFLINE, opened_at=now, last_seen_at=now, closed_at=now)
    assert beat(client, key_07, WHOLE) == (
        200,
        {
            "received_at": "2026-11-23T12:00:00.000+08:00",
            "server_time": "2026-11-23T12:00:00.000+08:00",
            "clock_skew_s": 0.0,
            "alerts": [{"kind": "FULL", "subject": "RESIDUAL"}],
        },
    )
    status = BinStatus.objects.get()
    assert (status.bin_id, status.received_at, status.signed_at, status.said_at) == (bin_07.pk, now, now, now)
    assert (status.boot_id, status.last_sequence, status.firmware) == ("7f3a", 412, "2.1.0")
    assert (status.is_lid_open, status.temperature_c, status.battery_rate) == (False, 8.5, 0.8)
    assert status.fill_rates == {"FOOD": 0.4, "RESIDUAL": 0.91}
    readings = FillReading.objects.order_by("category").values_list("category", "fill_rate", "read_at")
    assert list(readings) == [("FOOD", 0.4, now), ("RESIDUAL", 0.91, now)]


def test_the_bins_code_alone_is_a_heartbeat(client: Client, key_07: str, now: dt.datetime) -> None:
    status, answer = beat(client, key_07, voltage=3.3, battery_rate=None)
    assert (status, answer["clock_skew_s"], answer["alerts"]) == (200, 0.0, [])
    kept = BinStatus.objects.get()
    assert (kept.said_at, kept.last_sequence, kept.is_lid_open, kept.battery_rate) == (now, None, None, None)
    assert (kept.boot_id, kept.firmware, kept.fill_rates) == ("", "", {})


def test_what_the_bin_no_longer_reports_is_not_kept_from_before(client: Client, key_07: str) -> None:
    beat(client, key_07, WHOLE)
    beat(client, key_07)
    kept = BinStatus.objects.get()
    assert (kept.last_sequence, kept.temperature_c, kept.fill_rates, kept.firmware) == (None, None, {}, "")


@pytest.mark.parametrize(
    ("sent_at", "skew_s"),
    [
        ("2026-11-23T12:07:00+08:00", 420.0),
        ("2026-11-23T03:53:00Z", -420.0),
        ("2026-11-23T12:00:01.25", 1.25),
        ("1970-01-01T00:00:00Z", -1795406400.0),
    ],
)
def test_the_bin_learns_how_far_its_clock_is_off(client: Client, key_07: str, sent_at: str, skew_s: float) -> None:
    """Positive when it runs ahead. It signs with the server's time, so that it is let in at all."""
    assert beat(client, key_07, sent_at=sent_at)[1]["clock_skew_s"] == skew_s
    assert BinStatus.objects.get().clock_skew_s == skew_s


def test_a_repeat_changes_nothing_and_needs_no_row_of_its_own(client: Client, key_07: str) -> None:
    beat(client, key_07, WHOLE)
    before = BinStatus.objects.values().get(), list(FillReading.objects.values())
    assert beat(client, key_07, WHOLE)[0] == 200
    assert (BinStatus.objects.values().get(), list(FillReading.objects.values())) == before
    assert not DeviceMessage.objects.exists()


def test_a_heartbeat_that_was_held_up_never_overwrites_a_newer_one(
    client: Client, key_07: str, now: dt.datetime, at_noon: time_machine.Traveller
) -> None:
    beat(client, key_07, fill_rates={"FOOD": 0.1}, firmware="new", last_sequence=9)
    at_noon.shift(60)
    held_up = now - dt.timedelta(minutes=3)
    assert beat(client, key_07, signed_at=held_up, fill_rates={"FOOD": 0.95}, firmware="old")[0] == 200
    kept = BinStatus.objects.get()
    assert (kept.firmware, kept.last_sequence, kept.fill_rates, kept.signed_at) == ("new", 9, {"FOOD": 0.1}, now)
    assert kept.received_at == now + dt.timedelta(seconds=60)  # it was heard all the same


def test_one_reading_of_a_category_is_kept_a_quarter_of_an_hour(
    client: Client, key_07: str, now: dt.datetime, at_noon: time_machine.Traveller
) -> None:
    for minutes, rate in ((0, 0.1), (1, 0.2), (14, 0.3), (15, 0.4)):
        at_noon.move_to(now + dt.timedelta(minutes=minutes))
        beat(client, key_07, fill_rates={"FOOD": rate})
    readings = FillReading.objects.order_by("read_at").values_list("read_at", "fill_rate")
    assert list(readings) == [(now, 0.3), (now + dt.timedelta(minutes=15), 0.4)]


WRONG = [
    ("boot_id", "x" * 65),
    ("boot_id", "a\x00"),
    ("boot_id", 7),
    ("sent_at", "noon"),
    ("sent_at", "2026-11-23"),
    ("sent_at", 1795406400),
    ("sent_at", "0001-01-01T00:00:00+08:00"),
    ("sent_at", "9999-12-31T23:59:59Z"),
    ("last_sequence", -1),
    ("last_sequence", True),
    ("last_sequence", 1.5),
    ("last_sequence", 2**63),
    ("last_sequence", "412"),
    ("fill_rates", []),
    ("fill_rates", {"PAPER": 0.5}),
    ("fill_rates", {"FOOD": 1.01}),
    ("fill_rates", {"FOOD": "half"}),
    ("fill_rates", {"FOOD": True}),
    ("is_lid_open", 0),
    ("is_lid_open", "no"),
    ("temperature_c", -81),
    ("temperature_c", "8.5"),
    ("battery_rate", 80),
    ("battery_rate", -0.1),
    ("firmware", {"version": 2}),
    ("firmware", "2\n1"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_is_400_names_its_field_and_keeps_nothing(
    client: Client, key_07: str, name: str, value: object
) -> None:
    status, answer = beat(client, key_07, WHOLE | {name: value})
    assert (status, answer["code"], list(answer["fields"])) == (400, "field_invalid", [name])
    assert not BinStatus.objects.exists()
    assert not FillReading.objects.exists()


def test_every_wrong_field_is_named_at_once(client: Client, key_07: str) -> None:
    answer = beat(client, key_07, battery_rate=80, firmware=2)[1]
    assert set(answer["fields"]) == {"battery_rate", "firmware"}


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"{", b"{}", b'{"bin":7}', b'{"bin":""}', b'{"bin":"B\\u0000"}', b"\xff", b"[" * 200_000],
)
def test_what_has_no_such_shape_is_400(client: Client, key_07: str, body: bytes) -> None:
    headers = headers_of(body, key_07) if body.isascii() else {}
    response = client.post(DOOR, data=body, content_type="application/json", headers=headers)
    assert (response.status_code, json.loads(response.content)["code"]) == (400, "body_invalid")
    assert not BinStatus.objects.exists()


def test_unsigned_altered_late_or_another_bins_is_401_and_keeps_nothing(
    client: Client, bin_07: SmartBin, key_07: str, now: dt.datetime
) -> None:
    bin_08 = SmartBin.objects.create(code="B-0008", point=bin_07.point, categories="FOOD", registered_at=now)
    key_08 = make_bin_key(smart_bin=bin_08, now=now).key
    body = b'{"bin":"B-0007","battery_rate":0.8}'
    unsigned = client.post(DOOR, data=body, content_type="application/json")
    altered = client.post(
        DOOR,
        data=body.replace(b"0.8", b"0.9"),
        content_type="application/json",
        headers=headers_of(body, key_07),
    )
    assert (unsigned.status_code, altered.status_code) == (401, 401)
    assert beat(client, key_08)[0] == 401
    # Whoever cannot sign does not even learn which values are wrong.
    assert beat(client, key_08, battery_rate=80)[1]["code"] == "signature_invalid"
    late = beat(client, key_07, signed_at=now - dt.timedelta(seconds=301))
    assert (late[0], late[1]["code"], late[1]["server_time"]) == (401, "clock_off", "2026-11-23T12:00:00.000+08:00")
    assert not BinStatus.objects.exists()


def test_a_get_is_405_and_a_database_that_fails_is_503(client: Client, key_07: str) -> None:
    assert client.get(DOOR).status_code == 405

    def fail(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        # The statement fails as it does when the server goes away, after the status was written.
        if " sorting_fillreading " in sql:
            raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail):
        assert beat(client, key_07, WHOLE)[0] == 503
    assert not BinStatus.objects.exists()
