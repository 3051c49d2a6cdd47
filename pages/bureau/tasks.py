"""任务: what officers ask guides to do, by when, and what came of it."""

import datetime as dt
import secrets

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from guides.models import GuideTask, Problem
from guides.queries.tasks import guides_of_community, tasks_for_bureau
from guides.services.tasks import TaskAsked, TaskTargetUnknown, give_task
from households.models import Community
from households.reach import communities_in_reach
from lib.errors import DomainError
from pages.access import for_roles
from pages.bureau.shell import render_bureau
from pages.task_lines import task_line
from people.models import Role, User
from people.standing import Standing
from sorting.models import Alert, CollectionPoint

ROWS_MAX = 200


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.OFFICER)
def tasks(request: HttpRequest, standing: Standing) -> HttpResponse:
    """Open tasks by their deadline (`?done`: those done); POST gives one, about a problem or alert or at a point."""
    now = timezone.now()
    reach = communities_in_reach(standing=standing, role=Role.OFFICER)
    error = ""
    if request.method == "POST" and isinstance(request.user, User):
        try:
            task = give_task(
                asked=_asked(request=request),
                communities=reach,
                officer=request.user,
                client_id=request.POST.get("client_id", ""),
                now=now,
            )
        except TaskTargetUnknown as unknown:
            raise Http404 from unknown
        except DomainError as refused:
            error = refused.text
        else:
            messages.success(request, f"已布置给 {_name(task.guide)},对方会收到消息。")
            return redirect("bureau-tasks")
    is_done = "done" in request.GET
    found = list(tasks_for_bureau(communities=reach, is_done=is_done)[: ROWS_MAX + 1])
    context = {
        "heading": "任务",
        "is_done": is_done,
        "rows": [_row(task=task, now=now) for task in found[:ROWS_MAX]],
        "rows_max": ROWS_MAX if len(found) > ROWS_MAX else None,
        "error": error,
        "client_id": secrets.token_hex(16),
        "today": timezone.localdate(now),
    } | _form(request=request, reach=reach, now=now)
    return render_bureau(
        request, "pages/bureau/tasks.html", context, current="bureau-tasks", status=422 if error else 200
    )


def _asked(*, request: HttpRequest) -> TaskAsked:
    form = request.POST
    return TaskAsked(
        guide_id=_key(form.get("guide", "")),
        point_id=_key(form.get("point", "")),
        text=form.get("text", ""),
        due_on=_day(form.get("due_on", "")),
        problem_id=_key(form.get("problem", "")),
        alert_id=_key(form.get("alert", "")),
    )


def _form(*, request: HttpRequest, reach: QuerySet[Community], now: dt.datetime) -> dict[str, object]:
    """Of which community: that of the problem or alert, or the one chosen; then its points and guides."""
    sent = request.POST if request.method == "POST" else request.GET
    problem_id, alert_id = _key(sent.get("problem", "")), _key(sent.get("alert", ""))
    point: CollectionPoint | None = None
    about = ""
    if problem_id:
        problem = Problem.objects.filter(pk=problem_id, point__community__in=reach).select_related("point").first()
        if problem is None:
            raise Http404
        point, about = problem.point, f"问题:{problem.get_kind_display()}"
    elif alert_id:
        alerts = Alert.objects.filter(pk=alert_id, bin__point__community__in=reach)
        alert = alerts.select_related("bin__point").first()
        if alert is None:
            raise Http404
        point, about = alert.bin.point, f"告警:{alert.bin} {alert.get_kind_display()}"
    communities = list(reach.order_by("name", "pk"))
    asked_id = point.community_id if point else _key(sent.get("community", ""))
    chosen = next((each for each in communities if each.pk == asked_id), None)
    if asked_id and chosen is None:
        raise Http404
    points = CollectionPoint.objects.filter(community=chosen).order_by("name") if chosen else []
    guides = guides_of_community(community=chosen, now=now) if chosen else []
    return {
        "about": about,
        "problem_id": problem_id or "",
        "alert_id": alert_id or "",
        "communities": [] if point else [(each.pk, each.name, each == chosen) for each in communities],
        "community": chosen.name if chosen else "",
        "community_id": chosen.pk if chosen else "",
        "point": point.name if point else "",
        "points": [(each.pk, each.name, f"{each.pk}" == sent.get("point")) for each in points],
        "guides": [(each.pk, _name(each), f"{each.pk}" == sent.get("guide")) for each in guides],
        "text": sent.get("text", ""),
        "due_on": sent.get("due_on", ""),
    }


def _row(*, task: GuideTask, now: dt.datetime) -> dict[str, object]:
    return task_line(task=task, now=now) | {"guide": _name(task.guide)}


def _name(user: User) -> str:
    return user.display_name or user.get_username()


def _key(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
