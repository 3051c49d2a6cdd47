"""The guides' screens without a script: on duty, judging, taking back, finding, checking, reporting, handing over."""

import datetime as dt
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import segno
import time_machine
from django.conf import settings
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from guides.models import Problem, ScenePhoto, Shift
from guides.services.phones import set_pin
from households.models import Household
from people.models import Role, RoleGrant, ScopeKind, User
from sorting.models import DropOff, Photo, SmartBin, SpotCheck, Verification
from tests.builders import make_drop_off
from tests.conftest import NOON, TODAY
from tests.guides.test_spot_checks import a_photo

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)
PAGE_BYTES_MAX = 30 * 1024


@pytest.fixture(autouse=True)
def noon() -> Iterator[time_machine.Traveller]:
    """It is Monday noon until a story lets time pass."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def text_of(phone: Client, address: str) -> str:
    answer = phone.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


def tap(phone: Client, drop_off: DropOff, said: str, token: str = "page1") -> int:
    """The status of one tap on the list."""
    return phone.post("/guide/verdicts", {"tap": f"{drop_off.pk}.{said}", "token": token}).status_code


def test_chen_signs_in_and_lands_on_the_own_screen(client: Client, chen: User, bin_07: SmartBin) -> None:
    answer = client.post("/sign-in", {"username": "chen", "password": "chen-password-1"}, follow=True)
    assert [address for address, _ in answer.redirect_chain] == ["/start", "/guide/", "/guide/duty"]
    assert "在哪个投放点上岗" in answer.content.decode()


def test_the_shift_begins_with_the_place_only_where_chen_agrees(phone: Client, bin_07: SmartBin) -> None:
    place = {"latitude": "34.02310", "longitude": "113.85170"}
    phone.post("/guide/duty", {"point": bin_07.point_id} | place)
    assert Shift.objects.get().latitude is None
    assert "已下岗" in phone.post("/guide/duty/end", follow=True).content.decode()
    phone.post("/guide/duty", {"point": bin_07.point_id, "share_place": "yes", "photo": _file(a_photo())} | place)
    shift = Shift.objects.get(ended_at=None)
    assert (shift.latitude, shift.longitude, shift.photo) == (34.0231, 113.8517, ScenePhoto.objects.get())
    assert "已值班" in text_of(phone, "/guide/duty")


def test_the_list_shows_doors_categories_and_weights(phone: Client, on_duty: Shift, zhangs_bag: DropOff) -> None:
    text = text_of(phone, "/guide/")
    for shown in ("东门", "1:05", "1-1-101", "厨余垃圾", "1.62 千克", "11:59", "从未核验", "合格", "混投", "误投"):
        assert shown in text
    assert "411003000000018" not in text


def test_one_tap_judges_and_one_more_says_which_category(
    phone: Client, on_duty: Shift, zhangs_bag: DropOff, noon: time_machine.Traveller
) -> None:
    assert tap(phone, zhangs_bag, "RESIDUAL") == 302
    assert tap(phone, zhangs_bag, "RESIDUAL") == 302
    judged = Verification.objects.get()
    assert (judged.verdict, judged.actual_category, judged.point) == ("MISPLACED", "RESIDUAL", on_duty.point)
    text = text_of(phone, "/guide/")
    assert "误投(实为其他垃圾)" in text
    assert "撤回" in text
    noon.move_to(NOON + MINUTE)
    assert "撤回" not in text_of(phone, "/guide/")


def test_a_tap_is_taken_back_and_given_again(phone: Client, on_duty: Shift, zhangs_bag: DropOff) -> None:
    tap(phone, zhangs_bag, "CONTAMINATED")
    undo = re.search(r'name="undo" value="([^"]+)"', text_of(phone, "/guide/"))
    assert undo
    assert "已撤回" in phone.post("/guide/undo", {"undo": undo[1]}, follow=True).content.decode()
    tap(phone, zhangs_bag, "CORRECT", token="page2")
    said = list(Verification.objects.order_by("pk").values_list("verdict", flat=True))
    assert said == ["CONTAMINATED", "WITHDRAWN", "CORRECT"]


def test_who_comes_second_reads_why_it_was_not_recorded(
    phone: Client, on_duty: Shift, zhangs_bag: DropOff, noon: time_machine.Traveller
) -> None:
    tap(phone, zhangs_bag, "CORRECT")
    noon.move_to(NOON + MINUTE * 2)
    answer = phone.post("/guide/verdicts", {"tap": f"{zhangs_bag.pk}.CONTAMINATED", "token": "page2"}, follow=True)
    assert "已经核验过了" in answer.content.decode()


def test_a_note_and_a_photo_go_with_the_verdict(
    phone: Client, on_duty: Shift, bin_07: SmartBin, photos_dir: object
) -> None:
    unread = make_drop_off(smart_bin=bin_07, occurred_at=NOON - MINUTE)
    address = f"/guide/drop-offs/{unread.pk}"
    form = {"tap": "CONTAMINATED", "note": "有塑料袋", "token": "page1", "photo": _file(a_photo())}
    text = phone.post(address, form, follow=True).content.decode()
    assert "已核验:混投" in text.replace("：", ":")
    assert "有塑料袋" in text
    photo = Photo.objects.get()
    assert photo.sent_by == on_duty.guide
    assert f"/photos/{photo.pk}/small.webp" in text_of(phone, "/guide/")
    assert phone.get(f"/photos/{photo.pk}/small.webp").content[:4] == b"RIFF"


def test_without_the_households_consent_the_photo_is_not_kept_and_chen_is_told(
    phone: Client, on_duty: Shift, zhangs_bag: DropOff, photos_dir: object
) -> None:
    form = {"tap": "CORRECT", "token": "page1", "photo": _file(a_photo())}
    text = phone.post(f"/guide/drop-offs/{zhangs_bag.pk}", form, follow=True).content.decode()
    assert "没有同意投放照片" in text
    assert Verification.objects.count() == 1
    assert not Photo.objects.exists()


def test_zhangs_code_typed_or_photographed_leads_to_the_bag(
    phone: Client, on_duty: Shift, zhang: Household, zhangs_bag: DropOff
) -> None:
    typed = phone.post("/guide/find", {"code": zhang.code})
    assert typed["Location"] == f"/guide/drop-offs/{zhangs_bag.pk}"
    out = io.BytesIO()
    segno.make(zhang.code).save(out, kind="png", scale=6)
    shown = phone.post("/guide/find", {"picture": _file(out.getvalue()), "code": ""})
    assert shown["Location"] == f"/guide/drop-offs/{zhangs_bag.pk}"
    assert "没有读到二维码" in phone.post("/guide/find", {"picture": _file(a_photo())}).content.decode()


def test_a_code_of_somebody_who_was_not_here_says_the_same_as_no_code(
    phone: Client, on_duty: Shift, wang: Household, li: Household
) -> None:
    answers = {
        re.sub(r'value="[^"]*"', "", phone.post("/guide/find", {"code": code}).content.decode())
        for code in (wang.code, li.code, "411003000009999")
    }
    assert len(answers) == 1
    assert "没有投放" in answers.pop()


def test_a_spot_check_by_the_plain_form(phone: Client, on_duty: Shift) -> None:
    form = {
        "looked_at_count": "10",
        "wrong_count": "2",
        "category": "FOOD",
        "purity_percent": "85",
        "is_staffed": "yes",
        "client_id": "c1",
    }
    for _ in range(2):
        text = phone.post("/guide/spot-check", form, follow=True).content.decode()
        assert "查 10 错 2" in text
    row = SpotCheck.objects.get()
    assert (row.point, row.purity_rate, row.is_staffed) == (on_duty.point, 0.85, True)
    assert "数字不对" in phone.post("/guide/spot-check", form | {"wrong_count": "x"}).content.decode()


def test_a_problem_is_reported_with_a_photo_overdue_and_put_right(
    phone: Client, on_duty: Shift, noon: time_machine.Traveller
) -> None:
    form = {"kind": "OVERFLOW", "note": "厨余桶满了", "client_id": "p1", "photo": _file(a_photo())}
    assert "已记下" in phone.post("/guide/problems", form, follow=True).content.decode()
    problem = Problem.objects.get()
    noon.move_to(NOON + dt.timedelta(hours=5))
    assert "超期" in text_of(phone, "/guide/problems")
    address = f"/guide/problems/{problem.pk}"
    assert phone.get(f"/guide/scene-photos/{problem.photo_id}?small").content[:4] == b"RIFF"
    assert "已记下整改" in phone.post(address, {"note": "已清运"}, follow=True).content.decode()
    assert "已经整改过了" in phone.post(address, {"note": "再来"}, follow=True).content.decode()


def test_the_phone_goes_to_li_ming_by_pin_and_nothing_of_chen_stays(
    client: Client, chen: User, bin_07: SmartBin, on_duty: Shift
) -> None:
    ming = User.objects.create_user(username="ming", password="ming-password-1", display_name="李明")
    RoleGrant.objects.create(
        user=ming, role=Role.GUIDE, scope_kind=ScopeKind.COMMUNITY, scope_id=1, starts_on=dt.date(2026, 1, 1)
    )
    set_pin(guide=ming, pin="402817", now=NOON)
    for name in ("ming", "chen"):
        client.post("/sign-in", {"username": name, "password": f"{name}-password-1"})
        if name == "ming":
            assert client.post("/sign-out")["Clear-Site-Data"] == '"cache"', "what waits for Li Ming is in the storage"
    before = client.cookies["sessionid"].value
    assert "李明" in text_of(client, "/guide/change")
    wrong = client.post("/guide/change", {"guide": ming.pk, "pin": "000001"})
    assert "PIN 不对" in wrong.content.decode()
    assert not wrong.has_header("Clear-Site-Data")
    changed = client.post("/guide/change", {"guide": ming.pk, "pin": "402817"})
    assert (changed["Location"], changed["Clear-Site-Data"]) == ("/guide/", '"cache"')
    assert client.cookies["sessionid"].value != before
    text = text_of(client, "/guide/duty")
    assert "李明" in text
    assert "陈督导" not in text
    assert "东门" not in text


def test_no_photo_leaves_the_phone_as_large_as_the_camera_made_it() -> None:
    folder = Path(settings.BASE_DIR) / "pages" / "templates" / "pages" / "guide"
    inputs = [
        tag for path in folder.glob("*.html") for tag in re.findall(r"<input[^>]*type=.file.[^>]*>", path.read_text())
    ]
    assert len(inputs) >= 9
    assert [tag for tag in inputs if "data-shrink" not in tag] == []


def test_another_phone_knows_nobody(phone: Client, chen: User) -> None:
    assert "还没有别的督导员" in text_of(phone, "/guide/change")
    set_pin(guide=chen, pin="402817", now=NOON)
    assert "PIN 不对" in phone.post("/guide/change", {"guide": chen.pk, "pin": "402817"}).content.decode()


def test_a_pin_is_set_with_the_password_only(phone: Client, chen: User) -> None:
    assert "密码不对" in phone.post("/guide/pin", {"password": "x", "pin": "402817"}).content.decode()
    assert "连号" in phone.post("/guide/pin", {"password": "chen-password-1", "pin": "123456"}).content.decode()
    answer = phone.post("/guide/pin", {"password": "chen-password-1", "pin": "402817"})
    assert answer.status_code == 302
    assert chen.guide_pin.pin.startswith("md5$")


@pytest.mark.parametrize("count", [50, 5_000])
@pytest.mark.parametrize("tab", ["all", "suggested", "sample"])
def test_eight_queries_and_thirty_kilobytes_with_fifty_drop_offs_or_five_thousand(
    count: int,
    tab: str,
    phone: Client,
    on_duty: Shift,
    zhang: Household,
    bin_07: SmartBin,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    _many(smart_bin=bin_07, household=zhang, count=count)
    for address in (f"/guide/?tab={tab}", f"/guide/list?tab={tab}"):
        with django_assert_max_num_queries(8):
            answer = phone.get(address)
        assert len(answer.content) <= PAGE_BYTES_MAX
        if tab != "sample":
            assert answer.content.decode().count("<li id=") == 30
    assert "更早的投放" in text_of(phone, "/guide/")


def test_the_list_is_sent_again_only_when_something_changed(
    phone: Client, on_duty: Shift, zhangs_bag: DropOff, bin_07: SmartBin
) -> None:
    first = phone.get("/guide/list")
    assert phone.get("/guide/list", headers={"If-None-Match": first["ETag"]}).status_code == 304
    make_drop_off(smart_bin=bin_07, occurred_at=NOON)
    assert phone.get("/guide/list", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_older_pages_follow_and_odd_addresses_show_the_first(phone: Client, on_duty: Shift, bin_07: SmartBin) -> None:
    for number in range(35):
        make_drop_off(smart_bin=bin_07, occurred_at=NOON - MINUTE * number)
    older = re.search(r'href="(\?tab=all&amp;after=[^"]+)"', text_of(phone, "/guide/"))
    assert older
    assert text_of(phone, "/guide/" + older[1].replace("&amp;", "&")).count("<li id=") == 5
    for odd in ("x", "2026-13-45T00:00:00+08:00/1", "2026-11-23T00:00:00/1", "2026-11-23T00:00:00%2B08:00/x", "/"):
        assert text_of(phone, f"/guide/?after={odd}").count("<li id=") == 30


def test_a_form_cannot_send_chen_elsewhere(phone: Client, on_duty: Shift, zhangs_bag: DropOff) -> None:
    for back in ("https://elsewhere.example/", "//elsewhere.example/guide/", "/admin/", "/guide/\\evil"):
        answer = phone.post("/guide/verdicts", {"tap": f"{zhangs_bag.pk}.CORRECT", "token": "t", "back": back})
        assert answer["Location"].startswith("/guide/")


def test_the_service_worker_names_files_that_are_there_and_nobody(client: Client) -> None:
    answer = client.get("/guide/worker.js")
    assert answer["Content-Type"] == "text/javascript"
    text = answer.content.decode()
    for name in re.findall(r'"(/static/[^"]+)"', text):
        assert client.get(name).status_code == 200, name
    assert len(re.findall(r'"/static/', text)) == 15
    assert "X-Guide" not in answer


def _file(data: bytes) -> io.BytesIO:
    file = io.BytesIO(data)
    file.name = "photo.jpg"
    return file


def _many(*, smart_bin: SmartBin, household: Household, count: int) -> None:
    """That many drop-offs of this morning at the bin."""
    first = make_drop_off(smart_bin=smart_bin, household=household, occurred_at=NOON - MINUTE)
    DropOff.objects.bulk_create(
        DropOff(
            batch=first.batch,
            bin=smart_bin,
            community=first.community,
            household=household,
            event_id=f"many-{number}",
            method="CARD",
            category=("FOOD", "RESIDUAL", "RECYCLABLE", "HAZARDOUS")[number % 4],
            weight_g=500 + number,
            occurred_at=NOON - dt.timedelta(seconds=2 * number),
            occurred_on=TODAY,
            is_in_window=True,
        )
        for number in range(1, count)
    )
