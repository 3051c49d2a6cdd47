"""What a search brings: a flag that is not yet a row."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from points.flags.thresholds import EVIDENCE_ROWS_MAX
from points.models.flags import FlagKind


@dataclass(frozen=True, slots=True)
class Span:
    """The local days, both included, that one search is about: a day, an ISO week from Monday to Sunday, or more."""

    starts_on: dt.date
    ends_on: dt.date


@dataclass(frozen=True, slots=True)
class Finding:
    """One subject on one occasion, with the rule's evidence. See points.models.Flag for what the names mean."""

    kind: FlagKind
    subject: str
    occasion: str
    community_id: int
    starts_on: dt.date
    ends_on: dt.date
    figures: dict[str, Any]
    drop_off_ids: tuple[int, ...] = ()
    household_id: int | None = None
    bin_id: int | None = None
    person_id: int | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        return self.kind.value, self.subject, self.occasion


def figures_of(evidence: Any) -> dict[str, Any]:
    """A rule's evidence as plain values; the rows behind it are kept apart."""
    return {name: value for name, value in asdict(evidence).items() if name not in ("drop_off_ids", "household_id")}


def rows_kept(drop_off_ids: Sequence[int]) -> tuple[int, ...]:
    """The first EVIDENCE_ROWS_MAX: nobody reads more, and the figures count all of them."""
    return tuple(drop_off_ids[:EVIDENCE_ROWS_MAX])


def week_of(on: dt.date) -> Span:
    """The ISO week of a day."""
    monday = on - dt.timedelta(days=on.weekday())
    return Span(starts_on=monday, ends_on=monday + dt.timedelta(days=6))


def week_name(on: dt.date) -> str:
    """ "2026-W48"."""
    year, week, _ = on.isocalendar()
    return f"{year}-W{week:02d}"
