"""The public front page: the district's and the communities' sums, and nobody's own record."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from collection.models import Destination, Load
from households.models import Community, Household
from indicators.models import CommunityDay
from pages.front_page import FrontPage, read_front_page
from pages.wording import CHINESE, ENGLISH
from points.models import HouseholdDay
from sorting.categories import WasteCategory

QUERIES_MAX = 30


def make_neighbours(*, community: Community, count: int, active_count: int, on: dt.date) -> None:
    """`count` households of a community, of whom `active_count` dropped off 2 kg of food waste on a day."""
    first = community.pk * 1_000
    for number in range(first, first + count):
        household = Household.objects.create(
            community=community,
            serial=number,
            code=f"411003{number:09d}",
            building="2",
            unit="1",
            room=str(number),
            enrolled_on=dt.date(2026, 1, 1),
        )
        if number < first + active_count:
            HouseholdDay.objects.create(
                household=household,
                occurred_on=on,
                category=WasteCategory.FOOD,
                drop_off_count=1,
                weight_g=2_000,
                points=10,
            )
    if active_count:
        CommunityDay.objects.create(
            community=community,
            occurred_on=on,
            category=WasteCategory.FOOD,
            drop_off_count=active_count,
            weight_g=2_000 * active_count,
            household_count=active_count,
        )


def read_page(*, now: dt.datetime) -> FrontPage:
    """The Chinese page."""
    return read_front_page(wording=CHINESE, now=now)


def test_a_community_shows_its_drop_offs_weight_and_participation(east_lake: Community, now: dt.datetime) -> None:
    make_neighbours(community=east_lake, count=8, active_count=6, on=now.date())
    row = read_page(now=now).communities[0]
    assert (row.name, row.drop_offs, row.weight, row.participation) == ("东湖花园", "6", "12.0 千克", "75.0 %")


def test_fewer_than_five_active_households_are_not_published(east_lake: Community, now: dt.datetime) -> None:
    make_neighbours(community=east_lake, count=8, active_count=4, on=now.date())
    row = read_page(now=now).communities[0]
    assert (row.drop_offs, row.weight, row.participation) == ("—", "—", "—")


def test_days_before_the_last_seven_do_not_count(east_lake: Community, now: dt.datetime) -> None:
    make_neighbours(community=east_lake, count=8, active_count=6, on=now.date() - dt.timedelta(days=7))
    assert read_page(now=now).communities[0].weight == "—"


def test_no_data_is_a_dash_and_never_a_nought(db: None, now: dt.datetime) -> None:
    assert {card.value for card in read_page(now=now).indicators} == {"—"}
    assert {card.state for card in read_page(now=now).indicators} == {"none"}


def test_indicators_stand_beside_their_targets(east_lake: Community, now: dt.datetime) -> None:
    for number, (category, destination) in enumerate(
        [(WasteCategory.FOOD, Destination.COMPOSTING), (WasteCategory.RESIDUAL, Destination.LANDFILL)]
    ):
        Load.objects.create(
            load_id=f"L-{number}",
            collected_on=now.date(),
            community=east_lake,
            category=category,
            weight_g=1_500_000,
            destination=destination,
            received_at=now,
        )
    cards = {card.name: card for card in read_page(now=now).indicators}
    recovery, landfill = cards["试点小区回收利用率(过磅)"], cards["生活垃圾填埋量"]
    assert (recovery.value, recovery.target, recovery.state) == ("50.0", "目标 ≥ 35.0 %", "met")
    assert (landfill.value, landfill.unit, landfill.target, landfill.state) == ("1.5", "吨", "目标 ≤ 0.0 吨", "missed")


def test_days_before_the_first_load_do_not_make_a_person_look_thrifty(east_lake: Community, now: dt.datetime) -> None:
    Community.objects.filter(pk=east_lake.pk).update(resident_count=1_000)
    yesterday = now.date() - dt.timedelta(days=1)
    Load.objects.create(
        load_id="L-1",
        collected_on=yesterday,
        community=east_lake,
        category=WasteCategory.RESIDUAL,
        weight_g=1_100_000,
        destination=Destination.INCINERATION,
        received_at=now,
    )
    page = read_page(now=now)
    card = {card.name: card for card in page.indicators}["人均生活垃圾日产量"]
    assert (card.value, card.state) == ("1.10", "missed")
    assert f"按{yesterday:%-m月%-d日}的清运过磅" in page.indicator_period


def test_the_page_needs_no_more_queries_for_more_communities(
    east_lake: Community,
    west_park: Community,
    now: dt.datetime,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_max_num_queries(QUERIES_MAX) as few:
        read_page(now=now)
    for community in (east_lake, west_park):
        make_neighbours(community=community, count=6, active_count=6, on=now.date())
    with django_assert_max_num_queries(len(few)):
        read_page(now=now)


def test_nobody_is_named_on_the_page(client: Client, zhang: Household, east_lake: Community) -> None:
    make_neighbours(community=east_lake, count=6, active_count=6, on=timezone.localdate())
    text = client.get("/").content.decode()
    assert "东湖花园" in text
    assert zhang.code not in text
    assert "A0000001" not in text


def test_the_page_is_english_when_asked(client: Client, east_lake: Community) -> None:
    text = client.get("/?lang=en").content.decode()
    assert '<html lang="en"' in text
    assert "Recovery rate, pilots, weighed" in text


def test_both_languages_say_the_same_things() -> None:
    for part in ("texts", "category_examples", "units", "states"):
        assert getattr(CHINESE, part).keys() == getattr(ENGLISH, part).keys()


def test_the_page_asks_nothing_of_strangers(client: Client, db: None) -> None:
    answer = client.get("/")
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert "http://" not in answer.content.decode()
    assert "https://" not in answer.content.decode()
    assert "style=" not in answer.content.decode()


def test_a_page_that_is_not_there_says_so_in_words(client: Client, db: None) -> None:
    answer = client.get("/no-such-page")
    assert answer.status_code == 404
    assert "没有这一页" in answer.content.decode()


def test_a_failure_says_what_was_kept(client: Client, monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    client.raise_request_exception = False

    def fail(**kwargs: object) -> None:
        raise RuntimeError("as a test")

    monkeypatch.setattr("pages.views.read_front_page", fail)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "已经记下的投放和积分都还在" in answer.content.decode()
