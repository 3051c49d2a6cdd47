"""Two that wait for each other both end; who waits for too long is told so; what is wrong is not tried again."""

import time
from threading import Barrier

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from lib import dialect
from lib.contention import ATTEMPTS_MAX, Busy, retry_on_contention
from people.models import User
from tests.sorting.test_racing import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def two(db: None) -> list[User]:
    return [User.objects.create_user(username=name) for name in ("zhang", "li")]


def lock(user: User) -> None:
    dialect.execute("SELECT id FROM people_user WHERE id = %s FOR UPDATE", [user.pk])


def test_of_two_that_lock_crosswise_both_get_through(two: list[User]) -> None:
    barrier = Barrier(2)
    attempts: list[int] = []

    def work(number: int) -> str:
        @retry_on_contention
        @transaction.atomic
        def lock_both() -> str:
            attempts.append(number)
            lock(two[number])
            if len(attempts) <= 2:
                barrier.wait(timeout=10)
            lock(two[1 - number])
            return "done"

        return lock_both()

    assert at_once(senders=2, work=work) == ["done", "done"]
    assert len(attempts) == 3  # the victim began anew


def test_who_is_kept_waiting_is_told_so_after_a_few_attempts(two: list[User]) -> None:
    attempts: list[int] = []

    @retry_on_contention
    @transaction.atomic
    def impatient() -> None:
        attempts.append(1)
        dialect.execute("SET LOCAL lock_timeout = '20ms'")
        lock(two[0])

    def work(number: int) -> str:
        if number == 0:
            with transaction.atomic():
                lock(two[0])
                give_up_at = time.monotonic() + 20
                while len(attempts) < ATTEMPTS_MAX and time.monotonic() < give_up_at:
                    time.sleep(0.02)
                time.sleep(0.2)
            return "held"
        time.sleep(0.1)
        try:
            impatient()
        except Busy as busy:
            return busy.code
        return "done"

    assert at_once(senders=2, work=work) == ["held", "busy"]
    assert len(attempts) == ATTEMPTS_MAX


def test_what_is_wrong_is_tried_once(two: list[User]) -> None:
    attempts: list[int] = []

    @retry_on_contention
    @transaction.atomic
    def wrong(statement: str) -> None:
        attempts.append(1)
        dialect.execute(statement)

    with pytest.raises(IntegrityError):
        wrong("UPDATE people_user SET username = 'zhang'")
    with pytest.raises(OperationalError, match="terminating connection"):
        wrong("SELECT pg_terminate_backend(pg_backend_pid())")
    connection.close()
    assert len(attempts) == 2


def test_inside_a_transaction_nothing_begins_anew(two: list[User]) -> None:
    attempts: list[int] = []

    @retry_on_contention
    def deadlocked() -> None:
        attempts.append(1)
        # What PostgreSQL raises at the victim of a deadlock.
        dialect.execute("DO $$ BEGIN RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END $$")

    with pytest.raises(OperationalError), transaction.atomic():
        deadlocked()
    assert len(attempts) == 1
    with pytest.raises(Busy):
        deadlocked()
    assert len(attempts) == 1 + ATTEMPTS_MAX
