"""POST /api/v1/device/cards: which cards a bin may meet offline, without their numbers."""

import datetime as dt
import hashlib
import hmac
import json
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from households.card_text import card_key
from households.models import Card, CardKind, Community, ConsentKind, Household
from households.services.cards import issue_card, replace_card
from households.services.consents import record_consent
from households.services.leaving import end_household
from simulation.mqtt_client import framed
from sorting.models import CollectionPoint, DeviceMessage, SmartBin
from sorting.queries.bin_cards import PAGE_CARDS_MAX
from sorting.services.bin_keys import make_bin_key
from tests.api.conftest import headers_of
from tests.api.mqtt.test_answering import sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
DOOR = "/api/v1/device/cards"
DAY = dt.timedelta(days=1)


def ask(client: Client, key: str, since: object = None, code: str = "B-0007") -> tuple[int, Any]:
    """Ask as a bin; the status and the document of the answer."""
    body = json.dumps({"bin": code, "since": since}).encode()
    response = client.post(DOOR, data=body, content_type="application/json", headers=headers_of(body, key))
    return response.status_code, json.loads(response.content)


class Held:
    """What a bin that goes by docs/device-protocol.md holds."""

    def __init__(self, client: Client, key: str) -> None:
        self.client, self.key = client, key
        self.version: str | None = None
        self.cards: dict[str, Any] = {}
        self.answers: list[Any] = []

    def ask_on(self) -> "Held":
        """Ask until there is no more, and take each page over."""
        self.answers = []
        while not self.answers or self.answers[-1]["has_more"]:
            status, answer = ask(self.client, self.key, self.version)
            assert status == 200
            self.take(answer)
        return self

    def take(self, answer: Any) -> None:
        self.answers.append(answer)
        if answer["is_full"]:
            self.cards = {}
        self.cards |= {card["hash"]: card for card in answer["cards"]}
        for digest in answer["removed"]:
            self.cards.pop(digest, None)
        self.version = answer["version"]

    def knows(self, text: str) -> bool:
        """Whether a card of which this was read is held."""
        key = bytes.fromhex(self.answers[-1]["hash"]["key"])
        return hmac.digest(key, card_key(text=text).encode(), hashlib.sha256).hex() in self.cards


@pytest.fixture
def held(client: Client, key_07: str) -> Held:
    """The list of bin 07, empty."""
    return Held(client, key_07)


@pytest.fixture
def key_west(west_park: Community, now: dt.datetime) -> str:
    """The key of bin B-0099 in the other community."""
    point = CollectionPoint.objects.create(community=west_park, name="西门")
    smart_bin = SmartBin.objects.create(code="B-0099", point=point, categories="FOOD", registered_at=now)
    return make_bin_key(smart_bin=smart_bin, now=now).key


def many_cards(*, community: Community, count: int, issued_at: dt.datetime) -> None:
    """So many households with an RFID card each, numbers C0000000 and on."""
    households = Household.objects.bulk_create(
        Household(
            community=community,
            serial=1_000 + number,
            code=f"41100400{number:07}",
            building="9",
            unit="1",
            room=str(number),
            enrolled_on=dt.date(2026, 1, 1),
        )
        for number in range(count)
    )
    Card.objects.bulk_create(
        Card(
            household=household,
            kind=CardKind.RFID,
            number=f"C{number:07}",
            number_key=f"c{number:07}",
            issued_at=issued_at,
        )
        for number, household in enumerate(households)
    )


def test_a_bin_learns_the_cards_of_its_community_and_no_number(
    client: Client, held: Held, zhang: Household, li: Household, now: dt.datetime
) -> None:
    token = "9f86d081884c7d659a2feaa0c55ad015"
    qr = issue_card(household=zhang, kind=CardKind.QR, number=token, now=now)
    answer = held.ask_on().answers[0]
    assert (answer["is_full"], answer["has_more"], answer["removed"]) == (True, False, [])
    assert answer["hash"]["algorithm"] == "HMAC-SHA256"
    assert [card["kind"] for card in answer["cards"]] == ["RFID", "RFID", "QR"]
    assert [card["valid_from"] for card in answer["cards"]] == [None, None, "2026-11-23T12:00:00.000+08:00"]
    assert {card["valid_to"] for card in answer["cards"]} == {None}
    assert {name for card in answer["cards"] for name in card} == {"hash", "kind", "valid_from", "valid_to"}
    assert held.knows(" a0000001 ")
    assert held.knows("A0000002")
    assert held.knows(f"https://fenfen.example/c/{token.upper()}/")
    assert not held.knows("A0000009")
    said = json.dumps(answer).lower()
    for secret in (qr.number, "a0000001", zhang.code):
        assert secret not in said
    assert not held.knows(zhang.code)  # a code's check digit can be checked offline


