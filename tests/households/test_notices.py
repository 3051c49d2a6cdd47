"""The inbox: told once, read once."""

import datetime as dt

import pytest

from households.models import Household, Notice, NoticeKind
from households.services import mark_notices_read, notify_household

pytestmark = pytest.mark.django_db


def tell(household: Household, now: dt.datetime, reference: str = "redemption/1/collected") -> bool:
    return notify_household(
        household=household, kind=NoticeKind.REDEMPTION, text="洗衣液已领取。", reference=reference, now=now
    )


def test_the_same_thing_is_told_once(zhang: Household, li: Household, now: dt.datetime) -> None:
    assert tell(zhang, now)
    assert not tell(zhang, now)
    assert tell(li, now)
    assert Notice.objects.filter(household=zhang).count() == 1


def test_reading_marks_what_was_there_and_only_the_own(zhang: Household, li: Household, now: dt.datetime) -> None:
    for household in (zhang, li):
        tell(household, now)
    assert mark_notices_read(household=zhang, now=now) == 1
    assert mark_notices_read(household=zhang, now=now) == 0
    assert Notice.objects.get(household=li).read_at is None
