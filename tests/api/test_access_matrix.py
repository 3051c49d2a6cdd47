"""Nobody reads or spends another's points: every route, every role and every owner, called for real."""

import copy
import inspect
from collections import Counter
from collections.abc import Callable
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from api.view import address_rate, user_rate
from households.models import Household
from people.models import User
from sorting.models import SmartBin
from tests.api.access_cast import OBJECTS, Cast, make_cast
from tests.api.access_matrix import CALLERS, OWNERS, Row, read_matrix
from tests.api.access_matrix import __doc__ as how_to_add_a_row
from tests.api.access_requests import REQUESTS
from tests.api.access_routes import METHODS, Route, all_routes, methods_of
from tests.conftest import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
ROUTES = {route.name: route for route in all_routes()}
ROWS = read_matrix()
API = "api/"


@pytest.fixture
def cast(
    zhang: Household, li: Household, wang: Household, chen: User, zhao: User, bin_07: SmartBin, photos_dir: Path
) -> Cast:
    return make_cast(zhang=zhang, li=li, wang=wang, chen=chen, zhao=zhao, bin_07=bin_07)


def test_every_route_has_its_row_and_every_row_its_route(client: Client) -> None:
    offered, rows = _offered(client=client), {row.key for row in ROWS}
    missing = sorted(offered - rows)
    assert not missing, f"{missing} have no row in tests/api/access_matrix.py.\n\n{how_to_add_a_row}"
    assert not rows - offered, f"{sorted(rows - offered)} have a row in tests/api/access_matrix.py, but no route"


def test_a_route_that_somebody_adds_is_seen(client: Client, settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.api.stray_urls"
    assert _offered(client=client) - {row.key for row in ROWS} == {
        *(f"{method} stray" for method in ("GET", "POST")),
        *(f"{method} stray/undecorated" for method in METHODS),
    }


def _offered(*, client: Client) -> set[str]:
    return {f"{method} {route.name}" for route in all_routes() for method in methods_of(route=route, client=client)}


def test_no_route_and_no_row_is_there_twice() -> None:
    assert [name for name, count in Counter(route.name for route in all_routes()).items() if count > 1] == []
    assert [key for key, count in Counter(row.key for row in ROWS).items() if count > 1] == []


def test_every_object_in_an_address_is_known() -> None:
    unknown = {(route.address, name) for route in ROUTES.values() for name in route.parameters - OBJECTS.keys()}
    assert not unknown, f"tell OBJECTS in tests/api/access_cast.py what {unknown} stands for"


@pytest.mark.parametrize("caller", CALLERS)
def test_each_gets_what_concerns_them_and_nothing_else(caller: str, cast: Cast) -> None:
    wrong = []
    call = _as_caller(caller=caller, cast=cast)
    with time_machine.travel(NOON, tick=False):
        for row in ROWS:
            # Where no address and no body names an owner, one call tells all.
            owners = OWNERS if _depends_on_owner(row=row) else OWNERS[:1]
            for owner in owners:
                status = call(row, owner)
                expected = row.cells[caller][owner]
                if status != expected:
                    wrong.append(f"{row.key}: {caller} asks for {owner}'s and gets {status}, not {expected}")
    assert not wrong, "\n".join(wrong)


def _depends_on_owner(*, row: Row) -> bool:
    return bool(ROUTES[row.route].parameters) or row.key in REQUESTS


def _as_caller(*, caller: str, cast: Cast) -> Callable[[Row, str], int]:
    """Ask as this caller: the status that they get. Whatever the call did is undone."""
    client, user = Client(raise_request_exception=False), cast.users[caller]
    if user is not None:
        client.force_login(user)
    signed_in = copy.deepcopy(client.cookies)

    def call(row: Row, owner: str) -> int:
        route, owned = ROUTES[row.route], cast.owned[owner]
        is_api = route.address.startswith(API)
        # A program has a token and no session, a person at a page a session and no token.
        client.cookies = SimpleCookie() if is_api else copy.deepcopy(signed_in)
        headers = {"Authorization": f"Token {cast.tokens[caller]}"} if is_api and user is not None else {}
        for rate in (user_rate, address_rate):
            rate.forget_all()
        with transaction.atomic():
            response = getattr(client, row.method.lower())(
                _address(route=route, parameters={name: OBJECTS[name](owned) for name in route.parameters}),
                REQUESTS[row.key](owned) if row.key in REQUESTS else {},
                headers=headers,
                **({"content_type": "application/json"} if is_api and row.method != "GET" else {}),
            )
            transaction.set_rollback(True)
        return int(response.status_code)

    return call


def _address(*, route: Route, parameters: dict[str, object]) -> str:
    return reverse(route.name, kwargs=parameters) if route.name != route.address else f"/{route.address}"


def test_a_row_reads_as_it_is_written() -> None:
    header = ("METHOD", "route", *CALLERS)
    (row,) = read_matrix(text=f"{' '.join(header)}\nGET a 401 200Z 200W 200ZL 403 200 403")
    assert row.cells["CHEN"] == {"Z": 200, "L": 200, "W": 404}
    assert row.cells["ZHANG"] == {"Z": 200, "L": 404, "W": 404}
    assert row.cells["ZHAO"] == {"Z": 200, "L": 200, "W": 200}
    for wrong in ("GET a 200", "GET a 401 200X 200W 200ZL 403 200 403"):
        with pytest.raises(ValueError, match=r"GET a|200X"):
            read_matrix(text=f"{' '.join(header)}\n{wrong}")


def test_the_methods_of_a_view_are_seen_through_its_decorators() -> None:
    assert inspect.unwrap(ROUTES["start"].view) is not ROUTES["start"].view
    assert methods_of(route=ROUTES["start"], client=Client()) == ["GET"]
    assert methods_of(route=ROUTES["sign-out"], client=Client()) == ["POST"]
    assert methods_of(route=ROUTES["device-status"], client=Client()) == ["POST"]
