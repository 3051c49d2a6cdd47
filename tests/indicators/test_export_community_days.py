"""export_community_days: CommunityDay as stored, the contract's columns, by date."""

import datetime as dt
import io
from pathlib import Path

import pytest
from django.core.management import call_command

from households.models import Community
from indicators.models import CommunityDay
from tests.importing import read_table

pytestmark = pytest.mark.django_db


def add_day(*, community: Community, day: int, category: str, weight_g: int) -> None:
    CommunityDay.objects.create(
        community=community,
        occurred_on=dt.date(2026, 11, day),
        category=category,
        drop_off_count=3,
        weight_g=weight_g,
        household_count=2,
    )


def test_the_days_of_two_communities_in_the_order_of_the_calendar(
    east_lake: Community, west_park: Community, tmp_path: Path
) -> None:
    add_day(community=west_park, day=23, category="FOOD", weight_g=10**12)
    add_day(community=east_lake, day=23, category="RESIDUAL", weight_g=2)
    add_day(community=east_lake, day=23, category="FOOD", weight_g=1)
    add_day(community=west_park, day=22, category="FOOD", weight_g=4)
    path = tmp_path / "days.csv"
    call_command("export_community_days", str(path), stderr=io.StringIO())
    rows = read_table(path)
    assert list(rows[0]) == ["community", "date", "category", "drop_off_count", "weight_g", "household_count"]
    assert [tuple(row.values()) for row in rows] == [
        ("西园新村", "2026-11-22", "FOOD", "3", "4", "2"),
        ("东湖花园", "2026-11-23", "FOOD", "3", "1", "2"),
        ("东湖花园", "2026-11-23", "RESIDUAL", "3", "2", "2"),
        ("西园新村", "2026-11-23", "FOOD", "3", "1000000000000", "2"),
    ]


def test_a_district_without_a_day_has_a_file_of_headings(tmp_path: Path) -> None:
    path = tmp_path / "days.csv"
    call_command("export_community_days", str(path), stderr=io.StringIO())
    assert path.read_text(encoding="utf8") == "community,date,category,drop_off_count,weight_g,household_count\n"
