"""A month as it would be published now: what an officer looks at before proposing or confirming it."""

from collections.abc import Sequence
from dataclasses import dataclass

from indicators.facts import Period
from indicators.models import PublishedFigure, PublishedRule
from indicators.published import frozen_figure, frozen_rule, shown_digest
from indicators.queries.report import figures_everywhere
from indicators.queries.staleness import is_anything_untallied, waiting_drop_off_count
from lib.dialect import snapshot
from points.queries.programme_spans import programme_spans


@dataclass(frozen=True, slots=True)
class MonthDraft:
    """Every figure and rule, not saved; `digest`, in hex, is over both. `waiting_count` counts drop-offs."""

    month: Period
    figures: Sequence[PublishedFigure]
    rules: Sequence[PublishedRule]
    digest: str
    is_stale: bool
    waiting_count: int


def read_draft(*, month: Period) -> MonthDraft:
    """One view of all tallies; what is tallied meanwhile belongs to a later publication."""
    with snapshot():
        is_stale = is_anything_untallied(period=month)
        waiting_count = waiting_drop_off_count(period=month) if is_stale else 0
        figures = frozen_figures(period=month)
        rules = [frozen_rule(span=span) for span in programme_spans(starts_on=month.starts_on, ends_on=month.ends_on)]
    return MonthDraft(
        month=month,
        figures=figures,
        rules=rules,
        digest=shown_digest(figures=figures, rules=rules),
        is_stale=is_stale,
        waiting_count=waiting_count,
    )


def frozen_figures(*, period: Period) -> list[PublishedFigure]:
    """What every computed figure comes to now, the district's first, then by community."""
    return [
        frozen_figure(computed=computed, community_id=place.community_id if place else None, figure=figure)
        for computed, place, figure in figures_everywhere(period=period)
    ]
