"""排名: every community and subdistrict of the scope beside each other, on one screen and in a file."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from pages.access import for_roles
from pages.bureau.asked import AskedWrongly, read_asked
from pages.bureau.dashboard.ranking import FILE_HEADINGS, SORTS, rank_communities, rank_subdistricts, sort_of
from pages.bureau.dashboard.reading import facts_in_scope
from pages.bureau.overview import asked_context, render_asked_wrongly, sorts_of
from pages.bureau.shell import render_bureau
from pages.table_file import asked_format, table_file
from people.models import Role
from people.standing import Standing

SUBDISTRICTS = "subdistricts"  # ?table= of the other of the two files


@require_safe
@for_roles(Role.OFFICER)
def ranking(request: HttpRequest, standing: Standing) -> HttpResponse:
    """`?from=&to=&scope=&sort=` say what, as on the first screen; `format=` gives a table as a file."""
    try:
        asked = read_asked(parameters=request.GET.dict(), standing=standing, today=timezone.localdate(), sorts=SORTS)
    except AskedWrongly as error:
        return render_asked_wrongly(request, error=error, current="bureau-ranking")
    found = facts_in_scope(asked=asked)
    by = sort_of(asked=asked)
    subdistricts = rank_subdistricts(places=asked.places, communities=found, period=asked.period, by=by)
    communities = rank_communities(places=asked.places, communities=found, period=asked.period, by=by)
    if file_format := asked_format(request):
        is_subdistricts = request.GET.get("table") == SUBDISTRICTS
        return table_file(
            name=f"ranking-{asked.period.starts_on}-{asked.period.ends_on}",
            title=f"{'街道/乡镇' if is_subdistricts else '小区'}排名",
            headings=FILE_HEADINGS,
            rows=[row.file_cells for row in (subdistricts if is_subdistricts else communities)],
            file_format=file_format,
        )
    context = {
        "heading": "排名",
        "subdistricts": subdistricts,
        "communities": communities,
        "sorts": sorts_of(asked=asked),
    } | asked_context(asked=asked)
    return render_bureau(request, "pages/bureau/ranking.html", context, current="bureau-ranking")
