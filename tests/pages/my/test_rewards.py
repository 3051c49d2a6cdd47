"""A resident redeems in two steps, shows a code, changes her mind."""

import re
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from pytest_django.fixtures import Settings

from households.models import Household
from people.models import User
from points.models import Redemption, Reward
from points.reward_pictures import store_reward_picture
from sorting.models import SmartBin
from tests.conftest import NOON
from tests.lib.test_pictures import saved, scene
from tests.rewards import earn, make_reward, make_shop
from tests.worker.test_tally import balances

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon() -> object:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def salt(zhao: User) -> Reward:
    return make_reward(shops=[make_shop()], by=zhao)


@pytest.fixture
def rich(zhang: Household, bin_07: SmartBin) -> None:
    earn(households=[zhang], smart_bin=bin_07, points=100, now=NOON)


def key_of(text: str) -> str:
    found = re.search(r'name="key"\s+value="([0-9a-f]{32})"', text)
    assert found
    return found[1]


def test_grandma_redeems_and_shows_the_code(grandma: Client, salt: Reward, rich: None, zhang: Household) -> None:
    assert "30 分" in grandma.get("/my/rewards").content.decode()
    address = f"/my/rewards/{salt.pk}"
    key = key_of(grandma.get(address).content.decode())
    done = grandma.post(address, {"key": key})
    again = grandma.post(address, {"key": key})  # a second tap is the same order
    assert done["Location"] == again["Location"]
    redemption = Redemption.objects.get()
    text = grandma.get(done["Location"]).content.decode()
    code = redemption.code
    assert f"{code[:4]} {code[4:8]} {code[8:]}" in text
    assert "<svg" in text
    assert balances(zhang)[1] == 70


def test_grandma_sees_what_she_can_have(
    grandma: Client, salt: Reward, rich: None, settings: Settings, tmp_path: Path
) -> None:
    assert "<img" not in grandma.get("/my/rewards").content.decode()
    settings.STATE_DIR = tmp_path
    Reward.objects.filter(pk=salt.pk).update(picture=store_reward_picture(data=saved(scene())))
    (address,) = re.findall(r'<img src="(/reward-pictures/[^"]+)"', grandma.get("/my/rewards").content.decode())
    assert grandma.get(address)["Content-Type"] == "image/webp"


def test_grandma_changes_her_mind_and_has_her_points_again(
    grandma: Client, salt: Reward, rich: None, zhang: Household
) -> None:
    address = f"/my/rewards/{salt.pk}"
    done = grandma.post(address, {"key": key_of(grandma.get(address).content.decode())})
    answer = grandma.post(f"{done['Location']}/cancel", follow=True)
    assert "积分退回来了" in answer.content.decode()
    assert balances(zhang)[1] == 100


def test_who_is_poor_reads_what_is_missing_and_cannot_order(grandma: Client, salt: Reward, zhang: Household) -> None:
    assert "还差 30 分" in grandma.get("/my/rewards").content.decode()
    refused = grandma.post(f"/my/rewards/{salt.pk}", {"key": "k" * 32})
    assert refused.status_code == 409
    assert 'role="alert"' in refused.content.decode()
    assert not Redemption.objects.exists()


def test_wang_neither_sees_nor_cancels_zhangs_order(
    grandma: Client, wang_client: Client, salt: Reward, rich: None, zhang: Household
) -> None:
    address = f"/my/rewards/{salt.pk}"
    order = grandma.post(address, {"key": key_of(grandma.get(address).content.decode())})["Location"]
    assert wang_client.get(order).status_code == 404
    assert wang_client.post(f"{order}/cancel").status_code == 404
    assert balances(zhang)[1] == 70
