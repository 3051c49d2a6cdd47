"""What a phone kept and sends late: at the time of the tap, once, and where the guide was given the community then."""

import datetime as dt
import json

import pytest
from django.test import Client
from django.utils import timezone

from guides.models import HomeVisit, Problem, Shift
from guides.services.shifts import end_forgotten_shifts, end_shift, start_shift
from households.models import Household
from people.models import User
from sorting.models import SmartBin
from tests.guides.test_spot_checks import a_photo

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def test_a_shift_of_this_morning_is_sent_once_though_it_is_sent_twice(
    chen: User, bin_07: SmartBin, now: dt.datetime
) -> None:
    for _ in range(2):
        start_shift(
            guide=chen, point_id=bin_07.point_id, now=now, client_id="a", began_at=now - 3 * HOUR, photo=a_photo()
        )
        end_shift(guide=chen, now=now, left_at=now - HOUR)
    shift = Shift.objects.get()
    assert (shift.started_at, shift.ended_at, shift.photo is not None) == (now - 3 * HOUR, now - HOUR, True)
    again = start_shift(guide=chen, point_id=bin_07.point_id, now=now, client_id="b")
    end_shift(guide=chen, now=now, left_at=now - HOUR)
    again.refresh_from_db()
    assert again.ended_at is None, "the tap of the shift before does not end this one"


def test_who_clocked_out_in_time_without_a_network_did_not_forget_it(
    chen: User, bin_07: SmartBin, now: dt.datetime
) -> None:
    shift = start_shift(guide=chen, point_id=bin_07.point_id, now=now)
    assert end_forgotten_shifts(now=now + 13 * HOUR) == 1
    assert end_shift(guide=chen, now=now + 14 * HOUR, left_at=now + 3 * HOUR)
    shift.refresh_from_db()
    assert (shift.ended_at, shift.is_left_open) == (now + 3 * HOUR, False)


def test_a_phones_items_of_every_kind_are_recorded_once_with_their_photos(
    client: Client, chen: User, zhang: Household, wang: Household, bin_07: SmartBin
) -> None:
    client.force_login(chen)
    base = {"age_s": 60.0}
    items = [
        base | {"kind": "shift_start", "id": "s", "point": bin_07.point_id, "latitude": 34.02, "longitude": 113.85},
        base | {"kind": "problem", "id": "p", "point": bin_07.point_id, "what": "DIRTY", "note": "地上有水"},
        base | {"kind": "visit", "id": "v", "code": zhang.code, "is_met": False},
        base | {"kind": "visit", "id": "w", "code": wang.code},
        {"kind": "shift_end", "id": "e"},
    ]
    for _ in range(2):
        body = client.post("/guide/send", {"items": json.dumps({"items": items})})
        fates = [each["fate"] for each in body.json()["results"]]
        assert fates == ["recorded", "recorded", "recorded", "refused", "recorded"], "Wang's door is nobody's here"
    shift, problem, visited = Shift.objects.get(), Problem.objects.get(), HomeVisit.objects.get()
    assert (shift.latitude, problem.found_at < timezone.now() - dt.timedelta(seconds=50)) == (34.02, True)
    assert (visited.household, visited.is_met) == (zhang, False)
