"""台账 of the guide's own work, by community."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from guides.queries.register_scope import RegisterScope
from households.models import Community
from pages.guide.shell import Duty, for_guides, render_guide
from pages.registers import Span, period_of, register_file


@require_safe
@for_guides
def registers(request: HttpRequest, duty: Duty) -> HttpResponse:
    """Which days, and the files of each community given to the guide."""
    period = period_of(request=request)
    communities = Community.objects.filter(pk__in=duty.community_ids).order_by("name")
    context = {
        "heading": "我的台账",
        "spans": [(value, word, value == period.span) for value, word in Span.choices],
        "period": period,
        "communities": list(communities.values_list("pk", "name")),
    }
    return render_guide(request, duty, "pages/guide/registers.html", context, current="guide-duty")


@require_safe
@for_guides
def register(request: HttpRequest, duty: Duty, community_id: int, file_format: str) -> HttpResponse:
    """The file; a community that is not the guide's today has none."""
    if community_id not in duty.community_ids:
        raise Http404
    period = period_of(request=request)
    scope = RegisterScope(
        community=Community.objects.get(pk=community_id),
        first=period.first,
        last=period.last,
        guide=duty.guide,
        shows_doors=True,
    )
    return register_file(scope=scope, file_format=file_format)
