"""What is weighed: recovery (no. 7), waste a person a day (no. 9), landfill (no. 11), food separation."""

import datetime as dt
from decimal import Decimal

import pytest

from households.models import Community
from tests.builders import make_community_day, make_load
from tests.conftest import TODAY
from tests.indicators.asking import ask_one

NOVEMBER = {"starts_on": "2026-11-01", "ends_on": "2026-11-30"}


def take_loads(community: Community, *, on: dt.date = TODAY) -> None:
    """1,000.001 kg in all, 350.001 kg of them recovered, 200 kg landfilled."""
    for category, destination, weight_g in (
        ("RECYCLABLE", "RECYCLING", 150_000),
        ("FOOD", "COMPOSTING", 200_001),
        ("FOOD", "LANDFILL", 100_000),
        ("RECYCLABLE", "INCINERATION", 50_000),
        ("RESIDUAL", "RECYCLING", 300_000),
        ("RESIDUAL", "LANDFILL", 100_000),
        ("HAZARDOUS", "COMPOSTING", 100_000),
    ):
        make_load(community=community, category=category, destination=destination, weight_g=weight_g, on=on)


def test_recovery_is_weighed_by_category_and_destination_both(east_lake: Community, west_park: Community) -> None:
    take_loads(east_lake)
    take_loads(west_park)
    row = ask_one("recovery_rate", measure="weighed", **NOVEMBER)
    assert (row["numerator"], row["denominator"]) == (350.001, 1_000.001)
    assert row["value"] == float(Decimal("350.001") / Decimal("1000.001"))
    assert (row["number"], row["unit"], row["target"]) == (7, "rate", 0.35)


def test_a_community_outside_the_pilot_has_no_recovery_rate_of_the_pilots(
    east_lake: Community, west_park: Community
) -> None:
    take_loads(west_park)
    make_community_day(community=west_park, on=TODAY)
    for measure in ("weighed", "bin_side"):
        row = ask_one("recovery_rate", measure=measure, **NOVEMBER, community="西园新村")
        assert (row["value"], row["numerator"], row["denominator"]) == (None, None, None)
        assert ask_one("recovery_rate", measure=measure, **NOVEMBER)["value"] is None, "the pilots weighed nothing"


@pytest.mark.parametrize(("pilot_since", "value"), [("2026-11-30", 350_001), ("2026-12-01", None)])
def test_a_community_is_a_pilot_from_its_day_on(east_lake: Community, pilot_since: str, value: int | None) -> None:
    Community.objects.filter(pk=east_lake.pk).update(pilot_since=pilot_since)
    take_loads(east_lake)
    row = ask_one("recovery_rate", measure="weighed", **NOVEMBER)
    assert row["value"] == (None if value is None else value / 1_000_001)


def test_recovery_by_the_bins_is_another_measure_in_grams(east_lake: Community, west_park: Community) -> None:
    for category, weight_g in (("FOOD", 2_000), ("RECYCLABLE", 501), ("RESIDUAL", 2_400), ("HAZARDOUS", 99)):
        make_community_day(community=east_lake, on=TODAY, category=category, weight_g=weight_g)
    make_community_day(community=west_park, on=TODAY, category="RESIDUAL", weight_g=9_999)
    make_community_day(community=east_lake, on=dt.date(2026, 10, 31), category="RESIDUAL", weight_g=9_999)
    row = ask_one("recovery_rate", measure="bin_side", **NOVEMBER)
    assert (row["numerator"], row["denominator"], row["value"]) == (2_501, 5_000, 0.5002)


def test_food_separation_is_of_the_whole_district(east_lake: Community, west_park: Community) -> None:
    make_community_day(community=east_lake, on=TODAY, category="FOOD", weight_g=600)
    make_community_day(community=west_park, on=TODAY, category="RESIDUAL", weight_g=200)
    make_community_day(community=west_park, on=TODAY, category="RECYCLABLE", weight_g=5_000)
    row = ask_one("food_separation_rate", **NOVEMBER)
    assert (row["numerator"], row["denominator"], row["value"]) == (600, 800, 0.75)
    assert ask_one("food_separation_rate", **NOVEMBER, community="西园新村")["value"] == 0
    assert ask_one("food_separation_rate", **NOVEMBER, community="东湖花园")["value"] == 1


