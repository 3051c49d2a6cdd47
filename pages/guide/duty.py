"""值班: clocking in at a point, out again, and the week's roster."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from guides.models import RosterSlot
from guides.queries.shifts import RosterDay, roster_week
from guides.register_document import LEFT_OPEN, name_of
from guides.services.shifts import Place, PointNotFound, end_shift, start_shift
from lib.errors import DomainError
from pages.guide.shell import Duty, for_guides, render_guide, shift_clock
from pages.numbers import whole_number
from pages.uploads import uploaded
from pages.weeks import day_word, week_asked
from people.models import User
from sorting.models import CollectionPoint


@require_http_methods(["GET", "HEAD", "POST"])
@for_guides
def duty_screen(request: HttpRequest, duty: Duty) -> HttpResponse:
    """Where to begin, today's points of the roster first; or since when, and the way out. POST clocks in."""
    if request.method == "POST":
        try:
            _start(request=request, duty=duty)
        except PointNotFound as error:
            raise Http404 from error
        except DomainError as error:
            messages.error(request, error.text)
        else:
            return redirect("guide")
    week = week_asked(request=request)
    days = roster_week(guide=duty.guide, monday=week.monday, now=duty.now)
    points = CollectionPoint.objects.filter(community__in=duty.community_ids).select_related("community")
    due = {slot.point_id for slot in RosterSlot.objects.filter(guide=duty.guide, on_date=duty.today)}
    context = {
        "heading": "值班",
        "points": [
            (point.pk, point.name, point.community.name, point.pk in due)
            for point in sorted(points, key=lambda each: (each.pk not in due, each.community.name, each.name))
        ],
        "week": week,
        "days": [(day_word(day.on_date), _lines(day=day, guide=duty.guide)) for day in days],
    }
    return render_guide(request, duty, "pages/guide/duty.html", context, current="guide-duty")


@require_POST
@for_guides
def end_duty(request: HttpRequest, duty: Duty) -> HttpResponse:
    """Clock out."""
    if end_shift(guide=duty.guide, now=duty.now):
        messages.success(request, f"已下岗,今天这一班 {shift_clock(duty=duty)}。辛苦了!")
    return redirect("guide-duty")


def _start(*, request: HttpRequest, duty: Duty) -> None:
    number = request.POST.get("point", "")
    start_shift(
        guide=duty.guide,
        point_id=whole_number(text=number) or 0,
        now=duty.now,
        place=_place(request) if request.POST.get("share_place") else None,
        photo=uploaded(request=request, name="photo"),
    )


def _place(request: HttpRequest) -> Place | None:
    """What the phone told; None where it told nothing."""
    try:
        latitude, longitude = float(request.POST.get("latitude", "")), float(request.POST.get("longitude", ""))
    except ValueError:
        return None
    return Place(latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _lines(*, day: RosterDay, guide: User) -> list[str]:
    planned = [
        f"{slot.starts_at:%H:%M}–{slot.ends_at:%H:%M} {slot.point.name} {_turn(slot=slot, guide=guide)}"
        for slot in day.slots
    ]
    done = []
    for seen in day.shifts:
        begin = timezone.localtime(seen.shift.started_at)
        end = f"{timezone.localtime(seen.shift.ended_at):%H:%M}" if seen.shift.ended_at else "在岗"
        end = LEFT_OPEN if seen.shift.is_left_open else end
        late = f" 迟到 {seen.punctuality.late_min} 分钟" if seen.punctuality.late_min else ""
        early = f" 早退 {seen.punctuality.early_min} 分钟" if seen.punctuality.early_min else ""
        done.append(f"{begin:%H:%M}–{end} {seen.shift.point.name}{late}{early}")
    return planned + done


def _turn(*, slot: RosterSlot, guide: User) -> str:
    """Whose turn it is: the guide's own, in somebody's place, or somebody else's in the guide's place."""
    if slot.guide_id != guide.pk:
        return f"由{name_of(slot.guide)}替您"
    return f"排班,替{name_of(slot.stands_in_for)}" if slot.stands_in_for else "排班"
