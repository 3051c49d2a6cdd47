"""A shared phone: the password once, then a PIN; wrong PINs are counted, and five of them end it."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from guides.models import GuidePhone, GuidePin
from guides.services.phones import (
    PinRefused,
    PinTooEasy,
    guide_of_pin,
    guides_on_phone,
    remember_on_phone,
    set_pin,
)
from people.models import User

pytestmark = pytest.mark.django_db
PIN = "402817"


@pytest.fixture
def phone(chen: User, now: dt.datetime) -> str:
    """The token of a phone on which Chen, who has a PIN, signed in."""
    set_pin(guide=chen, pin=PIN, now=now)
    return remember_on_phone(guide=chen, token="", now=now)


def test_chen_takes_over_the_phone_with_the_pin(phone: str, chen: User, now: dt.datetime) -> None:
    assert guides_on_phone(token=phone, now=now) == [chen]
    assert guide_of_pin(token=phone, guide_id=chen.pk, pin=PIN, now=now) == chen
    assert PIN not in GuidePin.objects.get().pin
    assert not GuidePhone.objects.filter(token_digest__contains=phone[:10]).exists()


def test_a_pin_opens_no_phone_on_which_chen_never_gave_the_password(
    phone: str, chen: User, zhao: User, now: dt.datetime
) -> None:
    other = remember_on_phone(guide=zhao, token="", now=now)
    for token in (other, "", "made-up"):
        assert guides_on_phone(token=token, now=now) == []
        with pytest.raises(PinRefused):
            guide_of_pin(token=token, guide_id=chen.pk, pin=PIN, now=now)


def test_the_phone_keeps_its_token_and_forgets_chen_after_30_days(phone: str, chen: User, now: dt.datetime) -> None:
    assert remember_on_phone(guide=chen, token=phone, now=now) == phone
    with pytest.raises(PinRefused):
        guide_of_pin(token=phone, guide_id=chen.pk, pin=PIN, now=now + dt.timedelta(days=30))


def test_the_sixth_try_does_not_open_even_with_the_right_pin_until_the_password_was_given(
    phone: str, chen: User, now: dt.datetime
) -> None:
    for _ in range(5):
        with pytest.raises(PinRefused):
            guide_of_pin(token=phone, guide_id=chen.pk, pin="000001", now=now)
    with pytest.raises(PinRefused):
        guide_of_pin(token=phone, guide_id=chen.pk, pin=PIN, now=now)
    remember_on_phone(guide=chen, token=phone, now=now)
    assert guide_of_pin(token=phone, guide_id=chen.pk, pin=PIN, now=now) == chen


def test_a_right_pin_forgives_the_wrong_ones_before_it(phone: str, chen: User, now: dt.datetime) -> None:
    for _ in range(2):
        for _ in range(4):
            with pytest.raises(PinRefused):
                guide_of_pin(token=phone, guide_id=chen.pk, pin="000001", now=now)
        assert guide_of_pin(token=phone, guide_id=chen.pk, pin=PIN, now=now) == chen


def test_who_is_no_guide_any_more_or_switched_off_cannot_take_over(phone: str, chen: User, now: dt.datetime) -> None:
    chen.role_grants.update(ends_on=dt.date(2026, 11, 22))
    assert guides_on_phone(token=phone, now=now) == []
    chen.role_grants.update(ends_on=None)
    User.objects.filter(pk=chen.pk).update(is_active=False)
    assert guides_on_phone(token=phone, now=now) == []


@pytest.mark.parametrize("pin", ["12345", "1234567", "123456", "987654", "777777", "４０２８１７", "40281x", ""])
def test_an_easy_pin_is_refused(pin: str, chen: User, now: dt.datetime) -> None:
    with pytest.raises(PinTooEasy):
        set_pin(guide=chen, pin=pin, now=now)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_twenty_tries_at_once_are_five_tries(phone: str, chen: User, now: dt.datetime) -> None:
    """Whoever guesses with twenty hands gets no more than five guesses looked at."""

    def guess(number: int) -> str:
        try:
            guide_of_pin(token=phone, guide_id=chen.pk, pin=f"{number:06d}", now=now)
        except PinRefused:
            return "refused"
        finally:
            connection.close()
        return "open"

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(guess, range(20))) == {"refused"}
    assert GuidePin.objects.get().wrong_count == 5
