"""The frame of the bureau's screens."""

import pytest
from django.test import Client

from people.models import User

pytestmark = pytest.mark.django_db


def test_officer_zhao_lands_on_the_overview_and_sees_who_is_signed_in(client: Client, zhao: User) -> None:
    client.force_login(zhao)
    assert client.get("/start")["Location"] == "/bureau/"
    text = client.get("/bureau/").content.decode()
    assert 'aria-current="page">总览' in text
    assert "赵科长" in text


def test_guide_chen_may_not_look(client: Client, chen: User) -> None:
    client.force_login(chen)
    assert client.get("/bureau/").status_code == 403
