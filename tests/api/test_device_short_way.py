"""A bin passes by what stands there for browsers, and is counted, logged and refused as everybody is."""

import logging

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from prometheus_client import REGISTRY

from api.device import short_way
from households.models import Household
from sorting.models import SmartBin
from tests.api.conftest import DOOR, body_of, headers_of, post, send
from tests.sorting.test_recording import event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
BY_VIEW = "django_http_responses_total_by_status_view_method_total"
BY_STATUS = "django_http_responses_total_by_status_total"


def count(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_a_bins_answer_carries_nothing_that_is_meant_for_pages(client: Client, zhang: Household, key_07: str) -> None:
    answer = send(client, [event()], key_07)
    assert set(answer.headers) == {"Content-Type", "Content-Length", "X-Content-Type-Options"}
    assert int(answer["Content-Length"]) == len(answer.content)
    page = client.get("/")
    assert {"Content-Security-Policy", "X-Frame-Options", "Referrer-Policy"} <= set(page.headers)


def test_it_is_counted_by_its_address_and_by_its_status(client: Client, zhang: Household, key_07: str) -> None:
    drop_offs = {"view": "device-drop-offs", "method": "POST"}
    names = ((BY_VIEW, {"status": "200", **drop_offs}), (BY_STATUS, {"status": "401"}))
    before = [count(name, **labels) for name, labels in names]
    send(client, [event()], key_07)
    client.post(DOOR, data=b"{}", content_type="application/json")  # 400
    body = body_of([event()])
    post(client, body, headers_of(body + b" ", key_07))
    assert [count(name, **labels) for name, labels in names] == [number + 1 for number in before]


def test_each_request_leaves_its_line_in_the_log(
    client: Client, zhang: Household, key_07: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        send(client, [event()], key_07)
    lines = [str(record.msg) for record in caplog.records if "request_finished" in str(record.msg)]
    assert len(lines) == 1
    assert "'code': 200" in lines[0]
    assert f"POST {DOOR}" in lines[0]
    assert "request_id" in lines[0]


def test_a_host_that_is_not_ours_is_refused(zhang: Household, key_07: str, settings: object) -> None:
    assert send(Client(headers={"host": "fenfen.evil.example"}), [event()], key_07).status_code == 400
    assert send(Client(headers={"host": "127.0.0.1"}), [event()], key_07).status_code == 200


def test_what_nobody_foresaw_is_500_and_told_once(
    key_07: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    find = short_way._match

    def breaking(path: str) -> object:
        match = find(path)
        assert match is not None
        monkeypatch.setattr(match, "func", _broken)
        return match

    monkeypatch.setattr(short_way, "_match", breaking)
    client = Client(raise_request_exception=False)
    assert client.post(DOOR, data=b"{}", content_type="application/json").status_code == 500
    assert [record.getMessage() for record in caplog.records].count("") == 0
    assert sum("request_failed" in str(record.msg) for record in caplog.records) == 1


def _broken(*_: object) -> HttpResponse:
    raise ZeroDivisionError


@pytest.mark.parametrize("path", ["/api/v1/device/no-such-thing", "/api/v1/device/", "/api/v1/devices"])
def test_an_address_that_does_not_exist_is_404(client: Client, path: str) -> None:
    assert client.post(path, data=b"{}", content_type="application/json").status_code == 404


def test_a_bin_that_was_answered_a_moment_ago_is_refused_as_soon_as_it_is_revoked(
    client: Client, bin_07: SmartBin, zhang: Household, key_07: str, now: object
) -> None:
    assert send(client, [event()], key_07).status_code == 200
    # As another process would: nothing here is told.
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sorting_smartbin SET revoked_at = registered_at WHERE id = %s", [bin_07.pk])
    assert send(client, [event("e-2")], key_07, "msg-2").status_code == 401
