"""Flags, appeals and lists of buildings in a real browser: with their rows, small and large, and one appeal's way."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import time_machine
from pytest_django.live_server_helper import LiveServer

from guides.services.appeals import open_appeal
from households.models import Community, ConsentKind, Household
from households.services import record_consent
from people.models import User
from points.models import Flag, FlagKind
from points.services.flags import decide_flag
from sorting.models import DropOff, SmartBin
from sorting.services.photos import record_photo
from tests.browser.conftest import Visit
from tests.browser.test_my import sign_in
from tests.builders import make_drop_off, make_verification
from tests.conftest import NOON, TODAY
from tests.guides.test_appeals import sun  # noqa: F401 - a fixture
from tests.indicators.test_building_lists import make_home
from tests.lib.test_pictures import saved, scene
from tests.pages.my.conftest import make_resident

pytestmark = pytest.mark.django_db(transaction=True)
WIDTHS = (360, 1_440)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """The server's clock goes on from Monday 23 November: October is the last finished month."""
    with time_machine.travel(NOON):
        yield


@pytest.fixture
def grandma(zhang: Household) -> User:
    """Mrs Zhang."""
    return make_resident(household=zhang, name="张奶奶", phone="13800000001", now=NOON)


@pytest.fixture
def bag(zhang: Household, bin_07: SmartBin, chen: User) -> DropOff:
    """Zhang's bag of this morning, which Chen called 混投."""
    drop_off = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=NOON - dt.timedelta(hours=4))
    make_verification(drop_off=drop_off, guide=chen, verdict="CONTAMINATED")
    return drop_off


def make_flag(*, kind: FlagKind, drop_offs: list[DropOff], household: Household | None, **figures: int) -> Flag:
    """A flag of today about these drop-offs."""
    first = drop_offs[0]
    assert first.community is not None
    return Flag.objects.create(
        kind=kind,
        subject=f"{kind}/{first.pk}",
        occasion="2026-W48" if household else "2026-11-23",
        community=first.community,
        bin=None if household else first.bin,
        household=household,
        starts_on=TODAY,
        ends_on=TODAY,
        figures=figures,
        drop_off_ids=[each.pk for each in drop_offs],
        opened_at=NOON,
        last_seen_at=NOON,
    )


@pytest.fixture
def flags(zhang: Household, li: Household, bin_07: SmartBin, zhao: User, photos_dir: Path) -> list[Flag]:
    """One bag as seven, upheld, 60 points to be taken; and one photo for Zhang's bag and Li's."""
    pieces = [
        make_drop_off(
            smart_bin=bin_07, household=zhang, occurred_at=NOON - dt.timedelta(seconds=20 * number), weight_g=300
        )
        for number in range(7)
    ]
    split = make_flag(
        kind=FlagKind.SPLITTING,
        drop_offs=pieces,
        household=zhang,
        visit_count=1,
        bag_count=7,
        extra_count=6,
        weight_g=2_100,
        gain_points=0,
        alone_points=10,
    )
    decide_flag(flag=split, is_confirmed=True, reason="同一袋分七次投", points_taken=60, officer=zhao, now=NOON)
    alike = []
    for number, household in enumerate((zhang, li)):
        record_consent(household=household, kind=ConsentKind.PHOTO, is_given=True, now=NOON)
        moment = NOON - dt.timedelta(minutes=30 - number)
        alike.append(
            make_drop_off(smart_bin=bin_07, household=household, occurred_at=moment, event_id=f"photo-{number}")
        )
        record_photo(smart_bin=bin_07, event_id=f"photo-{number}", data=saved(scene()), received_at=moment)
    return [
        split,
        make_flag(kind=FlagKind.SAME_PHOTO, drop_offs=alike, household=None, pair_count=1, identical_count=1),
    ]


def look(*, opened: Visit, address: str, name: str) -> None:
    """Open a page and look at it on a phone and on a desk: nothing sticks out, and axe finds nothing."""
    opened.page.goto(address)
    for width in WIDTHS:
        opened.page.set_viewport_size({"width": width, "height": 800})
        opened.shoot(name=f"fairness-{name}-{width}")
        assert opened.overflow_px() <= 0, (name, width)
        assert opened.violations() == [], (name, width)


