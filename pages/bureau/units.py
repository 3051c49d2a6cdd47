"""The plan's units of measures in Chinese, and values in them."""

from decimal import Decimal

from indicators.models import IndicatorValue

UNIT_WORDS = {
    "mines": "座",
    "firms": "家",
    "10k t": "万吨",
    "t": "吨",
    "t/10k CNY": "吨/万元",
    "demonstrations": "项",
    "organisations": "个",
    "incidents": "起",
}


def unit_word(unit: str) -> str:
    """As people write it; "%" stays."""
    return UNIT_WORDS.get(unit, unit)


def value_text(*, value: IndicatorValue, unit: str) -> str:
    """The number with its unit, the words, or both."""
    number = "" if value.value is None else f"{_plain(value.value)} {unit_word(unit)}".strip()
    return ";".join(part for part in (number, value.value_text) if part)


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
