"""What is on Mrs Zhang's screens word by word: months, when points may be used, verdicts, orders, consents."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from households.models import Household
from people.models import User
from sorting.models import SmartBin
from tests.builders import make_drop_off, make_verification
from tests.conftest import NOON
from tests.rewards import earn, make_reward, make_shop, redeem
from worker.tally import drain

pytestmark = pytest.mark.django_db
CONSENTS = {"PHOTO": "保留投放照片", "RANKING": "算进楼栋榜（只列楼栋", "FINGERPRINT": "在智能桶上用指纹"}


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def shown(client: Client, address: str) -> str:
    """The screen without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get(address).content.decode()))


def test_home_sets_this_month_beside_last_one_bar_each(grandma: Client, zhang: Household, bin_07: SmartBin) -> None:
    for days_ago, weight_g in ((1, 2_000), (30, 8_000)):
        occurred_at = NOON - dt.timedelta(days=days_ago)
        make_drop_off(
            smart_bin=bin_07,
            household=zhang,
            category="RECYCLABLE",
            weight_g=weight_g,
            occurred_at=occurred_at,
            is_tallied=False,
        )
    drain(now=NOON)
    assert "每月得分 本月 100 分 上月 400 分" in shown(grandma, "/my/")
    widths = re.findall(r'class="fill" width="([^"]+)"', grandma.get("/my/").content.decode())
    assert widths == ["25.0", "100.0"]


def test_home_says_when_the_pending_points_can_be_used(grandma: Client, zhang: Household, bin_07: SmartBin) -> None:
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=NOON.replace(hour=8), is_tallied=False)
    drain(now=NOON)
    assert "另有 10 分待核验，最早 11月25日 08:00 起可用" in shown(grandma, "/my/")


def test_records_show_the_time_the_point_and_what_the_guide_said(
    grandma: Client, zhang: Household, bin_07: SmartBin, chen: User
) -> None:
    for minute, verdict in ((5, "CORRECT"), (17, "CONTAMINATED"), (29, "MISPLACED"), (41, "")):
        bag = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=NOON.replace(hour=8, minute=minute))
        if verdict:
            make_verification(drop_off=bag, guide=chen, verdict=verdict)
    text = shown(grandma, "/my/records")
    for time, label in (("08:05", "合格"), ("08:17", "混投"), ("08:29", "误投"), ("08:41", "未抽查")):
        assert re.search(rf"{time}[^:]*东门[^:]*{label}", text), time


def test_the_history_of_orders_says_what_when_how_many_points_and_what_became_of_it(
    grandma: Client, zhang: Household, bin_07: SmartBin, zhao: User
) -> None:
    assert "还没有兑换过。" in shown(grandma, "/my/redemptions")
    earn(households=[zhang], smart_bin=bin_07, points=100, now=NOON)
    shop = make_shop()
    given_back = redeem(household=zhang, reward=make_reward(shops=[shop], by=zhao), key="k-1", now=NOON)
    soap = make_reward(shops=[shop], by=zhao, name="肥皂一块", points=20)
    redeem(household=zhang, reward=soap, key="k-2", now=NOON + dt.timedelta(minutes=1))
    grandma.post(f"/my/redemptions/{given_back.pk}/cancel")
    text = shown(grandma, "/my/redemptions")
    assert re.search(r"肥皂一块 待领取 20 分 11月23日 12:01 兑换，\d+月\d+日 \d\d:\d\d 前领取", text)
    assert "食盐 400 克 已取消 30 分 11月23日 12:00 兑换，11月23日 12:00 已取消" in text
    assert text.index("肥皂一块") < text.index("食盐 400 克"), "the newest first"


def test_no_consent_holds_before_it_is_given_and_each_is_given_alone(grandma: Client) -> None:
    def held() -> dict[str, bool]:
        text = shown(grandma, "/my/me")
        return {
            kind: re.search(rf"{word}.*?(已同意|没有同意)", text)[1] == "已同意"  # type: ignore[index]
            for kind, word in CONSENTS.items()
        }

    assert held() == dict.fromkeys(CONSENTS, False)
    for kind in CONSENTS:
        grandma.post("/my/me/consents", {"kind": kind, "give": "1"})
        assert held() == {each: each == kind for each in CONSENTS}
        grandma.post("/my/me/consents", {"kind": kind, "give": "0"})
    assert held() == dict.fromkeys(CONSENTS, False)


@pytest.mark.parametrize("address", ["/my/", "/my/sign-in", "/my/me", "/my/code", "/my/redemptions/999", "/c/none"])
def test_no_residents_page_lets_a_script_or_a_style_in_from_anywhere_else(grandma: Client, address: str) -> None:
    policy = dict(
        part.strip().split(" ", 1) for part in grandma.get(address)["Content-Security-Policy"].split(";") if part
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in str(policy)
