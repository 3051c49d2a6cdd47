"""Coverage of the urban core: sorting, collection (no. 8) and hazardous waste (no. 10)."""

import datetime as dt

import pytest

from households.models import Community, Household
from sorting.models import SmartBin
from tests.builders import make_load
from tests.conftest import NOON, TODAY
from tests.indicators.asking import ask_one

NOVEMBER = {"starts_on": "2026-11-01", "ends_on": "2026-11-30"}


@pytest.fixture
def old_town(east_lake: Community) -> Community:
    """老城社区: urban core too, 600 households, nothing sorted yet."""
    return Community.objects.create(
        subdistrict=east_lake.subdistrict, name="老城社区", is_urban_core=True, household_count=600
    )


def test_the_covered_communitys_households_are_divided_by_all_of_the_urban_core(
    east_lake: Community, old_town: Community, west_park: Community
) -> None:
    row = ask_one("sorting_coverage_rate", **NOVEMBER)
    assert (row["value"], row["numerator"], row["denominator"]) == (0.4, 400, 1_000)


@pytest.mark.parametrize(("ends_on", "value"), [("2025-12-31", 0), ("2026-01-01", 0.4)])
def test_both_services_must_have_begun_by_the_last_day(
    east_lake: Community, old_town: Community, ends_on: str, value: float
) -> None:
    assert ask_one("sorting_coverage_rate", starts_on="2025-12-01", ends_on=ends_on)["value"] == value


@pytest.mark.parametrize("missing", ["sorted_collection_since", "sorted_transport_since"])
def test_one_service_alone_covers_nobody(east_lake: Community, old_town: Community, missing: str) -> None:
    Community.objects.filter(pk=east_lake.pk).update(**{missing: None})
    assert ask_one("sorting_coverage_rate", **NOVEMBER)["value"] == 0


def test_where_no_count_is_declared_the_enrolled_households_count(
    east_lake: Community, old_town: Community, zhang: Household, li: Household
) -> None:
    Community.objects.filter(pk=east_lake.pk).update(household_count=None)
    row = ask_one("sorting_coverage_rate", **NOVEMBER)
    assert (row["numerator"], row["denominator"]) == (2, 602)


def test_one_community_alone_is_covered_or_not(east_lake: Community, old_town: Community, west_park: Community) -> None:
    lake = ask_one("sorting_coverage_rate", **NOVEMBER, community="东湖花园")
    assert (lake["value"], lake["numerator"], lake["denominator"]) == (1, 400, 400)
    town = ask_one("sorting_coverage_rate", **NOVEMBER, community="老城社区")
    assert (town["value"], town["numerator"], town["denominator"]) == (0, 0, 600)
    for code in ("sorting_coverage_rate", "collection_coverage_rate", "hazardous_coverage_rate"):
        row = ask_one(code, **NOVEMBER, community="西园新村")
        assert (row["value"], row["numerator"], row["denominator"], row["community"]) == (None, None, None, "西园新村")


def test_no_households_at_all_is_no_data(east_lake: Community) -> None:
    Community.objects.filter(pk=east_lake.pk).update(household_count=None)
    row = ask_one("sorting_coverage_rate", **NOVEMBER)
    assert (row["value"], row["denominator"]) == (None, 0)


@pytest.mark.parametrize(
    ("loads", "value"),
    [
        ([("FOOD", "COMPOSTING", "2026-11-01"), ("RESIDUAL", "LANDFILL", "2026-11-30")], 0.4),
        ([("FOOD", "COMPOSTING", "2026-11-01"), ("FOOD", "LANDFILL", "2026-11-30")], 0),
        ([("FOOD", "COMPOSTING", "2026-10-31"), ("RESIDUAL", "LANDFILL", "2026-11-30")], 0),
        ([("FOOD", "COMPOSTING", "2026-11-30"), ("RESIDUAL", "LANDFILL", "2026-12-01")], 0),
        ([], 0),
    ],
)
def test_collection_is_covered_only_where_two_categories_were_taken_in_the_period(
    east_lake: Community, old_town: Community, loads: list[tuple[str, str, str]], value: float
) -> None:
    for category, destination, on in loads:
        day = dt.date.fromisoformat(on)
        make_load(community=east_lake, category=category, destination=destination, weight_g=1, on=day)
        # Two categories do not make up for the missing service.
        make_load(community=old_town, category=category, destination=destination, weight_g=1, on=day)
    row = ask_one("collection_coverage_rate", **NOVEMBER)
    assert (row["value"], row["denominator"], row["number"]) == (value, 1_000, 8)


def test_hazardous_waste_is_covered_by_a_bin_and_a_treated_load(
    east_lake: Community, old_town: Community, west_park: Community, bin_07: SmartBin
) -> None:
    def value() -> float | None:
        row = ask_one("hazardous_coverage_rate", **NOVEMBER)
        assert row["denominator"] == 2, "communities of the urban core"
        number: float | None = row["value"]
        return number

    assert value() == 0
    make_load(community=east_lake, category="HAZARDOUS", destination="INCINERATION", weight_g=900, on=TODAY)
    make_load(community=east_lake, category="RESIDUAL", destination="HAZARDOUS_TREATMENT", weight_g=900, on=TODAY)
    make_load(community=old_town, category="HAZARDOUS", destination="HAZARDOUS_TREATMENT", weight_g=900, on=TODAY)
    assert value() == 0, "a load without a bin, or to elsewhere, covers nothing"
    make_load(community=east_lake, category="HAZARDOUS", destination="HAZARDOUS_TREATMENT", weight_g=900, on=TODAY)
    assert value() == 0.5
    SmartBin.objects.filter(pk=bin_07.pk).update(categories="FOOD;RESIDUAL")
    assert value() == 0, "no bin takes HAZARDOUS"
    SmartBin.objects.filter(pk=bin_07.pk).update(categories="HAZARDOUS", revoked_at=NOON)
    assert value() == 0, "the bin was revoked within the period"
    SmartBin.objects.filter(pk=bin_07.pk).update(revoked_at=NOON + dt.timedelta(days=8))
    assert value() == 0.5, "the bin still stood on the last day"


def test_one_communitys_hazardous_coverage_is_1_or_0(
    east_lake: Community, old_town: Community, bin_07: SmartBin
) -> None:
    make_load(community=east_lake, category="HAZARDOUS", destination="HAZARDOUS_TREATMENT", weight_g=900, on=TODAY)
    assert ask_one("hazardous_coverage_rate", **NOVEMBER, community="东湖花园")["value"] == 1
    assert ask_one("hazardous_coverage_rate", **NOVEMBER, community="老城社区")["value"] == 0
