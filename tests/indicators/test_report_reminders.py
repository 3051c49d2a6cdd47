"""He of the 科工局 is reminded seven days and one day before and when it is over; Qian of what waits. Each once."""

import datetime as dt
from datetime import date

import pytest
import time_machine
from django.test import Client

from indicators.duties import DutyStanding, DutyState, ReminderStep, reminder_step
from indicators.services.report_reminders import remind_of_reports
from indicators.services.reporting import review_value, set_deadline
from people.models import StaffNotice, User
from tests.conftest import NOON, TODAY
from tests.reports import YEAR, make_reporter, make_reviewer, measure_of, report
from worker import tasks

DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("state", "days", "step"),
    [
        ("MISSING", 8, None),
        ("MISSING", 7, ReminderStep.SEVEN_DAYS),
        ("RETURNED", 2, ReminderStep.SEVEN_DAYS),
        ("MISSING", 1, ReminderStep.ONE_DAY),
        ("MISSING", 0, ReminderStep.ONE_DAY),
        ("RETURNED", -1, ReminderStep.OVERDUE),
        ("WAITING", 1, None),
        ("ACCEPTED", -1, None),
    ],
)
def test_who_has_nothing_to_enter_is_not_reminded(state: str, days: int, step: ReminderStep | None) -> None:
    standing = DutyStanding(DutyState(state), 0, 0)
    assert reminder_step(standing=standing, due_on=TODAY + days * DAY, today=TODAY) == step


def _told(user: User) -> list[str]:
    return list(StaffNotice.objects.filter(user=user).order_by("pk").values_list("text", flat=True))


def _due(*, on: date, officer: User) -> None:
    indicator = measure_of(number=5).indicator
    set_deadline(indicator=indicator, starts_on=YEAR[0], ends_on=YEAR[1], due_on=on, officer=officer, now=NOON)


@pytest.mark.django_db
def test_he_is_reminded_three_times_and_another_department_never(zhao: User) -> None:
    he, other = make_reporter(), make_reporter(name="lu", department="区统计局")
    _due(on=TODAY + 9 * DAY, officer=zhao)
    for days in (0, 2, 2, 5, 8, 9, 10, 11, 30):
        remind_of_reports(now=NOON + days * DAY)
    name = measure_of(number=5).name
    what = f"5. {name}(2025-01-01 至 2025-12-31)"
    assert _told(he) == [
        f"请填报:{what},还有 7 天截止(2026-12-02)。",
        f"请填报:{what},还有 1 天截止(2026-12-02)。",
        f"填报超期 1 天:{what},截止日是 2026-12-02。请尽快填报。",
    ]
    assert _told(other) == []
    _due(on=TODAY + 40 * DAY, officer=zhao)  # moved: it is another deadline
    remind_of_reports(now=NOON + 34 * DAY)
    assert len(_told(he)) == 4


@pytest.mark.django_db
def test_qian_hears_once_of_what_waits_and_he_no_more_until_it_is_returned(client: Client, zhao: User) -> None:
    he, qian = make_reporter(), make_reviewer()
    _due(on=TODAY + DAY, officer=zhao)
    value = report(reporter=he)
    for _ in range(2):
        remind_of_reports(now=NOON)
    assert _told(he) == []
    assert _told(qian) == [f"等审核:5. {measure_of(number=5).name}(2025-01-01 至 2025-12-31,区科工局)。"]
    client.force_login(qian)
    assert f'href="/bureau/reports/{value.pk}"' in client.get("/bureau/notices").content.decode()
    review_value(value=value, is_accepted=False, reason="缺第 3 页", reviewer=qian, now=NOON)
    with time_machine.travel(NOON, tick=False):
        tasks.remind_departments_and_reviewers()
    remind_of_reports(now=NOON)
    assert len(_told(he)) == 1
    client.force_login(he)
    page = client.get("/bureau/notices").content.decode()
    assert f'href="/bureau/reports/enter/{measure_of(number=5).pk}"' in page
    assert 'href="/bureau/reports/"' in page  # the way back
