"""What runs in which half: nothing is left out of both."""

import pytest
from django.db import connection

from people.models import User
from tests.halves import asks_the_database


def test_arithmetic_asks_no_database(request: pytest.FixtureRequest) -> None:
    assert not asks_the_database(item=request.node)


@pytest.mark.django_db
def test_what_is_marked_asks_it(request: pytest.FixtureRequest) -> None:
    assert asks_the_database(item=request.node)


def test_what_takes_a_person_of_the_cast_asks_it(request: pytest.FixtureRequest, zhao: User) -> None:
    assert asks_the_database(item=request.node)


@pytest.mark.django_db
@pytest.mark.any_database
def test_what_is_the_same_on_any_database_runs_once(request: pytest.FixtureRequest) -> None:
    assert not asks_the_database(item=request.node)


@pytest.mark.postgres
def test_what_only_postgresql_can_show_runs_there(request: pytest.FixtureRequest, db: None) -> None:
    assert asks_the_database(item=request.node)
    assert connection.vendor == "postgresql"
