"""东湖花园 grows on 1 November: October keeps its people, November has the new ones, what was published stays."""

import datetime as dt
from pathlib import Path

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.test import Client

from households.community_changes import FROM_THE_BEGINNING, Declared, declared_on
from households.models import Community, CommunityChange
from households.services.community_changes import (
    ChangeDayWrong,
    ChangeIncomplete,
    NothingChanged,
    change_community,
)
from people.models import Role, RoleGrant, ScopeKind, User
from tests.builders import make_load
from tests.conftest import NOON, TODAY
from tests.importing import outcome, run_import, write_table
from tests.indicators.asking import ask_one

pytestmark = pytest.mark.django_db
BEFORE = Declared(is_urban_core=True, is_pilot=True, household_count=400, resident_count=1_100)
GROWN = Declared(is_urban_core=True, is_pilot=True, household_count=500, resident_count=1_500)
NO_PILOT = Declared(is_urban_core=True, is_pilot=False, household_count=500, resident_count=1_500)
NOVEMBER_1 = dt.date(2026, 11, 1)


def change(
    community: Community,
    officer: User,
    *,
    declared: Declared = GROWN,
    valid_from: dt.date = NOVEMBER_1,
    reason: str = "交房 100 户",
) -> CommunityChange:
    return change_community(
        community_id=community.pk,
        declared=declared,
        valid_from=valid_from,
        reason=reason,
        officer=officer,
        now=NOON,
    )


def test_a_figure_of_a_past_day_uses_what_held_then(east_lake: Community, zhao: User) -> None:
    for on in (dt.date(2026, 10, 12), dt.date(2026, 11, 12)):
        make_load(community=east_lake, category="RESIDUAL", destination="LANDFILL", weight_g=1_000_000, on=on)
    change(east_lake, zhao)
    change(east_lake, zhao, declared=NO_PILOT, valid_from=TODAY, reason="试点结束")
    for starts_on, ends_on, residents, is_pilot in (
        ("2026-10-01", "2026-10-31", 31 * 1_100, True),
        ("2026-11-01", "2026-11-22", 22 * 1_500, True),
        ("2026-11-01", "2026-11-30", 30 * 1_500, False),
    ):
        row = ask_one("waste_per_person_day_kg", starts_on=starts_on, ends_on=ends_on)
        assert (row["numerator"], row["denominator"]) == (1_000, residents)
        pilots = ask_one("recovery_rate", measure="weighed", starts_on=starts_on, ends_on=ends_on)
        assert pilots["denominator"] == (1_000 if is_pilot else 0)
    coverage = ask_one("sorting_coverage_rate", starts_on="2026-10-01", ends_on="2026-10-31")
    assert (coverage["numerator"], coverage["denominator"]) == (400, 400)
    coverage = ask_one("sorting_coverage_rate", starts_on="2026-11-01", ends_on="2026-11-30")
    assert (coverage["numerator"], coverage["denominator"]) == (500, 500)


def test_the_first_change_carries_over_what_was_and_the_own_row_shows_today(east_lake: Community, zhao: User) -> None:
    Community.objects.filter(pk=east_lake.pk).update(pilot_since=dt.date(2026, 5, 1))
    change(east_lake, zhao, declared=NO_PILOT, valid_from=TODAY, reason="试点结束")
    days = list(CommunityChange.objects.order_by("valid_from").values_list("valid_from", "is_pilot", "resident_count"))
    assert days == [
        (FROM_THE_BEGINNING, False, 1_100),
        (dt.date(2026, 5, 1), True, 1_100),
        (TODAY, False, 1_500),
    ]
    east_lake.refresh_from_db()
    assert (east_lake.is_pilot, east_lake.pilot_since, east_lake.resident_count) == (False, None, 1_500)
    assert declared_on(community=east_lake, on=dt.date(2026, 6, 1)) == BEFORE


def test_what_was_recorded_last_of_a_day_holds_until_the_next_day_that_was_recorded(
    east_lake: Community, zhao: User
) -> None:
    slip = Declared(is_urban_core=True, is_pilot=True, household_count=450, resident_count=15_000)
    change(east_lake, zhao, declared=slip, valid_from=dt.date(2026, 9, 1))
    change(east_lake, zhao)
    change(east_lake, zhao, declared=BEFORE, valid_from=dt.date(2026, 9, 1), reason="多写一个 0")
    held = [declared_on(community=east_lake, on=on) for on in (dt.date(2026, 8, 31), dt.date(2026, 10, 31), NOVEMBER_1)]
    assert held == [BEFORE, BEFORE, GROWN]
    east_lake.refresh_from_db()
    assert east_lake.resident_count == 1_500
    assert CommunityChange.objects.count() == 4
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        CommunityChange.objects.update(resident_count=1)


def test_a_change_has_a_reason_a_day_that_came_and_something_new(east_lake: Community, zhao: User) -> None:
    with pytest.raises(ChangeIncomplete):
        change(east_lake, zhao, reason=" ")
    with pytest.raises(ChangeIncomplete):
        change(east_lake, zhao, declared=Declared(True, True, -1, None))
    with pytest.raises(ChangeDayWrong):
        change(east_lake, zhao, valid_from=TODAY + dt.timedelta(days=1))
    with pytest.raises(NothingChanged):
        change(east_lake, zhao, declared=BEFORE)
    assert not CommunityChange.objects.exists()


def test_a_table_does_not_write_over_what_was_dated_and_says_so(
    east_lake: Community, west_park: Community, zhao: User, tmp_path: Path
) -> None:
    change(east_lake, zhao)
    table = write_table(
        tmp_path / "communities.csv",
        "subdistrict,community,is_urban_core,is_pilot,household_count,resident_count",
        "东城街道,东湖花园,yes,yes,400,1100",
        "东城街道,东湖花园,yes,yes,500,1500",
        "西关街道,西园新村,no,no,300,",
    )
    code, report = run_import("import_communities", table)
    assert (code, outcome(report)) == (1, (0, 1, 1, [(2, "community_dated")]))
    east_lake.refresh_from_db()
    assert east_lake.resident_count == 1_500


@time_machine.travel(NOON, tick=False)
def test_zhao_records_a_change_on_screen_and_an_officer_of_the_west_does_not(
    client: Client, east_lake: Community, west_park: Community, zhao: User
) -> None:
    address = f"/bureau/communities/{east_lake.pk}/changes"
    client.force_login(zhao)
    page = client.get(address).content.decode()
    assert "还没有变更" in page
    assert 'value="1100"' in page
    sent = {"valid_from": "2026-11-01", "resident_count": "1500", "household_count": "", "is_urban_core": "on"}
    refused = client.post(address, sent)
    assert refused.status_code == 422
    assert client.post(address, sent | {"reason": "社区年报"}).status_code == 302
    page = client.get(address).content.decode()
    assert "社区年报" in page
    assert "赵科长" in page
    assert "最初" in page
    assert address in client.get(f"/bureau/communities/{east_lake.pk}").content.decode()
    west = User.objects.create_user(username="west")
    RoleGrant.objects.create(
        user=west,
        role=Role.OFFICER,
        scope_kind=ScopeKind.COMMUNITY,
        scope_id=west_park.pk,
        starts_on=dt.date(2026, 1, 1),
    )
    client.force_login(west)
    assert client.get(address).status_code == 404
    assert client.post(address, sent | {"reason": "x"}).status_code == 404
