"""The residents' screens in a real browser: the journey of Mrs Zhang on a small phone."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from PIL import Image
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from guides.models import Gathering, GatheringKind
from households.models import CardKind, ConsentKind, Household
from households.services import issue_card, new_qr_token, record_consent
from indicators.services.standing import count_standings
from people.models import User
from points.models import Redemption, Reward
from points.reward_pictures import store_reward_picture
from sorting.models import BinStatus, SmartBin
from sorting.services.photos import record_photo
from tests.browser.conftest import Visit
from tests.builders import make_drop_off, make_household_day
from tests.conftest import make_household
from tests.lib.test_pictures import saved, scene
from tests.pages.my.conftest import make_resident
from tests.rewards import earn, make_reward, make_shop
from worker.tally import drain

pytestmark = pytest.mark.django_db(transaction=True)
SCREENS = (
    "",
    "records",
    "statement",
    "statement?month=2026-10",
    "year",
    "appeals",
    "points",
    "community",
    "rewards",
    "redemptions",
    "notices",
    "me",
    "me/stored",
    "me/leave",
    "homes",
    "code",
)
DARKEST, LIGHTEST = 60, 195  # of 255, of each of the three colours of paper


def sign_in(*, visit: Visit, user: User, live_server: LiveServer) -> None:
    """Give the browser the session that signing in would give."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    assert session.session_key is not None
    visit.page.context.add_cookies([{"name": "sessionid", "value": session.session_key, "url": live_server.url}])


@pytest.fixture
def grandma(zhang: Household, bin_07: SmartBin, zhao: User, settings: Settings, tmp_path: Path) -> User:
    """Mrs Zhang with 100 points, two bags of today and a reward that she can afford."""
    now = timezone.now()
    earn(households=[zhang], smart_bin=bin_07, points=100, now=now)
    for weight_g in (1_620, 150):
        event_id = "with-photo" if weight_g == 150 else ""
        make_drop_off(
            smart_bin=bin_07,
            household=zhang,
            occurred_at=now,
            weight_g=weight_g,
            event_id=event_id,
            is_tallied=False,
        )
    drain(now=now)
    neighbours = [
        make_household(
            community=zhang.community, serial=number, code=f"{number:015}", room=f"{number}", rfid=f"B{number}"
        )
        for number in range(201, 206)
    ]
    for each in neighbours:
        make_household_day(household=each, on=timezone.localdate(now))
    count_standings(now=now)
    BinStatus.objects.create(
        bin=bin_07,
        received_at=now,
        signed_at=now,
        said_at=now,
        clock_skew_s=0,
        fill_rates={"FOOD": 0.95, "RESIDUAL": 0.4},
    )
    settings.STATE_DIR, settings.PHOTOS_DIR = tmp_path, tmp_path / "photos"
    record_consent(household=zhang, kind=ConsentKind.PHOTO, is_given=True, now=now)
    record_photo(smart_bin=bin_07, event_id="with-photo", data=saved(scene()), received_at=now)
    salt = make_reward(shops=[make_shop()], by=zhao, now=now)
    Reward.objects.filter(pk=salt.pk).update(picture=store_reward_picture(data=saved(scene())))
    return make_resident(household=zhang, name="张奶奶", phone="13800000001", now=now)


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (360, "dark"), (1440, "light")])
def test_every_screen_fits_and_is_accessible(
    width: int, scheme: str, visit: Callable[..., Visit], live_server: LiveServer, grandma: User
) -> None:
    opened = visit(width=width, scheme=scheme)
    sign_in(visit=opened, user=grandma, live_server=live_server)
    for screen in SCREENS:
        opened.page.goto(f"{live_server.url}/my/{screen}")
        if screen in ("rewards", "records"):
            opened.page.wait_for_load_state("networkidle")  # its pictures come late
            assert opened.page.evaluate("[...document.images].every(each => each.naturalWidth > 0)")
        opened.shoot(name=f"my-{re.sub(r'[^a-z]', '-', screen) or 'home'}-{width}-{scheme}")
        assert opened.overflow_px() <= 0, screen
        assert opened.violations() == [], screen
        if screen != "code":  # a scanner needs it white
            shades = paper(opened)
            assert max(shades) <= DARKEST if scheme == "dark" else min(shades) >= LIGHTEST, (screen, shades)
    assert opened.complaints == []
    assert opened.outside_requests == []


def paper(opened: Visit) -> list[int]:
    """Red, green and blue of what the page is written on."""
    colour = opened.page.evaluate("getComputedStyle(document.body).backgroundColor")
    return [int(part) for part in re.findall(r"\d+", colour)[:3]]


def read_qr(opened: Visit) -> str:
    """What a phone's camera reads from the screen."""
    (found,) = zxingcpp.read_barcodes(Image.open(BytesIO(opened.page.locator(".qr svg, .show svg").screenshot())))
    return str(found.text)


