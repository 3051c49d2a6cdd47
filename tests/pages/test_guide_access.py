"""Chen, who guides Zhang's community, gets 404 for anything of Wang's, on every route of the guides' screens."""

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pytest
import time_machine
from django.test import Client
from django.urls import URLPattern, reverse

from guides.models import Appeal, Gathering, GuideTask, Problem, ScenePhoto, Shift
from households.models import Household
from pages.guide.urls import urlpatterns
from people.models import User
from sorting.models import CollectionPoint, DropOff, SmartBin, SpotCheck, Verification
from tests.builders import a_little_picture, make_drop_off, make_verification
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
Form = Mapping[str, object] | None
NAMES = {str(each.name): str(each.pattern) for each in urlpatterns if isinstance(each, URLPattern)}
A_LESSON = {
    "kind": "EVENT",
    "topic": "换大米",
    "on": f"{NOON:%Y-%m-%d}",
    "starts_at": "14:00",
    "ends_at": "15:00",
    "client_id": "g",
}
FORMS_ONLY = ("guide-visit", "guide-judge", "guide-undo", "guide-duty-end", "guide-send")


@dataclass(frozen=True, slots=True)
class Things:
    """One of everything that Chen could ask for by its key: a household's bag, and what lies at its gate."""

    household: Household
    point: CollectionPoint
    smart_bin: SmartBin
    drop_off: DropOff
    problem: Problem
    gathering: Gathering
    appeal: Appeal
    task: GuideTask


# What each route is asked with, by name: its address, and a form where it takes one. A new route needs its line.
ASKED: dict[str, Callable[[Things], Sequence[tuple[str, Form]]]] = {
    "guide": lambda _: [],
    "guide-list": lambda _: [],
    "guide-judge": lambda of: [
        (reverse("guide-judge"), {"tap": f"{of.drop_off.pk}.{said}", "token": "t"}) for said in ("CORRECT", "RESIDUAL")
    ],
    "guide-undo": lambda of: [(reverse("guide-undo"), {"undo": "said-by-another"})],
    "guide-drop-off": lambda of: [
        (reverse("guide-drop-off", args=[of.drop_off.pk]), form) for form in (None, {"tap": "CORRECT", "token": "t"})
    ],
    "guide-find": lambda _: [],
    "guide-spot-check": lambda _: [],
    "guide-help": lambda of: [(reverse("guide-help"), {"code": of.household.code, "seen": "CARD"})],
    "guide-helped": lambda of: [(reverse("guide-helped", args=[of.household.pk]), None)],
    "guide-help-pin": lambda of: [(reverse("guide-help-pin", args=[of.household.pk]), {})],
    "guide-help-code": lambda of: [
        (reverse("guide-help-code", args=[of.household.pk]), form) for form in (None, {"code": "123456"})
    ],
    "guide-help-phone": lambda of: [(reverse("guide-help-phone", args=[of.household.pk]), {"phone": "13800000007"})],
    "guide-help-card": lambda of: [
        (reverse("guide-help-card", args=[of.household.pk, of.household.cards.get().pk]), {"sure": "yes"})
    ],
    "guide-problems": lambda _: [],
    "guide-problem": lambda of: [
        (reverse("guide-problem", args=[of.problem.pk]), form) for form in (None, {"note": "扫过了"})
    ],
    "guide-scene-photo": lambda of: [(reverse("guide-scene-photo", args=[of.problem.photo_id]), None)],
    "guide-notices": lambda _: [],
    "guide-tasks": lambda _: [],
    "guide-task": lambda of: [(reverse("guide-task", args=[of.task.pk]), form) for form in (None, {"note": "做了"})],
    "guide-duty": lambda of: [(reverse("guide-duty"), {"point": of.point.pk})],
    "guide-duty-end": lambda _: [],
    "guide-teaching": lambda of: [(reverse("guide-teaching"), A_LESSON | {"community": of.point.community_id})],
    "guide-visit": lambda _: [],
    "guide-gathering": lambda of: [
        (reverse("guide-gathering", args=[of.gathering.pk]), form) for form in (None, {"code": of.household.code})
    ],
    "guide-registers": lambda _: [],
    "guide-register": lambda of: [
        (reverse("guide-register", args=[of.point.community_id, kind]), None) for kind in ("xlsx", "pdf")
    ],
    "guide-appeals": lambda _: [],
    "guide-appeal": lambda of: [
        (reverse("guide-appeal", args=[of.appeal.pk]), form)
        for form in (None, {"decision": "uphold", "answer": "看过了", "points": "10"})
    ],
    "guide-change": lambda _: [],
    "guide-pin": lambda _: [],
    "guide-send": lambda _: [],
    "guide-worker": lambda _: [],
}


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """It is Monday noon."""
    with time_machine.travel(NOON, tick=False):
        yield


def things_of(*, household: Household, smart_bin: SmartBin, finder: User) -> Things:
    """One of everything."""
    drop_off = make_drop_off(smart_bin=smart_bin, household=household, occurred_at=NOON)
    scene = ScenePhoto.objects.create(
        community=smart_bin.point.community, taken_by=finder, received_at=NOON, large=b"x", small=a_little_picture()
    )
    problem = Problem.objects.create(
        point=smart_bin.point, kind="DIRTY", photo=scene, found_by=finder, found_at=NOON, due_at=NOON + HOUR
    )
    gathering = Gathering.objects.create(
        community=household.community,
        guide=finder,
        kind="EVENT",
        topic="换大米",
        starts_at=NOON,
        ends_at=NOON + HOUR,
        token=f"token-of-{household.pk}",
    )
    appeal = Appeal.objects.create(
        household=household,
        # Another bag: who judged one does not answer for it.
        drop_off=make_drop_off(smart_bin=smart_bin, household=household, occurred_at=NOON - HOUR),
        level=1,
        subject="WEIGHT",
        opened_by=finder,
        opened_at=NOON,
        due_at=NOON + HOUR,
    )
    task = GuideTask.objects.create(
        guide=User.objects.filter(guide_assignments__community=household.community).first() or finder,
        point=smart_bin.point,
        text="看一下桶",
        due_at=NOON + HOUR,
        given_by=finder,
        given_at=NOON,
        client_id=f"task-of-{household.pk}",
    )
    return Things(household, smart_bin.point, smart_bin, drop_off, problem, gathering, appeal, task)


