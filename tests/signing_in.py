"""Signing in as an officer or administrator with a second factor, for tests that run outside of the demo's freedom."""

import datetime as dt

from django.test import Client
from django_otp.oath import hotp

from pages.second_factor import PASSED_KEY
from people import secrets
from people.models import SecondFactor, User
from people.services.second_factor import DIGITS, STEP_S, begin_factor, confirm_factor


def code_of_app(*, user: User, now: dt.datetime) -> str:
    """What the user's authenticator app shows at a moment."""
    key = bytes.fromhex(secrets.decrypt(encrypted=bytes(SecondFactor.objects.get(user=user).secret_encrypted)))
    return f"{hotp(key, int(now.timestamp()) // STEP_S, DIGITS):0{DIGITS}d}"


def give_factor(*, user: User, now: dt.datetime) -> list[str]:
    """Set up the user's second factor; returns the recovery codes."""
    begin_factor(user=user)
    return confirm_factor(user=user, code=code_of_app(user=user, now=now), now=now)


def sign_in_with_factor(*, client: Client, user: User, now: dt.datetime) -> None:
    """A browser in which the user showed password and factor; the factor is set up where there is none."""
    if not SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).exists():
        give_factor(user=user, now=now)
    client.force_login(user)
    session = client.session
    session[PASSED_KEY] = SecondFactor.objects.get(user=user).pk
    session.save()
