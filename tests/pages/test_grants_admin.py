"""The administrator gives roles by name: guide Chen in 东湖花园, a shopkeeper in one shop."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from households.models import Community, Household
from people.models import Role, RoleGrant, ScopeKind, User
from tests.rewards import make_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client: Client) -> Client:
    """The administrator's browser."""
    client.force_login(User.objects.create_superuser(username="admin", password="admin-password-1"))
    return client


def page_of(user: User) -> str:
    return reverse("admin:people_user_change", args=[user.pk])


def save(office: Client, user: User, *rows: dict[str, Any]) -> str:
    """Send the user's page with these grants, as the browser would; what the page then says."""
    form: dict[str, Any] = {"username": user.username, "is_active": "on", "display_name": "陈"}
    form |= {"date_joined_0": "2026-01-01", "date_joined_1": "08:00"}
    kept = sum("id" in row for row in rows)
    form |= {"role_grants-TOTAL_FORMS": str(len(rows)), "role_grants-INITIAL_FORMS": str(kept)}
    for number, row in enumerate(rows):
        whole = {"id": "", "user": str(user.pk), "starts_on": "2026-11-01", "ends_on": "", **row}
        form |= {f"role_grants-{number}-{name}": value for name, value in whole.items()}
    return office.post(page_of(user), form, follow=True).content.decode()


@pytest.fixture
def sun(db: None) -> User:
    """Somebody new, without a role."""
    return User.objects.create_user(username="sun", password="sun-password-1")


def grants_of(user: User) -> list[tuple[str, str, int]]:
    return list(RoleGrant.objects.filter(user=user).order_by("pk").values_list("role", "scope_kind", "scope_id"))


def test_places_are_chosen_by_name(office: Client, sun: User, east_lake: Community, wang: Household) -> None:
    shop = make_shop()
    page = office.get(page_of(sun)).content.decode()
    for name in ("东湖花园", wang.community.name, "东城街道", shop.name, "全区"):
        assert name in page
    assert "居民" not in page[page.index("role_grants-__prefix__-role") :][:600]
    said = save(
        office,
        sun,
        {"role": "GUIDE", "scope": f"COMMUNITY:{east_lake.pk}"},
        {"role": "GUIDE", "scope": f"COMMUNITY:{wang.community_id}"},
        {"role": "GUIDE", "scope": f"SUBDISTRICT:{east_lake.subdistrict_id}"},
        {"role": "SHOP", "scope": f"SHOP:{shop.pk}"},
        {"role": "OFFICER", "scope": "DISTRICT:0"},
    )
    assert "成功" in said
    assert grants_of(sun) == [
        ("GUIDE", "COMMUNITY", east_lake.pk),
        ("GUIDE", "COMMUNITY", wang.community_id),
        ("GUIDE", "SUBDISTRICT", east_lake.subdistrict_id),
        ("SHOP", "SHOP", shop.pk),
        ("OFFICER", "DISTRICT", 0),
    ]


def test_a_role_ends_and_another_place_is_chosen_for_it(office: Client, sun: User, east_lake: Community) -> None:
    grant = RoleGrant.objects.create(
        user=sun, role=Role.GUIDE, scope_kind=ScopeKind.DISTRICT, starts_on=timezone.localdate()
    )
    row = {"id": str(grant.pk), "role": "GUIDE", "starts_on": str(grant.starts_on)}
    assert "成功" in save(office, sun, row | {"scope": f"COMMUNITY:{east_lake.pk}", "ends_on": "2999-01-01"})
    grant.refresh_from_db()
    assert (grant.scope_kind, grant.scope_id, grant.ends_on) == ("COMMUNITY", east_lake.pk, dt.date(2999, 1, 1))
    assert f'value="COMMUNITY:{east_lake.pk}" selected' in office.get(page_of(sun)).content.decode()


def test_what_the_member_of_a_household_holds_stays_as_it_is(office: Client, sun: User, zhang: Household) -> None:
    grant = RoleGrant.objects.create(
        user=sun,
        role=Role.RESIDENT,
        scope_kind=ScopeKind.HOUSEHOLD,
        scope_id=zhang.pk,
        starts_on=timezone.localdate(),
    )
    row = {"id": str(grant.pk), "role": "RESIDENT", "starts_on": str(grant.starts_on)}
    assert "成功" in save(office, sun, row | {"scope": f"HOUSEHOLD:{zhang.pk}"})
    assert grants_of(sun) == [("RESIDENT", "HOUSEHOLD", zhang.pk)]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"role": "SHOP", "scope": "DISTRICT:0"}], "兑换商户的范围须是一家商户"),
        ([{"role": "GUIDE", "scope": "COMMUNITY:987654"}], "errorlist"),
        ([{"role": "RESIDENT", "scope": "DISTRICT:0"}], "errorlist"),
        ([{"role": "GUIDE", "scope": "DISTRICT:0", "ends_on": "2026-10-01"}], "结束日期不能早于开始日期"),
        ([{"role": "GUIDE", "scope": "DISTRICT:0"}] * 2, "errorlist"),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field(
    office: Client, sun: User, rows: list[dict[str, str]], said: str
) -> None:
    assert said in save(office, sun, *rows)
    assert grants_of(sun) == []


def test_the_same_grant_once_more_is_refused_and_no_error_of_the_server(office: Client, sun: User) -> None:
    row = {"role": "GUIDE", "scope": "DISTRICT:0"}
    save(office, sun, row)
    grant = RoleGrant.objects.get()
    kept = row | {"id": str(grant.pk)}
    assert "errorlist" in save(office, sun, kept, row)
    assert grants_of(sun) == [("GUIDE", "DISTRICT", 0)]
