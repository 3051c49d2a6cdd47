"""Exact numbers as JSON writes them."""

from decimal import Decimal

from indicators.formulas import Number


def json_number(number: Number | Decimal | None) -> int | float | None:
    """Whole numbers as integers, others as the nearest double: exact to the gram up to 9 billion kg."""
    if number is None:
        return None
    return int(number) if number == int(number) else float(number)
