"""An officer gives a guide a task at a point; the guide says that it is done; both are told."""

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from guides.models import GuideTask, Problem
from guides.queries.tasks import guides_of_community
from households.models import Community
from lib.errors import DomainError
from people.models import StaffNoticeKind, User
from people.services.staff_notices import notify_staff
from sorting.models import Alert, CollectionPoint
from sorting.services.verdicts import CLIENT_ID_LENGTH_MAX

WORDS_LENGTH_MAX = 200
SOON = dt.timedelta(hours=24)  # a task is due at the end of a day: the guide hears of it a day before


class TaskTargetUnknown(DomainError):
    """No such point, problem or alert in the officer's reach, no such guide of its community, or another's task."""

    code = "not_found"
    message = "没有找到这个地点、督导员或任务"


class TaskInvalid(DomainError):
    """It says nothing or too much, or its day is over."""

    code = "task_invalid"
    message = "没有布置：请写明要做什么(最多 200 字)，期限不能早于今天。"


class TaskDone(DomainError):
    """It is closed."""

    code = "task_done"
    message = "这个任务已经完成过了，没有改动。"


@dataclass(frozen=True, slots=True)
class TaskAsked:
    """What is to be done where, until the end of which local day, about which problem or alert (keys; 0: none)."""

    guide_id: int
    point_id: int
    text: str
    due_on: dt.date | None
    problem_id: int = 0
    alert_id: int = 0


def give_task(
    *, asked: TaskAsked, communities: QuerySet[Community], officer: User, client_id: str, now: dt.datetime
) -> GuideTask:
    """Give the task and tell the guide; sent again with its `client_id`, it is the same row.

    :raises TaskTargetUnknown: the point (that of the problem or alert, if it is about one) is not in `communities`, or
        the guide does not look after its community today.
    :raises TaskInvalid: no words or too many, no day or one that is over.
    """
    point = _point(asked=asked, communities=communities)
    guide = guides_of_community(community=point.community, now=now).filter(pk=asked.guide_id).first()
    if guide is None:
        raise TaskTargetUnknown
    text, today = asked.text.strip(), timezone.localdate(now)
    if not 0 < len(text) <= WORDS_LENGTH_MAX or asked.due_on is None or asked.due_on < today:
        raise TaskInvalid
    if not 0 < len(client_id) <= CLIENT_ID_LENGTH_MAX:
        raise TaskInvalid
    midnight = dt.datetime.combine(asked.due_on + dt.timedelta(days=1), dt.time())
    try:
        with transaction.atomic():
            task = GuideTask.objects.create(
                guide=guide,
                point=point,
                problem_id=asked.problem_id or None,
                alert_id=asked.alert_id or None,
                text=text,
                due_at=timezone.make_aware(midnight),
                given_by=officer,
                given_at=now,
                client_id=client_id,
            )
            _tell(task=task, user_ids=[guide.pk], text=f"新任务:{_words(task)}", step="given", now=now)
    except IntegrityError:
        before = GuideTask.objects.filter(given_by=officer, client_id=client_id).first()
        if before is None:
            raise
        return before
    return task


@transaction.atomic
def finish_task(*, guide: User, task_id: int, note: str, now: dt.datetime) -> GuideTask:
    """The guide has done it; who gave it is told.

    :raises TaskTargetUnknown: it is not the guide's.
    :raises TaskDone: it was done before.
    :raises TaskInvalid: the note is too long.
    """
    own = GuideTask.objects.filter(pk=task_id, guide=guide).select_related("point__community")
    task = own.select_for_update(of=("self",)).first()
    if task is None:
        raise TaskTargetUnknown
    if task.done_at is not None:
        raise TaskDone
    if len(note.strip()) > WORDS_LENGTH_MAX:
        raise TaskInvalid("没有记下：说明最多 200 字。")
    task.done_at, task.done_note = now, note.strip()
    task.save(update_fields=["done_at", "done_note"])
    who = guide.display_name or guide.get_username()
    _tell(task=task, user_ids=[task.given_by_id], text=f"{who} 完成了任务:{_words(task)}", step="done", now=now)
    return task


def remind_of_tasks(*, now: dt.datetime) -> None:
    """Tell the guide a day before a task is due, and both sides when it is overdue. Safe to repeat."""
    near = GuideTask.objects.filter(done_at__isnull=True, due_at__lte=now + SOON).select_related("point__community")
    for task in near.order_by("pk"):
        if task.due_at > now:
            _tell(task=task, user_ids=[task.guide_id], text=f"任务快到期:{_words(task)}", step="soon", now=now)
        else:
            both = [task.guide_id, task.given_by_id]
            _tell(task=task, user_ids=both, text=f"任务超期:{_words(task)}", step="overdue", now=now)


def _point(*, asked: TaskAsked, communities: QuerySet[Community]) -> CollectionPoint:
    points = CollectionPoint.objects.filter(pk=asked.point_id)
    if asked.problem_id:
        points = CollectionPoint.objects.filter(pk__in=Problem.objects.filter(pk=asked.problem_id).values("point"))
    elif asked.alert_id:
        points = CollectionPoint.objects.filter(pk__in=Alert.objects.filter(pk=asked.alert_id).values("bin__point"))
    found = points.filter(community__in=communities).select_related("community").first()
    if found is None or (asked.problem_id and asked.alert_id):
        raise TaskTargetUnknown
    return found


def _words(task: GuideTask) -> str:
    last = timezone.localtime(task.due_at) - dt.timedelta(seconds=1)  # it is due when its last day is over
    return f"{task.point.community.name} {task.point.name},{task.text}({last.month}月{last.day}日前完成)"


def _tell(*, task: GuideTask, user_ids: list[int], text: str, step: str, now: dt.datetime) -> None:
    notify_staff(
        user_ids=user_ids,
        kind=StaffNoticeKind.TASK,
        text=text,
        subject_id=task.pk,
        reference=f"task/{task.pk}/{step}",
        now=now,
    )
