"""Signing in with name and password, and where one lands."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from pages.access import for_roles
from people.models import Role, User
from people.standing import Standing

pytestmark = pytest.mark.django_db


@for_roles(Role.OFFICER)
def officers_only(request: HttpRequest, standing: Standing) -> HttpResponse:
    return HttpResponse(f"{standing.user_id}")


def test_a_wrong_password_is_said_in_chinese_and_a_right_one_leads_on(client: Client, zhao: User) -> None:
    wrong = client.post("/sign-in", {"username": "zhao", "password": "nonsense"})
    assert "用户名或密码不对" in wrong.content.decode()
    right = client.post("/sign-in", {"username": "zhao", "password": "zhao-password-1"})
    assert (right.status_code, right["Location"]) == (302, "/start")


def test_the_sixth_try_is_paused(client: Client, zhao: User) -> None:
    for _ in range(5):
        client.post("/sign-in", {"username": "zhao", "password": "nonsense"})
    paused = client.post("/sign-in", {"username": "zhao", "password": "zhao-password-1"})
    assert paused.status_code == 429
    assert "登录已暂停" in paused.content.decode()


def test_who_holds_no_role_is_told_so(client: Client, db: None) -> None:
    client.force_login(User.objects.create_user(username="nobody"))
    answer = client.get("/start")
    assert answer.status_code == 403
    assert "还没有角色" in answer.content.decode()


def test_a_screen_of_officers_opens_to_officers_only(rf: RequestFactory, zhao: User, chen: User) -> None:
    request = rf.get("/bureau/")
    request.user = AnonymousUser()
    assert officers_only(request)["Location"] == "/sign-in?next=/bureau/"
    request.user = zhao
    answer = officers_only(request)
    assert answer.content.decode() == str(zhao.pk)
    assert "no-store" in answer["Cache-Control"]
    request.user = chen
    with pytest.raises(PermissionDenied):
        officers_only(request)


def test_an_address_elsewhere_is_not_followed(client: Client, zhao: User, now: dt.datetime) -> None:
    answer = client.post(
        "/sign-in", {"username": "zhao", "password": "zhao-password-1", "next": "https://elsewhere.example/"}
    )
    assert answer["Location"] == "/start"
