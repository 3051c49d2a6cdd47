"""问题与整改: what is open at the points of the officer's reach, the longest overdue first, with its photos."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from guides.models import Problem, ScenePhoto
from guides.queries.problems import problems_for_bureau
from households.reach import communities_in_reach
from pages.access import for_roles
from pages.bureau.shell import render_bureau
from people.models import Role
from people.standing import Standing

ROWS_MAX = 200


@require_safe
@for_roles(Role.OFFICER)
def problems(request: HttpRequest, standing: Standing) -> HttpResponse:
    """Open problems by their deadline; `?done` shows those that were put right, the newest first."""
    now = timezone.now()
    is_done = "done" in request.GET
    reach = communities_in_reach(standing=standing, role=Role.OFFICER)
    found = list(problems_for_bureau(communities=reach, is_rectified=is_done)[: ROWS_MAX + 1])
    context = {
        "heading": "问题与整改",
        "is_done": is_done,
        "rows": [_row(problem) | {"is_overdue": not is_done and problem.due_at < now} for problem in found[:ROWS_MAX]],
        "overdue_count": sum(problem.due_at < now for problem in found[:ROWS_MAX]) if not is_done else 0,
        "rows_max": ROWS_MAX if len(found) > ROWS_MAX else None,
    }
    return render_bureau(request, "pages/bureau/problems.html", context, current="bureau-problems")


@require_safe
@for_roles(Role.OFFICER)
def scene_photo(request: HttpRequest, standing: Standing, scene_photo_id: int) -> HttpResponse:
    """A photo of a place in the officer's reach; `?small` for the list's. Never of a household's bag."""
    reach = communities_in_reach(standing=standing, role=Role.OFFICER)
    photo = get_object_or_404(ScenePhoto, pk=scene_photo_id, community__in=reach)
    return HttpResponse(bytes(photo.small if "small" in request.GET else photo.large), content_type="image/webp")


def _row(problem: Problem) -> dict[str, object]:
    return {
        "place": f"{problem.point.community.name} {problem.point.name}" + (f" {problem.bin}" if problem.bin else ""),
        "problem_id": problem.pk,
        "kind": problem.get_kind_display(),
        "note": problem.note,
        "found_at": problem.found_at,
        "found_by": problem.finder,
        "due_at": problem.due_at,
        "photo_id": problem.photo_id,
        "rectified_at": problem.rectified_at,
        "rectified_note": problem.rectified_note,
        "rectified_photo_id": problem.rectified_photo_id,
    }
