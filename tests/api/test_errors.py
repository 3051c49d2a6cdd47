"""Whatever is wrong with a request: one shape, a status that says whose turn it is, never a page, never a 5xx."""

import datetime as dt
import json
from typing import Any

import pytest
import time_machine
from django.db import OperationalError
from django.test import Client
from django.urls import path
from knox.models import AuthToken
from pytest_django.fixtures import Settings
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from api.refusals import answer_refusal
from api.view import ApiView, address_rate, user_rate
from config.urls import handler400, handler403, handler404, handler500, urlpatterns  # noqa: F401 - for the resolver
from indicators.queries import UnknownCommunity
from people.models import LookupMiss, Role, User
from people.services.misses import MISSES_MAX, WINDOW
from points.ledger import InsufficientPoints

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
TOKENS, ME = "/api/v1/auth/tokens", "/api/v1/auth/me"


class Inner(serializers.Serializer[Any]):
    """A part."""

    weight_g = serializers.IntegerField(min_value=1, max_value=50_000)


class Outer(serializers.Serializer[Any]):
    """A whole with parts."""

    name = serializers.CharField(max_length=10)
    parts = Inner(many=True)


class Trial(ApiView):
    """A view of officers that does what it is told."""

    roles = (Role.OFFICER,)

    def post(self, request: Request, number: int) -> Response:
        if number == 1:
            self.parsed(Outer)
        if number == 2:
            raise UnknownCommunity
        if number == 3:
            raise InsufficientPoints(fields={"household": 7})
        if number == 4:
            raise OperationalError("the database system is shutting down")
        if number == 5:
            raise ZeroDivisionError
        if number > 5:
            raise NotFound
        return Response({})


urlpatterns = [path("api/v1/trial/<int:number>", Trial.as_view()), *urlpatterns]


@pytest.fixture
def officer(client: Client, zhao: User, settings: Settings) -> Client:
    """Officer Zhao at the trial view."""
    settings.ROOT_URLCONF = __name__
    client.defaults["HTTP_AUTHORIZATION"] = f"Token {AuthToken.objects.create(user=zhao)[1]}"
    client.raise_request_exception = False
    return client


def post(client: Client, number: int, body: bytes = b"{}", content_type: str = "application/json") -> Any:
    return client.generic("POST", f"/api/v1/trial/{number}", body, content_type=content_type)


def test_every_wrong_field_is_named_with_what_is_wrong(officer: Client) -> None:
    answer = post(officer, 1, b'{"name": "01234567890", "parts": [{"weight_g": 1}, {"weight_g": 0}]}')
    assert answer.status_code == 400
    assert answer.json()["code"] == "field_invalid"
    assert answer.json()["fields"].keys() == {"name", "parts.1.weight_g"}
    assert "大于" in answer.json()["fields"]["parts.1.weight_g"]
    assert post(officer, 1, b"[]").json()["fields"].keys() == {"body"}


@pytest.mark.parametrize(
    ("number", "status", "code"),
    [(2, 404, "community_unknown"), (3, 409, "insufficient_points"), (4, 503, "unavailable"), (6, 404, "not_found")],
)
def test_what_the_domain_refuses_has_its_status(officer: Client, number: int, status: int, code: str) -> None:
    answer = post(officer, number)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json().keys() == {"code", "message", "fields"}
    assert ("Retry-After" in answer) == (status == 503)


def test_a_fault_of_ours_is_said_in_the_same_shape_and_tells_nothing(officer: Client) -> None:
    answer = post(officer, 5)
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/json")
    assert answer.json() == {
        "code": "fault",
        "message": "平台出错了,已记入日志 (our fault; it is in the log)",
        "fields": {},
    }
    # The framework is not told to answer: the fault reaches the log with its traceback.
    assert answer_refusal(ZeroDivisionError(), {}) is None


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"{", "application/json", 400, "body_invalid"),
        (b"\xff\xfe{}", "application/json", 400, "body_invalid"),
        (b'{"a": NaN}', "application/json", 400, "body_invalid"),
        (b'{"a": "\\ud800"}', "application/json", 400, "body_invalid"),
        (b"[" * 50_000, "application/json", 400, "body_invalid"),
        (b'"' + b"a" * 70_000 + b'"', "application/json", 413, "body_too_large"),
        (b"name=a", "application/x-www-form-urlencoded", 415, "media_type_unsupported"),
        (b"{}", "text/plain; charset=" + "x" * 300, 415, "media_type_unsupported"),
        (b'{"name": "a\\u0000", "parts": []}', "application/json", 400, "field_invalid"),
        (b'{"name": "a", "parts": [{"weight_g": 1' + b"0" * 400 + b"}]}", "application/json", 400, None),
        (b'{"name": "a", "parts": [{"weight_g": 1e999}]}', "application/json", 400, None),
        (b'{"name": ["a"], "parts": {"0": 1}}', "application/json", 400, "field_invalid"),
    ],
)
def test_a_body_that_is_none_is_refused(
    officer: Client, body: bytes, content_type: str, status: int, code: str | None
) -> None:
    answer = post(officer, 1, body, content_type)
    assert answer.status_code == status
    assert code in (None, answer.json()["code"])
    assert answer.json().keys() == {"code", "message", "fields"}


