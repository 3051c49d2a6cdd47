"""Days and months in queries."""

import datetime as dt
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from indicators.facts import Period

# The days before and the midnight after a period stay inside every calendar.
FIRST_ON, LAST_ON = dt.date(1900, 1, 1), dt.date(2200, 12, 31)


class Day(serializers.DateField):
    """YYYY-MM-DD, in a year that makes sense here."""

    def to_internal_value(self, value: Any) -> dt.date:
        """The date.

        :raises ValidationError: it is none.
        """
        date: dt.date = super().to_internal_value(value)
        if not FIRST_ON <= date <= LAST_ON:
            raise ValidationError(f"须在 {FIRST_ON} 至 {LAST_ON} 之间 (no such year here)")
        return date


class PeriodQuery(serializers.Serializer[Any]):
    """`from` and `to`, both days included."""

    def get_fields(self) -> dict[str, Any]:
        """`from` is a word of Python's own."""
        return {"from": Day(help_text="第一天"), "to": Day(help_text="最后一天(含)"), **super().get_fields()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The same, with `period`.

        :raises ValidationError: it ends before it begins.
        """
        if attrs["from"] > attrs["to"]:
            raise ValidationError({"to": "to 早于 from (the period ends before it begins)"})
        return attrs | {"period": Period(starts_on=attrs["from"], ends_on=attrs["to"])}


class Month(serializers.RegexField):
    """YYYY-MM, as the first day of that month."""

    def __init__(self, **options: Any) -> None:
        super().__init__(r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$", max_length=7, **options)

    def to_internal_value(self, value: Any) -> Any:
        """The month's first day."""
        text = super().to_internal_value(value)
        self.run_validators(text)
        return dt.date(int(text[:4]), int(text[5:]), 1)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Checked as text, given as a day."""
        is_empty, data = self.validate_empty_values(data)
        return data if is_empty else self.to_internal_value(data)


def last_of_month(first_on: dt.date) -> dt.date:
    """The last day of the month that begins on a day."""
    return (first_on + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
