"""Whatever is thrown at /api/v1 by whomever: an answer below 500, in the shape that the OpenAPI document promises.

The short form runs a few seeded examples an operation. FENFEN_FUZZ_EXAMPLES=200 is the long one: that many each, drawn
anew, and every hostile value in every field.
"""

import json
import os
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
import time_machine
from django.core import signals
from django.core.handlers.wsgi import WSGIHandler
from django.db import close_old_connections, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.schema import openapi_json
from api.view import address_rate, user_rate
from households.models import Consent, Household, Notice
from people.models import AccessLog, User
from points.models import PointCorrection, Redemption, Transfer
from sorting.models import SmartBin, SpotCheck, Verification
from tests.api.access_cast import OBJECTS, Cast, Owned, make_cast
from tests.api.access_requests import REQUESTS
from tests.api.access_routes import all_routes
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
EXAMPLES = int(os.environ.get("FENFEN_FUZZ_EXAMPLES", "0"))
IS_LONG = EXAMPLES > 0
SHORT_EXAMPLES = 2
SHORT_HOSTILE_COUNT = 250
SEED = 20261123
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# Who may call the operations of an area: strangers hear 401 or 403 long before anything is read.
CALLER_OF_AREA = {"account": "ZHANG", "resident": "ZHANG", "guide": "CHEN", "shop": "SHOP", "bureau": "ZHAO"}
NO_OBJECTS = [
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"NaN",
    b'{"a": Infinity}',
    b'{"a": 1e999}',
    b'{"a": ' + b"1" * 5_000 + b"}",
    b"[" * 60_000,
    b'{"a":' * 9_000,
    b'{"a": "\\ud800"}',
    b"\xff\xfe\x00",
    b"\x1f\x8b\x08\x00",
    b"{}" + b" " * 70_000,
]
ODD_OBJECTS = [b"", b"{}", b'{"a": "\\u0000"}', b'{"a": 1, "a": 2}', b'{"__proto__": {}, "id": 1}']
VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    2**31,
    2**63,
    10**400,
    1.5,
    "",
    " ",
    "a\u0000b",
    "\u202e\ufeff",
    "'; DROP TABLE points_transfer; --",
    "=1+1",
    "9" * 5_000,
    "中" * 300,
    "2026-02-30",
    "9999-12-31T23:59:59-14:00",
    [],
    {},
    [[1]],
    {"$ne": None},
]
KEPT = (AccessLog, Consent, Notice, PointCorrection, Redemption, SpotCheck, Transfer, Verification)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the document, the route that answers it, and who may call it."""

    key: str
    method: str
    address: str
    caller: str
    in_schema: "APIOperation[Any, Any, Any, Any]"


def operations() -> list[Operation]:
    """Every operation, in the order of the document."""
    document = json.loads(openapi_json())
    schema = schemathesis.openapi.from_dict(document)
    schema.app = WSGIHandler()
    names = {route.address: route.name for route in all_routes()}
    plain = {_plain(address): name for address, name in names.items()}
    found = []
    for each in schema.get_all_operations():
        assert isinstance(each, Ok)
        operation = each.ok()
        area = document["paths"][operation.path][operation.method]["tags"][0]
        address = operation.path.lstrip("/")
        found.append(
            Operation(
                key=f"{operation.method.upper()} {plain[address]}",
                method=operation.method.upper(),
                address=address,
                caller=CALLER_OF_AREA[area],
                in_schema=operation,
            )
        )
    return found


def _plain(address: str) -> str:
    return address.replace("<number:", "{").replace("<str:", "{").replace(">", "}")


@pytest.fixture
def cast(zhang: Household, li: Household, wang: Household, chen: User, zhao: User, bin_07: SmartBin) -> Cast:
    return make_cast(zhang=zhang, li=li, wang=wang, chen=chen, zhao=zhao, bin_07=bin_07)


@pytest.fixture(autouse=True)
def _one_connection_at_noon() -> Iterator[None]:
    """The application closes connections after each request; the test's own has the transaction of the test."""
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    with time_machine.travel(NOON, tick=False):
        yield
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)


def undone(ask: Callable[[], Any]) -> Any:
    """Ask with a full share of requests; whatever was done is undone."""
    for rate in (user_rate, address_rate):
        rate.forget_all()
    with transaction.atomic():
        answer = ask()
        transaction.set_rollback(True)
    return answer


