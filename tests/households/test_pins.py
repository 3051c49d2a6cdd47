"""A household's PIN: given by somebody who may, counted at every try, never kept to be read."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import override_settings

from households.models import Household, HouseholdPin, Member, Notice
from households.services import (
    PinLocked,
    PinMistyped,
    PinNotAllowed,
    PinTooSimple,
    PinWrong,
    change_pin,
    check_pin,
    give_pin,
)
from people.models import User
from tests.sorting.test_racing import at_once

pytestmark = pytest.mark.django_db


def other(pin: str) -> str:
    """Another PIN of six digits."""
    return f"{(int(pin) + 1) % 1_000_000:06d}"


def guess(*, household: Household, pin: str, now: dt.datetime) -> str:
    """The code of what came of a try; "" where it was right."""
    try:
        check_pin(household=household, pin=pin, now=now)
    except (PinWrong, PinLocked) as error:
        return error.code
    return ""


def test_zhao_gives_zhang_a_pin_and_it_is_zhangs_alone(
    zhang: Household, li: Household, zhao: User, now: dt.datetime
) -> None:
    pin = give_pin(household=zhang, by=zhao, now=now)
    assert re.fullmatch(r"\d{6}", pin)
    assert guess(household=zhang, pin=pin, now=now) == ""
    assert guess(household=li, pin=pin, now=now) == "pin_wrong"
    assert "赵科长给您家设置了新的 PIN 码" in Notice.objects.get(household=zhang).text


def test_two_households_with_one_pin_have_two_hashes_and_argon2_makes_them(
    zhang: Household, li: Household, zhao: User, now: dt.datetime
) -> None:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.Argon2PasswordHasher"]):
        for household in (zhang, li):
            pin = give_pin(household=household, by=zhao, now=now)
            change_pin(household=household, old_pin=pin, new_pin="382915", now=now)
        hashes = list(HouseholdPin.objects.values_list("pin_hash", flat=True))
        assert all(each.startswith("argon2") for each in hashes)
        assert len(set(hashes)) == 2
        assert guess(household=zhang, pin="382915", now=now) == ""


def test_chen_gives_pins_in_her_community_only_and_never_to_herself(
    zhang: Household, wang: Household, chen: User, now: dt.datetime
) -> None:
    given = [zhang.community_id]
    give_pin(household=zhang, by=chen, community_ids=given, now=now)
    with pytest.raises(PinNotAllowed):
        give_pin(household=wang, by=chen, community_ids=given, now=now)
    Member.objects.create(household=zhang, user=chen, joined_at=now)
    with pytest.raises(PinNotAllowed):
        give_pin(household=zhang, by=chen, community_ids=given, now=now)


def test_who_is_neither_guide_nor_officer_gives_none(zhang: Household, now: dt.datetime) -> None:
    nobody = User.objects.create_user(username="nobody")
    with pytest.raises(PinNotAllowed):
        give_pin(household=zhang, by=nobody, community_ids=[zhang.community_id], now=now)


def test_the_sixth_try_in_a_row_is_locked_out_even_with_the_right_pin(
    zhang: Household, zhao: User, now: dt.datetime
) -> None:
    pin = give_pin(household=zhang, by=zhao, now=now)
    wrong = other(pin)
    tries = [guess(household=zhang, pin=wrong, now=now) for _ in range(5)]
    assert tries == ["pin_wrong"] * 4 + ["pin_locked"]
    assert guess(household=zhang, pin=pin, now=now) == "pin_locked"
    later = now + dt.timedelta(minutes=15)
    # The next five in a row are locked out for twice as long.
    assert [guess(household=zhang, pin=wrong, now=later) for _ in range(5)] == tries
    assert guess(household=zhang, pin=pin, now=later + dt.timedelta(minutes=29)) == "pin_locked"
    assert guess(household=zhang, pin=pin, now=later + dt.timedelta(minutes=30)) == ""
    assert HouseholdPin.objects.get().wrong_count == 0


def test_four_wrong_and_the_right_one_begin_anew(zhang: Household, zhao: User, now: dt.datetime) -> None:
    pin = give_pin(household=zhang, by=zhao, now=now)
    for _ in range(3):
        assert [guess(household=zhang, pin=each, now=now) for each in (*[other(pin)] * 4, pin)][-1] == ""


def test_a_new_pin_ends_the_old_one_and_its_lock_out(zhang: Household, zhao: User, now: dt.datetime) -> None:
    old = give_pin(household=zhang, by=zhao, now=now)
    for _ in range(5):
        guess(household=zhang, pin=other(old), now=now)
    new = give_pin(household=zhang, by=zhao, now=now + dt.timedelta(seconds=1))
    assert guess(household=zhang, pin=new, now=now) == ""
    assert old == new or guess(household=zhang, pin=old, now=now) == "pin_wrong"


def test_a_household_without_a_pin_is_told_no_other_thing(zhang: Household, now: dt.datetime) -> None:
    with pytest.raises(PinWrong) as error:
        check_pin(household=zhang, pin="382915", now=now)
    assert error.value.fields == {}


@pytest.mark.parametrize("text", ["", "12345", "1234567", "12345a", "１２３４５６", "12345\n"])
def test_what_is_no_six_digits_is_no_try(zhang: Household, zhao: User, now: dt.datetime, text: str) -> None:
    give_pin(household=zhang, by=zhao, now=now)
    with pytest.raises(PinMistyped):
        check_pin(household=zhang, pin=text, now=now)
    assert HouseholdPin.objects.get().wrong_count == 0


@pytest.mark.parametrize("simple", ["111111", "123456", "987654", "121212", "123123", "012345"])
def test_what_others_try_first_is_refused(zhang: Household, zhao: User, now: dt.datetime, simple: str) -> None:
    pin = give_pin(household=zhang, by=zhao, now=now)
    with pytest.raises(PinTooSimple):
        change_pin(household=zhang, old_pin=pin, new_pin=simple, now=now)
    with pytest.raises(PinWrong):
        change_pin(household=zhang, old_pin=other(pin), new_pin="382915", now=now)
    assert guess(household=zhang, pin=pin, now=now) == ""


def test_no_log_line_and_no_stored_column_holds_the_pin(
    zhang: Household, zhao: User, now: dt.datetime, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    pin = give_pin(household=zhang, by=zhao, now=now)
    guess(household=zhang, pin=pin, now=now)
    wrong = other(pin)
    guess(household=zhang, pin=wrong, now=now)
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("django.db")]
    assert [line for line in ours if pin in line or wrong in line] == []
    assert pin not in " ".join(Notice.objects.values_list("text", flat=True))
    assert pin not in HouseholdPin.objects.get().pin_hash


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_twenty_guesses_at_once_are_five_tries(zhang: Household, zhao: User, now: dt.datetime) -> None:
    pin = give_pin(household=zhang, by=zhao, now=now)
    made = at_once(senders=20, work=lambda number: guess(household=zhang, pin=other(pin), now=now))
    assert connection.vendor == "postgresql"
    assert HouseholdPin.objects.get().wrong_count == 5
    assert made.count("pin_locked") >= 15
