"""The officer's first screen, the same on a wall, and its live corner."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from pages.access import for_roles
from pages.bureau.asked import STEPS, Asked, AskedWrongly, read_asked
from pages.bureau.dashboard.ranking import SORTS, sort_of
from pages.bureau.dashboard.reading import read_dashboard, read_live
from pages.bureau.dashboard.trend import TREND_HEADINGS
from pages.bureau.shell import render_bureau
from pages.table_file import asked_format, table_file
from people.models import Role
from people.standing import Standing

WALL = "1"


@require_safe
@for_roles(Role.OFFICER)
def overview(request: HttpRequest, standing: Standing) -> HttpResponse:
    """`?from=&to=&by=&scope=&sort=` say what; `wall=1` is the 大屏: dark, without controls, renewed by itself."""
    now = timezone.now()
    try:
        asked = read_asked(parameters=request.GET.dict(), standing=standing, today=timezone.localdate(now), sorts=SORTS)
    except AskedWrongly as error:
        return render_asked_wrongly(request, error=error, current="bureau")
    page = read_dashboard(asked=asked, now=now)
    if (file_format := asked_format(request)) and request.GET.get("table") == "trend":
        return table_file(
            name=f"trend-{asked.period.starts_on}-{asked.period.ends_on}",
            title=f"{asked.scope_name} 趋势",
            headings=TREND_HEADINGS,
            rows=page.trend.file_rows,
            file_format=file_format,
        )
    context = {
        "heading": "总览",
        "page": page,
        "as_of": f"{timezone.localtime(now):%Y-%m-%d %H:%M}",
        "is_wall": request.GET.get("wall") == WALL,
        "wall_query": f"{asked.lasting_query}&wall={WALL}",
        "sorts": sorts_of(asked=asked),
    } | asked_context(asked=asked)
    return render_bureau(request, "pages/bureau/overview.html", context, current="bureau")


@require_safe
@for_roles(Role.OFFICER)
def live(request: HttpRequest, standing: Standing) -> HttpResponse:
    """Bins, alerts and the queue of a scope, as a part of a page that htmx puts in place."""
    now = timezone.now()
    try:
        asked = read_asked(parameters=request.GET.dict(), standing=standing, today=timezone.localdate(now))
    except AskedWrongly as error:
        return HttpResponse(error.text, status=400, content_type="text/plain; charset=utf-8")
    context = {"live": read_live(asked=asked, now=now), "at": f"{timezone.localtime(now):%H:%M:%S}"}
    return render(request, "pages/bureau/dashboard/live.html", context | asked_context(asked=asked))


def asked_context(*, asked: Asked) -> dict[str, object]:
    """What the bar of period and scope needs."""
    return {
        "asked": {
            "starts_on": asked.period.starts_on.isoformat(),
            "ends_on": asked.period.ends_on.isoformat(),
            "step": asked.step,
            "scope": asked.scope,
            "sort": asked.sort,
            "scope_name": asked.scope_name,
            "day_count": asked.period.day_count,
            "query": asked.query(),
            "before": f"{asked.before.starts_on} 至 {asked.before.ends_on}",
        },
        "steps": list(STEPS.items()),
        "scopes": asked.choices,
    }


def render_asked_wrongly(request: HttpRequest, *, error: AskedWrongly, current: str) -> HttpResponse:
    """Say what is wrong with the address, and where to go from there. 400."""
    context = {"heading": "看不了这个范围", "error": error.text}
    return render_bureau(request, "pages/bureau/asked_wrongly.html", context, current=current, status=400)


def sorts_of(*, asked: Asked) -> list[tuple[str, str, bool]]:
    """The rankings that a screen has: word, address, whether it is the one at hand."""
    return [(word, asked.query(sort=name), name == sort_of(asked=asked)) for name, word in SORTS.items()]