def test_waste_a_person_a_day_is_over_communities_with_both_loads_and_residents(
    east_lake: Community, west_park: Community
) -> None:
    take_loads(east_lake)
    take_loads(west_park)  # no residents declared
    Community.objects.create(subdistrict=east_lake.subdistrict, name="新苑", resident_count=9_000)  # no loads
    row = ask_one("waste_per_person_day_kg", **NOVEMBER)
    assert (row["numerator"], row["denominator"]) == (1_000.001, 30 * 1_100)
    assert row["value"] == pytest.approx(1_000.001 / 33_000, rel=1e-15)
    assert (row["unit"], row["target"], row["number"]) == ("kg/person/day", 0.9, 9)


def test_waste_of_several_communities_is_all_kg_over_all_residents(east_lake: Community, west_park: Community) -> None:
    Community.objects.filter(pk=west_park.pk).update(resident_count=900)
    make_load(community=east_lake, category="FOOD", destination="COMPOSTING", weight_g=1_100_000, on=TODAY)
    make_load(community=west_park, category="FOOD", destination="COMPOSTING", weight_g=2_700_000, on=TODAY)
    row = ask_one("waste_per_person_day_kg", starts_on="2026-11-23", ends_on="2026-11-23")
    assert row["value"] == 1.9, "not the average of 1 and 3"
    assert ask_one("waste_per_person_day_kg", **NOVEMBER, community="西园新村")["value"] == 0.1


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "days"),
    [("2024-02-01", "2024-02-29", 29), ("2023-02-01", "2023-02-28", 28), ("2024-01-01", "2024-12-31", 366)],
)
def test_the_days_of_a_period_count_both_ends_and_leap_days(
    east_lake: Community, starts_on: str, ends_on: str, days: int
) -> None:
    for on in (starts_on, ends_on):
        take_loads(east_lake, on=dt.date.fromisoformat(on))
    row = ask_one("waste_per_person_day_kg", starts_on=starts_on, ends_on=ends_on)
    assert (row["numerator"], row["denominator"]) == (2_000.002, days * 1_100)


@pytest.mark.parametrize("resident_count", [None, 0])
def test_without_residents_there_is_no_figure_a_person(east_lake: Community, resident_count: int | None) -> None:
    Community.objects.filter(pk=east_lake.pk).update(resident_count=resident_count)
    take_loads(east_lake)
    assert ask_one("waste_per_person_day_kg", **NOVEMBER)["value"] is None
    assert ask_one("waste_per_person_day_kg", **NOVEMBER, community="东湖花园")["value"] is None


def test_landfill_counts_the_whole_district_to_the_gram(east_lake: Community, west_park: Community) -> None:
    take_loads(east_lake, on=dt.date(2026, 11, 1))
    take_loads(west_park, on=dt.date(2026, 11, 30))
    make_load(community=west_park, category="RESIDUAL", destination="LANDFILL", weight_g=1, on=TODAY)
    make_load(community=west_park, category="RESIDUAL", destination="LANDFILL", weight_g=7, on=dt.date(2026, 12, 1))
    row = ask_one("landfill_kg", **NOVEMBER)
    assert (row["value"], row["numerator"], row["denominator"], row["target"]) == (400.001, 400.001, None, 0)
    assert ask_one("landfill_kg", **NOVEMBER, community="西园新村")["value"] == 200.001


def test_nothing_weighed_is_not_nothing_landfilled(east_lake: Community, west_park: Community) -> None:
    make_load(community=east_lake, category="FOOD", destination="COMPOSTING", weight_g=1_000, on=TODAY)
    assert ask_one("landfill_kg", **NOVEMBER, community="东湖花园")["value"] == 0
    assert ask_one("landfill_kg", **NOVEMBER, community="西园新村")["value"] is None


def test_large_weights_stay_exact_to_the_gram(east_lake: Community) -> None:
    make_load(community=east_lake, category="RESIDUAL", destination="LANDFILL", weight_g=8_999_999_999_999, on=TODAY)
    assert ask_one("landfill_kg", **NOVEMBER)["value"] == 8_999_999_999.999
