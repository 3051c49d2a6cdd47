"""督导排班: a week by community and point, with its gaps and substitutes; planned shifts come and go here."""

import datetime as dt

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_time
from django.views.decorators.http import require_http_methods, require_safe

from guides.models import RosterSlot
from guides.queries.rosters import guides_of_week, guides_to_stand_in, roster_of_points
from guides.queries.shifts import moment_of
from guides.register_document import name_of
from guides.services.rosters import (
    PlannedHours,
    SlotInvalid,
    SlotNotFound,
    copy_to_next_week,
    name_substitute,
    plan_shifts,
    remove_slot,
)
from households.models import Community
from households.reach import communities_in_reach
from lib.errors import DomainError
from pages.access import for_roles
from pages.bureau.roster_wording import PointShown, points_shown, week_figures
from pages.bureau.shell import render_bureau
from pages.weeks import Week, day_word, week_asked, week_of
from people.models import Role, User
from people.standing import Standing
from sorting.models import CollectionPoint

ROWS_MAX = 500


@require_safe
@for_roles(Role.OFFICER)
def roster(request: HttpRequest, standing: Standing) -> HttpResponse:
    """The week of every community in reach: how many planned shifts, hours without anybody, substitutes."""
    week = week_asked(request=request)
    communities = list(communities_in_reach(standing=standing, role=Role.OFFICER).order_by("name")[: ROWS_MAX + 1])
    shown = communities[:ROWS_MAX]
    found = points_shown(weeks=roster_of_points(communities=shown, monday=week.monday, now=timezone.now()), week=week)
    of_community: dict[int, list[PointShown]] = {}
    for each in found:
        of_community.setdefault(each.community_id, []).append(each)
    context = {
        "heading": "督导排班",
        "week": week,
        "rows": [(each.pk, each.name, week_figures(of_community.get(each.pk, []))) for each in shown],
        "rows_max": ROWS_MAX if len(communities) > ROWS_MAX else None,
    }
    return render_bureau(request, "pages/bureau/roster.html", context, current="bureau-roster")


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.OFFICER)
def community_roster(request: HttpRequest, standing: Standing, community_id: int) -> HttpResponse:
    """The week of one community, point by point; POST plans shifts, or copies the week to the next."""
    community = get_object_or_404(communities_in_reach(standing=standing, role=Role.OFFICER), pk=community_id)
    week = week_asked(request=request)
    error = ""
    if request.method == "POST" and isinstance(request.user, User):
        try:
            if request.POST.get("action") == "copy":
                return _copy(request=request, officer=request.user, community=community, week=week)
            count = _plan(request=request, officer=request.user, community=community, week=week)
        except DomainError as refused:
            error = _said(refused)
        else:
            messages.success(request, f"排上了 {count} 班。")
            return redirect(_address(community_id=community_id, week=week))
    points = points_shown(
        weeks=roster_of_points(communities=[community], monday=week.monday, now=timezone.now()), week=week
    )
    context = {
        "heading": f"{community.name} 排班",
        "community_id": community_id,
        "week": week,
        "points": points,
        "figures": week_figures(points),
        "guides": [(guide.pk, name_of(guide)) for guide in guides_of_week(community=community, monday=week.monday)],
        "error": error,
    } | _form(request=request, week=week)
    status = 422 if error else 200
    return render_bureau(request, "pages/bureau/community_roster.html", context, current="bureau-roster", status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.OFFICER)
