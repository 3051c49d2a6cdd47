"""宣传: how many enrolled households signed in at trainings and events, and the sign-ins that say so."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from guides.models import Gathering
from guides.queries.teaching import Reach, gatherings_in, publicity_reach
from guides.register_document import name_of
from households.reach import communities_in_reach
from pages.access import for_roles
from pages.bureau.shell import render_bureau
from pages.registers import Span, period_of
from people.models import Role
from people.standing import Standing

ROWS_MAX = 200


@require_safe
@for_roles(Role.OFFICER)
def teaching(request: HttpRequest, standing: Standing) -> HttpResponse:
    """Reach by community in a period, and the gatherings of it."""
    period = period_of(request=request)
    reach = communities_in_reach(standing=standing, role=Role.OFFICER)
    rows = publicity_reach(communities=reach, first=period.first, last=period.last)
    community_ids = [row.community.pk for row in rows]
    found = gatherings_in(community_ids=community_ids, first=period.first, last=period.last, limit=ROWS_MAX)
    context = {
        "heading": "宣传普及",
        "spans": [(value, word, value == period.span) for value, word in Span.choices],
        "period": period,
        "total": _shown(rows),
        "rows": [(row.community.name, *_shown([row])) for row in rows],
        "gatherings": [(line, name_of(line.gathering.guide)) for line in found],
    }
    return render_bureau(request, "pages/bureau/teaching.html", context, current="bureau-teaching")


@require_safe
@for_roles(Role.OFFICER)
def gathering(request: HttpRequest, standing: Standing, gathering_id: int) -> HttpResponse:
    """The sign-ins of one gathering: when and how, never whose."""
    reach = communities_in_reach(standing=standing, role=Role.OFFICER)
    found = get_object_or_404(
        Gathering.objects.select_related("community", "guide"), pk=gathering_id, community__in=reach
    )
    rows = list(found.attendances.order_by("signed_at", "pk").values_list("pk", "signed_at", "member", "household"))
    context = {
        "heading": found.topic,
        "gathering": found,
        "guide_name": name_of(found.guide),
        "rows": [(pk, signed_at, "本人扫码" if member else "督导员登记") for pk, signed_at, member, _ in rows],
        "home_count": len({household for *_, household in rows}),
    }
    return render_bureau(request, "pages/bureau/gathering.html", context, current="bureau-teaching")


def _shown(rows: list[Reach]) -> tuple[int, int, str]:
    reached, enrolled = sum(row.reached_count for row in rows), sum(row.enrolled_count for row in rows)
    return reached, enrolled, f"{reached / enrolled * 100:.1f} %" if enrolled else "—"
