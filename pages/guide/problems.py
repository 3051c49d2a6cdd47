"""问题: what is wrong at a point, put on record with a photo, and put right with another."""

import datetime as dt
import secrets

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from guides.models import Problem, ProblemKind, ScenePhoto
from guides.queries.problems import problems_in_communities
from guides.services.problems import ProblemNotFound, rectify_problem, report_problem
from lib.errors import DomainError
from pages.guide.shell import Duty, for_guides, render_guide
from pages.numbers import whole_number
from pages.uploads import uploaded
from sorting.models import SmartBin

SHOWN_DAYS = 7  # what was rectified stays in the list so long
SHOWN_MAX = 100


@require_http_methods(["GET", "HEAD", "POST"])
@for_guides
def problems(request: HttpRequest, duty: Duty) -> HttpResponse:
    """The open problems of the guide's communities; POST reports one at the point of the shift."""
    if request.method == "POST":
        if duty.shift is None:
            return redirect("guide-duty")
        try:
            _report(request=request, duty=duty, point_id=duty.shift.point_id)
        except DomainError as error:
            messages.error(request, error.text)
        else:
            return redirect("guide-problems")
    found = problems_in_communities(community_ids=duty.community_ids, since=duty.now - dt.timedelta(days=SHOWN_DAYS))
    context = {
        "heading": "问题",
        "problems": [_line(problem=problem, now=duty.now) for problem in found[:SHOWN_MAX]],
        "kinds": ProblemKind.choices,
        "bins": list(SmartBin.objects.filter(point=duty.shift.point, revoked_at__isnull=True).values_list("pk", "code"))
        if duty.shift
        else [],
        "client_id": secrets.token_hex(16),
        "point_id": duty.shift.point_id if duty.shift else 0,
    }
    return render_guide(request, duty, "pages/guide/problems.html", context, current="guide-problems")


@require_http_methods(["GET", "HEAD", "POST"])
@for_guides
def one_problem(request: HttpRequest, duty: Duty, problem_id: int) -> HttpResponse:
    """One problem with its photos; POST says that it was put right."""
    problem = get_object_or_404(
        Problem.objects.select_related("point__community", "bin", "found_by", "rectified_by"),
        pk=problem_id,
        point__community__in=duty.community_ids,
    )
    if request.method == "POST":
        try:
            rectify_problem(
                guide=duty.guide,
                problem_id=problem_id,
                now=duty.now,
                note=request.POST.get("note", ""),
                photo=uploaded(request=request, name="photo"),
            )
        except ProblemNotFound as error:
            raise Http404 from error
        except DomainError as error:
            messages.error(request, error.text)
        else:
            messages.success(request, "已记下整改。")
        return redirect("guide-problem", problem_id=problem_id)
    context = {"heading": problem.get_kind_display()} | _line(problem=problem, now=duty.now)
    return render_guide(request, duty, "pages/guide/problem.html", context, current="guide-problems")


@require_safe
@for_guides
def scene_photo(request: HttpRequest, duty: Duty, scene_photo_id: int) -> HttpResponse:
    """A photo of a place in one of the guide's communities; `?small` for the list's."""
    photo = get_object_or_404(ScenePhoto, pk=scene_photo_id, community__in=duty.community_ids)
    return HttpResponse(bytes(photo.small if "small" in request.GET else photo.large), content_type="image/webp")


def _report(*, request: HttpRequest, duty: Duty, point_id: int) -> None:
    bin_id = request.POST.get("bin", "")
    problem = report_problem(
        guide=duty.guide,
        point_id=point_id,
        bin_id=whole_number(text=bin_id),
        kind=request.POST.get("kind", ""),
        note=request.POST.get("note", ""),
        now=duty.now,
        client_id=request.POST.get("client_id", ""),
        photo=uploaded(request=request, name="photo"),
    )
    messages.success(request, f"已记下:{problem.get_kind_display()}。")


def _line(*, problem: Problem, now: dt.datetime) -> dict[str, object]:
    is_open = problem.rectified_at is None
    return {
        "problem_id": problem.pk,
        "kind": problem.get_kind_display(),
        "place": f"{problem.point.community.name} {problem.point.name}" + (f" {problem.bin}" if problem.bin else ""),
        "note": problem.note,
        "found_at": problem.found_at,
        "found_by": problem.finder,
        "due_at": problem.due_at,
        "is_open": is_open,
        "is_overdue": is_open and problem.due_at < now,
        "rectified_at": problem.rectified_at,
        "rectified_note": problem.rectified_note,
        "photo_id": problem.photo_id,
        "rectified_photo_id": problem.rectified_photo_id,
    }
