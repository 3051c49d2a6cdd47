"""Whatever is thrown at the door: an answer below 500, and nothing stored that was not signed."""

import json
import math
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.device.rate import bin_rate
from sorting.models import DeviceMessage, DropOff, DropOffBatch, RefusedEvent, SmartBin
from tests.api.conftest import body_of, headers_of, post
from tests.sorting.test_recording import event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
fuzz = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
FATES = {"accepted", "duplicate", "conflict", "rejected"}
BODY = body_of([event(), event("e-2")])

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -(10**30), 2**63, math.nan, math.inf, "\x00", "\ud800", "'; --", "=1+1", "9" * 70_000])
    | st.floats()
    | st.text(max_size=30),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=5), children, max_size=4),
    max_leaves=12,
)
fields = st.dictionaries(st.sampled_from(list(event())), anything, max_size=4)


def row_count() -> int:
    return sum(model.objects.count() for model in (DropOff, DropOffBatch, RefusedEvent, DeviceMessage))


@fuzz
@given(position=st.integers(0, len(BODY) - 1), flip=st.integers(1, 255))
def test_a_flipped_byte_is_refused_and_stores_nothing(client: Client, key_07: str, position: int, flip: int) -> None:
    altered = bytearray(BODY)
    altered[position] ^= flip
    response = post(client, bytes(altered), headers_of(BODY, key_07))
    assert response.status_code in (400, 401)
    assert set(json.loads(response.content)) >= {"code", "message", "fields"}
    assert row_count() == 0


@fuzz
@given(body=st.binary(max_size=300) | anything.map(lambda value: json.dumps(value).encode()))
def test_any_unsigned_bytes_are_refused_and_store_nothing(client: Client, key_07: str, body: bytes) -> None:
    assert post(client, body, {}).status_code in (400, 401, 413)
    assert row_count() == 0


@fuzz
@given(
    headers=st.fixed_dictionaries(
        {},
        optional={
            name: st.text(st.characters(max_codepoint=255), max_size=40)
            | st.sampled_from(["v1,", "v1,AAAA v1", "1e999", "-1", "99999999999999999999", "v1,=" * 50])
            for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
        },
    )
)
def test_any_headers_are_refused_and_store_nothing(client: Client, key_07: str, headers: dict[str, str]) -> None:
    for changed in (headers, headers_of(BODY, key_07) | headers):
        if changed != headers_of(BODY, key_07):
            assert post(client, BODY, changed).status_code == 401
    assert row_count() == 0


@fuzz
@given(wrong=st.lists(fields | anything, max_size=4))
def test_signed_nonsense_is_answered_event_by_event_and_a_good_event_among_it_is_taken(
    client: Client, bin_07: SmartBin, key_07: str, wrong: list[Any]
) -> None:
    bin_rate.forget_all()
    before = DropOff.objects.count()
    good_id = f"good-{DropOffBatch.objects.count()}"
    events = [event() | fields if isinstance(fields, dict) else fields for fields in wrong]
    body = json.dumps({"bin": "B-0007", "events": [*events, event(good_id)]}).encode()
    response = post(client, body, headers_of(body, key_07, message_id=good_id))
    if response.status_code == 200:
        results = json.loads(response.content)["results"]
        assert len(results) == len(events) + 1
        assert {result["fate"] for result in results} <= FATES
        assert all((result["fate"] == "rejected") == (result["code"] is not None) for result in results)
        assert results[-1] == {"event_id": good_id, "fate": "accepted", "code": None}
        again = post(client, body, headers_of(body, key_07, message_id=good_id))
        assert again.content == response.content
    else:
        # Only what is no JSON at all: NaN, half a surrogate pair, or past the size.
        assert response.status_code in (400, 413)
        assert DropOff.objects.count() == before
        assert any(mark in body for mark in (b"NaN", b"Infinity", b"\\ud", b"9" * 70_000))
