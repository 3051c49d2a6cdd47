"""Signing in to the API with name and password, and ending what one signed in."""

import datetime as dt
import json
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from knox.models import AuthToken

from api.tokens import RESIDENT_LIFETIME, STAFF_LIFETIME, TOKENS_A_USER_MAX
from households.models import Household
from people.models import RoleGrant, User
from tests.api.access_cast import resident_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
TOKENS, ME = "/api/v1/auth/tokens", "/api/v1/auth/me"


def sign_in(client: Client, username: str = "zhao", password: str = "zhao-password-1") -> HttpResponse:
    response: Any = client.post(TOKENS, {"username": username, "password": password}, content_type="application/json")
    return response  # type: ignore[no-any-return]


def token_of(client: Client, username: str = "zhao") -> str:
    return str(json.loads(sign_in(client, username, f"{username}-password-1").content)["token"])


def ask(client: Client, token: str, address: str = ME, method: str = "get") -> Any:
    return getattr(client, method)(address, headers={"Authorization": f"Token {token}"})


def test_zhao_signs_in_and_is_zhao(client: Client, zhao: User, now: dt.datetime) -> None:
    answer = sign_in(client)
    made = json.loads(answer.content)
    assert (answer.status_code, answer["Cache-Control"]) == (201, "no-store")
    assert made["token"].startswith("fenfen_")
    assert made["token"].startswith(made["prefix"])
    assert dt.datetime.fromisoformat(made["expires_at"]) == now + STAFF_LIFETIME
    me = ask(client, made["token"])
    assert me.json() == {
        "username": "zhao",
        "display_name": "赵科长",
        "roles": [{"role": "OFFICER", "scope_kind": "DISTRICT", "scope_id": 0}],
    }


def test_a_residents_phone_stays_signed_in_for_a_month(client: Client, zhang: Household, now: dt.datetime) -> None:
    resident_of(household=zhang, name="zhang")
    made = json.loads(sign_in(client, "zhang", "zhang-password-1").content)
    assert dt.datetime.fromisoformat(made["expires_at"]) == now + RESIDENT_LIFETIME


def test_the_database_does_not_hold_the_token(client: Client, zhao: User) -> None:
    token = token_of(client)
    (row,) = AuthToken.objects.all()
    kept = {str(value) for value in vars(row).values()}
    assert token not in kept
    assert not any(token[15:] in value for value in kept)


def test_a_token_ends_with_its_time_and_with_its_user(
    client: Client, zhao: User, at_noon: time_machine.Traveller, now: dt.datetime
) -> None:
    token = token_of(client)
    at_noon.move_to(now + STAFF_LIFETIME - dt.timedelta(seconds=1))
    assert ask(client, token).status_code == 200
    at_noon.move_to(now + STAFF_LIFETIME)
    assert ask(client, token).json()["code"] == "token_invalid"
    at_noon.move_to(now)
    User.objects.update(is_active=False)
    assert ask(client, token).status_code == 401


def test_a_role_that_ended_opens_nothing_more_though_the_token_lives(
    client: Client, zhao: User, now: dt.datetime
) -> None:
    token = token_of(client)
    RoleGrant.objects.update(ends_on=now.date() - dt.timedelta(days=1))
    assert ask(client, token).json()["roles"] == []


@pytest.mark.parametrize(
    "header",
    [
        "Token",
        "Token ",
        "Token fenfen_" + "0" * 64,
        "Token fenfen_" + "\xff" * 64,
        "Token a b",
        "Token \x00",
        "Bearer fenfen_" + "0" * 64,
        "Basic emhhbzp6aGFvLXBhc3N3b3JkLTE=",
    ],
)
def test_what_is_no_token_of_ours_signs_nobody_in(client: Client, zhao: User, header: str) -> None:
    answer = client.get(ME, headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Token"
    assert answer.json().keys() == {"code", "message", "fields"}


def test_wrong_passwords_are_counted_with_those_of_the_sign_in_page(client: Client, zhao: User) -> None:
    assert sign_in(client, password="nonsense").json()["code"] == "credentials_wrong"  # type: ignore[attr-defined]
    assert sign_in(client, username="nobody").status_code == 401
    for _ in range(3):
        client.post("/sign-in", {"username": "zhao", "password": "nonsense"})
    fifth = sign_in(client, password="nonsense")
    assert (fifth.status_code, fifth["Content-Type"]) == (429, "application/json")
    paused = sign_in(client)
    assert json.loads(paused.content)["code"] == "sign_in_paused"
    assert int(paused["Retry-After"]) == settings.AXES_COOLOFF_TIME.total_seconds()
    assert client.post("/sign-in", {"username": "zhao", "password": "zhao-password-1"}).status_code == 429


def test_tokens_are_listed_and_ended_one_by_one_or_all(client: Client, zhao: User, chen: User) -> None:
    first, second, of_chen = token_of(client), token_of(client), token_of(client, "chen")
    listed = ask(client, second, TOKENS).json()["items"]
    assert {each["prefix"] for each in listed} == {first[:15], second[:15]}
    assert {each["prefix"]: each["is_in_use"] for each in listed}[second[:15]] is True
    assert ask(client, second, f"{TOKENS}/{first[:15]}", "delete").status_code == 204
    assert ask(client, first).status_code == 401
    # Another's token is no token.
    assert ask(client, second, f"{TOKENS}/{of_chen[:15]}", "delete").status_code == 404
    assert ask(client, of_chen).status_code == 200
    assert ask(client, second, TOKENS, "delete").json() == {"ended_count": 1}
    assert ask(client, second).status_code == 401
    assert ask(client, of_chen).status_code == 200


def test_beyond_twenty_the_oldest_token_gives_way(
    client: Client, zhao: User, at_noon: time_machine.Traveller, now: dt.datetime
) -> None:
    tokens = []
    for minute in range(TOKENS_A_USER_MAX + 1):
        at_noon.move_to(now + dt.timedelta(minutes=minute))
        tokens.append(token_of(client))
    assert [ask(client, token).status_code for token in (tokens[0], tokens[1], tokens[-1])] == [401, 200, 200]
    assert AuthToken.objects.count() == TOKENS_A_USER_MAX


def test_a_page_of_ours_asks_with_its_session_and_changes_with_its_csrf_token(zhao: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(zhao)
    assert client.get(ME).status_code == 200
    refused = client.delete(TOKENS)
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf_failed")
    client.get("/sign-in")
    client.cookies["csrftoken"] = "a" * 32
    changed = client.delete(TOKENS, headers={"X-CSRFToken": "a" * 32})
    assert (changed.status_code, changed.json()) == (200, {"ended_count": 0})
