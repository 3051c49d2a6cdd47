"""Zhao asks Chen to see to bin 07: Chen reads it, does it and says so; nobody of elsewhere can be asked or told."""

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client

from guides.models import GuideTask, Problem
from guides.services.problems import report_problem
from guides.services.tasks import (
    TaskAsked,
    TaskDone,
    TaskInvalid,
    TaskTargetUnknown,
    finish_task,
    give_task,
    remind_of_tasks,
)
from households.models import Community
from people.models import Role, RoleGrant, ScopeKind, StaffNotice, User
from sorting.models import Alert, AlertKind, CollectionPoint, SmartBin
from tests.conftest import NOON, TODAY

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def ask(*, guide: User, officer: User, smart_bin: SmartBin, **changed: object) -> GuideTask:
    asked = {"guide_id": guide.pk, "point_id": smart_bin.point_id, "text": "擦干净桶盖", "due_on": TODAY} | changed
    return give_task(
        asked=TaskAsked(**asked),  # type: ignore[arg-type]
        communities=Community.objects.all(),
        officer=officer,
        client_id="a",
        now=NOON,
    )


def _told(user: User) -> list[str]:
    return list(StaffNotice.objects.filter(user=user).order_by("pk").values_list("text", flat=True))


def test_chen_is_told_reminded_and_zhao_hears_that_it_is_done(chen: User, zhao: User, bin_07: SmartBin) -> None:
    task = ask(guide=chen, officer=zhao, smart_bin=bin_07, due_on=TODAY + DAY)
    words = "东湖花园 东门,擦干净桶盖(11月24日前完成)"
    for hours in (1, 12, 20, 36, 40):
        remind_of_tasks(now=NOON + hours * dt.timedelta(hours=1))
    finish_task(guide=chen, task_id=task.pk, note=" 擦好了 ", now=NOON + 2 * DAY)
    remind_of_tasks(now=NOON + 9 * DAY)
    assert _told(chen) == [f"新任务:{words}", f"任务快到期:{words}", f"任务超期:{words}"]
    assert _told(zhao) == [f"任务超期:{words}", f"陈督导 完成了任务:{words}"]
    task.refresh_from_db()
    assert (task.done_note, task.done_at) == ("擦好了", NOON + 2 * DAY)


def test_the_same_tap_twice_is_one_task_and_one_notice(chen: User, zhao: User, bin_07: SmartBin) -> None:
    first = ask(guide=chen, officer=zhao, smart_bin=bin_07)
    assert ask(guide=chen, officer=zhao, smart_bin=bin_07).pk == first.pk
    assert (GuideTask.objects.count(), len(_told(chen))) == (1, 1)


def test_only_a_guide_of_the_point_s_community_in_the_officer_s_reach_is_asked(
    chen: User, ming: User, zhao: User, bin_07: SmartBin, west_park: Community
) -> None:
    west = CollectionPoint.objects.create(community=west_park, name="西门")
    problem = report_problem(guide=ming, point_id=west.pk, kind="DIRTY", now=NOON, client_id="p")
    alert = Alert.objects.create(bin=bin_07, kind=AlertKind.FULL, opened_at=NOON, last_seen_at=NOON)
    for changed in (
        {"guide_id": ming.pk},
        {"guide_id": zhao.pk},
        {"point_id": west.pk},
        {"problem_id": problem.pk},
        {"alert_id": 10**9},
        {"problem_id": problem.pk, "alert_id": alert.pk, "guide_id": ming.pk},
    ):
        with pytest.raises(TaskTargetUnknown):
            ask(guide=chen, officer=zhao, smart_bin=bin_07, **changed)
    with pytest.raises(TaskTargetUnknown):
        give_task(
            asked=TaskAsked(guide_id=chen.pk, point_id=bin_07.point_id, text="x", due_on=TODAY),
            communities=Community.objects.filter(pk=west_park.pk),
            officer=zhao,
            client_id="b",
            now=NOON,
        )
    assert ask(guide=chen, officer=zhao, smart_bin=bin_07, alert_id=alert.pk, point_id=0).point == bin_07.point
    assert GuideTask.objects.count() == 1


