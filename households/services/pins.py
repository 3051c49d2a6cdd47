"""PIN: six digits, given by a guide or officer and changed by the household. Checked, never read, never logged.

A million PINs are soon tried where a database was stolen, slow hash or not: so what is hashed is first keyed with the
platform's own key, as phones are for looking them up.
"""

import datetime as dt
import re
import secrets
from collections.abc import Collection
from typing import NoReturn

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from households.models import Household, HouseholdPin, NoticeKind
from households.queries import is_member_of
from households.services.notices import notify_household
from lib.errors import DomainError
from people.models import Role, User
from people.secrets import lookup_digest
from people.standing import standing_of

PIN_LENGTH = 6
WRONG_IN_A_ROW_MAX = 5
LOCKED_FIRST = dt.timedelta(minutes=15)  # doubled with every further five
LOCKED_MAX = dt.timedelta(hours=24)  # five tries a day: a million PINs take centuries
_FORM = re.compile(r"[0-9]{6}")
# What people choose first: all the same, all up, all down, two or three digits repeated.
_SIMPLE = re.compile(r"(\d)\1{5}|(\d\d)\2{2}|(\d{3})\3")
_RUNS = ("01234567890", "09876543210")


class PinMistyped(DomainError):
    """No six digits: not counted as a try."""

    code = "pin_mistyped"
    message = "PIN 码是 6 位数字。"


class PinWrong(DomainError):
    """Not this household's PIN, or it has none."""

    code = "pin_wrong"
    message = "PIN 码不对。"


class PinLocked(DomainError):
    """Too many wrong ones; not even the right one counts now."""

    code = "pin_locked"
    message = "PIN 码连续输错，已暂停使用。"


class PinsDiffer(DomainError):
    """A new one typed twice, and not the same."""

    code = "pins_differ"
    message = "两次输入的新 PIN 码不一样，没有改动。"


class PinTooSimple(DomainError):
    """Others would try it first."""

    code = "pin_too_simple"
    message = "这个 PIN 码太容易猜到，请换一个：不要全部相同、连号或重复。"


class PinNotAllowed(DomainError):
    """PINs are given by officers, and by guides in the communities given to them, never for the own household."""

    code = "pin_not_allowed"
    message = "您不能给这户设置 PIN 码，请找负责这个小区的督导员或城管局人员；自己家的请同事办理。"


@transaction.atomic
def give_pin(*, household: Household, by: User, community_ids: Collection[int] = (), now: dt.datetime) -> str:
    """Give the household a new PIN by chance, instead of any before; returns it, once, to be told to the household.

    `community_ids`: the communities given to `by` as a guide (guides.queries). A lock-out ends with the old PIN. The
    household sees in its inbox that it was done and by whom.

    :raises PinNotAllowed: `by` may not.
    """
    standing = standing_of(user=by, on=timezone.localdate(now))
    is_given_guide = standing.holds(Role.GUIDE) and household.community_id in community_ids
    if not (standing.is_district_wide(Role.OFFICER) or is_given_guide) or is_member_of(user=by, household=household):
        raise PinNotAllowed
    pin = _random_pin()
    _store(household=household, pin=pin, given_by=by, now=now)
    notify_household(
        household=household,
        kind=NoticeKind.ACCOUNT,
        text=f"{by.display_name or '工作人员'}给您家设置了新的 PIN 码。不是您家要求的，请联系城管局。",
        reference=f"pin/{now.isoformat()}",
        now=now,
    )
    return pin


@sensitive_variables("old_pin", "new_pin")
def change_pin(*, household: Household, old_pin: str, new_pin: str, now: dt.datetime) -> None:
    """Let the household choose its own PIN.

    :raises PinMistyped, PinWrong, PinLocked: as check_pin, of the old one.
    :raises PinTooSimple: the new one is soon guessed.
    """
    _demand_choosable(pin=new_pin)
    check_pin(household=household, pin=old_pin, now=now)
    choose_pin(household=household, new_pin=new_pin, now=now)


@sensitive_variables("new_pin")
@transaction.atomic
def choose_pin(*, household: Household, new_pin: str, now: dt.datetime) -> None:
    """The same for a member who proved to be one just now, by the old PIN or a code sent to their phone.

    :raises PinMistyped, PinTooSimple: as change_pin.
    """
    _demand_choosable(pin=new_pin)
    _store(household=household, pin=new_pin, given_by=None, now=now)
    notify_household(
        household=household,
        kind=NoticeKind.ACCOUNT,
        text="您家的 PIN 码已经更改。不是您家改的，请尽快联系督导员。",
        reference=f"pin/{now.isoformat()}",
        now=now,
    )


