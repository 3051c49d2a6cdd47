"""A task as guides and officers read it."""

import datetime as dt

from django.utils import timezone

from guides.models import GuideTask


def task_line(*, task: GuideTask, now: dt.datetime) -> dict[str, object]:
    """Plain values for a template. `due_on` is its last day."""
    return {
        "task_id": task.pk,
        "place": f"{task.point.community.name} {task.point.name}",
        "text": task.text,
        "due_on": timezone.localdate(task.due_at - dt.timedelta(seconds=1)),
        "given_by": task.given_by.display_name or task.given_by.get_username(),
        "given_at": task.given_at,
        "is_open": task.done_at is None,
        "is_overdue": task.done_at is None and task.due_at <= now,
        "is_late": task.done_at is not None and task.done_at > task.due_at,
        "done_at": task.done_at,
        "done_note": task.done_note,
        "problem_id": task.problem_id,
    }
