"""任务: what an officer asked the guide to do; done, it is closed with a word of what was found."""

import datetime as dt

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from guides.models import GuideTask
from guides.queries.tasks import tasks_of_guide
from guides.services.tasks import TaskTargetUnknown, finish_task
from lib.errors import DomainError
from pages.guide.shell import Duty, for_guides, render_guide
from pages.task_lines import task_line

SHOWN_DAYS = 7  # what was done stays in the list so long
SHOWN_MAX = 100


@require_safe
@for_guides
def tasks(request: HttpRequest, duty: Duty) -> HttpResponse:
    """The own tasks: open ones by their deadline, then what was done lately."""
    found = tasks_of_guide(guide=duty.guide, since=duty.now - dt.timedelta(days=SHOWN_DAYS))
    context = {"heading": "任务", "tasks": [task_line(task=task, now=duty.now) for task in found[:SHOWN_MAX]]}
    return render_guide(request, duty, "pages/guide/tasks.html", context, current="guide-problems")


@require_http_methods(["GET", "HEAD", "POST"])
@for_guides
def one_task(request: HttpRequest, duty: Duty, task_id: int) -> HttpResponse:
    """One of the own; POST says that it is done."""
    task = get_object_or_404(
        GuideTask.objects.select_related("point__community", "given_by"), pk=task_id, guide=duty.guide
    )
    if request.method == "POST":
        try:
            finish_task(guide=duty.guide, task_id=task_id, note=request.POST.get("note", ""), now=duty.now)
        except TaskTargetUnknown as error:
            raise Http404 from error
        except DomainError as error:
            messages.error(request, error.text)
        else:
            messages.success(request, "已记下完成,布置的人会收到消息。")
        return redirect("guide-task", task_id=task_id)
    context = {"heading": "任务"} | task_line(task=task, now=duty.now)
    return render_guide(request, duty, "pages/guide/task.html", context, current="guide-problems")
