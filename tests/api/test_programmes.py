"""Officer Zhao drafts a programme on screen; officer Qian reads and decides it through the API, once."""

import datetime as dt

import pytest

from households.models import Community, Household
from people.models import Role, RoleGrant, ScopeKind, User
from points.models import Programme
from tests.api.asking import Asker
from tests.points.programmes import make_programme
from tests.points.strategies import DEFAULT_RULES
from tests.points.test_programme_drafts import TOMORROW, draft, simulated

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.fixture
def drafted(zhang: Household, zhao: User) -> Programme:
    """For the whole district, from tomorrow, simulated."""
    return simulated(draft(officer=zhao, rules=DEFAULT_RULES), officer=zhao)


def test_qian_approves_what_zhao_drafted_and_it_is_a_version_from_then_on(
    drafted: Programme,
    zhao: User,
    qian: User,
) -> None:
    officer, address = Asker(user=qian), f"bureau/programmes/{drafted.pk}"
    assert [each["name"] for each in officer.all_items("bureau/programmes", state="DRAFT")] == ["试行方案"]
    shown = officer.get(address).json()
    assert (shown["state"], shown["drafted_by"], shown["holds_from"]) == ("DRAFT", "zhao", f"{TOMORROW}")
    assert [(each["category"], each["points"]) for each in shown["rules"]] == [
        ("RECYCLABLE", 50),
        ("HAZARDOUS", 20),
        ("FOOD", 10),
        ("RESIDUAL", 0),
    ]
    assert [each["name"] for each in shown["versions"]] == ["默认积分方案"]
    own = Asker(user=zhao).post(f"{address}/decision", is_approved=True)
    assert (own.status_code, own.json()["code"]) == (409, "programme_second_person_needed")
    approved = officer.post(f"{address}/decision", is_approved=True, note="可以").json()
    assert (approved["state"], approved["decided_by"], approved["note"]) == ("APPROVED", "qian", "可以")
    again = officer.post(f"{address}/decision", is_approved=False)
    assert (again.status_code, again.json()["code"]) == (409, "programme_decided")
    assert [each["name"] for each in officer.get(address).json()["versions"]] == ["试行方案", "默认积分方案"]


def test_the_list_comes_latest_first_page_by_page(qian: User, east_lake: Community) -> None:
    for days in (3, 1, 2):
        make_programme(
            name=f"第{days}天", community=east_lake, holds_from=TOMORROW + dt.timedelta(days=days), checking_window_s=60
        )
    listed = Asker(user=qian).all_items("bureau/programmes", limit=1)
    assert [each["name"] for each in listed] == ["第3天", "第2天", "第1天", "默认积分方案"]


def test_an_officer_of_one_community_reads_the_districts_programme_and_decides_only_the_own_ones(
    drafted: Programme, east_lake: Community, west_park: Community
) -> None:
    wests = make_programme(name="西园方案", community=west_park, holds_from=TOMORROW, checking_window_s=60)
    east = User.objects.create_user(username="zhou")
    RoleGrant.objects.create(
        user=east,
        role=Role.OFFICER,
        scope_kind=ScopeKind.COMMUNITY,
        scope_id=east_lake.pk,
        starts_on=dt.date(2026, 1, 1),
    )
    officer = Asker(user=east)
    assert officer.get(f"bureau/programmes/{drafted.pk}").status_code == 200
    assert officer.get(f"bureau/programmes/{wests.pk}").status_code == 404
    refused = officer.post(f"bureau/programmes/{drafted.pk}/decision", is_approved=True)
    assert (refused.status_code, refused.json()["code"]) == (403, "beyond_your_scope")
    drafted.refresh_from_db()
    assert drafted.state == "DRAFT"
