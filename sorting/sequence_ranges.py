"""Which numbers of one run of a bin's `sequence` are missing. Pure arithmetic on ranges: no ORM.

A run counts from the first number that came: what a bin lost before that nobody can tell from a counter that did not
start at 1. Reading the same numbers again changes nothing, so a reader may look twice rather than miss one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

RANGES_MAX = 200  # a bin with more holes than that has a broken counter; the oldest are given up
GIVEN_UP_S = 46 * 24 * 3600  # past the 45 days for which a bin keeps an event, and can deliver it

# From, to (included), and since when it is known to be missing: whole seconds since 1970.
Missing = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Run:
    """The numbers from `first` to `highest`, of which those in `missing` never came; ranges in order, apart."""

    first: int
    highest: int
    missing: tuple[Missing, ...] = ()


def read_on(*, run: Run | None, came: Iterable[int], said: int | None, at_s: int) -> Run | None:
    """The run after more numbers came, and after the bin `said` how far it has counted; None while nothing came.

    `at_s`: now, in seconds since 1970. A number below `first` that comes late moves it down.
    """
    numbers = sorted(set(came))
    if not numbers and run is None:
        return None
    if run is None:
        run = Run(first=numbers[0], highest=numbers[0])
    missing = list(run.missing)
    first, highest = run.first, run.highest
    late = [number for number in numbers if number <= highest]
    if late and late[0] < first:
        missing.insert(0, (late[0] + 1, first - 1, at_s))
        first = late[0]
    missing = _without(missing=missing, numbers=late)
    for number in numbers:
        if number > highest:
            missing.append((highest + 1, number - 1, at_s))
            highest = number
    if said is not None and said > highest:
        missing.append((highest + 1, said, at_s))
        highest = said
    kept = [each for each in missing if each[0] <= each[1] and each[2] > at_s - GIVEN_UP_S]
    return Run(first=first, highest=highest, missing=tuple(kept[-RANGES_MAX:]))


def missing_for(*, missing: Iterable[Sequence[int]], seconds: int, at_s: int) -> list[tuple[int, int]]:
    """The ranges that have been missing for at least so many seconds at `at_s`, and are not given up."""
    return [(start, end) for start, end, since_s in missing if at_s - GIVEN_UP_S < since_s <= at_s - seconds]


def _without(*, missing: list[Missing], numbers: Sequence[int]) -> list[Missing]:
    """The ranges less these numbers (in order), in one pass over both."""
    left: list[Missing] = []
    position = 0
    for start, end, since_s in missing:
        while position < len(numbers) and numbers[position] < start:
            position += 1
        while position < len(numbers) and numbers[position] <= end:
            if start < numbers[position]:
                left.append((start, numbers[position] - 1, since_s))
            start = numbers[position] + 1
            position += 1
        left.append((start, end, since_s))
    return left
