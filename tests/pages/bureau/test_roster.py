"""督导排班 before the officers: a week in the address, its gaps, a substitute, nothing beyond an officer's reach."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from guides.models import RosterSlot, Shift
from people.models import Role, RoleGrant, ScopeKind, User
from sorting.models import CollectionPoint, SmartBin
from tests.builders import at
from tests.conftest import NOON, TODAY

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
WEEK = "?week=2026-W48"


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def _plan(client: Client, at_point: CollectionPoint, planned: User, **changed: object) -> int:
    form = {
        "point": at_point.pk,
        "guide": planned.pk,
        "days": ["2026-11-24", "2026-11-25"],
        "starts_at": "07:00",
        "ends_at": "09:00",
    }
    address = reverse("bureau-community-roster", args=[at_point.community_id]) + WEEK
    return client.post(address, form | changed).status_code


def test_zhao_fills_a_gap_names_a_substitute_and_takes_a_shift_off(
    client: Client,
    chen: User,
    ming: User,
    zhao: User,
    bin_07: SmartBin,
) -> None:
    client.force_login(zhao)
    point = bin_07.point
    address = reverse("bureau-community-roster", args=[point.community_id]) + WEEK
    overview = reverse("bureau-roster") + WEEK
    # Of Monday only the evening can still be filled; six other days have two gaps each.
    assert "✗ 13" in client.get(overview).content.decode()
    link = f"point={point.pk}&amp;days=2026-11-24&amp;starts_at=07%3A00&amp;ends_at=09%3A00#plan"
    assert link in client.get(address).content.decode()
    assert _plan(client, point, chen) == 302
    text = client.get(address).content.decode()
    assert "排上了 2 班" in text
    assert "空档 11 处" in text
    slot = RosterSlot.objects.earliest("on_date")
    one = reverse("bureau-roster-slot", args=[slot.pk])
    assert client.post(one, {"guide": ming.pk})["Location"].endswith(WEEK)
    text = client.get(address).content.decode()
    assert "改由 李明 值班" in text
    assert "替 陈督导" in text
    assert "原排班,回来上班" in client.get(one).content.decode()
    assert client.post(one, {"action": "remove"}).status_code == 302
    assert client.get(one).status_code == 404
    assert "排班 1 班" in client.get(address).content.decode()
    assert client.post(address, {"action": "copy"})["Location"].endswith("?week=2026-W49")
    assert RosterSlot.objects.filter(on_date=TODAY + 9 * DAY, guide=chen).count() == 1


def test_what_is_refused_says_why_and_keeps_what_was_filled_in(
    client: Client, chen: User, zhao: User, bin_07: SmartBin
) -> None:
    client.force_login(zhao)
    address = reverse("bureau-community-roster", args=[bin_07.point.community_id]) + WEEK
    assert _plan(client, bin_07.point, chen) == 302
    form = {
        "point": bin_07.point_id,
        "guide": chen.pk,
        "days": ["2026-11-25"],
        "starts_at": "08:00",
        "ends_at": "10:00",
    }
    refused = client.post(address, form)
    text = refused.content.decode()
    assert refused.status_code == 422
    assert "2026-11-25:没有排上：这位督导员那天的这个时间已经排了班" in text
    assert 'value="08:00"' in text
    wrong: list[dict[str, object]] = [
        {"guide": 0},
        {"days": []},
        {"days": ["2026-12-24"]},
        {"ends_at": "25:99"},
        {"point": "x"},
    ]
    for changed in wrong:
        assert _plan(client, bin_07.point, chen, **changed) == 422


def test_zhao_sees_who_came_late_and_who_did_not_come(client: Client, chen: User, zhao: User, bin_07: SmartBin) -> None:
    for on in (TODAY - 2 * DAY, TODAY - DAY):
        RosterSlot.objects.create(guide=chen, point=bin_07.point, on_date=on, starts_at=dt.time(7), ends_at=dt.time(9))
    Shift.objects.create(
        guide=chen,
        point=bin_07.point,
        started_at=at(on=TODAY - DAY, hour=7, minute=20),
        ended_at=at(on=TODAY - DAY, hour=9),
    )
    client.force_login(zhao)
    text = client.get(reverse("bureau-community-roster", args=[bin_07.point.community_id]) + "?week=2026-W47").content
    assert "✗ 没有到岗" in text.decode()
    assert "✗ 到岗 迟到 20 分钟" in text.decode()


def test_an_officer_of_the_west_plans_nothing_in_the_east(
    client: Client,
    chen: User,
    ming: User,
    bin_07: SmartBin,
) -> None:
    west = User.objects.create_user(username="qian")
    scope_id = ming.guide_assignments.get().community_id
    RoleGrant.objects.create(
        user=west, role=Role.OFFICER, scope_kind=ScopeKind.COMMUNITY, scope_id=scope_id, starts_on=dt.date(2026, 1, 1)
    )
    slot = RosterSlot.objects.create(
        guide=chen, point=bin_07.point, on_date=TODAY + DAY, starts_at=dt.time(7), ends_at=dt.time(9)
    )
    client.force_login(west)
    text = client.get(reverse("bureau-roster")).content.decode()
    assert "西园新村" in text
    assert "东湖花园" not in text
    assert _plan(client, bin_07.point, chen) == 404
    one = reverse("bureau-roster-slot", args=[slot.pk])
    for form in ({"guide": ming.pk}, {"action": "remove"}):
        assert client.post(one, form).status_code == 404
    assert RosterSlot.objects.get().guide == chen


def test_chen_sees_the_own_week_and_the_next(
    client: Client,
    chen: User,
    ming: User,
    bin_07: SmartBin,
) -> None:
    RosterSlot.objects.create(
        guide=ming,
        stands_in_for=chen,
        point=bin_07.point,
        on_date=TODAY + 8 * DAY,
        starts_at=dt.time(7),
        ends_at=dt.time(9),
    )
    client.force_login(chen)
    assert "由李明替您" not in client.get(reverse("guide-duty")).content.decode()
    text = client.get(reverse("guide-duty") + "?week=2026-W49").content.decode()
    assert "07:00–09:00 东门 由李明替您" in text
    for nonsense in ("2026-W99", "9999-W01", "x", "0000-W01"):
        assert "11月23日 至 11月29日" in client.get(reverse("guide-duty") + f"?week={nonsense}").content.decode()


def test_a_week_takes_as_many_queries_with_one_point_as_with_six(
    client: Client, chen: User, zhao: User, bin_07: SmartBin
) -> None:
    client.force_login(zhao)
    address = reverse("bureau-roster") + WEEK
    RosterSlot.objects.create(guide=chen, point=bin_07.point, on_date=TODAY, starts_at=dt.time(7), ends_at=dt.time(9))
    with CaptureQueriesContext(connection) as of_one:
        client.get(address)
    for number in range(5):
        point = CollectionPoint.objects.create(community=bin_07.point.community, name=f"{number} 号门")
        RosterSlot.objects.create(
            guide=chen, point=point, on_date=TODAY + number * DAY, starts_at=dt.time(9), ends_at=dt.time(10)
        )
    with CaptureQueriesContext(connection) as of_six:
        client.get(address)
    assert len(of_six) == len(of_one)