def test_generated_requests_are_answered_as_the_document_says(cast: Cast) -> None:
    for operation in operations():
        for mode in GenerationMode:
            if mode is GenerationMode.NEGATIVE and not _takes_anything(operation):
                continue
            _try_generated(operation=operation, mode=mode, cast=cast)


def _takes_anything(operation: Operation) -> bool:
    # A number in an address that is no number is another address; its answer is in test_errors.
    return bool(operation.in_schema.body) or bool(operation.in_schema.query)


def _try_generated(*, operation: Operation, mode: GenerationMode, cast: Cast) -> None:
    @settings(
        max_examples=EXAMPLES or SHORT_EXAMPLES,
        derandomize=not IS_LONG,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink] if IS_LONG else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.in_schema.as_strategy(generation_mode=mode), owner=st.sampled_from("ZLW"), data=st.data())
    def try_one(case: "Case[Any]", owner: str, data: st.DataObject) -> None:
        caller = operation.caller if not IS_LONG else data.draw(st.sampled_from([operation.caller, *cast.tokens]))
        real = {name: OBJECTS[name](cast.owned[owner]) for name in case.path_parameters}
        case.path_parameters.update({name: str(value) for name, value in real.items()})
        headers = {"Authorization": f"Token {cast.tokens[caller]}"}
        response = undone(lambda: case.call(headers=headers))
        case.validate_response(response, checks=CHECKS)

    try_one()


def test_what_is_no_json_is_refused_everywhere(cast: Cast) -> None:
    client = Client(raise_request_exception=False)
    for operation in operations():
        if not operation.in_schema.body:
            continue
        for body in NO_OBJECTS + ODD_OBJECTS:
            with transaction.atomic():
                answer = _send(client=client, operation=operation, cast=cast, owned=cast.owned["Z"], body=body)
                transaction.set_rollback(True)
            said = f"{operation.key}: {body[:40]!r} gives {answer.status_code}"
            assert answer.status_code < 500, said
            assert answer.status_code >= 400 or body in ODD_OBJECTS, said
            if answer.status_code >= 400:
                assert answer.json().keys() == {"code", "message", "fields"}, said


def test_hostile_values_in_any_field_are_refused_or_taken_as_what_they_are(cast: Cast) -> None:
    client = Client(raise_request_exception=False)
    tries = [
        (operation, owner, {**whole, name: value})
        for operation in operations()
        for owner in ("Z", "L")
        for whole in [_whole(operation=operation, owned=cast.owned[owner])]
        for name in whole
        for value in VALUES
    ]
    random.seed(SEED)
    for operation, owner, sent in tries if IS_LONG else random.sample(tries, SHORT_HOSTILE_COUNT):
        before = _row_counts()
        with transaction.atomic():
            answer = _send(client=client, operation=operation, cast=cast, owned=cast.owned[owner], sent=sent)
            after = _row_counts()
            transaction.set_rollback(True)
        said = f"{operation.key} {str(sent)[:200]} gives {answer.status_code}"
        assert answer.status_code < 500, said
        if answer.status_code >= 400:
            assert answer.json().keys() == {"code", "message", "fields"}, said
            assert after == before, f"{said} and has changed something"


def _whole(*, operation: Operation, owned: Owned) -> Mapping[str, Any]:
    return REQUESTS[operation.key](owned) if operation.key in REQUESTS else {}


def _row_counts() -> list[int]:
    return [model.objects.count() for model in KEPT]


def _send(
    *,
    client: Client,
    operation: Operation,
    cast: Cast,
    owned: Owned,
    body: bytes | None = None,
    sent: Mapping[str, Any] | None = None,
) -> Any:
    address = "/" + operation.address.format(**{name: make(owned) for name, make in OBJECTS.items()})
    headers = {"Authorization": f"Token {cast.tokens[operation.caller]}"}
    for rate in (user_rate, address_rate):
        rate.forget_all()
    if operation.method == "GET":
        query = {name: value for name, value in (sent or {}).items() if value is not None}
        return client.get(address, query, headers=headers)
    raw = json.dumps(sent).encode() if body is None else body
    return client.generic(operation.method, address, raw, content_type="application/json", headers=headers)
