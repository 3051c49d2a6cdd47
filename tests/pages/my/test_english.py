"""Mrs Zhang's screens in English, with something on each: no Chinese is left but names and what people wrote."""

import datetime as dt
import html
import io
import re
from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.test import Client
from django.urls import URLPattern, reverse
from python_calamine import CalamineWorkbook

from guides.models import Gathering, GuideAssignment, Problem
from guides.services.appeals import answer_appeal, open_appeal
from guides.services.problems import rectify_problem
from guides.services.resident_problems import report_as_resident
from guides.services.teaching import Planned, hold_gathering
from guides.services.verdicts import judge_drop_off, undo_verdict
from households.models import Card, CardKind, Household, Member, Notice, NoticeKind
from households.services import change_pin, give_pin
from indicators.services.standing import count_standings
from indicators.services.surveys import open_round
from pages.my.urls import urlpatterns
from people.models import User
from points.expiry import announce_expiry
from points.models import Redemption
from points.services import Counter, cancel_redemption, collect_redemption
from points.services.corrections import decide_correction, propose_correction
from points.services.expiring import expire_redemptions_due
from sorting.models import BinStatus, DropOff, SmartBin
from tests.builders import make_drop_off
from tests.conftest import NOON, TODAY
from tests.guides.test_spot_checks import a_photo
from tests.pages.my.conftest import make_resident
from tests.rewards import earn, make_reward, make_shop, make_shopkeeper, redeem
from worker.tally import drain

pytestmark = pytest.mark.django_db
MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+")
TOKEN = "9f86d081884c7d659a2feaa0c55ad015"
# Names of places, people and things, what people wrote, and the switch.
NAMES = (
    "东城街道",
    "西园新村",
    "西关街道",
    "东湖花园",
    "东门超市",
    "东门路 8 号",
    "东门",
    "张奶奶",
    "张爷爷",
    "陈督导",
    "孙店主",
    "食盐 400 克",
    "秋季问卷",
    "换大米",
)
WRITTEN = ("称了两次都轻", "看过记录", "袋子破了", "称重更正", "已清运", "满了三天", "放大米", "核对户号", "赵科长")
KEPT = (*NAMES, *WRITTEN, "中文", "奶茶杯")
EXEMPT = {"my-worker", "my-icon-192", "my-icon-512", "my-export"}  # a script with both languages, pictures, data


@pytest.fixture(autouse=True)
def noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def english(grandma: Client) -> Client:
    """Mrs Zhang's phone after the switch."""
    grandma.post("/my/language", {"language": "en"})
    return grandma


def words_of(client: Client, address: str, **asked: str) -> str:
    """What a page says to eyes and ears: its text, and what images, fields and menus are called."""
    answer = client.get(address, asked)
    assert answer.status_code < 500
    return words(answer.content.decode())


def words(page: str) -> str:
    named = re.findall(r'\s(?:alt|aria-label|placeholder|title)="([^"]*)"', page)
    return html.unescape(re.sub(r"\s+", " ", " ".join([re.sub(r"<[^>]+>", " ", page), *named])))


def chinese_in(text: str) -> list[str]:
    """What is left when names and people's own words are taken out."""
    for each in sorted(KEPT, key=len, reverse=True):
        text = text.replace(each, "")
    return CHINESE.findall(text)


def bag(
    *, household: Household, smart_bin: SmartBin, hour: int, category: str = "FOOD", weight_g: int = 1_620
) -> DropOff:
    return make_drop_off(
        smart_bin=smart_bin,
        household=household,
        occurred_at=NOON.replace(hour=hour),
        category=category,
        weight_g=weight_g,
        is_tallied=False,
    )


