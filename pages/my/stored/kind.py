"""One kind of stored data: how its rows are found, how a row is told, how long it is kept and who sees it."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.utils import timezone

from households.models import Household
from people.models import User

ROWS_EXPORTED_MAX = 100_000  # of a kind; a home with three drop-offs a day reaches it after 90 years

Told = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose data is asked for, and when."""

    household: Household
    now: dt.datetime


@dataclass(frozen=True, slots=True)
class Kind:
    """`noun` is its key in the export; `models` are the tables whose rows it tells."""

    noun: str
    title: str
    models: tuple[type[Model], ...]
    find: Callable[[Household], QuerySet[Any]]
    tell: Callable[[QuerySet[Any], Asked], Iterable[Told]]
    kept: str
    seen_by: str

    def count(self, *, household: Household) -> int:
        """How many rows there are."""
        return self.find(household).count()

    def told(self, *, asked: Asked) -> list[Told]:
        """All of them, the oldest first."""
        return list(self.tell(self.find(asked.household)[:ROWS_EXPORTED_MAX], asked))


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A table with rows about households that the export does not tell, and why, in plain words."""

    model: type[Model]
    title: str
    why: str


def each(tell_one: Callable[[Any], Told]) -> Callable[[QuerySet[Any], Asked], Iterable[Told]]:
    """`tell` of a kind whose rows are told one by one."""
    return lambda rows, _asked: (tell_one(row) for row in rows)


def iso(at: dt.datetime | None) -> str | None:
    """A moment on the district's clock, or null."""
    return timezone.localtime(at).isoformat(timespec="seconds") if at else None


def name_of(*, user: User | None) -> str | None:
    """Who did it, as the household may read it; null for nobody."""
    return (user.display_name or user.username) if user else None
