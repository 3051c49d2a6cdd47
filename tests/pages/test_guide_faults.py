"""The guides' screens against what goes wrong: forgotten shifts, odd numbers and items, photos of refused verdicts."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from guides.models import RosterSlot, Shift
from guides.services.shifts import end_forgotten_shifts
from households.models import Household
from people.models import User
from sorting.models import DropOff, Photo, SmartBin, SpotCheck, Verification
from tests.builders import make_drop_off
from tests.conftest import NOON, TODAY
from tests.guides.test_spot_checks import a_photo
from tests.pages.test_guide import MINUTE, _file, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon() -> Iterator[time_machine.Traveller]:
    """It is Monday noon until a story lets time pass."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def test_who_forgot_to_clock_out_finds_nothing_of_the_point_the_next_day(
    phone: Client, chen: User, on_duty: Shift, zhang: Household, bin_07: SmartBin, noon: time_machine.Traveller
) -> None:
    chen.guide_assignments.update(ends_on=TODAY)
    Shift.objects.update(started_at=NOON + dt.timedelta(hours=9))
    noon.move_to(NOON + dt.timedelta(hours=11))
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=NOON + dt.timedelta(hours=11))
    assert "1-1-101" in text_of(phone, "/guide/")
    noon.move_to(NOON + dt.timedelta(hours=12, minutes=4))
    phone.force_login(chen)  # a session lasts twelve hours
    assert phone.get("/guide/list").status_code == 204
    for code in (zhang.code, "411003000009999"):
        assert phone.post("/guide/find", {"code": code})["Location"] == "/guide/duty"
    assert "未上岗" in text_of(phone, "/guide/duty")
    assert end_forgotten_shifts(now=NOON + dt.timedelta(hours=13)) == 1
    assert "没有下岗" in text_of(phone, "/guide/duty")


@pytest.mark.parametrize("number", ["9" * 400, "9" * 5_000, "-1", "1e3", "٣"])
def test_no_number_in_a_form_is_too_large_to_be_refused(phone: Client, on_duty: Shift, number: str) -> None:
    client = {"client_id": "c"}
    looked = {"looked_at_count": number, "wrong_count": number, "purity_percent": number} | client
    lesson = {"kind": "EVENT", "topic": "课", "on": "2026-11-23", "starts_at": "14:00", "ends_at": "15:00"} | client
    asked = {
        "/guide/duty": {"point": number},
        "/guide/problems": {"kind": "DIRTY", "bin": number} | client,
        "/guide/teaching": lesson | {"community": number},
        "/guide/spot-check": looked,
        "/guide/verdicts": {"tap": f"{number}.CORRECT", "token": "t"},
        "/guide/change": {"guide": number, "pin": "1"},
    }
    statuses = {address: phone.post(address, form).status_code for address, form in asked.items()}
    assert {address: status for address, status in statuses.items() if status >= 500} == {}
    assert not SpotCheck.objects.exists()


def test_one_item_that_is_none_of_ours_does_not_hold_the_others_back(
    phone: Client, on_duty: Shift, zhangs_bag: DropOff
) -> None:
    good = {"kind": "verdict", "id": "a", "drop_off": zhangs_bag.pk, "verdict": "CORRECT"}
    check = {"kind": "spot_check", "id": "h", "point": on_duty.point_id, "looked_at_count": 10, "wrong_count": 1}
    bad = [
        good | {"id": "b", "drop_off": "x"},
        {"id": "c"},
        good | {"id": "d", "kind": "dance"},
        7,
        good | {"id": "e\0"},
        check | {"id": "f", "looked_at_count": 10**30},
        check | {"id": "g", "note": "a\0b"},
    ]
    body = {"items": [*bad, good, check]}
    results = phone.post("/guide/send", body, content_type="application/json").json()["results"]
    assert [each["id"] for each in results] == ["b", "c", "d", "", "e\0", "f", "g", "a", "h"]
    assert [each["fate"] for each in results] == ["refused"] * 7 + ["recorded"] * 2
    assert all(each["message"] for each in results[:7])
    assert (Verification.objects.count(), SpotCheck.objects.count()) == (1, 1)


def test_a_verdict_that_is_refused_leaves_no_photo_and_a_bad_photo_leaves_the_verdict(
    phone: Client, on_duty: Shift, bin_07: SmartBin, photos_dir: object
) -> None:
    first, second = (make_drop_off(smart_bin=bin_07, occurred_at=NOON - MINUTE) for _ in range(2))
    form = {"tap": "CORRECT", "note": "长" * 201, "token": "page1", "photo": _file(a_photo())}
    phone.post(f"/guide/drop-offs/{first.pk}", form)
    assert (Verification.objects.exists(), Photo.objects.exists()) == (False, False)
    form = {"tap": "CORRECT", "token": "page1", "photo": _file(b"no picture")}
    text = phone.post(f"/guide/drop-offs/{second.pk}", form, follow=True).content.decode()
    assert (Verification.objects.get().drop_off, Photo.objects.exists()) == (second, False)
    assert "照片没有保存" in text


def test_late_and_early_stand_in_chens_own_week(phone: Client, chen: User, on_duty: Shift) -> None:
    RosterSlot.objects.create(
        guide=chen, point=on_duty.point, on_date=TODAY, starts_at=dt.time(10), ends_at=dt.time(12, 30)
    )
    phone.post("/guide/duty/end")
    assert "10:55–12:00 东门 迟到 55 分钟 早退 30 分钟" in text_of(phone, "/guide/duty")
