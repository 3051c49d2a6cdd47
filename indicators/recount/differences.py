"""What the recount finds: a day whose stored row is not what its drop-offs come to."""

import datetime as dt
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Difference:
    """One row of a day that is wrong, missing or too much.

    `owner_id` is the community's or the household's key. `stored` and `recounted` hold the row's figures in the
    order of the table's fields, None where there is no such row.
    """

    owner_id: int
    occurred_on: dt.date
    category: str
    stored: tuple[int, ...] | None
    recounted: tuple[int, ...] | None


def local_day(*, raw: Any) -> dt.date:
    """A date as a raw query brings it: a date from PostgreSQL, text from SQLite."""
    return raw if isinstance(raw, dt.date) else dt.date.fromisoformat(raw)
