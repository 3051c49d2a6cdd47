"""Missing numbers of a run, against the plainest way to say it: a set."""

from hypothesis import given
from hypothesis import strategies as st

from sorting.sequence_ranges import GIVEN_UP_S, RANGES_MAX, Run, missing_for, read_on

NUMBERS = st.lists(st.integers(0, 12), max_size=8)


def holes(run: Run | None) -> set[int]:
    return {number for start, end, _ in run.missing for number in range(start, end + 1)} if run else set()


def test_a_hole_is_what_lies_between_and_what_the_bin_says_it_counted_to() -> None:
    run = read_on(run=None, came=[5, 6, 9], said=12, at_s=100)
    assert run == Run(first=5, highest=12, missing=((7, 8, 100), (10, 12, 100)))


def test_nothing_came_yet_tells_nothing_of_holes() -> None:
    assert read_on(run=None, came=[], said=412, at_s=100) is None


def test_a_late_arrival_closes_its_part_of_the_hole_and_the_rest_keeps_its_age() -> None:
    run = read_on(run=Run(first=1, highest=10, missing=((3, 7, 100),)), came=[5], said=10, at_s=200)
    assert run == Run(first=1, highest=10, missing=((3, 4, 100), (6, 7, 100)))
    assert read_on(run=run, came=[7, 3, 6, 4], said=None, at_s=300) == Run(first=1, highest=10)


def test_the_very_number_that_the_bin_said_closes_the_hole_when_it_comes() -> None:
    run = read_on(run=None, came=[5], said=6, at_s=100)
    assert read_on(run=run, came=[6], said=6, at_s=200) == Run(first=5, highest=6)


def test_a_bin_that_says_less_than_what_came_changes_nothing() -> None:
    assert read_on(run=Run(first=1, highest=10), came=[], said=4, at_s=100) == Run(first=1, highest=10)


def test_a_hole_is_given_up_when_nobody_can_deliver_it_any_more() -> None:
    run = Run(first=1, highest=10, missing=((3, 7, 100),))
    assert read_on(run=run, came=[10], said=None, at_s=99 + GIVEN_UP_S) == run
    assert read_on(run=run, came=[10], said=None, at_s=100 + GIVEN_UP_S) == Run(first=1, highest=10)


def test_a_broken_counter_keeps_no_more_than_so_many_ranges() -> None:
    run = read_on(run=None, came=range(0, 5_000, 2), said=2**63 - 1, at_s=100)
    assert run is not None
    assert len(run.missing) == RANGES_MAX
    assert run.missing[-1] == (4_999, 2**63 - 1, 100)


def test_only_what_has_been_missing_for_long_enough_counts() -> None:
    missing = [[3, 7, 100], [9, 9, 200]]
    assert missing_for(missing=missing, seconds=60, at_s=200) == [(3, 7)]
    assert missing_for(missing=missing, seconds=60, at_s=100 + GIVEN_UP_S) == [(9, 9)]


@given(st.lists(st.tuples(NUMBERS, st.none() | st.integers(0, 14)), max_size=6))
def test_in_whatever_parts_and_order_they_come(parts: list[tuple[list[int], int | None]]) -> None:
    run, came, said_highest = None, set[int](), -1
    for at_s, (numbers, said) in enumerate(parts):
        run = read_on(run=run, came=numbers, said=said, at_s=at_s)
        came |= set(numbers)
        # What a bin says before anything came is said again by its next heartbeat.
        said_highest = max(said_highest, said if said is not None and came else -1)
    whole = set(range(min(came), max(max(came), said_highest) + 1)) if came else set()
    assert holes(run) == whole - came
    if run:
        assert read_on(run=run, came=came, said=None, at_s=99) == run
        ends = [number for start, end, _ in run.missing for number in (start, end)]
        assert ends == sorted(ends)