@pytest.fixture
def a_full_life(
    grandma: Client,
    zhang: Household,
    li: Household,
    bin_07: SmartBin,
    chen: User,
    ming: User,
    zhao: User,
    qian: User,
    now: dt.datetime,
) -> None:
    """Something of each kind in the Zhangs' records, and a notice of each kind in their inbox."""
    GuideAssignment.objects.create(guide=ming, community=zhang.community, starts_on=TODAY)
    person = User.objects.get(username="resident-张奶奶")
    make_resident(household=zhang, name="张爷爷", phone="13800000002", now=now)
    Card.objects.create(household=zhang, kind=CardKind.QR, number=TOKEN, number_key=TOKEN, issued_at=now)
    earn(households=[zhang], smart_bin=bin_07, points=300, now=now)
    right = bag(household=zhang, smart_bin=bin_07, hour=7)
    mixed = bag(household=zhang, smart_bin=bin_07, hour=8, weight_g=900)
    wrong = bag(household=zhang, smart_bin=bin_07, hour=9)
    for hour, category, weight_g in (
        (10, "RECYCLABLE", 400),
        (10, "RESIDUAL", 700),
        (11, "HAZARDOUS", 90),
        (11, "FOOD", 50),
    ):
        bag(household=zhang, smart_bin=bin_07, hour=hour, category=category, weight_g=weight_g)
    drain(now=now)
    for drop_off, verdict, actual in (
        (right, "CORRECT", ""),
        (mixed, "CONTAMINATED", ""),
        (wrong, "MISPLACED", "RESIDUAL"),
    ):
        judge_drop_off(
            guide=chen, drop_off_id=drop_off.pk, verdict=verdict, actual_category=actual, now=now, client_id=verdict
        )
    undo_verdict(guide=chen, verdict_id="CONTAMINATED", client_id="undo", now=now)
    drain(now=now + 2 * MINUTE)
    for drop_off, is_upheld, points in ((wrong, False, 0), (mixed, True, 20)):
        appeal = open_appeal(
            household=zhang, drop_off_id=drop_off.pk, subject="WEIGHT", words="称了两次都轻", by=person, now=now
        )
        answer_appeal(appeal_id=appeal.pk, is_upheld=is_upheld, answer="看过记录", points=points, by=ming, now=now)
    open_appeal(household=zhang, drop_off_id=right.pk, subject="CATEGORY", words="", by=person, now=now)
    for kind, client_id in (("OVERFLOW", "a"), ("BIN_BROKEN", "b")):
        problem = report_as_resident(
            household=zhang,
            by=person,
            point_id=bin_07.point_id,
            bin_id=None,
            kind=kind,
            note="满了三天",
            now=now,
            client_id=client_id,
            photo=b"",
        )
    rectify_problem(guide=chen, problem_id=problem.pk, now=now, note="已清运", photo=a_photo())
    Problem.objects.filter(kind="OVERFLOW").update(found_at=now - 3 * DAY, due_at=now - DAY)
    pin = give_pin(household=zhang, by=zhao, now=now)
    change_pin(household=zhang, old_pin=pin, new_pin="729406", now=now + MINUTE)
    shop = make_shop()
    salt = make_reward(shops=[shop], by=zhao, now=now)
    kept, taken, dropped, late = (redeem(household=zhang, reward=salt, key=key, now=now) for key in "abcd")
    collect_redemption(code=taken.code, counter=Counter(shop=shop, by=make_shopkeeper(shop=shop)), now=now)
    cancel_redemption(household=zhang, redemption_id=dropped.pk, by=person, now=now)
    Redemption.objects.filter(pk=late.pk).update(expires_at=now + MINUTE)
    expire_redemptions_due(now=now + 2 * MINUTE)
    announce_expiry(now=now.replace(year=now.year + 1, month=12, day=10))
    for points, reason in ((5, "称重更正"), (-400, "称重更正")):
        correction = propose_correction(household=zhang, points=points, reason=reason, officer=zhao, now=now)
        decide_correction(correction=correction, is_approved=True, officer=qian, now=now)
    planned = Planned(kind="EVENT", topic="换大米", starts_at=now - MINUTE, ends_at=now + 60 * MINUTE)
    hold_gathering(
        guide=chen, community_id=zhang.community_id, planned=planned, now=now, client_id="g", photo=a_photo()
    )
    open_round(name="秋季问卷", starts_on=TODAY, ends_on=TODAY, officer=zhao, now=now)
    says = {"signed_at": now, "said_at": now, "clock_skew_s": 0}
    BinStatus.objects.create(bin=bin_07, received_at=now, fill_rates={"FOOD": 0.95, "RESIDUAL": 0.4}, **says)
    count_standings(now=now)
    assert kept.code


def addresses() -> Iterator[str]:
    """Each page of the residents' that can be looked at, as it stands in the list of addresses."""
    parts: dict[str, Callable[[], object]] = {
        "gathering_token": lambda: Gathering.objects.get().token,
        "drop_off_id": lambda: DropOff.objects.latest("pk").pk,
        "reward_id": lambda: Redemption.objects.earliest("pk").reward_id,
        "redemption_id": lambda: Redemption.objects.earliest("pk").pk,
        "card_id": lambda: Card.objects.earliest("pk").pk,
        "member_id": lambda: Member.objects.earliest("pk").pk,
        "file_format": lambda: "pdf",
    }
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        if pattern.name in EXEMPT or pattern.name == "my-statement-file":
            continue
        assert pattern.name
        yield reverse(pattern.name, kwargs={name: parts[name]() for name in pattern.pattern.converters})


def test_no_page_of_a_resident_has_chinese_left(english: Client, a_full_life: None) -> None:
    pages = [*addresses(), "/", f"/c/{TOKEN}", "/c/nobody", "/no-such-page", "/my/?x=1", "/my/year?year=2025"]
    pages += [
        "/my/records?month=2026-10",
        "/my/statement?month=2026-11",
        f"/my/me/members/{Member.objects.latest('pk').pk}/remove",
    ]
    left = {page: chinese for page in pages if (chinese := chinese_in(words_of(english, page)))}
    assert left == {}


