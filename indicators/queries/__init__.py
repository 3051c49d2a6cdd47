"""Reads: what the formulas need, and the indicators themselves. A bounded number of queries whatever the data."""

from indicators.queries.plan import read_plan
from indicators.queries.report import (
    IndicatorRow,
    UnknownCommunity,
    read_indicators,
    row_as_json,
)

__all__ = ["IndicatorRow", "UnknownCommunity", "read_indicators", "read_plan", "row_as_json"]
