"""Shared phones: a guide signs in once with the password, and from then on takes over with a PIN."""

import datetime as dt
import hashlib
import re
import secrets

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from guides.models import GuidePhone, GuidePin, PhoneGuide
from lib.errors import DomainError
from people.models import Role, User
from people.standing import standing_of

PIN_DIGITS = 6
WRONG_MAX = 5  # wrong PINs in a row; then only the password opens
REMEMBERED = dt.timedelta(days=30)  # after the last password on this phone
_RUNS = "01234567890123456789 98765432109876543210"


class PinTooEasy(DomainError):
    """Somebody beside the bin would guess it."""

    code = "pin_too_easy"
    message = f"PIN 要 {PIN_DIGITS} 位数字，不能是连号或同一个数字。"


class PinRefused(DomainError):
    """The PIN does not open. Whether it is wrong, dead or not there is the same answer to a stranger."""

    code = "pin_refused"
    message = f"PIN 不对，或者已经失效。连续输错 {WRONG_MAX} 次以后只能用密码登录。"


def set_pin(*, guide: User, pin: str, now: dt.datetime) -> None:
    """Give the guide this PIN, in place of the one before.

    :raises PinTooEasy: not PIN_DIGITS digits, or a run or repetition.
    """
    if not re.fullmatch(rf"[0-9]{{{PIN_DIGITS}}}", pin) or pin in _RUNS or len(set(pin)) == 1:
        raise PinTooEasy
    GuidePin.objects.update_or_create(
        guide=guide, defaults={"pin": make_password(pin), "wrong_count": 0, "set_at": now}
    )


def remember_on_phone(*, guide: User, token: str, now: dt.datetime) -> str:
    """The guide signed in on this phone with the password: the phone's token, a new one where it has none.

    A PIN that was dead lives again.
    """
    phone = GuidePhone.objects.filter(token_digest=_digest(token)).first()
    if phone is None:
        token = secrets.token_urlsafe(32)
        phone = GuidePhone.objects.create(token_digest=_digest(token), first_seen_at=now)
    PhoneGuide.objects.update_or_create(phone=phone, guide=guide, defaults={"signed_in_at": now})
    GuidePin.objects.filter(guide=guide).update(wrong_count=0)
    return token


def guides_on_phone(*, token: str, now: dt.datetime) -> list[User]:
    """Who may take over this phone with a PIN: signed in here within REMEMBERED, a guide today, and has a PIN."""
    users = User.objects.filter(
        is_active=True,
        guide_pin__isnull=False,
        pk__in=PhoneGuide.objects.filter(phone__token_digest=_digest(token), signed_in_at__gt=now - REMEMBERED).values(
            "guide"
        ),
    ).order_by("display_name", "pk")
    today = timezone.localdate(now)
    return [user for user in users if standing_of(user=user, on=today).holds(Role.GUIDE)]


def guide_of_pin(*, token: str, guide_id: int, pin: str, now: dt.datetime) -> User:
    """The guide who takes over this phone with a PIN.

    :raises PinRefused: whatever it is that does not fit.
    """
    guide = next((user for user in guides_on_phone(token=token, now=now) if user.pk == guide_id), None)
    if guide is None:
        raise PinRefused
    # The try is counted and committed before the PIN is looked at: many tries at once are counted each.
    with transaction.atomic():
        tried = GuidePin.objects.filter(guide=guide, wrong_count__lt=WRONG_MAX)
        if tried.update(wrong_count=F("wrong_count") + 1) == 0:
            raise PinRefused
        hashed = GuidePin.objects.get(guide=guide).pin
    if not check_password(pin, hashed):
        raise PinRefused
    GuidePin.objects.filter(guide=guide).update(wrong_count=0)
    return guide


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