def roster_slot(request: HttpRequest, standing: Standing, roster_slot_id: int) -> HttpResponse:
    """One planned shift; POST names a substitute, or takes the shift off the roster."""
    communities = communities_in_reach(standing=standing, role=Role.OFFICER)
    slot = get_object_or_404(
        RosterSlot.objects.select_related("point__community", "guide", "stands_in_for", "planned_by"),
        pk=roster_slot_id,
        point__community__in=communities,
    )
    reach = None if standing.is_district_wide(Role.OFFICER) else communities
    error = ""
    if request.method == "POST" and isinstance(request.user, User):
        try:
            said = _change(request=request, officer=request.user, slot=slot, reach=reach)
        except SlotNotFound as gone:
            raise Http404 from gone
        except DomainError as refused:
            error = _said(refused)
        else:
            messages.success(request, said)
            return redirect(_address(community_id=slot.point.community_id, week=week_of(on=slot.on_date)))
    context = {
        "heading": f"{day_word(slot.on_date)} {slot.starts_at:%H:%M}–{slot.ends_at:%H:%M}",
        "place": f"{slot.point.community.name} {slot.point.name}",
        "guide": name_of(slot.guide),
        "stands_in_for": name_of(slot.stands_in_for) if slot.stands_in_for else "",
        "planned_by": name_of(slot.planned_by) if slot.planned_by else "",
        "is_over": moment_of(on=slot.on_date, at=slot.ends_at) <= timezone.now(),
        "guides": [
            (guide.pk, f"{name_of(guide)}(原排班,回来上班)" if guide.pk == slot.stands_in_for_id else name_of(guide))
            for guide in guides_to_stand_in(slot=slot, reach=reach)[:ROWS_MAX]
        ],
        "back": _address(community_id=slot.point.community_id, week=week_of(on=slot.on_date)),
        "error": error,
    }
    status = 422 if error else 200
    return render_bureau(request, "pages/bureau/roster_slot.html", context, current="bureau-roster", status=status)


def _plan(*, request: HttpRequest, officer: User, community: Community, week: Week) -> int:
    form = request.POST
    point = CollectionPoint.objects.filter(pk=_number(form.get("point", "")), community=community).first()
    guide = guides_of_week(community=community, monday=week.monday).filter(pk=_number(form.get("guide", ""))).first()
    starts_at, ends_at = _time(form.get("starts_at", "")), _time(form.get("ends_at", ""))
    if point is None or guide is None or starts_at is None or ends_at is None:
        raise SlotInvalid
    days = frozenset(day for day in week.days if f"{day:%Y-%m-%d}" in form.getlist("days"))
    hours = PlannedHours(point=point, days=days, starts_at=starts_at, ends_at=ends_at)
    return plan_shifts(guide=guide, hours=hours, officer=officer, now=timezone.now())


def _copy(*, request: HttpRequest, officer: User, community: Community, week: Week) -> HttpResponse:
    slots = RosterSlot.objects.filter(point__community=community, on_date__range=(week.days[0], week.days[-1]))
    count = copy_to_next_week(slots=slots, officer=officer, now=timezone.now())
    messages.success(request, f"照上一周新排了 {count} 班,已经排过的没有动。" if count else "下一周没有可以新排的班。")
    return redirect(_address(community_id=community.pk, week=Week(week.monday + dt.timedelta(days=7))))


def _change(*, request: HttpRequest, officer: User, slot: RosterSlot, reach: QuerySet[Community] | None) -> str:
    now = timezone.now()
    if request.POST.get("action") == "remove":
        removed = remove_slot(slot_id=slot.pk, reach=reach, now=now)
        return f"已取消 {day_word(removed.on_date)} {removed.starts_at:%H:%M} {name_of(removed.guide)} 的班。"
    guide_id = _number(request.POST.get("guide", ""))
    changed = name_substitute(slot_id=slot.pk, guide_id=guide_id, reach=reach, officer=officer, now=now)
    who = name_of(changed.guide)
    return f"{day_word(changed.on_date)} {changed.starts_at:%H:%M} 改由 {who} 值班。"


def _form(*, request: HttpRequest, week: Week) -> dict[str, object]:
    """What the form shows: what was just sent, or what the link of a gap asks for."""
    asked = request.POST if request.method == "POST" else request.GET
    days = set(asked.getlist("days"))
    return {
        "asked_point": _number(asked.get("point", "")),
        "asked_guide": _number(asked.get("guide", "")),
        "asked_from": asked.get("starts_at", "")[:5],
        "asked_until": asked.get("ends_at", "")[:5],
        "days": [(f"{day:%Y-%m-%d}", day_word(day), f"{day:%Y-%m-%d}" in days) for day in week.days],
    }


def _said(refused: DomainError) -> str:
    on = refused.fields.get("on_date") if refused.fields else None
    return f"{on}:{refused.text}" if on else refused.text


def _address(*, community_id: int, week: Week) -> str:
    return f"{reverse('bureau-community-roster', args=[community_id])}?week={week.text}"


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _time(text: str) -> dt.time | None:
    try:
        found = parse_time(text)
    except ValueError:
        return None
    return found.replace(second=0, microsecond=0, tzinfo=None) if found else None
