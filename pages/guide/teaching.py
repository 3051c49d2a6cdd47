"""宣传: trainings, events and visits at the door; a gathering's QR to sign in by, and who has."""

import datetime as dt
import secrets

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_time
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_POST

from guides.models import Gathering, GatheringKind
from guides.queries.drop_offs import door_of
from guides.queries.shifts import moment_of
from guides.queries.teaching import Reach, gatherings_in, home_visits_in, publicity_reach
from guides.services.teaching import (
    GatheringInvalid,
    GatheringNotFound,
    Planned,
    hold_gathering,
    record_home_visit,
    sign_in_by_code,
)
from households.models import Community, Household
from lib.errors import DomainError
from lib.qr import qr_svg
from pages.guide.finding import photographed
from pages.guide.shell import Duty, for_guides, render_guide
from pages.numbers import whole_number
from pages.uploads import uploaded

SHOWN_DAYS = 30
AHEAD_DAYS = 60
SHOWN_MAX = 50


@require_http_methods(["GET", "HEAD", "POST"])
@for_guides
def teaching(request: HttpRequest, duty: Duty) -> HttpResponse:
    """The gatherings of the guide's communities; POST puts one on record and shows its QR."""
    if request.method == "POST":
        try:
            gathering = _hold(request=request, duty=duty)
        except GatheringNotFound as error:
            raise Http404 from error
        except DomainError as error:
            messages.error(request, error.text)
        else:
            return redirect("guide-gathering", gathering_id=gathering.pk)
    # The year's reach is traced to the sign-ins of the gatherings below it.
    first = min(duty.today - dt.timedelta(days=SHOWN_DAYS), duty.today.replace(month=1, day=1))
    last = duty.today + dt.timedelta(days=AHEAD_DAYS)
    found = gatherings_in(community_ids=duty.community_ids, first=first, last=last, limit=SHOWN_MAX)
    communities = Community.objects.filter(pk__in=duty.community_ids)
    visits = home_visits_in(community_ids=duty.community_ids, first=duty.today, last=duty.today, guide_id=duty.guide.pk)
    context = {
        "heading": "宣传",
        "gatherings": found,
        "visits": [(_door(visit.household), visit.visited_at, visit.is_met) for visit in visits[:SHOWN_MAX]],
        "reach": _reach(communities=communities, today=duty.today),
        "kinds": GatheringKind.choices,
        "communities": list(communities.order_by("name").values_list("pk", "name")),
        "today": f"{duty.today:%Y-%m-%d}",
        "client_id": secrets.token_hex(16),
    }
    return render_guide(request, duty, "pages/guide/teaching.html", context, current="guide-duty")


@require_http_methods(["GET", "HEAD", "POST"])
@for_guides
def one_gathering(request: HttpRequest, duty: Duty, gathering_id: int) -> HttpResponse:
    """The QR that residents open, and who has signed in; POST signs a household in by its code."""
    gathering = get_object_or_404(
        Gathering.objects.select_related("community"), pk=gathering_id, community__in=duty.community_ids
    )
    if request.method == "POST":
        try:
            text = photographed(request) or request.POST.get("code", "").strip()[:200]
            is_new = sign_in_by_code(guide=duty.guide, gathering_id=gathering_id, text=text, now=duty.now)
        except DomainError as error:
            messages.error(request, error.text)
        else:
            messages.success(request, "已签到。" if is_new else "这一户已经签到过了。")
        return redirect("guide-gathering", gathering_id=gathering_id)
    link = request.build_absolute_uri(reverse("my-attend", args=[gathering.token]))
    rows = list(gathering.attendances.select_related("household", "member").order_by("-signed_at", "-pk"))
    context = {
        "heading": gathering.topic,
        "gathering": gathering,
        "link": link,
        "qr": mark_safe(qr_svg(text=link, title="签到码")),  # noqa: S308 - made here
        "people": [(_door(row.household), row.signed_at, row.member is not None) for row in rows],
        "home_count": len({row.household_id for row in rows}),
    }
    return render_guide(request, duty, "pages/guide/gathering.html", context, current="guide-duty")


@require_POST
@for_guides
def visit_home(request: HttpRequest, duty: Duty) -> HttpResponse:
    """A visit at the door of the household whose code is typed or photographed."""
    try:
        record_home_visit(
            guide=duty.guide,
            text=photographed(request) or request.POST.get("code", "").strip()[:200],
            is_met=request.POST.get("is_met", "") == "yes",
            note=request.POST.get("note", ""),
            now=duty.now,
            client_id=request.POST.get("client_id", ""),
        )
    except DomainError as error:
        messages.error(request, error.text)
    else:
        messages.success(request, "已记下入户宣传。")
    return redirect("guide-teaching")


def _hold(*, request: HttpRequest, duty: Duty) -> Gathering:
    form = request.POST
    number = form.get("community", "")
    return hold_gathering(
        guide=duty.guide,
        community_id=whole_number(text=number) or 0,
        planned=Planned(
            kind=form.get("kind", ""),
            topic=form.get("topic", ""),
            starts_at=_moment(form.get("on", ""), form.get("starts_at", "")),
            ends_at=_moment(form.get("on", ""), form.get("ends_at", "")),
        ),
        now=duty.now,
        client_id=form.get("client_id", ""),
        photo=uploaded(request=request, name="photo"),
    )


def _reach(*, communities: QuerySet[Community], today: dt.date) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """How many of each community's enrolled homes signed in, this month and this year: the sentence and the share."""
    spans = (("本月", today.replace(day=1)), ("今年", today.replace(month=1, day=1)))
    found: dict[str, list[tuple[str, str, str]]] = {}
    for word, first in spans:
        for each in publicity_reach(communities=communities, first=first, last=today):
            found.setdefault(each.community.name, []).append((word, *_share(each)))
    return list(found.items())


def _share(reach: Reach) -> tuple[str, str]:
    words = f"{reach.reached_count:,} 户签到过,在册 {reach.enrolled_count:,} 户"
    return words, f"{reach.reached_count / reach.enrolled_count * 100:.1f} %" if reach.enrolled_count else "—"


def _moment(on_text: str, at_text: str) -> dt.datetime:
    try:
        on, at = parse_date(on_text), parse_time(at_text)
    except ValueError as error:
        raise GatheringInvalid from error
    if on is None or at is None or not 2000 <= on.year <= timezone.localdate().year + 1:
        raise GatheringInvalid
    return moment_of(on=on, at=at.replace(tzinfo=None))


def _door(household: Household) -> str:
    return door_of(building=household.building, unit=household.unit, room=household.room)
