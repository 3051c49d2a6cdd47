"""What slipped past the refusal: a guide who judged the own household, and photos that show the same."""

import datetime as dt
from collections.abc import Sequence

from points.flags.thresholds import BOOT_RETURNS_MIN, JOINED_AFTER_DAYS, PHOTO_DISTANCE_MAX


def is_own_verdict(*, verified_at: dt.datetime, joined_at: dt.datetime, left_at: dt.datetime | None) -> bool:
    """Whether the guide belonged to the household then, or joined it within JOINED_AFTER_DAYS."""
    if left_at is not None and verified_at >= left_at:
        return False
    return verified_at >= joined_at - dt.timedelta(days=JOINED_AFTER_DAYS)


def is_same_photo(*, is_identical: bool, distance: int, is_by_person: bool) -> bool:
    """Whether two photos of two drop-offs are one: to the byte, or nearly so where a person took both."""
    return is_identical or (is_by_person and distance <= PHOTO_DISTANCE_MAX)


def boot_returns(*, boot_ids: Sequence[str]) -> int:
    """How often a bin's batches, in order of arrival, go back to a run that another had followed."""
    seen: set[str] = set()
    returns = 0
    before = None
    for boot_id in boot_ids:
        returns += boot_id != before and boot_id in seen
        seen.add(boot_id)
        before = boot_id
    return returns


def is_two_machines(*, boot_ids: Sequence[str]) -> bool:
    """Whether the batches of one bin on one day look as if two machines used its key."""
    return boot_returns(boot_ids=boot_ids) >= BOOT_RETURNS_MIN
