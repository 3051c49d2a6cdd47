"""What a drop-off costs: two journeys to PostgreSQL, one to look and one to store, which is also the commit."""

import datetime as dt
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import Client

from households.models import Household
from sorting.models import DeviceMessage, DropOff, DropOffBatch, RefusedEvent, SmartBin
from tests.api.conftest import body_of, headers_of, post
from tests.sorting.test_racing import at_once
from tests.sorting.test_recording import event

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
# What a client sends and then waits for: a simple query, or the end of a prepared one.
_JOURNEY = re.compile(r"^(?:\S+ \S+\t)?F\t\d+\t(Query|Sync)", re.MULTILINE)

Work = Callable[[], object]


def journeys(work: Work, folder: Path) -> int:
    """How often the client waited for the server, as libpq itself writes it down."""
    path = folder / "trace"
    with path.open("w") as trace:
        connection.connection.pgconn.trace(trace.fileno())
        try:
            work()
        finally:
            connection.connection.pgconn.untrace()
    return len(_JOURNEY.findall(path.read_text(encoding="utf8", errors="replace")))


def sender(key: str) -> Callable[..., list[str]]:
    """Sends events as bin 07 a minute ago; the fates."""

    def send(*ids: str, message_id: str, **others: object) -> list[str]:
        occurred_at = (dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)).isoformat()
        body = body_of([event(each, **({"occurred_at": occurred_at} | others)) for each in ids])
        answer = post(Client(), body, headers_of(body, key, message_id))
        assert answer.status_code == 200, answer.content
        return [result["fate"] for result in json.loads(answer.content)["results"]]

    return send


def test_a_drop_off_of_zhang_is_two_journeys(bin_07: SmartBin, zhang: Household, key_07: str, tmp_path: Path) -> None:
    send = sender(key_07)
    send("e-0", message_id="m-0")  # prepares
    assert journeys(lambda: send("e-1", message_id="m-1"), tmp_path) == 2
    assert journeys(lambda: send(*[f"e-{each}" for each in range(2, 22)], message_id="m-2"), tmp_path) == 2
    assert DropOff.objects.filter(household=zhang).count() == 22
    assert DropOffBatch.objects.get(pk=DropOff.objects.get(event_id="e-1").batch_id).event_count == 1


def test_one_known_event_among_new_ones_leaves_nothing_of_the_first_try(
    bin_07: SmartBin, zhang: Household, key_07: str
) -> None:
    send = sender(key_07)
    at = (dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)).isoformat()
    assert send("e-1", message_id="m-1", occurred_at=at) == ["accepted"]
    assert send("e-0", "e-1", "e-2", message_id="m-2", occurred_at=at) == ["accepted", "duplicate", "accepted"]
    assert send("e-2", message_id="m-3", occurred_at=at, weight_g=7) == ["conflict"]
    assert (DropOff.objects.count(), DropOffBatch.objects.count(), DeviceMessage.objects.count()) == (3, 3, 3)
    counts = dict(DropOffBatch.objects.order_by("pk").values_list("digest", "event_count"))
    assert list(counts.values()) == [1, 2, 0]
    assert RefusedEvent.objects.get().code == "conflict"
    for batch in DropOffBatch.objects.all():
        assert batch.drop_offs.count() == batch.event_count
        assert (batch.tallied_at is None) == bool(batch.event_count)


def test_two_messages_with_the_same_new_events_at_once_count_each_once(
    bin_07: SmartBin, zhang: Household, key_07: str
) -> None:
    Client().get("/api/v1/device/status")  # a server loads its middleware once, before anybody knocks
    send, at = sender(key_07), (dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)).isoformat()
    ids = [f"e-{number}" for number in range(18)]
    for turn in range(5):
        of_turn = [f"{turn}-{each}" for each in ids]

        def work(number: int, of_turn: list[str] = of_turn, turn: int = turn) -> list[str]:
            in_order = of_turn if number % 2 else of_turn[::-1]
            return send(*in_order, message_id=f"m-{turn}-{number}", occurred_at=at)

        fates = at_once(senders=4, work=work)
        assert sum(each.count("accepted") for each in fates) == len(ids)
        assert sum(each.count("duplicate") for each in fates) == 3 * len(ids)
    assert DropOff.objects.count() == 5 * len(ids)
    assert sum(DropOffBatch.objects.values_list("event_count", flat=True)) == 5 * len(ids)


def test_whoever_makes_bin_07_a_key_keeps_no_message_waiting(bin_07: SmartBin, zhang: Household, key_07: str) -> None:
    send = sender(key_07)

    def other(number: int) -> list[str]:
        return send("e-1", message_id="m-1")

    with transaction.atomic():
        SmartBin.objects.select_for_update().get(pk=bin_07.pk)
        assert at_once(senders=1, work=other) == [["accepted"]]


def test_what_zhang_drops_off_is_stored_alike_on_both_ways(
    bin_07: SmartBin, zhang: Household, li: Household, key_07: str
) -> None:
    SmartBin.objects.update(categories="FOOD;RESIDUAL")
    at = (dt.datetime.now(dt.UTC) - dt.timedelta(hours=5)).isoformat()
    variety: list[dict[str, object]] = [
        {"card": "A0000001", "occurred_at": at, "fill_rate": 0.4, "sequence": 7},
        {"card": li.code, "method": "CODE", "occurred_at": at},
        {"card": "nobody's \\ {card},\"", "occurred_at": at, "category": "RECYCLABLE", "sub_class": "PAPER"},
        {"card": "", "method": "NONE", "occurred_at": at, "category": "HAZARDOUS", "weight_g": 1},
    ]

    def send(prefix: str, *more: object) -> None:
        events = [*(event(f"{prefix}{number}", **each) for number, each in enumerate(variety)), *more]
        body = body_of(events)
        assert post(Client(), body, headers_of(body, key_07, f"m-{prefix}")).status_code == 200

    send("plain-")
    send("long-", event("refused", weight_g=0))
    assert RefusedEvent.objects.count() == 1
    own = {"id", "batch_id", "event_id"}
    fields = [field.attname for field in DropOff._meta.fields if field.attname not in own]
    stored = [
        list(DropOff.objects.filter(event_id__startswith=prefix).order_by("event_id").values_list(*fields))
        for prefix in ("plain-", "long-")
    ]
    assert len(stored[0]) == len(variety)
    assert stored[0] == stored[1]
    own = {"id", "received_at", "due_at", "digest"}
    fields = [field.attname for field in DropOffBatch._meta.fields if field.attname not in own]
    plain, long = DropOffBatch.objects.order_by("pk").values(*fields)
    assert plain == long
    answers = list(DeviceMessage.objects.order_by("pk").values_list("answer", flat=True))
    assert [set(answer) for answer in answers] == [{"batch", "received_at", "results"}] * 2
    assert answers[0]["batch"] == str(DropOffBatch.objects.order_by("pk")[0].pk)
