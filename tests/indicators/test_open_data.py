"""Open data: what was published, for everybody, and no community so small that a household could be told."""

import csv
import datetime as dt
import io

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from households.models import Community, Household
from indicators.models import Stage
from indicators.open_data import PARTICIPANTS_MIN, TOGETHER_MIN, withheld_communities
from people.models import User
from tests.builders import make_household_day, make_load
from tests.publishing import OCTOBER, confirm, on_day, propose

SIZES = st.dictionaries(st.integers(1, 40), st.integers(0, 40), max_size=12)


@given(participants=SIZES)
def test_no_small_community_is_shown_nor_told_by_subtraction(participants: dict[int, int]) -> None:
    withheld = withheld_communities(participants=participants)
    assert all(participants[key] >= PARTICIPANTS_MIN for key in participants.keys() - withheld)
    if withheld and withheld != participants.keys():
        assert len(withheld) >= TOGETHER_MIN
        assert sum(participants[key] for key in withheld) >= PARTICIPANTS_MIN
    if participants and min(participants.values()) >= PARTICIPANTS_MIN:
        assert withheld == frozenset(), "nobody is small: nothing is withheld"


@pytest.fixture
def qian(db: None) -> User:
    """Officer Qian, Zhao's colleague."""
    return User.objects.create_user(username="qian", password="qian-password-1", display_name="钱科员")


def homes_in(community: Community, *, count: int, first: int) -> list[Household]:
    return [
        Household.objects.create(
            community=community,
            serial=first + number,
            code=f"{first + number:015}",
            building="9",
            unit="1",
            room=f"{number + 101}",
            enrolled_on=dt.date(2026, 1, 1),
        )
        for number in range(count)
    ]


def rows_of(client: Client) -> list[dict[str, str]]:
    answer = client.get("/open-data/2026-10.csv")
    assert answer.status_code == 200
    assert "public" in answer["Cache-Control"]
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.django_db
def test_a_published_month_is_open_to_everybody_and_stays_as_it_was_published(
    client: Client, zhang: Household, wang: Household, zhao: User, qian: User
) -> None:
    on = dt.date(2026, 10, 12)
    south = Community.objects.create(subdistrict=zhang.community.subdistrict, name="南苑")
    for number, community in enumerate((zhang.community, wang.community, south)):
        for household in homes_in(community, count=PARTICIPANTS_MIN + number, first=700 + 20 * number):
            make_household_day(household=household, on=on)
    make_load(community=wang.community, category="FOOD", destination="COMPOSTING", weight_g=300_000, on=on)
    assert client.get("/open-data/2026-10.csv").status_code == 404, "nothing is published"
    proposal = propose(month=OCTOBER, stage=Stage.PROVISIONAL, officer=zhao, now=on_day(11, 2))
    confirm(proposal=proposal, officer=qian, now=on_day(11, 3))
    assert "2026-10(CSV)" in client.get("/open-data").content.decode()
    published = rows_of(client)
    assert {row["community"] for row in published} == {"", "东湖花园", "西园新村", "南苑"}
    of_west = {(row["indicator"], row["measure"]): row for row in published if row["community"] == "西园新村"}
    assert of_west["participation_rate", ""]["numerator"] == "6"
    make_load(community=wang.community, category="RESIDUAL", destination="LANDFILL", weight_g=900_000, on=on)
    assert rows_of(client) == published, "what came later is no part of it"
    assert client.get("/open-data/2026-13.csv").status_code == 404


@pytest.mark.django_db
def test_a_community_of_three_is_left_out_and_another_with_it(
    client: Client, zhang: Household, wang: Household, zhao: User, qian: User
) -> None:
    on = dt.date(2026, 10, 12)
    south = Community.objects.create(subdistrict=zhang.community.subdistrict, name="南苑")
    for community, count, first in ((zhang.community, 3, 700), (wang.community, 9, 720), (south, 12, 740)):
        for household in homes_in(community, count=count, first=first):
            make_household_day(household=household, on=on)
    proposal = propose(month=OCTOBER, stage=Stage.PROVISIONAL, officer=zhao, now=on_day(11, 2))
    confirm(proposal=proposal, officer=qian, now=on_day(11, 3))
    assert {row["community"] for row in rows_of(client)} == {"", "南苑"}