@sensitive_variables("pin", "keyed")
def check_pin(*, household: Household, pin: str, now: dt.datetime) -> None:
    """Return if this is the household's PIN. Every try is counted and committed before it is compared.

    Call it outside of a transaction, or the count of a wrong try would be undone with it. A household without a PIN is
    told apart from a wrong PIN by nothing, not even by the time it takes.

    :raises PinMistyped: no six digits.
    :raises PinWrong: `fields["tries_left"]` before it is locked.
    :raises PinLocked: `fields["until"]`.
    """
    if not _FORM.fullmatch(pin):
        raise PinMistyped
    keyed = _keyed(household=household, pin=pin)
    try:
        kept = _count_try(household=household, now=now)
    except PinLocked:
        make_password(keyed)  # being locked is not to be told by the time it takes either
        raise
    if kept is None:
        make_password(keyed)  # takes as long as comparing
        raise PinWrong
    if check_password(keyed, kept.pin_hash):
        HouseholdPin.objects.filter(pk=kept.pk, pin_hash=kept.pin_hash).update(wrong_count=0, locked_until=None)
        return
    if kept.locked_until is not None and kept.locked_until > now:
        raise _locked(until=kept.locked_until)
    left = WRONG_IN_A_ROW_MAX - kept.wrong_count % WRONG_IN_A_ROW_MAX
    raise PinWrong(f"PIN 码不对，还可以试 {left} 次。", fields={"tries_left": left})


@sensitive_variables("pin")
def refuse_pin_of_nobody(*, pin: str) -> NoReturn:
    """What check_pin does for a household without a PIN, where there is no household: as long, and as wrong.

    :raises PinMistyped, PinWrong: as check_pin.
    """
    if not _FORM.fullmatch(pin):
        raise PinMistyped
    make_password(lookup_digest(text=f"pin//{pin}"))
    raise PinWrong


@transaction.atomic(durable=True)
def _count_try(*, household: Household, now: dt.datetime) -> HouseholdPin | None:
    kept = HouseholdPin.objects.select_for_update().filter(household=household).first()
    if kept is None:
        return None
    if kept.locked_until is not None and kept.locked_until > now:
        raise _locked(until=kept.locked_until)
    kept.wrong_count += 1
    if kept.wrong_count % WRONG_IN_A_ROW_MAX == 0:
        doubled = LOCKED_FIRST * 2 ** min(kept.wrong_count // WRONG_IN_A_ROW_MAX - 1, 10)
        kept.locked_until = now + min(doubled, LOCKED_MAX)
    kept.save(update_fields=["wrong_count", "locked_until"])
    return kept


def _locked(*, until: dt.datetime) -> PinLocked:
    return PinLocked(
        f"PIN 码连续输错，已暂停使用到{timezone.localtime(until):%-m月%-d日 %H:%M}。可以用射频卡，或请督导员重设。",
        fields={"until": until.isoformat()},
    )


@sensitive_variables("pin")
def _store(*, household: Household, pin: str, given_by: User | None, now: dt.datetime) -> None:
    HouseholdPin.objects.update_or_create(
        household=household,
        defaults={
            "pin_hash": make_password(_keyed(household=household, pin=pin)),
            "set_at": now,
            "given_by": given_by,
            "wrong_count": 0,
            "locked_until": None,
        },
    )


@sensitive_variables("pin")
def _keyed(*, household: Household, pin: str) -> str:
    return lookup_digest(text=f"pin/{household.pk}/{pin}")


@sensitive_variables("pin")
def _random_pin() -> str:
    while _is_simple(pin=(pin := f"{secrets.randbelow(10**PIN_LENGTH):0{PIN_LENGTH}d}")):
        continue
    return pin


@sensitive_variables("pin")
def _demand_choosable(*, pin: str) -> None:
    if not _FORM.fullmatch(pin):
        raise PinMistyped
    if _is_simple(pin=pin):
        raise PinTooSimple


@sensitive_variables("pin")
def _is_simple(*, pin: str) -> bool:
    return bool(_SIMPLE.fullmatch(pin)) or any(pin in run for run in _RUNS)
