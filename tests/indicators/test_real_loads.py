"""A real year of 59 communities' loads, against a calculation that knows nothing of the platform.

Plain csv and Fraction on the published files; every figure must come out the same, to the gram.
"""

import csv
import datetime as dt
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.indicators.asking import ask

DATA = Path(__file__).parents[3] / "shared" / "data"
LOADS, COMMUNITIES = DATA / "loads_2024.csv", DATA / "communities_nyc.csv"
PERIODS = [
    ("2024-01-01", "2024-12-31"),
    ("2024-02-01", "2024-02-29"),
    ("2024-02-29", "2024-02-29"),
    ("2024-02-28", "2024-03-30"),
    ("2024-07-01", "2024-09-30"),
    ("2024-12-31", "2025-01-31"),
    ("2024-04-01", "2024-04-29"),  # nothing was published for these days
]
NAMES = [None, "Bronx 01", "Bronx 03"]
WEIGHED = ("recovery_rate", "waste_per_person_day_kg", "landfill_kg")


@pytest.fixture
def real_loads(db: None) -> None:
    """Both published files, imported as a clerk would."""
    if not LOADS.is_file() or not COMMUNITIES.is_file():
        pytest.skip(f"{DATA} is not here: no real loads were compared")
    call_command("import_communities", str(COMMUNITIES))
    call_command("import_loads", str(LOADS))


def published(path: Path) -> list[dict[str, str]]:
    """The rows as they are in the file."""
    with path.open(encoding="utf8") as file:
        return list(csv.DictReader(file))


def expected(*, starts_on: str, ends_on: str, name: str | None) -> dict[str, Fraction | None]:
    """The three figures, by the contract's words."""
    communities = {row["community"]: row for row in published(COMMUNITIES) if name in (None, row["community"])}
    loads = [
        row
        for row in published(LOADS)
        if starts_on <= row["collected_on"] <= ends_on and row["community"] in communities
    ]
    days = (dt.date.fromisoformat(ends_on) - dt.date.fromisoformat(starts_on)).days + 1
    with_both = {row["community"] for row in loads if communities[row["community"]]["resident_count"]}
    of_pilots = [row for row in loads if communities[row["community"]]["is_pilot"] == "yes"]
    recovered = [
        row
        for row in of_pilots
        if row["category"] in ("RECYCLABLE", "FOOD") and row["destination"] in ("RECYCLING", "COMPOSTING")
    ]
    residents = sum(int(communities[community]["resident_count"]) for community in with_both)
    return {
        "recovery_rate": divide(kg(recovered), kg(of_pilots)),
        "waste_per_person_day_kg": divide(
            kg([row for row in loads if row["community"] in with_both]), Fraction(days * residents)
        ),
        "landfill_kg": kg([row for row in loads if row["destination"] == "LANDFILL"]) if loads else None,
    }


def kg(rows: list[dict[str, str]]) -> Fraction:
    return sum((Fraction(row["weight_kg"]) for row in rows), Fraction(0))


def divide(numerator: Fraction, denominator: Fraction) -> Fraction | None:
    return numerator / denominator if denominator else None


@pytest.mark.usefixtures("real_loads")
def test_a_real_years_figures_equal_an_independent_calculation() -> None:
    pilots = [row["community"] for row in published(COMMUNITIES) if row["is_pilot"] == "yes"]
    for starts_on, ends_on in PERIODS:
        for name in (*NAMES, pilots[0], pilots[-1]):
            wanted = expected(starts_on=starts_on, ends_on=ends_on, name=name)
            found = rows_by_code(ask(starts_on=starts_on, ends_on=ends_on, community=name))
            for code in WEIGHED:
                value = wanted[code]
                assert found[code]["value"] == (None if value is None else float(value)), (code, name, starts_on)


@pytest.mark.usefixtures("real_loads")
def test_a_real_years_coverage_is_of_the_households_published() -> None:
    communities = [row for row in published(COMMUNITIES) if row["is_urban_core"] == "yes"]
    categories: dict[str, set[str]] = {}
    for row in published(LOADS):
        categories.setdefault(row["community"], set()).add(row["category"])
    covered = sum(
        int(row["household_count"])
        for row in communities
        if row["sorted_collection_since"]
        and row["sorted_transport_since"]
        and len(categories.get(row["community"], ())) >= 2
    )
    found = rows_by_code(ask(starts_on="2024-01-01", ends_on="2024-12-31"))["collection_coverage_rate"]
    assert found["numerator"] == covered
    assert found["denominator"] == sum(int(row["household_count"]) for row in communities)


@pytest.mark.usefixtures("real_loads")
def test_the_figures_are_of_real_size() -> None:
    """A guard against comparing nothing with nothing."""
    found = rows_by_code(ask(starts_on="2024-01-01", ends_on="2024-12-31"))
    assert 0.05 < found["recovery_rate"]["value"] < 0.5
    assert 0.5 < found["waste_per_person_day_kg"]["value"] < 2
    assert found["landfill_kg"]["value"] > 10**9


def rows_by_code(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The rows, the weighed measure of the recovery rate among them."""
    return {row["code"]: row for row in rows if row["measure"] in (None, "weighed")}
