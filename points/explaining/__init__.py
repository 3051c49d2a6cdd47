"""Why a drop-off earned what it earned, in one sentence each: the points of a day's sentences add up to the day's."""

from points.explaining.day import DayExplanation, DropOffExplanation, ToldFact, explain_day
from points.explaining.queries import ExplainedDay, ExplainedDropOff, State, explained_days, explained_drop_offs

__all__ = [
    "DayExplanation",
    "DropOffExplanation",
    "ExplainedDay",
    "ExplainedDropOff",
    "State",
    "ToldFact",
    "explain_day",
    "explained_days",
    "explained_drop_offs",
]
