"""API tokens: made for name and password, shown once, ended by their owner. Only their digests are kept."""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from knox.models import AuthToken

from lib.errors import DomainError
from people.models import Role, User
from people.services.second_factor import check_factor, needs_factor, standing_factor_id
from people.standing import Standing

TOKENS_A_USER_MAX = 20  # more is a program that signs in anew each time: its oldest tokens give way
RESIDENT_LIFETIME = dt.timedelta(days=30)
STAFF_LIFETIME = dt.timedelta(hours=12)  # one long shift, as a session


class CredentialsWrong(DomainError):
    """No such user, another password, or a user who was switched off: nobody is told which."""

    code = "credentials_wrong"
    message = "用户名或密码不对。请核对后再试;连续 5 次不对会暂停 15 分钟"


class SignInPaused(DomainError):
    """Too many wrong passwords for this name from this address."""

    code = "sign_in_paused"
    message = "密码错误次数过多,登录已暂停。请 15 分钟后再试"


class SecondFactorMissing(DomainError):
    """Name and password are right, and are not enough for this user."""

    code = "second_factor_missing"
    message = "还要第二步验证:请用用户名、密码和手机验证器上的验证码;还没有设置的,先在网页上登录设置"


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A new token: the one time that it is seen whole. `prefix` is how it is called from then on."""

    token: str
    prefix: str
    expires_at: dt.datetime


def sign_in(*, request: HttpRequest, username: str, password: str) -> User:
    """The user of this name and password. Wrong ones are counted together with those of the sign-in page.

    :raises CredentialsWrong: there is none.
    :raises SignInPaused: there were too many wrong ones.
    """
    user = authenticate(request=request, username=username, password=password)
    if user is not None:
        assert isinstance(user, User)
        # Signing in on a page says so too: the user's last login, and the record of axes.
        user_logged_in.send(sender=User, request=request, user=user)
        return user
    if getattr(request, "axes_locked_out", False):
        # The middleware of axes would put its page in the place of our answer.
        request.axes_locked_out = False  # type: ignore[attr-defined]
        raise SignInPaused
    raise CredentialsWrong


def require_second_factor(*, user: User, code: str, now: dt.datetime) -> None:
    """Return if the user gave the second factor, has none and needs none, or has none in the demo.

    :raises SecondFactorMissing: no code was given, or there is no factor yet and must be.
    :raises FactorWrong, FactorLocked: as people.services.second_factor.check_factor.
    """
    if standing_factor_id(user=user) is not None:
        if not code:
            raise SecondFactorMissing
        check_factor(user=user, code=code, now=now)
    elif not settings.DEMO and needs_factor(user=user, on=timezone.localdate(now)):
        raise SecondFactorMissing


def make_token(*, user: User, standing: Standing, now: dt.datetime) -> MadeToken:
    """A token for the user. Beyond TOKENS_A_USER_MAX the oldest ends; those that are over are deleted."""
    AuthToken.objects.filter(user=user, expiry__lte=now).delete()
    kept = live_tokens(user=user, now=now)[: TOKENS_A_USER_MAX - 1].values_list("pk", flat=True)
    AuthToken.objects.filter(user=user).exclude(pk__in=list(kept)).delete()
    row, token = AuthToken.objects.create(user=user, expiry=_lifetime(user=user, standing=standing))
    return MadeToken(token=token, prefix=row.token_key, expires_at=row.expiry)


def live_tokens(*, user: User, now: dt.datetime) -> "QuerySet[AuthToken]":
    """The user's tokens that are not over, the newest first."""
    tokens: QuerySet[AuthToken] = AuthToken.objects.filter(user=user, expiry__gt=now)
    return tokens.order_by("-created", "pk")


def end_token(*, user: User, prefix: str) -> bool:
    """End one of the user's own tokens; False where they have none of that name."""
    return bool(AuthToken.objects.filter(user=user, token_key=prefix).delete()[0])


def end_all_tokens(*, user: User) -> int:
    """End them all, the one in use too; how many there were."""
    return int(AuthToken.objects.filter(user=user).delete()[0])


def pause_s() -> int:
    """For how long signing in is paused after too many wrong passwords, in seconds."""
    return int(settings.AXES_COOLOFF_TIME.total_seconds())


def _lifetime(*, user: User, standing: Standing) -> dt.timedelta:
    works_here = user.is_staff or any(grant.role != Role.RESIDENT for grant in standing.grants)
    return STAFF_LIFETIME if works_here else RESIDENT_LIFETIME