def test_every_door_is_accessible_in_the_dark_too(
    visit: Callable[..., Visit], live_server: LiveServer, grandma: User, zhang: Household, chen: User
) -> None:
    now = timezone.now()
    card = issue_card(household=zhang, kind=CardKind.QR, number=new_qr_token(), now=now)
    gathering = Gathering.objects.create(
        community=zhang.community,
        guide=chen,
        kind=GatheringKind.EVENT,
        topic="厨余怎么分",
        token="a" * 32,
        starts_at=now,
        ends_at=now + timedelta(hours=1),
    )
    opened = visit(width=360, scheme="dark")
    page = opened.page

    def look(name: str) -> None:
        opened.shoot(name=f"my-{name}-360-dark")
        assert opened.overflow_px() <= 0, name
        assert opened.violations() == [], name
        assert max(paper(opened)) <= DARKEST, name

    page.goto(f"{live_server.url}/c/{card.number}")
    look("card")
    page.goto(f"{live_server.url}/my/sign-in")
    look("sign-in")
    page.get_by_label("手机号").fill("13800000001")
    page.get_by_role("button", name="获取验证码").click()
    page.get_by_label("验证码").wait_for()
    look("sign-in-code")
    sign_in(visit=opened, user=grandma, live_server=live_server)
    page.goto(f"{live_server.url}/my/rewards/{Reward.objects.get().pk}")
    look("reward")
    page.goto(f"{live_server.url}/my/attend/{gathering.token}")
    look("attend")
    page.goto(f"{live_server.url}/my/code")
    assert read_qr(opened) == f"{live_server.url}/c/{card.number}"
    assert opened.complaints == []


def test_without_a_script_mrs_zhang_reads_her_points_and_redeems(
    visit: Callable[..., Visit], live_server: LiveServer, grandma: User
) -> None:
    opened = visit(width=360, has_script=False)
    sign_in(visit=opened, user=grandma, live_server=live_server)
    page = opened.page
    page.goto(f"{live_server.url}/my/")
    page.get_by_text("今天投放 2 次").wait_for()
    page.get_by_role("navigation", name="主菜单").get_by_role("link", name="兑换").click()
    page.get_by_role("main").get_by_role("link", name="兑换", exact=True).click()
    page.get_by_role("button", name="确认兑换").click()
    page.get_by_text(re.compile(r"\d{4} \d{4} \d{4}")).wait_for()
    assert read_qr(opened) == Redemption.objects.get().code


def test_mrs_zhang_redeems_shows_the_code_and_changes_her_mind(
    visit: Callable[..., Visit], live_server: LiveServer, grandma: User
) -> None:
    opened = visit(width=360)
    sign_in(visit=opened, user=grandma, live_server=live_server)
    page = opened.page
    page.goto(f"{live_server.url}/my/")
    page.get_by_role("navigation", name="主菜单").get_by_role("link", name="兑换").click()
    page.get_by_role("main").get_by_role("link", name="兑换", exact=True).click()
    page.get_by_role("button", name="确认兑换").click()
    page.get_by_text(re.compile(r"\d{4} \d{4} \d{4}")).wait_for()
    opened.shoot(name="my-redemption-360")
    assert read_qr(opened) == Redemption.objects.get().code
    assert opened.violations() == []
    page.get_by_role("button", name="不要了").click()
    page.get_by_text("积分退回来了").wait_for()
    assert opened.complaints == []


def test_english_fits_a_small_phone_with_large_text(
    visit: Callable[..., Visit], live_server: LiveServer, grandma: User
) -> None:
    seen = visit(width=360)
    seen.page.goto(f"{live_server.url}/my/sign-in")
    seen.page.get_by_role("button", name="English").click()
    seen.page.get_by_role("heading", name="See my household's points").wait_for()
    seen.shoot(name="my-sign-in-360-english")
    seen.page.get_by_role("button", name="Larger text").click()
    sign_in(visit=seen, user=grandma, live_server=live_server)
    for address in (*(f"/my/{name}" for name in (*SCREENS, "problems")), "/what-is-it?q=dianchi", "/"):
        seen.page.goto(f"{live_server.url}{address}")
        seen.shoot(name=f"english-{re.sub(r'[^a-z]', '-', address)}-360-large")
        assert seen.overflow_px() <= 0, address
        assert seen.violations() == [], address
    assert seen.complaints == []


def test_large_text_fits_a_small_phone(visit: Callable[..., Visit], live_server: LiveServer, grandma: User) -> None:
    seen = visit(width=360)
    seen.page.goto(f"{live_server.url}/my/sign-in")
    seen.page.get_by_role("button", name="换成大字").click()
    assert seen.page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") == pytest.approx(22, abs=0.1)
    seen.shoot(name="my-sign-in-360-large")
    assert seen.overflow_px() == 0
    seen.page.get_by_role("link", name="没有手机？用户码登录").click()
    seen.page.get_by_label("PIN 码").wait_for()
    seen.shoot(name="my-pin-360-large")
    assert seen.overflow_px() == 0
    assert seen.violations() == []
    sign_in(visit=seen, user=grandma, live_server=live_server)
    for address in (*(f"/my/{name}" for name in SCREENS), "/what-is-it", "/what-is-it?q=电池"):
        seen.page.goto(f"{live_server.url}{address}")
        assert seen.overflow_px() == 0, address
        assert seen.violations() == [], address
        seen.shoot(name=f"my{re.sub(r'[^a-z]', '-', address)}-360-large")
    assert seen.complaints == []