@pytest.mark.parametrize("changed", [{"text": " "}, {"text": "长" * 201}, {"due_on": None}, {"due_on": TODAY - DAY}])
def test_a_task_says_what_and_by_when(changed: dict[str, object], chen: User, zhao: User, bin_07: SmartBin) -> None:
    with pytest.raises(TaskInvalid):
        ask(guide=chen, officer=zhao, smart_bin=bin_07, **changed)
    assert _told(chen) == []


def test_nobody_finishes_another_s_task_or_one_that_is_done(
    chen: User, ming: User, zhao: User, bin_07: SmartBin
) -> None:
    task = ask(guide=chen, officer=zhao, smart_bin=bin_07)
    with pytest.raises(TaskTargetUnknown):
        finish_task(guide=ming, task_id=task.pk, note="", now=NOON)
    finish_task(guide=chen, task_id=task.pk, note="", now=NOON)
    with pytest.raises(TaskDone):
        finish_task(guide=chen, task_id=task.pk, note="又一次", now=NOON)
    with pytest.raises(IntegrityError, match="guide_task_done_whole"), transaction.atomic():
        GuideTask.objects.filter(pk=task.pk).update(done_at=None, done_note="x")


@time_machine.travel(NOON, tick=False)
def test_zhao_gives_a_problem_to_chen_on_screen_and_reads_what_came_of_it(
    client: Client, chen: User, ming: User, zhao: User, bin_07: SmartBin
) -> None:
    problem: Problem = report_problem(guide=chen, point_id=bin_07.point_id, kind="DIRTY", now=NOON, client_id="p")
    client.force_login(zhao)
    form = client.get(f"/bureau/tasks?problem={problem.pk}").content.decode()
    assert "问题:地面脏乱、有异味" in form
    assert "陈督导" in form
    assert "李明" not in form  # of the other community
    sent = {"problem": problem.pk, "guide": chen.pk, "text": "今天扫干净", "due_on": "2026-11-22", "client_id": "k"}
    refused = client.post("/bureau/tasks", sent)
    assert (refused.status_code, "期限不能早于今天" in refused.content.decode()) == (422, True)
    assert 'value="今天扫干净"' in refused.content.decode()
    assert client.post("/bureau/tasks", sent | {"guide": ming.pk, "due_on": "2026-11-23"}).status_code == 404
    assert client.post("/bureau/tasks", sent | {"due_on": "2026-11-23"}).status_code == 302
    assert "今天扫干净" in client.get("/bureau/tasks").content.decode()
    task = GuideTask.objects.get()
    client.force_login(ming)
    assert client.get(f"/guide/tasks/{task.pk}").status_code == 404
    client.force_login(chen)
    assert f'href="/guide/tasks/{task.pk}"' in client.get("/guide/notices").content.decode()
    assert "今天扫干净" in client.get("/guide/tasks/").content.decode()
    assert f'href="/guide/problems/{problem.pk}"' in client.get(f"/guide/tasks/{task.pk}").content.decode()
    done = client.post(f"/guide/tasks/{task.pk}", {"note": "扫了两遍"}, follow=True).content.decode()
    assert "扫了两遍" in done
    client.force_login(zhao)
    assert "没有待完成的任务" in client.get("/bureau/tasks").content.decode()
    assert "扫了两遍" in client.get("/bureau/tasks?done").content.decode()


@time_machine.travel(NOON, tick=False)
def test_an_officer_of_the_west_gives_and_reads_nothing_of_the_east(
    client: Client, chen: User, zhao: User, bin_07: SmartBin, west_park: Community
) -> None:
    ask(guide=chen, officer=zhao, smart_bin=bin_07)
    west = User.objects.create_user(username="west", display_name="西关")
    RoleGrant.objects.create(
        user=west,
        role=Role.OFFICER,
        scope_kind=ScopeKind.SUBDISTRICT,
        scope_id=west_park.subdistrict_id,
        starts_on=dt.date(2026, 1, 1),
    )
    client.force_login(west)
    assert "擦干净桶盖" not in client.get("/bureau/tasks").content.decode()
    assert client.get(f"/bureau/tasks?community={bin_07.point.community_id}").status_code == 404
    sent = {"guide": chen.pk, "point": bin_07.point_id, "text": "x", "due_on": "2026-11-23", "client_id": "k"}
    assert client.post("/bureau/tasks", sent).status_code == 404
