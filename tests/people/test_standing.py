"""What somebody may do on a day."""

import datetime as dt

import pytest

from people.models import Role, RoleGrant, ScopeKind, User
from people.standing import standing_of

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 23)


def test_officer_zhao_reaches_the_district_and_is_no_guide(zhao: User) -> None:
    standing = standing_of(user=zhao, on=TODAY)
    assert standing.holds(Role.OFFICER)
    assert standing.is_district_wide(Role.OFFICER)
    assert not standing.holds(Role.GUIDE)


@pytest.mark.parametrize(
    ("on", "holds"), [("2026-11-21", False), ("2026-11-22", True), ("2026-11-24", True), ("2026-11-25", False)]
)
def test_a_role_holds_from_its_first_to_its_last_day(zhao: User, on: str, holds: bool) -> None:
    RoleGrant.objects.create(
        user=zhao,
        role=Role.GUIDE,
        scope_kind=ScopeKind.COMMUNITY,
        scope_id=7,
        starts_on=dt.date(2026, 11, 22),
        ends_on=dt.date(2026, 11, 24),
    )
    standing = standing_of(user=zhao, on=dt.date.fromisoformat(on))
    assert standing.scope_ids(role=Role.GUIDE, kind=ScopeKind.COMMUNITY) == (frozenset({7}) if holds else frozenset())


def test_a_user_who_was_switched_off_may_do_nothing(zhao: User) -> None:
    zhao.is_active = False
    zhao.save()
    assert standing_of(user=zhao, on=TODAY).grants == ()
