"""What a user may do today: the roles they hold, and how far each reaches."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from people.models import Role, RoleGrant, ScopeKind, User


@dataclass(frozen=True, slots=True)
class Grant:
    """One role within one scope; `scope_id` is 0 for the whole district."""

    role: str
    scope_kind: str
    scope_id: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything that a user may do on one day. A guide's communities are GuideAssignments (guides.queries)."""

    user_id: int
    grants: tuple[Grant, ...]

    def holds(self, role: Role) -> bool:
        """Whether the user holds this role at all."""
        return any(grant.role == role for grant in self.grants)

    def scope_ids(self, *, role: Role, kind: ScopeKind) -> frozenset[int]:
        """The keys of the things of this kind that the role reaches by a grant of their own."""
        return frozenset(
            grant.scope_id for grant in self.grants if grant.role == role and grant.scope_kind == kind.value
        )

    def is_district_wide(self, role: Role) -> bool:
        """Whether the role reaches the whole district."""
        return any(grant.role == role and grant.scope_kind == ScopeKind.DISTRICT for grant in self.grants)


def standing_of(*, user: User, on: dt.date) -> Standing:
    """The user's grants on a local day, in one query; a user who was switched off has none."""
    if not user.is_active:
        return Standing(user_id=user.pk, grants=())
    holding = RoleGrant.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), user=user, starts_on__lte=on)
    return Standing(
        user_id=user.pk,
        grants=tuple(Grant(*row) for row in holding.order_by("pk").values_list("role", "scope_kind", "scope_id")),
    )