def test_the_cards_of_another_community_never_appear(
    client: Client, held: Held, key_west: str, zhang: Household, wang: Household, now: dt.datetime
) -> None:
    held.ask_on()
    assert held.knows("A0000001")
    assert not held.knows("A0000003")
    replace_card(household=wang, kind=CardKind.RFID, number="A0000033", now=now)
    assert held.ask_on().answers[0]["is_full"] is False
    assert not held.knows("A0000033")
    assert held.answers[0]["removed"] == []  # nor that one of theirs ended
    # With the version of another community's bin neither: the list is that of the bin that signed.
    west = ask(client, key_west, code="B-0099")[1]
    held.version = west["version"]
    assert held.ask_on().answers[0]["is_full"] is True
    assert [held.knows(f"A000000{number}") for number in (1, 3)] == [True, False]


def test_two_bins_of_a_community_have_lists_that_do_not_match(
    client: Client, held: Held, zhang: Household, bin_07: SmartBin, now: dt.datetime
) -> None:
    other = SmartBin.objects.create(code="B-0008", point=bin_07.point, categories="FOOD", registered_at=now)
    answer = ask(client, make_bin_key(smart_bin=other, now=now).key, code="B-0008")[1]
    held.ask_on()
    assert len(answer["cards"]) == len(held.cards) == 1
    assert answer["cards"][0]["hash"] not in held.cards
    assert answer["hash"]["key"] != held.answers[0]["hash"]["key"]


def test_a_delta_tells_what_was_issued_replaced_and_ended_since(
    held: Held, zhang: Household, li: Household, now: dt.datetime, at_noon: time_machine.Traveller
) -> None:
    Card.objects.update(issued_at=now - DAY)
    held.ask_on()
    at_noon.shift(DAY)
    assert held.ask_on().answers[0]["cards"] == []  # nothing new, and what was told lies before the overlap
    later = now + DAY
    issue_card(household=li, kind=CardKind.QR, number="abcd", now=later)
    replace_card(household=zhang, kind=CardKind.RFID, number="B0000001", now=later)
    Card.objects.filter(number="A0000002").update(valid_to=later)  # lost, and not replaced
    answer = held.ask_on().answers[0]
    assert (answer["is_full"], len(answer["cards"]), len(answer["removed"])) == (False, 2, 2)
    known = {text: held.knows(text) for text in ("abcd", "B0000001", "A0000001", "A0000002")}
    assert known == {"abcd": True, "B0000001": True, "A0000001": False, "A0000002": False}
    # Asked again with the same answer lost, it is the same; and a new bin learns the same.
    assert held.ask_on().cards.keys() == Held(held.client, held.key).ask_on().cards.keys()


def test_a_card_that_will_end_is_told_with_its_end_and_removed_after_it(
    held: Held, zhang: Household, now: dt.datetime, at_noon: time_machine.Traveller
) -> None:
    Card.objects.update(valid_to=now + 2 * DAY)
    assert held.ask_on().answers[0]["cards"][0]["valid_to"] == "2026-11-25T12:00:00.000+08:00"
    at_noon.shift(2 * DAY)
    assert len(held.ask_on().answers[0]["removed"]) == 1
    assert not held.cards


def test_a_card_that_moves_to_a_neighbour_stays_and_one_that_leaves_the_community_goes(
    client: Client,
    held: Held,
    key_west: str,
    zhang: Household,
    li: Household,
    wang: Household,
    now: dt.datetime,
    at_noon: time_machine.Traveller,
) -> None:
    held.ask_on()
    at_noon.shift(DAY)
    replace_card(household=zhang, kind=CardKind.RFID, number="B0000001", now=now + DAY)
    replace_card(household=li, kind=CardKind.RFID, number="A0000001", now=now + DAY)
    assert len(held.ask_on().answers[0]["removed"]) == 1  # Li's old one only
    assert held.knows("A0000001")
    west = Held(client, key_west)
    body = ask(client, key_west, code="B-0099")[1]
    at_noon.shift(DAY)
    replace_card(household=li, kind=CardKind.RFID, number="B0000002", now=now + 2 * DAY)
    replace_card(household=wang, kind=CardKind.RFID, number="A0000001", now=now + 2 * DAY)
    held.ask_on()
    assert not held.knows("A0000001")
    west.take(body)
    west.take(ask(client, key_west, west.version, code="B-0099")[1])
    assert west.knows("A0000001")
    assert not west.knows("A0000003")


