"""The Zhang household lives with its points through the API, and meets nobody else's."""

import datetime as dt
import itertools

import pytest
import time_machine
from django.test import Client

from households.models import Household, Member, NoticeKind
from households.services import notify_household
from people import secrets
from people.models import SignInCode, User
from people.services.misses import MISSES_MAX
from points.models import Redemption
from sorting.models import SmartBin
from tests.api.access_cast import resident_of
from tests.api.asking import Asker
from tests.builders import at, make_drop_off
from tests.conftest import NOON, TODAY
from tests.rewards import earn, make_reward, make_shop
from worker.tally import drain

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
PHONE = "13800000001"


@pytest.fixture
def ming(zhang: Household) -> Asker:
    """Zhang Ming, of the Zhang household."""
    return Asker(user=resident_of(household=zhang, name="ming"))


def of(household: Household, rest: str = "home") -> str:
    return f"resident/households/{household.pk}/{rest}"


def test_ming_sees_what_is_held_what_is_to_be_checked_and_why_today_earned(
    ming: Asker, zhang: Household, bin_07: SmartBin
) -> None:
    earn(households=[zhang], smart_bin=bin_07, points=100, now=NOON)
    make_drop_off(
        smart_bin=bin_07, household=zhang, category="FOOD", weight_g=1_620, occurred_at=at(on=TODAY), is_tallied=False
    )
    drain(now=NOON)
    home = ming.get(of(zhang)).json()
    assert (home["available_points"], home["pending_points"]) == (100, 10)
    (held,) = home["pending_days"]
    assert (held["occurred_on"], held["points"]) == ("2026-11-23", 10)
    # SQLite rounds the moment up by a second (dialect.later_sql), PostgreSQL keeps it.
    assert held["next_release_at"] in ("2026-11-25T08:00:00+08:00", "2026-11-25T08:00:01+08:00")
    assert home["ending_points"] == [{"awarded_in": 2026, "points": 100, "ends_on": "2027-12-31"}]
    (today,) = home["today"]
    assert (today["category"], today["weight_g"], today["points"], today["state"]) == ("FOOD", 1620, 10, "pending")
    assert "厨余" in today["sentence"]
    assert "+10" in today["sentence"]


def test_a_month_adds_up(ming: Asker, zhang: Household, li: Household, bin_07: SmartBin) -> None:
    earn(households=[zhang, li], smart_bin=bin_07, points=600, now=NOON)
    days = ming.get(of(zhang, "drop-offs"), month="2026-11").json()["items"]
    assert sum(day["points"] for day in days) == 600
    assert [sum(each["points"] for each in day["drop_offs"]) for day in days] == [day["points"] for day in days]
    assert ming.get(of(zhang, "drop-offs"), month="2026-10").json() == {"items": []}
    for month in ("2026-13", "2026-1", "11", "", "9999-12", "2026-11\x00", "２０２６-11"):
        assert ming.get(of(zhang, "drop-offs"), month=month).status_code == 400


def test_the_statement_comes_page_by_page_and_each_line_leaves_what_the_next_begins_with(
    ming: Asker, zhang: Household, bin_07: SmartBin
) -> None:
    earn(households=[zhang], smart_bin=bin_07, points=1_300, now=NOON)
    whole = ming.all_items(of(zhang, "transfers"))
    assert ming.all_items(of(zhang, "transfers"), limit=2) == whole
    assert len(whole) >= 6
    assert whole[0]["available_after"] == ming.get(of(zhang)).json()["available_points"] == 1_300
    for newer, older in itertools.pairwise(whole):
        assert newer["available_after"] - newer["available_change"] == older["available_after"]
    assert ming.get(of(zhang, "transfers"), limit=101).status_code == 400


