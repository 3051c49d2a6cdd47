"""The second step on screen: before the bureau and the back office, and for tokens of the API."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from people.models import SecondFactor, User
from people.services.second_factor import reset_factor
from tests.signing_in import code_of_app, give_factor, sign_in_with_factor

pytestmark = pytest.mark.django_db(transaction=True)
ASK, SET_UP = reverse("second-factor"), reverse("second-factor-set-up")
PASSWORD = {"username": "zhao", "password": "zhao-password-1"}


@pytest.fixture
def earnest(settings: Settings) -> None:
    """Outside of the demo."""
    settings.DEMO = False


def test_zhao_sets_up_the_factor_at_the_first_sign_in_and_sees_the_secret_no_more(
    client: Client, zhao: User, earnest: None
) -> None:
    client.post(reverse("sign-in"), PASSWORD)
    assert client.get("/bureau/").headers["Location"].startswith(SET_UP)
    shown = client.post(SET_UP, {"step": "begin"}).text
    secret = re.search(r"<code[^>]*>([A-Z2-7]{32})</code>", shown)
    assert secret is not None
    assert "<svg" in shown
    assert client.post(SET_UP, {"code": "12345"}).status_code == 422
    done = client.post(SET_UP, {"code": code_of_app(user=zhao, now=timezone.now())}).text
    assert len(re.findall(r"<code>\d{5}-\d{5}</code>", done)) == 10
    assert client.get("/bureau/").status_code == 200
    assert client.get(SET_UP).headers["Location"] == ASK  # never again the secret


def test_every_new_sign_in_is_asked_and_a_reset_ends_the_old_ones(
    client: Client, zhao: User, earnest: None, now: dt.datetime
) -> None:
    codes = give_factor(user=zhao, now=now)
    client.force_login(zhao)
    assert client.get("/bureau/?period=2026").headers["Location"] == f"{ASK}?next=%2Fbureau%2F%3Fperiod%3D2026"
    assert client.post(ASK, {"code": "12345"}).status_code == 422
    assert client.post(ASK, {"code": codes[0], "next": "//evil.example"}).headers["Location"] == "/start"
    assert client.get("/bureau/").status_code == 200
    reset_factor(user=zhao, by=User.objects.create_superuser(username="admin"), now=now)
    assert client.get("/bureau/").headers["Location"].startswith(SET_UP)


def test_the_back_office_is_closed_to_a_password_alone(client: Client, earnest: None, now: dt.datetime) -> None:
    admin = User.objects.create_superuser(username="admin")
    client.force_login(admin)
    assert client.get("/admin/people/user/").headers["Location"].startswith(SET_UP)
    sign_in_with_factor(client=client, user=admin, now=now)
    assert client.get("/admin/people/user/").status_code == 200


def test_a_token_of_the_api_needs_the_code_too(client: Client, zhao: User, earnest: None, now: dt.datetime) -> None:
    tokens = reverse("api-tokens")
    assert client.post(tokens, PASSWORD, "application/json").json()["code"] == "second_factor_missing"
    codes = give_factor(user=zhao, now=now)
    assert client.post(tokens, PASSWORD, "application/json").json()["code"] == "second_factor_missing"
    wrong = client.post(tokens, PASSWORD | {"code": "12345"}, "application/json")
    assert (wrong.status_code, wrong.json()["code"]) == (401, "second_factor_wrong")
    assert client.post(tokens, PASSWORD | {"code": codes[0]}, "application/json").status_code == 201


def test_a_page_session_without_the_factor_does_not_reach_the_bureaus_api(
    client: Client, zhao: User, now: dt.datetime
) -> None:
    give_factor(user=zhao, now=now)
    client.force_login(zhao)
    answer = client.get("/api/v1/bureau/indicators")
    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_missing")


def test_the_demo_lets_zhao_go_without_and_says_so(client: Client, zhao: User) -> None:
    client.force_login(zhao)
    assert client.get("/bureau/").status_code == 200
    assert "演示模式" in client.get(SET_UP).text
    assert not SecondFactor.objects.exists()
