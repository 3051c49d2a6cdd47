"""Weights of trucks: kilograms as a scale prints them, grams as we keep them. Pure: no ORM."""

from decimal import Decimal

WEIGHT_KG_MAX = 1_000_000_000  # a million tonnes: more than a district makes in years


class WeightTooFine(ValueError):
    """More than three decimals: not a whole number of grams."""


def grams_of(*, weight_kg: Decimal) -> int:
    """The same weight in whole grams, exactly: 1.234 kg are 1,234 g.

    :raises WeightTooFine: it is no whole number of grams.
    """
    grams = weight_kg.scaleb(3)
    if grams != grams.to_integral_value():
        raise WeightTooFine(str(weight_kg))
    return int(grams)
