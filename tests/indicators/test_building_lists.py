"""楼栋榜: buildings, by consent, and never a household."""

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from households.models import Community, ConsentKind, Household
from households.services import record_consent
from indicators.building_lists import BuildingFacts, list_buildings
from indicators.facts import Period
from indicators.queries.buildings import building_facts
from people.models import User
from sorting.models import SmartBin, Verdict
from tests.builders import at, make_drop_off, make_household_day, make_verification
from tests.conftest import NOON
from tests.pages.my.conftest import make_resident

OCTOBER = Period(starts_on=dt.date(2026, 10, 1), ends_on=dt.date(2026, 10, 31))
A_DAY = dt.date(2026, 10, 20)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """It is 23 November: October is the last finished month."""
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def homes(db: None, east_lake: Community, bin_07: SmartBin, chen: User) -> list[Household]:
    """Five active homes in each of buildings 1 to 4, which agreed and were judged: building n was wrong n - 1 times."""
    return [
        make_home(building=building, serial=serial, community=east_lake, smart_bin=bin_07, chen=chen)
        for building in range(1, 5)
        for serial in range(5)
    ]


def make_home(*, building: int, serial: int, community: Community, smart_bin: SmartBin, chen: User) -> Household:
    """A home of a building that agreed in time, dropped off in October and was judged."""
    number = building * 10 + serial
    home = Household.objects.create(
        community=community,
        serial=1_000 + number,
        code=f"4110030001{number:05}",
        building=str(building),
        unit="7",
        room=f"98{number}",
        enrolled_on=dt.date(2026, 1, 1),
    )
    record_consent(household=home, kind=ConsentKind.RANKING, is_given=True, now=at(on=dt.date(2026, 10, 31), hour=23))
    make_household_day(household=home, on=A_DAY)
    drop_off = make_drop_off(smart_bin=smart_bin, household=home, occurred_at=at(on=A_DAY))
    verdict = Verdict.CONTAMINATED if serial < building - 1 else Verdict.CORRECT
    make_verification(drop_off=drop_off, guide=chen, verdict=verdict)
    return home


def facts_of(building: str, *, active: int = 10, right: int = 10, judged_homes: int = 10) -> BuildingFacts:
    """A building of 10 homes that agreed, with 10 judged drop-offs."""
    return BuildingFacts(
        building=building,
        agreed_count=10,
        active_count=active,
        judged_home_count=judged_homes,
        judged_count=10,
        right_count=right,
    )


def test_best_and_needing_help_are_thirds_by_accuracy_and_then_by_participation() -> None:
    lists = list_buildings(
        facts=[
            facts_of("1", right=5),
            facts_of("2", right=9, active=8),
            facts_of("3", right=9, active=9),
            facts_of("4", right=10, active=5),
            facts_of("5", right=7),
            facts_of("6", right=0),
        ],
        homes_min=5,
    )
    assert [each.building for each in lists.best] == ["4", "3"]
    assert [each.building for each in lists.between] == ["2", "5"]
    assert [each.building for each in lists.needing_help] == ["6", "1"], "the one that needs most stands first"
    assert lists.best[0].participation == Fraction(1, 2)


def test_small_buildings_are_withheld_and_hardly_judged_ones_have_no_rank() -> None:
    facts = [facts_of("1", active=4), facts_of("2", active=5), facts_of("3", judged_homes=4), facts_of("4", right=1)]
    lists = list_buildings(facts=facts, homes_min=5)
    assert (lists.best, lists.needing_help, lists.withheld_count) == ((), (), 1), "two buildings make no thirds"
    assert [(each.building, each.accuracy) for each in lists.unranked] == [("3", None)]
    assert [each.building for each in lists.between] == ["2", "4"]


def test_equal_buildings_are_never_parted_by_a_line() -> None:
    lists = list_buildings(facts=[facts_of("1"), facts_of("2"), facts_of("3", right=4)], homes_min=5)
    assert lists.best == ()
    assert [each.building for each in lists.needing_help] == ["3"]
    assert list_buildings(facts=[], homes_min=5).between == ()


def test_a_home_that_does_not_agree_at_the_months_end_is_left_out(homes: list[Household], east_lake: Community) -> None:
    """Home 0 took it back in time; home 1 took it back in November, which counts from November on."""
    record_consent(
        household=homes[0], kind=ConsentKind.RANKING, is_given=False, now=at(on=OCTOBER.ends_on, hour=23, minute=59)
    )
    record_consent(household=homes[1], kind=ConsentKind.RANKING, is_given=False, now=NOON)
    first, second, *_ = building_facts(community=east_lake, period=OCTOBER)
    assert first == BuildingFacts("1", 4, 4, 4, 4, 4)
    assert second == BuildingFacts("2", 5, 5, 5, 5, 4)
    november = Period(starts_on=dt.date(2026, 11, 1), ends_on=dt.date(2026, 11, 30))
    assert building_facts(community=east_lake, period=november)[0] == BuildingFacts("1", 3, 0, 0, 0, 0)


def test_nobody_is_counted_unasked(homes: list[Household], zhang: Household, wang: Household) -> None:
    """Zhang's home is in building 1 too and took part, but never said yes; Wang's community has no list."""
    make_household_day(household=zhang, on=A_DAY)
    assert building_facts(community=zhang.community, period=OCTOBER)[0].agreed_count == 5
    assert building_facts(community=wang.community, period=OCTOBER) == []


def test_mrs_zhang_and_officer_zhao_see_buildings_and_no_home(
    homes: list[Household], zhang: Household, zhao: User, client: Client
) -> None:
    client.force_login(make_resident(household=zhang, name="张奶奶", phone="13800000001", now=NOON))
    residents = client.get(reverse("my-community")).content.decode()
    client.force_login(zhao)
    address = reverse("bureau-lists") + f"?community={zhang.community_id}"
    officers = client.get(address).content.decode()
    for text in (residents, officers):
        assert "2026年10月" in text
        assert text.index("1栋") < text.index("4栋"), "the best stands first"
        assert "准确率 100.0 %" in text or ">100.0 %<" in text
        for home in homes:
            assert home.code not in text
            assert home.room not in text
    assert "红" not in residents, "no colours of shame before residents"
    assert "红榜" in officers
    record_consent(household=homes[0], kind=ConsentKind.RANKING, is_given=False, now=at(on=OCTOBER.ends_on, hour=23))
    small = client.get(address).content.decode()
    assert "1栋" not in small, "four homes are too few to be shown"
    assert "另有 1 栋不公布" in small
    assert client.get(reverse("bureau-lists") + "?community=x").status_code == 404
