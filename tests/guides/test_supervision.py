"""A full bin is due in four hours: Chen is reminded, then Sun of the street and Zhao of the district, each once."""

import datetime as dt
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from guides.deadlines import Hours, steps_reached
from guides.models import Problem, Step, SupervisionStep, TimeAllowed
from guides.queries.supervision import open_cases, read_times_allowed, watchers
from guides.services.problems import rectify_problem, report_problem
from guides.services.supervision import supervise
from households.models import Community
from people.models import Role, RoleGrant, ScopeKind, StaffNotice, User
from sorting.models import Alert, AlertKind, SmartBin
from tests.conftest import NOON

HOUR = dt.timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def sun(east_lake: Community) -> User:
    """Officer Sun of 东城街道 only."""
    user = User.objects.create_user(username="sun", display_name="孙主任")
    RoleGrant.objects.create(
        user=user,
        role=Role.OFFICER,
        scope_kind=ScopeKind.SUBDISTRICT,
        scope_id=east_lake.subdistrict_id,
        starts_on=dt.date(2026, 1, 1),
    )
    return user


@pytest.fixture
def overflow(chen: User, bin_07: SmartBin) -> Problem:
    """Chen found bin 07 overflowing at noon: due at four."""
    return report_problem(
        guide=chen, point_id=bin_07.point_id, bin_id=bin_07.pk, kind="OVERFLOW", now=NOON, client_id="a"
    )


def _told(user: User) -> list[str]:
    return list(StaffNotice.objects.filter(user=user).order_by("pk").values_list("text", flat=True))


@pytest.mark.parametrize(
    ("late_h", "steps"),
    [
        (-2, []),
        (-1, [Step.SOON]),
        (-0.01, [Step.SOON]),
        (0, [Step.DUE]),
        (1.99, [Step.DUE]),
        (2, [Step.DUE, Step.STREET]),
        (20, [Step.DUE, Step.STREET, Step.DISTRICT]),
    ],
)
def test_the_steps_of_a_deadline_in_order(late_h: float, steps: list[Step]) -> None:
    now = NOON + late_h * HOUR
    assert steps_reached(due_at=NOON, hours=Hours(due_h=4, remind_h=1, street_h=2, district_h=20), now=now) == steps


def test_chen_is_reminded_then_sun_then_zhao_each_once(overflow: Problem, chen: User, sun: User, zhao: User) -> None:
    taken = [supervise(now=NOON + hours * HOUR) for hours in (2, 3, 3.5, 4, 4, 6, 6, 24, 240)]
    assert taken == [0, 1, 0, 1, 0, 1, 0, 1, 0]
    where = "东湖花园 东门 B-0007 桶满外溢"
    assert _told(chen) == [
        f"快到期:{where},请在 11月23日 16:00 前处理好。",
        f"到期没有处理好:{where}(期限 11月23日 16:00)。请尽快处理。",
    ]
    assert _told(sun) == [f"超期督办:{where}(期限 11月23日 16:00,已超 2 小时),请督促处理。"]
    assert _told(zhao) == [f"超期督办:{where}(期限 11月23日 16:00,已超 20 小时),请督促处理。"]
    assert StaffNotice.objects.filter(subject_id=overflow.pk, kind="PROBLEM").count() == 4


def test_what_was_put_right_goes_no_further(overflow: Problem, chen: User, zhao: User) -> None:
    rectify_problem(guide=chen, problem_id=overflow.pk, now=NOON + HOUR)
    assert supervise(now=NOON + 100 * HOUR) == 0
    assert (_told(chen), _told(zhao)) == ([], [])


def test_without_an_officer_of_the_street_zhao_is_told_in_their_place_and_again_later(
    overflow: Problem, chen: User, zhao: User
) -> None:
    supervise(now=NOON + 6 * HOUR)
    assert len(_told(zhao)) == 1
    supervise(now=NOON + 24 * HOUR)
    assert len(_told(zhao)) == 2
    assert SupervisionStep.objects.get(step="STREET").told_count == 1


def test_a_full_bin_s_alert_has_a_deadline_of_its_kind_and_closes_by_itself(
    chen: User, zhao: User, bin_07: SmartBin
) -> None:
    alert = Alert.objects.create(bin=bin_07, kind=AlertKind.FULL, subject="FOOD", opened_at=NOON, last_seen_at=NOON)
    assert supervise(now=NOON + 4 * HOUR) == 1
    assert _told(chen) == ["到期没有处理好:东湖花园 东门 B-0007 已满(期限 11月23日 16:00)。请尽快处理。"]
    alert.closed_at = NOON + 5 * HOUR
    alert.save(update_fields=["closed_at"])
    assert supervise(now=NOON + 40 * HOUR) == 0


def test_a_time_that_is_set_anew_holds_for_what_begins_later(
    overflow: Problem, chen: User, zhao: User, bin_07: SmartBin
) -> None:
    alert = Alert.objects.create(bin=bin_07, kind=AlertKind.FULL, subject="FOOD", opened_at=NOON, last_seen_at=NOON)
    for subject, kind in (("PROBLEM", "OVERFLOW"), ("ALERT", "FULL")):
        TimeAllowed.objects.create(
            subject=subject,
            kind=kind,
            due_h=2,
            remind_h=1,
            street_h=1,
            district_h=2,
            set_by=zhao,
            set_at=NOON + HOUR,
        )
    later = report_problem(guide=chen, point_id=bin_07.point_id, kind="OVERFLOW", now=NOON + 2 * HOUR, client_id="b")
    due = {(case.subject.value, case.subject_id): case.due_at for case in open_cases()}
    assert due == {
        ("PROBLEM", overflow.pk): NOON + 4 * HOUR,
        ("ALERT", alert.pk): NOON + 4 * HOUR,
        ("PROBLEM", later.pk): NOON + 4 * HOUR,
    }
    assert later.due_at - later.found_at == 2 * HOUR


def test_every_kind_has_its_hours_and_they_are_never_changed(zhao: User) -> None:
    kinds = {(row[0], row[1]) for row in read_times_allowed().rows}
    assert len(kinds) == 12
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        TimeAllowed.objects.update(due_h=1)
    wrong = TimeAllowed(
        subject="PROBLEM", kind="FULL", due_h=2, remind_h=1, street_h=1, district_h=2, set_by=zhao, set_at=NOON
    )
    with pytest.raises(IntegrityError, match="time_allowed_kind_of_its_subject"), transaction.atomic():
        wrong.save()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_chen_once(overflow: Problem, chen: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have read that nothing was taken before either writes; without the constraint there are two steps."""
    together = threading.Barrier(2)

    def read_then_wait(read: Callable[..., object]) -> Callable[..., object]:
        def wrapped(**asked: object) -> object:
            found = read(**asked)
            together.wait(timeout=20)
            return found

        return wrapped

    monkeypatch.setattr("guides.services.supervision.watchers", read_then_wait(watchers))

    def work() -> int:
        try:
            return supervise(now=NOON + 4 * HOUR)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        taken = [future.result() for future in [pool.submit(work) for _ in range(2)]]
    assert sorted(taken) == [0, 1]
    assert SupervisionStep.objects.count() == StaffNotice.objects.count() == 1
