"""POST /api/v1/device/claims: a machine without a key, and what each of its tries is told."""

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client

from api.device.rate import claim_rate
from people.models import User
from sorting.models import BinClaim, SmartBin
from sorting.services.claims import decide_claim, make_claim

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
PATH = "/api/v1/device/claims"


@pytest.fixture(autouse=True)
def _nobody_has_asked() -> None:
    claim_rate.forget_all()


@pytest.fixture
def claim(bin_07: SmartBin, zhao: User, now: dt.datetime) -> tuple[BinClaim, str]:
    """Zhao made a code for a bin 09."""
    return make_claim(point=bin_07.point, bin_code="B-0009", categories="FOOD", officer=zhao, now=now)


def ask(client: Client, code: object, **others: object) -> tuple[int, dict[str, Any]]:
    document = {"claim_code": code, "serial_number": "SN-77", "model": "X1", "secret": "s" * 30} | others
    response = client.post(PATH, data=json.dumps(document), content_type="application/json")
    return response.status_code, json.loads(response.content)


def test_from_the_code_to_the_key(client: Client, claim: tuple[BinClaim, str], zhao: User, now: dt.datetime) -> None:
    row, code = claim
    assert ask(client, code) == (202, {"claim": str(row.pk), "state": "waiting"})
    decide_claim(claim=row, is_approved=True, officer=zhao, now=now)
    status, answer = ask(client, code)
    assert (status, answer["state"], answer["bin"]) == (200, "approved", "B-0009")
    assert answer["key"].startswith("whsec_")
    assert dt.datetime.fromisoformat(answer["server_time"]) == now
    assert ask(client, code, secret="t" * 30) == (
        409,
        {"code": "claim_taken", "message": answer_text(client, code, "t" * 30), "fields": {}},
    )


def answer_text(client: Client, code: str, secret: str) -> str:
    return str(ask(client, code, secret=secret)[1]["message"])


def test_a_refused_machine_is_told_so(
    client: Client, claim: tuple[BinClaim, str], zhao: User, now: dt.datetime
) -> None:
    row, code = claim
    ask(client, code)
    decide_claim(claim=row, is_approved=False, officer=zhao, now=now)
    status, answer = ask(client, code)
    assert (status, answer["code"], answer["state"]) == (403, "claim_refused", "refused")


@pytest.mark.parametrize("code", ["", "7K2M-9PQX-3WDT", "nonsense", "7" * 12, "\u0000"])
def test_an_unknown_code_is_404_or_no_text_at_all(client: Client, db: None, code: str) -> None:
    status, answer = ask(client, code)
    assert (status, answer["code"]) in ((404, "claim_unknown"), (400, "field_invalid"))


@pytest.mark.parametrize(
    "body",
    ["", "[]", "{", '{"claim_code": 5, "secret": "ssssssssssssssssssssssss"}', '{"claim_code": "A"}', "\xff"],
)
def test_no_such_shape_is_400(client: Client, db: None, body: str) -> None:
    response = client.post(PATH, data=body.encode("latin-1"), content_type="application/json")
    assert (response.status_code, json.loads(response.content)["code"]) == (400, "body_invalid")


def test_a_weak_secret_is_400_and_leaves_the_code_unused(client: Client, claim: tuple[BinClaim, str]) -> None:
    row, code = claim
    status, answer = ask(client, code, secret="1234")
    assert (status, list(answer["fields"])) == (400, ["secret"])
    row.refresh_from_db()
    assert row.presented_at is None


def test_a_large_body_is_413(client: Client, db: None) -> None:
    assert ask(client, "A", model="x" * 5_000)[0] == 413


def test_who_tries_codes_out_is_slowed_down_and_others_are_not(client: Client, db: None) -> None:
    answers = [ask(client, "7K2M-9PQX-3WDT")[0] for _ in range(25)]
    assert answers.count(404) == 20
    assert answers[20:] == [429] * 5
    other = client.post(PATH, data="{}", content_type="application/json", REMOTE_ADDR="192.0.2.7")
    assert other.status_code == 400


def test_one_subscriber_of_ipv6_is_one_asker(client: Client, db: None) -> None:
    statuses = [
        client.post(
            PATH, data="{}", content_type="application/json", REMOTE_ADDR=f"2001:db8:1:2::{number:x}"
        ).status_code
        for number in range(25)
    ]
    assert statuses[20:] == [429] * 5


def test_only_post(client: Client, db: None) -> None:
    assert client.get(PATH).status_code == 405