@pytest.fixture
def wangs(wang: Household, zhao: User) -> Things:
    """What is Wang's."""
    point = CollectionPoint.objects.create(community=wang.community, name="西门")
    smart_bin = SmartBin.objects.create(code="B-0011", point=point, categories="FOOD", registered_at=NOON)
    return things_of(household=wang, smart_bin=smart_bin, finder=zhao)


@pytest.fixture
def phone(client: Client, chen: User, bin_07: SmartBin) -> Client:
    """Chen's phone, on duty at the east gate."""
    Shift.objects.create(guide=chen, point=bin_07.point, started_at=NOON - HOUR)
    client.force_login(chen)
    return client


def ask(phone: Client, address: str, form: Form) -> int:
    answer = phone.get(address) if form is None else phone.post(address, dict(form))
    return int(answer.status_code)


def test_every_route_of_the_guides_screens_has_its_line() -> None:
    assert set(NAMES) == set(ASKED)


@pytest.mark.parametrize("name", ASKED)
def test_whatever_names_something_of_wangs_is_not_there(name: str, phone: Client, wangs: Things, chen: User) -> None:
    for address, form in ASKED[name](wangs):
        assert ask(phone, address, form) == 404, (address, form)
    assert not Verification.objects.exists()
    assert Problem.objects.filter(rectified_at=None).count() == 1
    assert Shift.objects.get().point.name == "东门"


def test_the_same_of_zhangs_is_there(phone: Client, zhang: Household, bin_07: SmartBin, zhao: User) -> None:
    """Else the test above would pass with a screen that shows nothing to anybody."""
    zhangs = things_of(household=zhang, smart_bin=bin_07, finder=zhao)
    for name, asked in ASKED.items():
        for address, form in asked(zhangs):
            if name != "guide-undo":
                assert ask(phone, address, form) in (200, 302), address


def test_nothing_of_wangs_stands_on_any_screen(phone: Client, wangs: Things, chen: User) -> None:
    make_verification(drop_off=wangs.drop_off, guide=chen, verdict="CORRECT")
    screens = [reverse(name) for name, pattern in NAMES.items() if "<" not in pattern and name not in FORMS_ONLY]
    assert len(screens) >= 9
    for screen in screens:
        for address in (screen, f"{screen}?tab=suggested"):
            text = phone.get(address).content.decode()
            for hidden in ("西门", "西园", "1-1-201", wangs.household.code, "B-0011", f"problems/{wangs.problem.pk}"):
                assert hidden not in text, (address, hidden)


def test_what_the_phone_sends_about_wang_is_refused_in_the_same_words_as_about_nobody(
    phone: Client, wangs: Things
) -> None:
    def answers(drop_off_id: int, point_id: int) -> list[tuple[str, str, str]]:
        items = [
            {"kind": "verdict", "id": f"v{drop_off_id}", "drop_off": drop_off_id, "verdict": "CORRECT"},
            {
                "kind": "spot_check",
                "id": f"s{point_id}",
                "point": point_id,
                "looked_at_count": 10,
                "wrong_count": 0,
            },
            {"kind": "undo", "id": f"u{drop_off_id}", "of": f"v{drop_off_id}"},
            {"kind": "problem", "id": f"p{point_id}", "point": point_id, "what": "DIRTY"},
            {"kind": "shift_start", "id": f"b{point_id}", "point": point_id},
            {"kind": "visit", "id": f"h{point_id}", "code": wangs.household.code if point_id < 2**62 else "1"},
        ]
        body = json.dumps({"items": items})
        sent = phone.post("/guide/send", body, content_type="application/json").json()["results"]
        return [(each["fate"], each["code"], each["message"]) for each in sent]

    of_wang = answers(wangs.drop_off.pk, wangs.point.pk)
    assert of_wang == answers(2**62, 2**62)
    codes = [code for _, code, _ in of_wang]
    assert codes == ["not_found", "not_found", "verdict_not_found", "not_found", "not_found", "not_found"]
    assert not Verification.objects.exists()
    assert not SpotCheck.objects.exists()


def test_a_bin_of_wangs_gate_is_no_bin_of_this_point(phone: Client, wangs: Things) -> None:
    for bin_id in (wangs.smart_bin.pk, 999_999):
        answer = phone.post("/guide/problems", {"kind": "DIRTY", "bin": bin_id, "client_id": "p"})
        assert answer.status_code == 200
    assert Problem.objects.count() == 1


@pytest.mark.parametrize("number", ["0", "99999999999999999999999999", "9223372036854775808"])
def test_odd_keys_are_not_there_either(number: str, phone: Client) -> None:
    for kind in ("drop-offs", "problems", "scene-photos"):
        assert phone.get(f"/guide/{kind}/{number}").status_code == 404
    assert phone.post("/guide/verdicts", {"tap": f"{number}.CORRECT", "token": "t"}).status_code == 404
    assert phone.post("/guide/duty", {"point": number}).status_code == 404
