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
from pages.reading_out import NO_DATA
from pages.registers import Span, period_of
from pages.table_file import asked_format, table_file
from people.models import Role
from people.standing import Standing

ROWS_MAX = 200
FILE_HEADINGS = ("小区", "签到户", "在册户", "普及率 %")


@require_safe
@for_roles(Role.OFFICER)
def teaching(request: HttpRequest, standing: Standing) -> HttpResponse:
    """Reach by community in a period, and the gatherings of it."""
    period = period_of(request=request)
    reach = communities_in_reach(standing=standing, role=Role.OFFICER)
    rows = publicity_reach(communities=reach, first=period.first, last=period.last)
    if file_format := asked_format(request):
        return table_file(
            name=f"reach-{period.first}-{period.last}",
            title="宣传普及",
            headings=FILE_HEADINGS,
            rows=[(row.community.name, row.reached_count, row.enrolled_count, _percent([row])) for row in rows],
            file_format=file_format,
        )
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
    share = _percent(rows)
    reached, enrolled = sum(row.reached_count for row in rows), sum(row.enrolled_count for row in rows)
    return reached, enrolled, NO_DATA if share is None else f"{share:.1f} %"


def _percent(rows: list[Reach]) -> float | None:
    reached, enrolled = sum(row.reached_count for row in rows), sum(row.enrolled_count for row in rows)
    return 100 * reached / enrolled if enrolled else None