def test_the_cards_of_a_household_that_left_go_though_the_day_was_entered_late(
    held: Held, zhang: Household, li: Household, now: dt.datetime, at_noon: time_machine.Traveller
) -> None:
    Card.objects.update(issued_at=now - DAY)
    held.ask_on()
    at_noon.shift(DAY)
    Household.objects.filter(pk=li.pk).update(left_on=now.date() - dt.timedelta(days=20))
    held.ask_on()
    assert [held.knows("A0000001"), held.knows("A0000002")] == [True, False]
    assert len(Held(held.client, held.key).ask_on().cards) == 1


def test_a_bin_learns_with_its_next_delta_that_li_has_left(
    held: Held, zhang: Household, li: Household, now: dt.datetime, at_noon: time_machine.Traveller
) -> None:
    Card.objects.update(issued_at=now - DAY)
    held.ask_on()
    at_noon.shift(DAY)
    end_household(household=li, now=now + DAY)
    assert len(held.ask_on().answers[0]["removed"]) == 1
    assert [held.knows("A0000001"), held.knows("A0000002")] == [True, False]


def test_a_fingerprints_reference_goes_with_its_consent(
    held: Held, zhang: Household, now: dt.datetime, at_noon: time_machine.Traveller
) -> None:
    kind = ConsentKind.FINGERPRINT
    record_consent(household=zhang, kind=kind, is_given=True, now=now)
    issue_card(household=zhang, kind=CardKind.FINGERPRINT, number="fp-17", now=now)
    assert "FINGERPRINT" in [card["kind"] for card in held.ask_on().answers[0]["cards"]]
    assert held.knows("fp-17")
    at_noon.shift(DAY)
    record_consent(household=zhang, kind=kind, is_given=False, now=now + DAY)
    held.ask_on()
    assert [held.knows("fp-17"), held.knows("A0000001")] == [False, True]


def test_a_long_list_comes_in_pages_and_loses_nothing_that_happens_between_them(
    held: Held, east_lake: Community, zhang: Household, now: dt.datetime, at_noon: time_machine.Traveller
) -> None:
    many_cards(community=east_lake, count=2 * PAGE_CARDS_MAX, issued_at=now - DAY)
    held.take(ask(held.client, held.key)[1])
    first = held.answers[0]
    assert (first["is_full"], first["has_more"], len(first["cards"])) == (True, True, PAGE_CARDS_MAX)
    # A week passes before the next page; Zhang's card, told on the first, has ended since.
    at_noon.shift(7 * DAY)
    replace_card(household=zhang, kind=CardKind.RFID, number="B0000001", now=now + DAY)
    held.ask_on()
    pages = [(page["is_full"], page["has_more"], len(page["cards"])) for page in held.answers]
    assert pages == [(False, True, PAGE_CARDS_MAX), (False, False, 2)]
    assert held.knows("A0000001")  # not known yet to have ended
    held.ask_on()
    assert [held.knows("A0000001"), held.knows("B0000001"), held.knows("C0001999")] == [False, True, True]
    assert len(held.cards) == 2 * PAGE_CARDS_MAX + 1


def test_a_long_delta_comes_in_pages_too(
    held: Held, east_lake: Community, zhang: Household, now: dt.datetime, at_noon: time_machine.Traveller
) -> None:
    Card.objects.update(issued_at=now - DAY)
    held.ask_on()
    at_noon.shift(DAY)
    many_cards(community=east_lake, count=PAGE_CARDS_MAX + 1, issued_at=now + DAY)
    held.ask_on()
    pages = [(page["is_full"], page["has_more"], len(page["cards"])) for page in held.answers]
    assert pages == [(False, True, PAGE_CARDS_MAX), (False, False, 1)]
    at_noon.shift(DAY)
    held.ask_on()  # the overlap tells them once more
    at_noon.shift(DAY)
    assert held.ask_on().answers[0]["cards"] == []
    assert len(held.cards) == PAGE_CARDS_MAX + 2


def test_exactly_a_page_has_no_more(held: Held, east_lake: Community, now: dt.datetime) -> None:
    many_cards(community=east_lake, count=PAGE_CARDS_MAX, issued_at=now)
    assert held.ask_on().answers[0]["has_more"] is False
    assert len(held.cards) == PAGE_CARDS_MAX