def test_a_method_an_address_or_a_language_that_there_is_not_is_answered_in_json(officer: Client) -> None:
    not_allowed = officer.patch("/api/v1/trial/1")
    assert (not_allowed.status_code, not_allowed.json()["code"]) == (405, "method_not_allowed")
    assert not_allowed["Allow"] == "POST"
    for address in ("/api/", "/api/v1/nothing", "/api/v1/auth/tokens/", "/api/v1/trial/-1", f"/api/v1/x{'9' * 3000}"):
        answer = officer.post(address)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert officer.get(ME, headers={"Accept": "text/html"})["Content-Type"] == "application/json"
    assert officer.options(ME).status_code == 405
    assert officer.post("/api/v1/trial/1", headers={"Transfer-Encoding": "chunked"}).status_code == 411
    assert officer.get("/api/v1/nothing", headers={"Host": "elsewhere.example"}).json()["code"] == "request_invalid"


def test_who_is_not_signed_in_or_no_officer_learns_nothing_more(client: Client, chen: User, settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__
    assert (post(client, 6).status_code, post(client, 1, b"{").status_code) == (401, 401)
    token = AuthToken.objects.create(user=chen)[1]
    for number in (0, 6):
        answer = client.post(f"/api/v1/trial/{number}", headers={"Authorization": f"Token {token}"})
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def test_a_page_that_does_not_exist_is_still_a_page(client: Client) -> None:
    client.raise_request_exception = False
    assert client.get("/nothing")["Content-Type"].startswith("text/html")


@pytest.fixture
def small_share(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three requests each, and a quarter of an hour for one more."""
    for rate in (user_rate, address_rate):
        monkeypatch.setattr(rate, "burst_count", 3)
        monkeypatch.setattr(rate, "rate_per_s", 1 / 900)


@pytest.mark.usefixtures("small_share")
def test_who_asks_too_often_waits_and_nobody_else(officer: Client, chen: User) -> None:
    assert [officer.get(ME).status_code for _ in range(4)] == [200, 200, 200, 429]
    slow_down = officer.get(ME)
    assert slow_down.json()["code"] == "too_many_requests"
    assert 800 < int(slow_down["Retry-After"]) <= 900
    token = AuthToken.objects.create(user=chen)[1]
    assert Client().get(ME, headers={"Authorization": f"Token {token}"}).status_code == 200


@pytest.mark.usefixtures("small_share")
def test_whoever_is_not_signed_in_shares_what_the_address_has(client: Client, zhao: User) -> None:
    for number in range(3):
        assert client.get(ME, headers={"Authorization": f"Token {number}"}).status_code == 401
    assert client.post(TOKENS, {}, content_type="application/json").status_code == 429
    assert client.get(ME, REMOTE_ADDR="192.0.2.7").status_code == 401
    token = AuthToken.objects.create(user=zhao)[1]
    assert client.get(ME, headers={"Authorization": f"Token {token}"}).status_code == 200


def test_who_tries_numbers_out_is_paused_after_twenty_and_may_go_on_later(
    officer: Client, at_noon: time_machine.Traveller, now: dt.datetime
) -> None:
    statuses = [post(officer, number).status_code for number in range(10, 10 + MISSES_MAX + 5)]
    assert statuses == [404] * MISSES_MAX + [429] * 5
    # What is there is as closed as what is not, or the pause would tell which is which.
    paused = post(officer, 0)
    assert (paused.status_code, int(paused["Retry-After"])) == (429, WINDOW.total_seconds())
    assert LookupMiss.objects.count() == MISSES_MAX
    # Everything without a number in its address goes on.
    assert officer.get(ME).status_code == 200
    at_noon.move_to(now + WINDOW)
    assert post(officer, 0).status_code == 200
    assert post(officer, 99).status_code == 404
    assert LookupMiss.objects.count() == 1


def test_an_error_is_json_for_programs_and_chinese_for_people(client: Client) -> None:
    answer = client.get(ME)
    assert "请先登录" in answer.content.decode()
    assert json.loads(answer.content)["code"] == "not_signed_in"
