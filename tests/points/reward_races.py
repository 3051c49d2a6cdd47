"""What a race over rewards needs: fifty households with points, fifty clients that start together, and a count."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Barrier

from django.db import DatabaseError, connection

from households.models import Community, Household
from lib.errors import DomainError
from sorting.models import SmartBin
from tests.conftest import NOON, make_household
from tests.rewards import earn
from tests.sorting.test_racing import at_once

CLIENTS = 50
# The long form, once before a release: FENFEN_RACE_ROUNDS=200 FENFEN_RACE_S=60.
ROUNDS = int(os.environ.get("FENFEN_RACE_ROUNDS", "3"))
SECONDS = float(os.environ.get("FENFEN_RACE_S", "3"))


def make_households(*, community: Community, smart_bin: SmartBin, points: int, count: int = CLIENTS) -> list[Household]:
    """Households with so many available points each, earned by drop-offs."""
    households = [
        make_household(
            community=community,
            serial=100 + number,
            code=f"4110030000{number:05d}",
            room=str(number),
            rfid=f"R{number}",
        )
        for number in range(count)
    ]
    earn(households=households, smart_bin=smart_bin, points=points, now=NOON)
    return households


def outcome(work: Callable[[], object]) -> str:
    """What came of it in a word: "done", the code of a refusal, or the name of a database error."""
    try:
        work()
    except DomainError as error:
        return error.code
    except DatabaseError as error:
        return type(error).__name__
    return "done"


def race(*, rounds: int, work: Callable[[int, int], object], clients: int = CLIENTS) -> list[Counter[str]]:
    """Let the clients do `work(client, round)`, every round begun by all at once; the outcomes by round."""
    barrier = Barrier(clients)

    def run(client: int) -> list[str]:
        outcomes = []
        for number in range(rounds):
            barrier.wait(timeout=120)
            outcomes.append(outcome(lambda: work(client, number)))  # noqa: B023 - called at once
        return outcomes

    by_client = at_once(senders=clients, work=run)
    return [Counter(outcomes[number] for outcomes in by_client) for number in range(rounds)]


@contextmanager
def without_constraint(*, table: str, name: str, column: str) -> Iterator[None]:
    """Take a "never negative" away for a control; what became negative is put to 0 before it is back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name])
        definition = cursor.fetchone()[0]
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET {column} = 0 WHERE {column} < 0")
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
