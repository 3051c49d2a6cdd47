"""Identical messages at the same moment, and a database that makes a bin wait."""

import datetime as dt
import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import close_old_connections, connection, transaction
from django.test import Client

from households.models import Household
from sorting.models import DeviceMessage, DropOff, DropOffBatch, SmartBin
from tests.api.conftest import DOOR, body_of, headers_of, post
from tests.sorting.test_racing import at_once
from tests.sorting.test_recording import event

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _server_is_up(transactional_db: None) -> None:
    """A server loads its middleware once, before anybody knocks; eight clients at once would each load it."""
    Client().get(DOOR)


def lately(seconds_ago: int = 60) -> str:
    return (dt.datetime.now(dt.UTC) - dt.timedelta(seconds=seconds_ago)).isoformat()


def test_eight_identical_messages_at_once_get_one_answer(bin_07: SmartBin, zhang: Household, key_07: str) -> None:
    body = body_of([event(f"e-{number}", occurred_at=lately(number)) for number in range(200)])
    headers = headers_of(body, key_07)
    answers = at_once(senders=8, work=lambda _: post(Client(), body, headers))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert {result["fate"] for result in json.loads(answers[0].content)["results"]} == {"accepted"}
    assert (DropOff.objects.count(), DropOffBatch.objects.count(), DeviceMessage.objects.count()) == (200, 1, 1)


def test_one_message_id_with_two_bodies_at_once_stores_one_of_them(
    bin_07: SmartBin, zhang: Household, key_07: str
) -> None:
    bodies = [body_of([event(f"e-{number}", occurred_at=lately())]) for number in range(6)]
    headers = [headers_of(body, key_07) for body in bodies]
    answers = at_once(senders=6, work=lambda number: post(Client(), bodies[number], headers[number]))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 5}
    assert DropOff.objects.count() == 1


def test_a_lock_that_is_not_given_is_503_and_the_same_message_goes_through_later(
    bin_07: SmartBin, zhang: Household, key_07: str
) -> None:
    events: list[object] = [event(occurred_at=lately())]
    is_held, is_answered = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE sorting_dropoff IN ACCESS EXCLUSIVE MODE")
            is_held.set()
            is_answered.wait(timeout=9)
        connection.close()

    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '300ms'")
    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold)
        assert is_held.wait(timeout=5)
        body = body_of(events)
        refused = post(Client(), body, headers_of(body, key_07))
        is_answered.set()
        holding.result()
    assert (refused.status_code, json.loads(refused.content)["code"]) == (503, "unavailable")
    assert int(refused["Retry-After"]) >= 1
    assert not DeviceMessage.objects.exists()
    assert not DropOffBatch.objects.exists()
    again = post(Client(), body, headers_of(body, key_07))
    assert json.loads(again.content)["results"][0]["fate"] == "accepted"


def test_a_connection_that_was_cut_is_503_and_the_next_request_has_a_new_one(
    bin_07: SmartBin, zhang: Household, key_07: str
) -> None:
    body = body_of([event(occurred_at=lately())])

    def knock() -> int:
        return post(Client(), body, headers_of(body, key_07)).status_code

    def pid() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            return int(cursor.fetchone()[0])

    with ThreadPoolExecutor(1) as web_thread:
        victim = web_thread.submit(pid).result()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [victim])
        assert web_thread.submit(knock).result() == 503
        web_thread.submit(close_old_connections).result()  # a server does so after every request
        assert web_thread.submit(knock).result() == 200
        web_thread.submit(lambda: connection.close()).result()
    assert DropOff.objects.count() == 1
