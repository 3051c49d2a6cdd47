"""A resident who is signed in."""

import datetime as dt

import pytest
from django.test import Client

from households.models import Household, Member
from people import secrets
from people.models import User

PHONE = "13800000001"


def make_resident(*, household: Household, name: str, phone: str, now: dt.datetime) -> User:
    """A present member with an account."""
    user = User.objects.create_user(username=f"resident-{name}", display_name=name)
    Member.objects.create(
        household=household,
        user=user,
        name=name,
        phone_encrypted=secrets.encrypt(text=phone),
        phone_lookup=secrets.lookup_digest(text=phone),
        joined_at=now,
    )
    return user


@pytest.fixture
def grandma(zhang: Household, now: dt.datetime) -> Client:
    """Mrs Zhang, the first member of her household, signed in."""
    client = Client()
    client.force_login(make_resident(household=zhang, name="张奶奶", phone=PHONE, now=now - dt.timedelta(days=9)))
    return client


@pytest.fixture
def wang_client(wang: Household, now: dt.datetime) -> Client:
    """Somebody of the Wang household, signed in."""
    client = Client()
    client.force_login(make_resident(household=wang, name="王先生", phone="13800000009", now=now))
    return client
