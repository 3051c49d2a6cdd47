"""台账 of the guides, by community, for the officers of their reach."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from guides.models import GuideAssignment
from guides.queries.register_scope import RegisterScope
from guides.register_document import name_of
from households.reach import communities_in_reach
from pages.access import for_roles
from pages.bureau.shell import render_bureau
from pages.numbers import whole_number
from pages.registers import Period, Span, period_of, register_file
from people.models import Role, User
from people.standing import Standing

ROWS_MAX = 500


@require_safe
@for_roles(Role.OFFICER)
def registers(request: HttpRequest, standing: Standing) -> HttpResponse:
    """Which days; each community that had a guide then, with its files and those of each guide."""
    period = period_of(request=request)
    found: dict[tuple[int, str], dict[int, str]] = {}
    for given in _given(standing=standing, period=period)[:ROWS_MAX]:
        found.setdefault((given.community_id, given.community.name), {})[given.guide_id] = name_of(given.guide)
    context = {
        "heading": "督导台账",
        "spans": [(value, word, value == period.span) for value, word in Span.choices],
        "period": period,
        "communities": [(pk, name, sorted(guides.items())) for (pk, name), guides in found.items()],
    }
    return render_bureau(request, "pages/bureau/registers.html", context, current="bureau-registers")


@require_safe
@for_roles(Role.OFFICER)
def register(request: HttpRequest, standing: Standing, community_id: int, file_format: str) -> HttpResponse:
    """The file, of all guides or of the one that `guide` names."""
    community = get_object_or_404(communities_in_reach(standing=standing, role=Role.OFFICER), pk=community_id)
    period = period_of(request=request)
    number = request.GET.get("guide", "")
    guide = None
    if number:
        given = GuideAssignment.objects.filter(community=community).values("guide")
        guide = get_object_or_404(User, pk=whole_number(text=number) or 0, pk__in=given)
    scope = RegisterScope(community=community, first=period.first, last=period.last, guide=guide)
    return register_file(scope=scope, file_format=file_format)


def _given(*, standing: Standing, period: Period) -> QuerySet[GuideAssignment]:
    reach = communities_in_reach(standing=standing, role=Role.OFFICER)
    return (
        GuideAssignment.objects.filter(community__in=reach, starts_on__lte=period.last)
        .exclude(ends_on__lt=period.first)
        .select_related("community", "guide")
        .order_by("community__name", "community_id", "guide__username")
    )
