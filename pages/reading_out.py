"""Figures as people read them: text, state against the target, and the bar beside it."""

from fractions import Fraction

from indicators.formulas import Number

NO_DATA = "—"


def state_of(*, value: Number | None, target: Fraction | None, is_less_better: bool) -> str:
    """met, missed, open (no target) or none (no data)."""
    if value is None:
        return "none"
    if target is None:
        return "open"
    return "met" if (value <= target if is_less_better else value >= target) else "missed"


def number_text(*, value: Number | None, unit: str) -> str:
    """The value as people read it: rates in per cent, kilograms in tonnes, whole households."""
    if value is None:
        return NO_DATA
    if unit == "rate":
        return f"{float(100 * value):.1f}"
    if unit == "kg":
        return f"{float(value / 1_000):,.1f}"
    return f"{float(value):,.2f}" if unit == "kg/person/day" else f"{int(value):,}"


def value_number(*, value: Number | None, unit: str) -> float | int | None:
    """The same for a file: a number in the same unit, and None where there is no data."""
    if value is None:
        return None
    if unit == "households":
        return int(value)
    factor = {"rate": Fraction(100), "kg": Fraction(1, 1_000)}.get(unit, Fraction(1))
    return round(float(Fraction(value) * factor), 4)


def bar_end(*, unit: str, value: Number | None, target: Fraction | None) -> Number:
    """What the bar's full width stands for. It begins at zero."""
    if unit == "rate":
        return 1
    return max(value or 0, target or 0) * Fraction(5, 4) or 1


def percent_of(*, part: Number | None, whole: Number, most: float = 100) -> str:
    """Where a part ends in a bar, in per cent of its width, from 0 to `most`."""
    return f"{min(most, max(0.0, float(100 * (part or 0) / whole))):.1f}"