def test_notices_are_read_newest_first_and_marked(ming: Asker, zhang: Household, wang: Household) -> None:
    for number in range(5):
        for household in (zhang, wang):
            notify_household(
                household=household,
                kind=NoticeKind.ACCOUNT,
                text=f"第 {number} 条",
                reference=f"n/{number}",
                now=NOON + dt.timedelta(minutes=number // 2),
            )
    told = ming.all_items(of(zhang, "notices"), limit=2)
    assert [each["text"] for each in told] == [f"第 {number} 条" for number in (4, 3, 2, 1, 0)]
    assert ming.post(of(zhang, "notices/read")).json() == {"read_count": 5}
    assert ming.post(of(zhang, "notices/read")).json() == {"read_count": 0}
    assert all(each["read_at"] for each in ming.all_items(of(zhang, "notices")))
    assert wang.notices.filter(read_at__isnull=True).count() == 5


def test_a_consent_is_given_and_taken_back_and_stays_on_record(ming: Asker, zhang: Household) -> None:
    def holds() -> bool:
        items = ming.get(of(zhang, "consents")).json()["items"]
        return bool({each["kind"]: each["is_given"] for each in items}["PHOTO"])

    assert not holds()
    ming.post(of(zhang, "consents"), kind="PHOTO", is_given=True)
    assert holds()
    ming.post(of(zhang, "consents"), kind="PHOTO", is_given=False)
    assert not holds()
    assert [(act.is_given, act.recorded_by.username) for act in zhang.consents.order_by("pk") if act.recorded_by] == [
        (True, "ming"),
        (False, "ming"),
    ]
    assert ming.post(of(zhang, "consents"), kind="SALE", is_given=True).status_code == 400


def test_a_reward_is_redeemed_once_for_a_key_and_taken_back(
    ming: Asker, zhang: Household, bin_07: SmartBin, zhao: User
) -> None:
    earn(households=[zhang], smart_bin=bin_07, points=100, now=NOON)
    salt = make_reward(shops=[make_shop()], by=zhao, stock=3)
    (item,) = ming.get(of(zhang, "rewards")).json()["items"]
    assert (item["name"], item["points"], item["obstacle"]) == ("食盐 400 克", 30, "")
    asked = {"reward_id": salt.pk, "quantity": 2, "idempotency_key": "tap-1"}
    first = ming.post(of(zhang, "redemptions"), **asked)
    assert (first.status_code, first.json()["status"], len(first.json()["code"])) == (201, "RESERVED", 12)
    assert ming.post(of(zhang, "redemptions"), **asked).json() == first.json()
    conflict = ming.post(of(zhang, "redemptions"), **asked | {"quantity": 1})
    assert (conflict.status_code, conflict.json()["code"]) == (409, "idempotency_conflict")
    short = ming.post(of(zhang, "redemptions"), **asked | {"quantity": 2, "idempotency_key": "tap-2"})
    assert (short.status_code, short.json()["code"]) == (409, "reward_sold_out")
    assert ming.get(of(zhang)).json()["available_points"] == 40
    redemption_id = first.json()["redemption_id"]
    cancelled = ming.post(of(zhang, f"redemptions/{redemption_id}/cancellation"))
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "CANCELLED")
    assert ming.get(of(zhang)).json()["available_points"] == 100
    assert [each["status"] for each in ming.get(of(zhang, "redemptions")).json()["items"]] == ["CANCELLED"]


def test_points_that_are_not_there_are_not_spent_and_it_is_said_how_many_are_missing(
    ming: Asker, zhang: Household, zhao: User
) -> None:
    salt = make_reward(shops=[make_shop()], by=zhao)
    refused = ming.post(of(zhang, "redemptions"), reward_id=salt.pk, idempotency_key="tap-1")
    assert (refused.status_code, refused.json()["code"]) == (409, "insufficient_points")
    assert refused.json()["fields"] == {"needed": "30", "available": "0"}
    assert not Redemption.objects.exists()