def test_flags_appeals_and_lists_with_their_rows_fit_and_are_accessible(
    visit: Callable[..., Visit],
    live_server: LiveServer,
    flags: list[Flag],
    bag: DropOff,
    east_lake: Community,
    bin_07: SmartBin,
    zhang: Household,
    grandma: User,
    zhao: User,
    qian: User,
    chen: User,
    sun: User,  # noqa: F811
) -> None:
    for building in range(1, 5):
        for serial in range(5):
            make_home(building=building, serial=serial, community=east_lake, smart_bin=bin_07, chen=chen)
    appeal = open_appeal(
        household=zhang, drop_off_id=bag.pk, subject="CATEGORY", words="袋里只有菜叶", by=grandma, now=NOON
    )
    split, same = flags
    opened = visit(width=360)
    for user, pages in (
        (grandma, {"my-appeal": f"/my/drop-offs/{bag.pk}/appeal", "my-appeals": "/my/appeals"}),
        (grandma, {"my-community": "/my/community"}),
        (sun, {"guide-appeals": "/guide/appeals/", "guide-appeal": f"/guide/appeals/{appeal.pk}"}),
        (qian, {"flag-to-approve": f"/bureau/flags/{split.pk}"}),
        (zhao, {"flags": "/bureau/flags/?state=", "flag": f"/bureau/flags/{same.pk}", "lists": "/bureau/lists"}),
        (zhao, {"appeals": "/bureau/appeals/", "appeal": f"/bureau/appeals/{appeal.pk}"}),
    ):
        sign_in(visit=opened, user=user, live_server=live_server)
        for name, address in pages.items():
            look(opened=opened, address=f"{live_server.url}{address}", name=name)
    page = opened.page
    page.goto(f"{live_server.url}/bureau/flags/{same.pk}")
    page.get_by_label("查看照片的理由").fill("比对两张照片")
    page.get_by_role("button", name="查看照片").click()
    page.get_by_role("img", name="第 2 户").wait_for()
    page.wait_for_load_state("networkidle")
    assert page.evaluate("[...document.querySelectorAll('figure img')].map(each => each.naturalWidth)") == [800, 800]
    look(opened=opened, address=page.url, name="flag-open")
    assert (opened.complaints, opened.outside_requests) == ([], [])


def test_mrs_zhang_appeals_guide_sun_upholds_and_she_reads_the_answer(
    visit: Callable[..., Visit],
    live_server: LiveServer,
    bag: DropOff,
    grandma: User,
    sun: User,  # noqa: F811
) -> None:
    opened = visit(width=360)
    page = opened.page
    sign_in(visit=opened, user=grandma, live_server=live_server)
    page.goto(f"{live_server.url}/my/records")
    page.get_by_role("link", name="有疑问").click()
    page.get_by_text("类别不对").click()
    page.get_by_label("说明").fill("袋里只有菜叶")
    page.get_by_role("button", name="提交").click()
    page.get_by_text("三天内会有另一位督导员答复").wait_for()
    sign_in(visit=opened, user=sun, live_server=live_server)
    page.goto(f"{live_server.url}/guide/appeals/")
    page.get_by_role("link", name="类别不对").click()
    page.get_by_text("袋里只有菜叶").wait_for()
    page.get_by_label("理由").fill("照片上看是菜叶,原核验撤回")
    page.get_by_role("button", name="申诉成立").click()
    page.get_by_text("已答复,住户会收到消息").wait_for()
    sign_in(visit=opened, user=grandma, live_server=live_server)
    page.goto(f"{live_server.url}/my/appeals")
    page.get_by_text("照片上看是菜叶,原核验撤回").wait_for()
    assert page.get_by_text("申诉成立").count() == 1
    page.goto(f"{live_server.url}/my/notices")
    page.get_by_text("您的申诉(类别不对)有答复:申诉成立").wait_for()
    assert opened.complaints == []