def test_a_card_committed_late_is_told_by_the_next_delta(
    held: Held, zhang: Household, li: Household, now: dt.datetime, at_noon: time_machine.Traveller
) -> None:
    """Issued at 12:00 in a transaction that committed at 12:50; the bin asked at 12:30, and again the day after."""
    at_noon.shift(dt.timedelta(minutes=30))
    held.ask_on()
    issue_card(household=li, kind=CardKind.QR, number="late", now=now)
    replace_card(household=zhang, kind=CardKind.RFID, number="B0000001", now=now)
    at_noon.shift(DAY)
    held.ask_on()
    assert held.answers[0]["is_full"] is False
    assert [held.knows(text) for text in ("late", "B0000001", "A0000001")] == [True, True, False]


def test_a_version_that_cannot_be_used_brings_the_whole_list(
    held: Held, zhang: Household, at_noon: time_machine.Traveller
) -> None:
    held.ask_on()
    version = held.version
    assert version is not None
    community, mark, moment = version.split(".")
    for unusable in (
        "",
        "x" * 100_000,
        f"{community}9.{mark}.{moment}",
        f"{community}.00000000.{moment}",
        f"{community}.{mark}.{int(moment) + 1}",  # to come
        f"{community}.{mark}.9999999999999",
        f"{community}.{mark}.{moment}.9999999999999999999.0",  # no such number in the database
        f"{community}.{mark}.{moment}.1",
        f"{community}.{mark}.{moment}\n",
        f"{community}.{mark}.١",
        "\x00",
    ):
        status, answer = ask(held.client, held.key, unusable)
        assert (status, answer["is_full"], len(answer["cards"])) == (200, True, 1), unusable[:80]
    assert ask(held.client, held.key, f"{version}.999999999999999999.0")[1]["cards"] == []
    at_noon.shift(30 * DAY)
    assert ask(held.client, held.key, version)[1]["is_full"] is False
    at_noon.shift(dt.timedelta(seconds=1))
    assert ask(held.client, held.key, version)[1]["is_full"] is True


def test_a_bin_that_moves_to_another_community_gets_that_ones_list(
    held: Held, zhang: Household, wang: Household, bin_07: SmartBin
) -> None:
    held.ask_on()
    CollectionPoint.objects.filter(pk=bin_07.point_id).update(community=wang.community)
    assert held.ask_on().answers[0]["is_full"] is True
    assert [held.knows("A0000001"), held.knows("A0000003")] == [False, True]


@pytest.mark.parametrize("since", [7, 1.5, True, [], {}])
def test_a_since_of_the_wrong_type_is_named(client: Client, key_07: str, since: object) -> None:
    status, answer = ask(client, key_07, since)
    assert (status, answer["code"], list(answer["fields"])) == (400, "field_invalid", ["since"])


def test_only_the_bin_itself_is_told_and_nothing_is_stored(
    client: Client, key_07: str, key_west: str, zhang: Household
) -> None:
    body = json.dumps({"bin": "B-0007"}).encode()
    response = client.post(DOOR, data=body, content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (401, "signature_invalid")
    assert ask(client, key_west)[0] == 401
    assert client.get(DOOR).status_code == 405
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert ask(client, key_07)[0] == 200
    assert [query["sql"] for query in queries if not query["sql"].lstrip().startswith("SELECT")] == []
    assert sum('"households_card"' in query["sql"] for query in queries) == 1
    assert not DeviceMessage.objects.exists()


def test_over_mqtt_the_same_answer_comes_down_on_the_topic_of_cards(
    client: Client, key_07: str, zhang: Household, now: dt.datetime
) -> None:
    body = json.dumps({"bin": "B-0007", "since": None}).encode()
    payload = framed(key=key_07, message_id="m-1", body=body, signed_at=now)
    topic, reply = sent(payload, topic="fenfen/bins/B-0007/up/cards")
    assert topic == "fenfen/bins/B-0007/down/cards"
    assert (reply["status"], reply["answer"]) == ask(client, key_07)


def test_the_protocols_example_of_a_hash_is_right() -> None:
    digest = hmac.digest(bytes(range(32)), card_key(text="A0000001").encode(), hashlib.sha256).hex()
    assert f"the card `A0000001` is\n`{digest}`" in (settings.BASE_DIR / "docs/device-protocol.md").read_text("utf8")
