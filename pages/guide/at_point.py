"""核验: the drop-offs at the point now, newest first; the page, and the part of it that a script asks for again."""

import hashlib
import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from guides.queries.drop_offs import ROWS_A_PAGE, Cursor, Tab, drop_offs_at_point
from pages.guide.shell import Duty, for_guides, render_guide
from pages.guide.wording import card_of, categories
from sorting.models import CollectionPoint, DropOff
from sorting.queries.photos import photo_ids_of_drop_offs


@require_safe
@for_guides
def at_point(request: HttpRequest, duty: Duty) -> HttpResponse:
    """The list; who is off duty is led to the shift."""
    if duty.shift is None:
        return redirect("guide-duty")
    listed = _listed(request=request, duty=duty, point=duty.shift.point)
    return render_guide(request, duty, "pages/guide/at_point.html", listed, current="guide")


@require_safe
@for_guides
def drop_off_list(request: HttpRequest, duty: Duty) -> HttpResponse:
    """The list alone, with an ETag: nothing is sent where nothing changed. Off duty it is empty."""
    if duty.shift is None:
        return HttpResponse(status=204)
    listed = _listed(request=request, duty=duty, point=duty.shift.point)
    text = render_to_string("pages/guide/drop_offs.html", listed, request=request)
    etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers={"ETag": etag})
    return HttpResponse(text, headers={"ETag": etag})


def _listed(*, request: HttpRequest, duty: Duty, point: CollectionPoint) -> dict[str, Any]:
    tab = Tab(request.GET["tab"]) if request.GET.get("tab") in Tab.values else Tab.ALL
    rows = drop_offs_at_point(
        point=point,
        guide=duty.guide,
        community_ids=duty.community_ids,
        now=duty.now,
        today=duty.today,
        tab=tab,
        after=read_cursor(text=request.GET.get("after", "")),
    )
    page, last = rows[:ROWS_A_PAGE], rows[ROWS_A_PAGE - 1 : ROWS_A_PAGE]
    photo_ids = photo_ids_of_drop_offs(
        drop_offs=[DropOff(pk=row.drop_off_id, bin_id=row.bin_id, event_id=row.event_id) for row in page]
    )
    shown = categories()
    return {
        "cards": [
            card_of(row=row, shown=shown, photo_ids=photo_ids.get(row.drop_off_id, [])[:1], now=duty.now)
            for row in page
        ],
        "categories": list(shown.values()),
        "tab": tab.value,
        "tabs": [(each.value, each.label, each is tab) for each in Tab],
        "older": f"{last[0].occurred_at.isoformat()}/{last[0].drop_off_id}" if len(rows) > ROWS_A_PAGE else "",
        "is_first_page": not request.GET.get("after"),
        "taps_token": secrets.token_hex(8),
    }


def read_cursor(*, text: str) -> Cursor | None:
    """The cursor of an address; None where it is none of ours."""
    moment_text, _, number = text.partition("/")
    try:
        moment = parse_datetime(moment_text)
    except ValueError:
        return None
    if moment is None or moment.tzinfo is None or not number.isdecimal() or len(number) > 18:
        return None
    return Cursor(occurred_at=moment, drop_off_id=int(number))
