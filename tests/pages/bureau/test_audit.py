"""Officer Zhao reads who did or saw what: by day, by person and kind, households as numbers only."""

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from households.models import Community, Household
from households.services import open_household
from indicators.facts import Period
from indicators.models import Stage
from indicators.queries.audit import ActKind, read_acts
from indicators.services.publishing import withdraw_proposal
from people.models import AccessLog, Role, RoleGrant, ScopeKind, User
from points.services.corrections import decide_correction, propose_correction
from tests.conftest import NOON, TODAY
from tests.publishing import OCTOBER, confirm, propose

pytestmark = pytest.mark.django_db
PAGE = "/bureau/audit"
WEEK = {"from": "2026-11-17", "to": "2026-11-23"}
MINUTE = dt.timedelta(minutes=1)


def log_change(*, user: User, row: Any, message: str, at: dt.datetime) -> None:
    """What the back office writes down."""
    LogEntry.objects.create(
        user=user,
        content_type=ContentType.objects.get_for_model(row),
        object_id=f"{row.pk}",
        object_repr=f"{row}",
        action_flag=CHANGE,
        change_message=message,
        action_time=at,
    )


@pytest.fixture
def a_day(zhang: Household, east_lake: Community, chen: User, zhao: User, qian: User) -> None:
    """Zhao changes 东湖花园 and opens the Zhangs; both put points right and publish; Qian changes Zhang and Chen."""
    fields = '[{"changed": {"fields": ["申报户数:400 → 420"]}}]'
    log_change(user=zhao, row=east_lake, message=fields, at=NOON - 9 * MINUTE)
    open_household(household=zhang, by=zhao, reason="核对投诉", now=NOON - 8 * MINUTE)
    correction = propose_correction(household=zhang, points=5, reason="来电", officer=zhao, now=NOON - 7 * MINUTE)
    decide_correction(correction=correction, officer=qian, is_approved=True, note="属实", now=NOON - 6 * MINUTE)
    proposal = propose(month=OCTOBER, stage=Stage.PROVISIONAL, officer=zhao, now=NOON - 5 * MINUTE)
    withdraw_proposal(proposal=proposal, reason="清运单没齐", officer=qian, now=NOON - 4 * MINUTE)
    again = propose(month=OCTOBER, stage=Stage.PROVISIONAL, officer=zhao, now=NOON - 3 * MINUTE)
    confirm(proposal=again, officer=qian, now=NOON - 2 * MINUTE)
    secret = '[{"changed": {"fields": ["门牌:1-1-101 → 1-1-102"]}}]'
    log_change(user=qian, row=zhang, message=secret, at=NOON - MINUTE)
    log_change(user=qian, row=chen, message='[{"changed": {"fields": ["姓名:陈 → 陈督导"]}}]', at=NOON)


def rows_of(client: Client, **query: str) -> list[tuple[str, ...]]:
    """The file: who, kind, subject and words."""
    answer = client.get(PAGE, WEEK | query | {"format": "csv"})
    return [tuple(row.values())[1:] for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))]


def test_everything_of_the_day_stands_in_one_list_the_last_first(
    client: Client, a_day: None, zhao: User, zhang: Household, chen: User, east_lake: Community
) -> None:
    client.force_login(zhao)
    assert rows_of(client) == [
        ("钱科员", "后台修改", f"用户 第 {chen.pk} 号 chen", "修改:姓名:陈 → 陈督导"),
        ("钱科员", "后台修改", f"住户 第 {zhang.pk} 号", "修改"),
        ("钱科员", "办理", "月度发布 2026-10", "确认 初步数据"),
        ("赵科长", "办理", "月度发布 2026-10", "提议 初步数据"),
        ("钱科员", "办理", "月度发布 2026-10", "撤回 初步数据:清运单没齐"),
        ("赵科长", "办理", "月度发布 2026-10", "提议 初步数据"),
        ("钱科员", "办理", "积分更正 第 1 号", "批准 5:属实"),
        ("赵科长", "办理", "积分更正 第 1 号", "提议 5:来电"),
        ("赵科长", "查阅", f"住户 第 {zhang.pk} 号", "核对投诉"),
        ("赵科长", "后台修改", f"小区 第 {east_lake.pk} 号 东湖花园", "修改:申报户数:400 → 420"),
    ]
    page = client.get(PAGE, WEEK).content.decode()
    assert "申报户数:400 → 420" in page
    assert "101" not in page, "where the Zhangs live is not told here"


def test_the_list_is_narrowed_down_by_person_and_kind_and_day(
    client: Client, a_day: None, zhao: User, qian: User
) -> None:
    client.force_login(zhao)
    assert {row[0] for row in rows_of(client, who=f"{qian.pk}")} == {"钱科员"}
    assert [row[3] for row in rows_of(client, kind="LOOK")] == ["核对投诉"]
    assert len(rows_of(client, kind="DECISION", who=f"{zhao.pk}")) == 3
    assert rows_of(client, to="2026-11-22") == []
    assert "这段时间没有记录" in client.get(PAGE, WEEK | {"to": "2026-11-22"}).content.decode()


def test_pages_of_a_long_list_follow_one_another_and_take_few_queries(
    client: Client, zhao: User, zhang: Household, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    AccessLog.objects.bulk_create(
        AccessLog(
            user=zhao, subject_kind="household", subject_id=zhang.pk, reason=f"第{number}次", at=NOON - number * MINUTE
        )
        for number in range(60)
    )
    client.force_login(zhao)
    first, second = client.get(PAGE, WEEK).content.decode(), client.get(PAGE, WEEK | {"page": "2"}).content.decode()
    assert ("第49次" in first, "第50次" in first, "较早的" in first) == (True, False, True)
    assert ("第49次" in second, "第50次" in second, "较早的" in second) == (False, True, False)
    with django_assert_max_num_queries(3):
        assert len(read_acts(period=Period(starts_on=TODAY, ends_on=TODAY), kind=ActKind.LOOK, limit=50)) == 50
    with django_assert_max_num_queries(3):
        read_acts(period=Period(starts_on=TODAY, ends_on=TODAY), limit=50)


def test_an_officer_of_one_estate_does_not_read_it(client: Client, east_lake: Community) -> None:
    sun = User.objects.create_user(username="sun")
    RoleGrant.objects.create(
        user=sun,
        role=Role.OFFICER,
        scope_kind=ScopeKind.COMMUNITY,
        scope_id=east_lake.pk,
        starts_on=dt.date(2026, 1, 1),
    )
    client.force_login(sun)
    assert client.get(PAGE).status_code == 403
