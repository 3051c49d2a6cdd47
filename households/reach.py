"""How far a role reaches: the communities of its grants."""

from django.db.models import Q, QuerySet

from households.models import Community
from people.models import Role, ScopeKind
from people.standing import Standing


def communities_in_reach(*, standing: Standing, role: Role) -> QuerySet[Community]:
    """The communities that the role reaches today: all of the district, those of its subdistricts, and its own.

    A guide's are GuideAssignments, not grants: guides.queries.
    """
    if standing.is_district_wide(role):
        return Community.objects.all()
    return Community.objects.filter(
        Q(subdistrict__in=standing.scope_ids(role=role, kind=ScopeKind.SUBDISTRICT))
        | Q(pk__in=standing.scope_ids(role=role, kind=ScopeKind.COMMUNITY))
    )
