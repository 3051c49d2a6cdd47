"""One published month: what went out, and beside it what the month comes to today."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from households.reach import communities_in_reach
from indicators.models import Publication
from indicators.queries.publications import publications
from indicators.queries.restated import FigurePair, figure_pairs, late_since
from pages.access import for_roles
from pages.bureau.published import showing
from pages.bureau.reports.showing import who
from pages.bureau.shell import render_bureau
from pages.numbers import whole_number
from pages.table_file import asked_format, table_file
from people.models import Role
from people.standing import Standing


@require_safe
@for_roles(Role.OFFICER)
def publication(request: HttpRequest, standing: Standing, publication_number: int) -> HttpResponse:
    """One published month: every figure as it went out, beside it what it comes to today. `?community=` one of them."""
    found = get_object_or_404(publications().prefetch_related("rules__programme"), number=publication_number)
    is_district_wide = standing.is_district_wide(Role.OFFICER)
    reach = communities_in_reach(standing=standing, role=Role.OFFICER)
    names = dict(reach.order_by("name").values_list("pk", "name"))
    pairs = [pair for pair in figure_pairs(publication=found) if is_district_wide or pair.either.community_id in names]
    rules = list(found.rules.all())
    if file_format := asked_format(request):
        return figures_file(
            name=f"published-{found.number}",
            file_format=file_format,
            month=found.starts_on,
            pairs=pairs,
            rules=rules,
            names=names,
        )
    place = _place(text=request.GET.get("community", ""), names=names, is_district_wide=is_district_wide)
    changed = [pair for pair in pairs if any(True for _change in pair.changes)]
    since = late_since(publication=found) if changed else {}
    context = {
        "heading": f"{found.starts_on:%Y-%m} {found.get_stage_display()}",
        "facts": _facts(found=found),
        "others": [
            (each.number, each.get_stage_display())
            for each in Publication.objects.filter(starts_on=found.starts_on).exclude(pk=found.pk)
        ],
        "places": [("", showing.DISTRICT, place is None)] * is_district_wide
        + [(key, name, key == place) for key, name in names.items()],
        "place": names[place] if place is not None else showing.DISTRICT,
        "rows": [
            showing.figure_row(pair=pair, since=_first_moment(pair=pair, changed=changed, since=since))
            for pair in pairs
            if pair.either.community_id == place
        ],
        "changed_places": _changed_places(changed=changed, names=names),
        "rules": showing.rule_rows(
            rules=[rule for rule in rules if rule.community_id is None or rule.community_id in names], names=names
        ),
    }
    return render_bureau(request, "pages/bureau/published/publication.html", context, current="bureau-published")


def figures_file(*, name: str, file_format: str, **what: Any) -> HttpResponse:
    """All the figures as a file; `what` goes to `showing.file_rows`."""
    return table_file(
        name=name,
        title="月度数据",
        headings=showing.FILE_HEADINGS,
        rows=list(showing.file_rows(**what)),
        file_format=file_format,
    )


def _facts(*, found: Publication) -> list[tuple[str, str]]:
    facts = [
        ("序号", f"{found.number}"),
        ("提议", who(found.proposed_by)),
        ("确认", f"{who(found.confirmed_by)},{timezone.localtime(found.confirmed_at):%Y-%m-%d %H:%M}"),
        ("摘要", bytes(found.digest).hex()),
    ]
    if found.is_stale:
        words = f"{found.waiting_count:,} 次投放当时没有结算" if found.waiting_count else "当时有记录没有结算"
        facts.append(("未结算", f"{words};{found.stale_reason}" if found.stale_reason else words))
    return facts


def _first_moment(
    *, pair: FigurePair, changed: list[FigurePair], since: Mapping[int, dt.datetime]
) -> dt.datetime | None:
    """When the first late row came that may have moved this figure: of its community, or of those that moved too."""
    key = pair.either
    places = (
        [key.community_id]
        if key.community_id is not None
        else [
            each.either.community_id
            for each in changed
            if (each.either.code, each.either.measure) == (key.code, key.measure)
        ]
    )
    moments = [since[place] for place in places if place is not None and place in since]
    return timezone.localtime(min(moments)) if moments else None


def _changed_places(*, changed: list[FigurePair], names: Mapping[int, str]) -> list[tuple[int, str, int]]:
    """Communities of which a figure is another today: key, name, how many figures."""
    counts: dict[int, int] = {}
    for pair in changed:
        if pair.either.community_id is not None:
            counts[pair.either.community_id] = counts.get(pair.either.community_id, 0) + 1
    return [(key, names.get(key, f"{key}"), count) for key, count in counts.items()]


def _place(*, text: str, names: Mapping[int, str], is_district_wide: bool) -> int | None:
    """The community asked for; without one the district, or the first in reach."""
    if not text:
        return None if is_district_wide else next(iter(names), None)
    place = whole_number(text=text)
    if place is None or place not in names:
        raise Http404
    return place
