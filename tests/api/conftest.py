"""Bin 07 with its key, and its way of sending: signed, through the real door."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from standardwebhooks import Webhook

from api.device.rate import bin_rate, clock_rate
from api.view import address_rate, user_rate
from sorting.models import SmartBin
from sorting.services.bin_keys import make_bin_key

DOOR = "/api/v1/device/drop-offs"


@pytest.fixture(autouse=True)
def _full_buckets() -> None:
    """No test pays for the requests of the one before."""
    for rate in (bin_rate, clock_rate, user_rate, address_rate):
        rate.forget_all()


@pytest.fixture
def at_noon(now: dt.datetime) -> Iterator[time_machine.Traveller]:
    """The server's clock stands at noon."""
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


@pytest.fixture
def key_07(bin_07: SmartBin, now: dt.datetime) -> str:
    """The key of bin 07."""
    return make_bin_key(smart_bin=bin_07, now=now).key


def body_of(events: list[object], **others: object) -> bytes:
    """The body that bin 07 sends."""
    return json.dumps({"bin": "B-0007", "boot_id": "7f3a", "events": events} | others, ensure_ascii=False).encode()


def headers_of(
    body: bytes, key: str, message_id: str = "msg-1", signed_at: dt.datetime | None = None
) -> dict[str, str]:
    """The three headers of the Standard Webhooks envelope."""
    signed_at = (signed_at or timezone.now()).astimezone(dt.UTC)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(signed_at.timestamp())),
        "webhook-signature": Webhook(key).sign(message_id, signed_at, body.decode()),
    }


def post(client: Client, body: bytes, headers: dict[str, str]) -> HttpResponse:
    """Knock at the door with these bytes and headers."""
    response: Any = client.post(DOOR, data=body, content_type="application/json", headers=headers)
    return response  # type: ignore[no-any-return]


def send(client: Client, events: list[object], key: str, message_id: str = "msg-1", **others: object) -> HttpResponse:
    """Send events as bin 07 does."""
    body = body_of(events, **others)
    return post(client, body, headers_of(body, key, message_id))