def test_ming_finds_nothing_of_the_neighbours_and_is_paused_when_trying_numbers_out(
    ming: Asker, zhang: Household, li: Household, zhao: User, bin_07: SmartBin
) -> None:
    earn(households=[li], smart_bin=bin_07, points=100, now=NOON)
    salt = make_reward(shops=[make_shop()], by=zhao)
    of_li = Asker(user=resident_of(household=li, name="li"))
    redemption_id = of_li.post(of(li, "redemptions"), reward_id=salt.pk, idempotency_key="k").json()["redemption_id"]
    strange = [
        ming.get(of(li)),
        ming.get(of(zhang, f"redemptions/{redemption_id}")),
        ming.post(of(zhang, f"redemptions/{redemption_id}/cancellation")),
        ming.post(of(li, "redemptions"), reward_id=salt.pk, idempotency_key="mine"),
        # As for what was never there.
        ming.get(of(zhang, "redemptions/999999")),
    ]
    assert [(answer.status_code, answer.json()["fields"]) for answer in strange] == [(404, {})] * 5
    assert of_li.get(of(li)).json()["available_points"] == 70
    statuses = [ming.get(f"resident/households/{number}/home").status_code for number in range(5_000, 5_030)]
    assert statuses == [404] * (MISSES_MAX - 5) + [429] * (30 - MISSES_MAX + 5)
    assert of_li.get(of(li)).status_code == 200


def test_who_moved_out_has_no_home_here_from_that_moment(ming: Asker, zhang: Household) -> None:
    assert ming.get(of(zhang)).status_code == 200
    Member.objects.update(left_at=NOON)
    assert ming.get(of(zhang)).status_code == 403
    assert ming.get("resident/households").status_code == 403


def test_who_belongs_to_two_homes_sees_both(ming: Asker, zhang: Household, wang: Household) -> None:
    user = User.objects.get(username="ming")
    Member.objects.create(household=wang, user=user, name="ming", joined_at=NOON + dt.timedelta(days=1))
    homes = ming.get("resident/households").json()["items"]
    assert [home["code"] for home in homes] == [zhang.code, wang.code]
    assert ming.get(of(wang)).status_code == 200


def test_cards_show_their_end_only(ming: Asker, zhang: Household) -> None:
    answer = ming.get(of(zhang, "cards"))
    assert [card["ending"] for card in answer.json()["items"]] == ["0001"]
    assert "A0000001" not in answer.content.decode()


def test_a_resident_without_a_password_gets_in_by_phone_and_code(
    client: Client, zhang: Household, at_noon: time_machine.Traveller
) -> None:
    lookup = secrets.lookup_digest(text=PHONE)
    Member.objects.create(household=zhang, name="张明", phone_lookup=lookup, joined_at=NOON)

    def post(address: str, **body: str) -> tuple[int, dict[str, object]]:
        answer = client.post(f"/api/v1/auth/{address}", body, content_type="application/json")
        return answer.status_code, answer.json()

    assert post("phone-codes", phone="138 0000 0001") == (202, {"lives_s": 300})
    assert post("phone-codes", phone="13900000009") == (202, {"lives_s": 300})
    status, again = post("phone-codes", phone=PHONE)
    assert (status, again["code"]) == (429, "too_many_codes")
    sent = secrets.decrypt(encrypted=bytes(SignInCode.objects.get(phone_lookup=lookup).outgoing)).split(" ")
    wrong = f"{(int(sent[1]) + 1) % 1_000_000:06d}"
    assert post("phone-tokens", phone=PHONE, code=wrong)[0] == 401
    assert post("phone-tokens", phone="nonsense", code=sent[1])[0] == 422
    status, made = post("phone-tokens", phone=PHONE, code=sent[1])
    assert (status, made["expires_at"]) == (201, "2026-12-23T12:00:00+08:00")
    assert post("phone-tokens", phone=PHONE, code=sent[1])[0] == 401
    homes = client.get("/api/v1/resident/households", headers={"Authorization": f"Token {made['token']}"})
    assert [home["code"] for home in homes.json()["items"]] == [zhang.code]
