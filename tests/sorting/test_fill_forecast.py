"""When a container is full: a forecast that the readings bear out, or none."""

import datetime as dt
import random

import pytest

from sorting.fill_forecast import Reading, forecast_full_at, since_emptied
from tests.conftest import NOON


def rising(*rates: float, every_min: int = 60) -> list[Reading]:
    """Readings of these rates, the last of them now."""
    count = len(rates)
    return [(NOON - dt.timedelta(minutes=every_min * (count - 1 - number)), rate) for number, rate in enumerate(rates)]


def hours_until_full(readings: list[Reading]) -> float | None:
    full_at = forecast_full_at(readings=readings, now=NOON)
    return None if full_at is None else round((full_at - NOON).total_seconds() / 3600, 2)


def test_a_container_that_gains_a_tenth_an_hour_is_full_when_the_line_says() -> None:
    assert hours_until_full(rising(0.1, 0.2, 0.3, 0.4, 0.5)) == 4


def test_what_was_before_the_last_emptying_does_not_count() -> None:
    readings = rising(0.5, 0.7, 0.88, 0.1, 0.2, 0.3, 0.4)
    assert len(since_emptied(readings=readings)) == 4
    assert hours_until_full(readings) == 5


def test_one_wrong_reading_is_no_emptying_and_moves_nothing() -> None:
    assert hours_until_full(rising(0.1, 0.2, 0.0, 0.4, 0.5, 0.6)) == 3
    assert hours_until_full(rising(0.3, 0.4, 0.05, 0.6, 0.7)) == 2
    assert hours_until_full(rising(0.1, 0.2, 1.0, 0.4, 0.5, 0.6)) == 3


@pytest.mark.parametrize(
    "readings",
    [
        [],
        rising(0.5),
        rising(0.3, 0.4, 0.5),
        rising(0.1, 0.2, 0.3, 0.4, every_min=15),
        rising(0.5, 0.5, 0.5, 0.5, 0.5),
        rising(0.5, 0.49, 0.48, 0.47, 0.46),
        rising(0.50, 0.51, 0.52, 0.53),
        rising(0.6, 0.7, 0.8, 0.9, 0.95),
        rising(0.7, 0.8, 0.89, 0.1),
        rising(*(0.0001 * number for number in range(600))),
    ],
    ids=["none", "one", "three", "45 minutes", "flat", "falling", "hardly", "full", "just emptied", "in weeks"],
)
def test_where_nothing_can_be_said_nothing_is_said(readings: list[Reading]) -> None:
    assert hours_until_full(readings) is None


def test_a_line_that_was_full_an_hour_ago_is_no_forecast() -> None:
    readings = rising(0.4, 0.5, 0.6, 0.7, 0.8)
    assert forecast_full_at(readings=readings, now=NOON + dt.timedelta(hours=2)) is None


def test_noise_alone_is_no_rise() -> None:
    chance = random.Random(7)
    for _ in range(200):
        flat = [0.5 + chance.uniform(-0.05, 0.05) for _ in range(24)]
        assert hours_until_full(rising(*flat, every_min=15)) is None


def test_the_order_in_which_readings_come_does_not_matter() -> None:
    readings = rising(0.5, 0.7, 0.88, 0.1, 0.22, 0.3, 0.41)
    shuffled = random.Random(1).sample(readings, len(readings))
    assert forecast_full_at(readings=shuffled, now=NOON) == forecast_full_at(readings=readings, now=NOON)
