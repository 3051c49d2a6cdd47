"""The second factor of officers and administrators: set up once, asked at every sign-in, reset by somebody else.

Tries are counted and committed before they are compared, so a hundred guesses at once are still five.
"""

import base64
import datetime as dt
import hmac
import secrets as random

from django.db import transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from django_otp.oath import hotp

from lib.errors import DomainError
from people import secrets
from people.models import AccessLog, RecoveryCode, Role, SecondFactor, User
from people.standing import standing_of

ISSUER = "Fenfen"
SECRET_BYTES = 20  # as RFC 4226 recommends
STEP_S = 30
DIGITS = 6
STEPS_ASIDE = 1  # a phone's clock may be half a minute off
RECOVERY_CODES = 10
WRONG_IN_A_ROW_MAX = 5
LOCKED_FIRST = dt.timedelta(minutes=15)  # doubled with every further five
LOCKED_MAX = dt.timedelta(hours=24)
ROLES_WITH_FACTOR = (Role.OFFICER, Role.ADMINISTRATOR)


class FactorWrong(DomainError):
    """Neither the app's code of this moment nor an unused recovery code."""

    code = "second_factor_wrong"
    message = "验证码不对。请看手机上现在的 6 位数字，或用一个没用过的备用码。"


class FactorLocked(DomainError):
    """Too many wrong ones; not even the right one counts now."""

    code = "second_factor_locked"
    message = "验证码连续输错，已暂停。"


class FactorStanding(DomainError):
    """One that is in use is not set up anew; another administrator resets it first."""

    code = "second_factor_standing"
    message = "已经启用第二步验证。换手机请找另一位管理员重设。"


class ResetNotAllowed(DomainError):
    """By an administrator, and never one's own."""

    code = "second_factor_reset_not_allowed"
    message = "只有系统管理员能重设，而且不能重设自己的。"


def needs_factor(*, user: User, on: dt.date) -> bool:
    """Whether the user is one of those who must have a second factor."""
    if user.is_staff or user.is_superuser:
        return True
    standing = standing_of(user=user, on=on)
    return any(standing.holds(role) for role in ROLES_WITH_FACTOR)


def standing_factor_id(*, user: User) -> int | None:
    """The key of the user's confirmed factor; None where there is none. A reset makes another key."""
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).values_list("pk", flat=True).first()


@transaction.atomic
def begin_factor(*, user: User) -> str:
    """Make a secret for the user, instead of any that was never confirmed; returns the app's address of it.

    :raises FactorStanding: one is in use.
    """
    kept = SecondFactor.objects.select_for_update().filter(user=user).first()
    if kept is not None and kept.confirmed_at is not None:
        raise FactorStanding
    secret = secrets.encrypt(text=random.token_hex(SECRET_BYTES))
    factor, _ = SecondFactor.objects.update_or_create(user=user, defaults={"secret_encrypted": secret})
    return app_address(factor=factor)


def app_address(*, factor: SecondFactor) -> str:
    """The otpauth link that an authenticator app reads from the QR."""
    secret = base64.b32encode(_key(factor=factor)).decode()
    name = f"{ISSUER}:{factor.user.username}"
    return f"otpauth://totp/{name}?secret={secret}&issuer={ISSUER}&digits={DIGITS}&period={STEP_S}"


def confirm_factor(*, user: User, code: str, now: dt.datetime) -> list[str]:
    """Take the factor in use if the app shows the right code; returns the recovery codes, this once.

    :raises FactorWrong, FactorLocked: as check_factor.
    :raises FactorStanding: it is in use already.
    """
    factor = SecondFactor.objects.select_related("user").filter(user=user).first()
    if factor is None:
        raise FactorWrong
    if factor.confirmed_at is not None:
        raise FactorStanding
    check_factor(user=user, code=code, now=now)
    codes = [f"{random.randbelow(10**10):010d}" for _ in range(RECOVERY_CODES)]
    with transaction.atomic():
        if not SecondFactor.objects.filter(pk=factor.pk, confirmed_at__isnull=True).update(confirmed_at=now):
            raise FactorStanding
        RecoveryCode.objects.bulk_create(
            RecoveryCode(factor=factor, code_digest=_digest(factor=factor, code=each)) for each in codes
        )
    return [f"{each[:5]}-{each[5:]}" for each in codes]


