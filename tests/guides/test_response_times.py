"""How long problems and alerts took: the middle, the ninetieth of a hundred, and how many were in time."""

import csv
import datetime as dt
from fractions import Fraction

import pytest
import time_machine
from django.test import Client

from guides.response_times import Lasting, ResponseTimes, response_times
from guides.services.problems import rectify_problem, report_problem
from households.models import Community
from people.models import User
from sorting.models import Alert, AlertKind, CollectionPoint, SmartBin
from tests.conftest import NOON

HOUR = dt.timedelta(hours=1)


def lasting(*, took_h: float | None, due_h: int = 4) -> Lasting:
    ended_at = None if took_h is None else NOON + took_h * HOUR
    return Lasting("问题", "桶满外溢", "东湖花园", NOON, NOON + due_h * HOUR, ended_at)


def test_the_middle_and_the_ninetieth_of_those_that_are_over() -> None:
    rows = [lasting(took_h=hours) for hours in (10, 1, 2, 3, 4, 5, 6, 7, 8, 9)]
    found = response_times([*rows, lasting(took_h=None)], now=NOON + 5 * HOUR)
    assert found == ResponseTimes(
        begun_count=11,
        ended_count=10,
        median_h=Fraction(11, 2),
        ninetieth_h=Fraction(9),
        in_time_count=4,  # the fourth hour itself is in time
        known_count=11,
    )
    assert found.in_time_rate == Fraction(4, 11)


def test_what_is_not_due_yet_is_no_failure_and_nothing_is_no_share() -> None:
    found = response_times([lasting(took_h=None)], now=NOON + 4 * HOUR)
    assert (found.known_count, found.in_time_rate, found.median_h, found.ninetieth_h) == (0, None, None, None)
    one = response_times([lasting(took_h=3)], now=NOON)
    assert (one.median_h, one.ninetieth_h, one.in_time_rate) == (Fraction(3), Fraction(3), Fraction(1))


@pytest.mark.django_db
def test_zhao_reads_them_by_kind_and_community_and_takes_them_along(
    client: Client, chen: User, zhao: User, bin_07: SmartBin, west_park: Community
) -> None:
    for number, hours in enumerate((1, 3, 6)):
        problem = report_problem(guide=chen, point_id=bin_07.point_id, kind="OVERFLOW", now=NOON, client_id=f"{number}")
        rectify_problem(guide=chen, problem_id=problem.pk, now=NOON + hours * HOUR)
    report_problem(guide=chen, point_id=bin_07.point_id, kind="OVERFLOW", now=NOON, client_id="open")
    gate = CollectionPoint.objects.create(community=west_park, name="西门")
    west = SmartBin.objects.create(code="B-0011", point=gate, categories="FOOD", registered_at=NOON)
    Alert.objects.create(bin=west, kind=AlertKind.FULL, opened_at=NOON, last_seen_at=NOON)
    client.force_login(zhao)
    with time_machine.travel(NOON + 8 * HOUR, tick=False):
        page = client.get("/bureau/supervision").content.decode()
        file = client.get("/bureau/supervision?format=csv").content.decode("utf-8-sig")
        narrow = client.get(f"/bureau/supervision?format=csv&scope=c{west_park.pk}").content.decode("utf-8-sig")
        before = client.get("/bureau/supervision?from=2026-10-01&to=2026-10-31").content.decode()
    rows = list(csv.reader(file.splitlines()))
    assert rows[1:] == [
        ["告警", "已满", "西园新村", "1", "0", "—", "—", "0", "1", "0.0"],
        ["问题", "桶满外溢", "东湖花园", "4", "3", "3.0", "6.0", "2", "4", "50.0"],
    ]
    assert "<strong>超期 2 件</strong>" in page
    assert "?problem=" in page
    assert len(narrow.splitlines()) == 2
    assert "这段时间没有发生问题和告警" in before