def test_strangers_pages_have_no_chinese_left(client: Client, east_lake: object) -> None:
    client.post("/my/language", {"language": "en"})
    for page in ("/my/sign-in", "/my/sign-in/pin", "/my/offline", "/what-is-it"):
        text = words_of(client, page)
        for thing in ("大骨头", "干电池", "过期药", "快递纸箱", "旧衣服"):
            text = text.replace(thing, "")
        assert chinese_in(text) == [], page
    refused = client.post("/my/sign-in/pin", {"code": "411003000000018", "pin": "000000"})
    assert chinese_in(words(refused.content.decode())) == []


def test_english_has_its_own_dates_figures_and_plurals(
    english: Client, zhang: Household, bin_07: SmartBin, zhao: User
) -> None:
    earn(households=[zhang], smart_bin=bin_07, points=1_240, now=NOON)
    make_reward(shops=[make_shop()], by=zhao, now=NOON, points=1)
    home, rewards = words_of(english, "/my/"), words_of(english, "/my/rewards")
    assert "1,240 points" in home
    assert "Mon 23 Nov" in home
    assert "1 point " in rewards
    assert "Drop-offs in November 2026" in words_of(english, "/my/records")
    assert "23 Nov, 12:00" in words_of(english, "/my/statement")
    assert "kg" in words_of(english, "/my/records")


def test_every_notice_that_the_platform_wrote_is_told_in_english(
    english: Client, a_full_life: None, zhang: Household
) -> None:
    assert Notice.objects.filter(household=zhang).count() >= 14
    for text, told in (
        (
            "11月23日 12:00，陈督导凭您家的射频卡代您兑换了食盐 400 克 × 1，用去 30 分，已当场领取。"
            "不是您家要求的，请联系城管局。",
            "23 Nov 12:00: 陈督导 used your household's RFID card to redeem 食盐 400 克 × 1 for you, for 30 points;",
        ),
        ("从原来的一户转来 1,200 分,到期日不变。", "1,200 points were brought from the former household"),
        (
            "有人用您家的户码和 PIN 码登录了。不是您家里人，请尽快请督导员重设 PIN 码。",
            "Somebody signed in with your household's code",
        ),
    ):
        Notice.objects.create(household=zhang, kind=NoticeKind.POINTS, text=text, reference=text[:40], at=NOON)
        assert told in words_of(english, "/my/notices")
    text = words_of(english, "/my/notices")
    assert "found it in the wrong bin, it was Residual waste" in text
    assert "expire on 31 Dec 2027" in text
    assert chinese_in(text) == []


def test_a_sentence_that_the_platform_did_not_write_stays_as_it_is(english: Client, zhang: Household) -> None:
    Notice.objects.create(household=zhang, kind=NoticeKind.COMMUNITY, text="11月23日停水", reference="x", at=NOON)
    assert "11月23日停水" in words_of(english, "/my/notices")


def test_the_look_up_gives_category_reason_and_advice_in_english(english: Client) -> None:
    text = words_of(english, "/what-is-it", q="节能灯")
    assert "Hazardous waste" in text
    assert "First: Do not break it" in text


def test_refusals_are_english_too(english: Client, zhang: Household, zhao: User) -> None:
    poor = make_reward(shops=[make_shop()], by=zhao, now=NOON)
    for address, asked in (
        ("/my/me/leave", {"code": "1"}),
        ("/my/survey", {}),
        (f"/my/rewards/{poor.pk}", {"key": "k"}),
        ("/my/me/members", {"phone": "12"}),
        ("/my/me/members", {"phone": "13800000001"}),
    ):
        answer = english.post(address, asked, follow=True).content.decode()
        assert chinese_in(words(answer)) == [], address
    answer = english.post("/my/me/members", {"phone": "1"}, follow=True).content.decode()
    assert "does not look like a phone number" in answer


def test_the_months_file_is_english(english: Client, a_full_life: None) -> None:
    answer = english.get("/my/statement.xlsx?month=2026-11")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert chinese_in(" ".join(str(cell) for row in sheet for cell in row)) == []
    assert "points-202611.xlsx" in answer["Content-Disposition"]
    assert "Available balance" in str(sheet)
    assert english.get("/my/statement.pdf?month=2026-11").content.startswith(b"%PDF")


def test_the_page_without_a_network_has_words_in_both_languages(english: Client) -> None:
    script = english.get("/my/worker.js").content.decode()
    assert Client().get("/my/worker.js").content.decode() == script
    assert "Points at {time} on {day} {month}" in script
    assert english.get("/my/offline")["Content-Language"] == "en"