@sensitive_variables("code", "plain")
def check_factor(*, user: User, code: str, now: dt.datetime) -> int:
    """Return the factor's key if this is its code of now or an unused recovery code; either works once.

    Call it outside of a transaction, or the count of a wrong try would be undone with it.

    :raises FactorWrong: it is not, or the user has no factor.
    :raises FactorLocked: `fields["retry_after_s"]`.
    """
    factor = _count_try(user=user, now=now)
    plain = code.strip().replace(" ", "").replace("-", "")
    step = _step_of(factor=factor, code=plain, now=now)
    if step is not None:
        # One statement, so that of two at once with the same code one gets in.
        used = SecondFactor.objects.filter(pk=factor.pk, step_last__lt=step).update(step_last=step)
    else:
        digest = _digest(factor=factor, code=plain)
        used = factor.recovery_codes.filter(code_digest=digest, used_at__isnull=True).update(used_at=now)
    if not used:
        raise FactorWrong
    SecondFactor.objects.filter(pk=factor.pk).update(wrong_count=0, locked_until=None)
    return factor.pk


@transaction.atomic
def reset_factor(*, user: User, by: User, now: dt.datetime) -> bool:
    """Take the user's factor away, so that the next sign-in sets up another; whether there was one. It is on record.

    :raises ResetNotAllowed: `by` is no administrator, or the user.
    """
    is_administrator = by.is_superuser or standing_of(user=by, on=timezone.localdate(now)).is_district_wide(
        Role.ADMINISTRATOR
    )
    if not is_administrator or by.pk == user.pk:
        raise ResetNotAllowed
    return _take_away(user=user, by=by, reason="重设第二步验证", now=now)


@transaction.atomic
def reset_factor_at_the_server(*, user: User, why: str, now: dt.datetime) -> bool:
    """The same, by whoever runs the server, where no other administrator is left; on record under the user's name."""
    return _take_away(user=user, by=user, reason=f"在服务器上重设第二步验证:{why.strip()}"[:200], now=now)


def _take_away(*, user: User, by: User, reason: str, now: dt.datetime) -> bool:
    deleted, _ = SecondFactor.objects.filter(user=user).delete()
    AccessLog.objects.create(user=by, subject_kind="user", subject_id=user.pk, reason=reason, at=now)
    return bool(deleted)


@transaction.atomic(durable=True)
def _count_try(*, user: User, now: dt.datetime) -> SecondFactor:
    factor = SecondFactor.objects.select_for_update().filter(user=user).first()
    if factor is None:
        raise FactorWrong
    if factor.locked_until is not None and factor.locked_until > now:
        until = timezone.localtime(factor.locked_until)
        raise FactorLocked(
            f"验证码连续输错，已暂停到{until:%-m月%-d日 %H:%M}。",
            fields={"retry_after_s": int((factor.locked_until - now).total_seconds()) + 1},
        )
    factor.wrong_count += 1
    if factor.wrong_count % WRONG_IN_A_ROW_MAX == 0:
        doubled = LOCKED_FIRST * 2 ** min(factor.wrong_count // WRONG_IN_A_ROW_MAX - 1, 10)
        factor.locked_until = now + min(doubled, LOCKED_MAX)
    factor.save(update_fields=["wrong_count", "locked_until"])
    return factor


def _step_of(*, factor: SecondFactor, code: str, now: dt.datetime) -> int | None:
    """The time step whose code this is; None for none of those near."""
    key, middle = _key(factor=factor), int(now.timestamp()) // STEP_S
    for step in range(middle - STEPS_ASIDE, middle + STEPS_ASIDE + 1):
        if hmac.compare_digest(f"{hotp(key, step, DIGITS):0{DIGITS}d}".encode(), code.encode("utf8", "replace")):
            return step
    return None


def _key(*, factor: SecondFactor) -> bytes:
    return bytes.fromhex(secrets.decrypt(encrypted=bytes(factor.secret_encrypted)))


def _digest(*, factor: SecondFactor, code: str) -> str:
    return secrets.lookup_digest(text=f"recovery/{factor.pk}/{code}")
