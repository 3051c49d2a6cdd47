"""The `--now T` option of commands that move with the clock."""

from argparse import ArgumentTypeError
from datetime import datetime

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime


def moment(text: str) -> datetime:
    """An aware datetime from ISO 8601; without offset it is local time, a bare date is its first moment.

    :raises ArgumentTypeError: it is not ISO 8601.
    """
    try:
        parsed = parse_datetime(text)
        if parsed is None and (day := parse_date(text)):
            parsed = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - made aware below
    except ValueError as error:
        raise ArgumentTypeError(f"不是有效的时间 (not a valid time): {text}") from error
    if parsed is None:
        raise ArgumentTypeError(f"时间应为 ISO 8601 格式 (expected ISO 8601): {text}")
    return timezone.make_aware(parsed) if timezone.is_naive(parsed) else parsed
