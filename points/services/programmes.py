"""Programmes: one officer drafts, another one decides, and it holds from a coming day. Past days are never re-rated."""

import datetime as dt
from dataclasses import asdict

from django.db import IntegrityError, transaction
from django.utils import timezone

from households.models import Community
from lib.errors import DomainError
from people.models import AccessLog, User
from points.models import HouseholdDay, PointRule, Programme, ProgrammeSimulation, ProgrammeState
from points.rules import STREAK_DAYS_MAX, DayRules, EarningRule
from points.simulation import SUBJECT_KIND
from sorting.categories import CATEGORY_FACTS

POINTS_MAX = 10_000  # some 100 yuan for one thing on one day: what is more is a slip
TEXT_LENGTH_MAX = 200
# A bin's clock may be 10 minutes ahead, and a tally may just be rating what it sent: nobody approves that close to
# midnight for the next day.
LEAD = dt.timedelta(hours=1)


class ProgrammeUnfit(DomainError):
    """The draft says something that cannot be."""

    code = "programme_unfit"
    message = "方案填写有误,请检查标出的地方"


class ProgrammeTooEarly(DomainError):
    """It would hold on a day that has begun, or nearly."""

    code = "programme_too_early"
    message = "生效日期已到或太近:方案只能从以后的日子开始,已经过去的日子不会重算。请撤回后按新日期重新起草"


class ProgrammeSecondPersonNeeded(DomainError):
    """Whoever drafted it does not decide it."""

    code = "programme_second_person_needed"
    message = "起草人不能审批自己的方案,请另一位同事审批"


class ProgrammeNotSimulated(DomainError):
    """Nobody approves what nobody has seen at work."""

    code = "programme_not_simulated"
    message = "还没有试算完,请先试算最近 30 天再批准"


class ProgrammeDecided(DomainError):
    """It is no draft any more."""

    code = "programme_decided"
    message = "这个方案已经有了结论,本次没有变动"


class ProgrammeDayTaken(DomainError):
    """Another one holds there from the same day."""

    code = "programme_day_taken"
    message = "同一范围在这一天已有另一个批准的方案,请撤回后改用别的日期"


def first_possible_day(*, now: dt.datetime) -> dt.date:
    """The first day from which something that is approved now may hold."""
    return timezone.localdate(now + LEAD) + dt.timedelta(days=1)


@transaction.atomic
def draft_programme(
    *,
    name: str,
    community: Community | None,
    holds_from: dt.date,
    rules: DayRules,
    reason: str,
    officer: User,
    now: dt.datetime,
) -> Programme:
    """Draft a programme for a community or for the district. It rates nothing before it is approved.

    :raises ProgrammeUnfit: something cannot be so; `fields` says what, by name of the field or code of the rule.
    """
    faults = _faults(name=name, holds_from=holds_from, rules=rules, reason=reason, now=now)
    if faults:
        raise ProgrammeUnfit(fields=faults)
    programme = Programme.objects.create(
        name=name.strip(),
        community=community,
        holds_from=holds_from,
        verdict_bonus_points=rules.verdict_bonus_points,
        misplaced_penalty_points=rules.misplaced_penalty_points,
        contaminated_penalty_points=rules.contaminated_penalty_points,
        streak_days=rules.streak_days,
        streak_bonus_points=rules.streak_bonus_points,
        checking_window_s=rules.checking_window_s,
        state=ProgrammeState.DRAFT,
        reason=reason.strip(),
        drafted_by=officer,
        drafted_at=now,
    )
    PointRule.objects.bulk_create(
        PointRule(
            programme=programme,
            category=category.value,
            sub_class="" if code == category.value else code,
            **asdict(rules.by_code[code]),
        )
        for category, facts in CATEGORY_FACTS.items()
        for code in (category.value, *(each.value for each in facts.sub_classes))
        if code in rules.by_code
    )
    _note(programme=programme, officer=officer, what="起草积分方案", now=now)
    return programme


@transaction.atomic
def decide_programme(
    *, programme: Programme, is_approved: bool, note: str = "", officer: User, now: dt.datetime
) -> Programme:
    """Approve, so that it holds from its day on, or refuse.

    :raises ProgrammeDecided: it is no draft any more.
    :raises ProgrammeSecondPersonNeeded: the officer drafted it.
    :raises ProgrammeNotSimulated: no simulation of it is complete.
    :raises ProgrammeTooEarly: its day has come, or is too near.
    :raises ProgrammeDayTaken: another one holds there from that day.
    """
    locked = _locked_draft(programme=programme)
    if locked.drafted_by_id == officer.pk:
        raise ProgrammeSecondPersonNeeded
    if is_approved:
        _require_simulated(programme=locked)
        _require_coming(programme=locked, now=now)
    state = ProgrammeState.APPROVED if is_approved else ProgrammeState.REFUSED
    _decide(programme=locked, state=state, note=note, officer=officer, now=now)
    _note(programme=locked, officer=officer, what=f"审批积分方案:{state.label}", now=now)
    return locked


@transaction.atomic
def withdraw_programme(*, programme: Programme, note: str = "", officer: User, now: dt.datetime) -> Programme:
    """Take back one's own draft.

    :raises ProgrammeDecided: it is no draft any more.
    :raises ProgrammeSecondPersonNeeded: somebody else drafted it, who alone takes it back; others refuse it.
    """
    locked = _locked_draft(programme=programme)
    if locked.drafted_by_id != officer.pk:
        raise ProgrammeSecondPersonNeeded("只有起草人能撤回方案;要否决请选“不批准”")
    _decide(programme=locked, state=ProgrammeState.WITHDRAWN, note=note, officer=officer, now=now)
    _note(programme=locked, officer=officer, what="撤回积分方案", now=now)
    return locked


def _locked_draft(*, programme: Programme) -> Programme:
    locked = Programme.objects.select_for_update(of=("self",)).get(pk=programme.pk)
    if locked.state != ProgrammeState.DRAFT:
        raise ProgrammeDecided
    return locked


def _require_simulated(*, programme: Programme) -> None:
    for simulation in ProgrammeSimulation.objects.filter(programme=programme):
        if not simulation.communities.filter(is_done=False).exists():
            return
    raise ProgrammeNotSimulated


def _require_coming(*, programme: Programme, now: dt.datetime) -> None:
    """The day is still to come, and nothing of it has been rated."""
    is_near = programme.holds_from < first_possible_day(now=now)
    if is_near or HouseholdDay.objects.filter(occurred_on__gte=programme.holds_from).exists():
        raise ProgrammeTooEarly


def _decide(*, programme: Programme, state: ProgrammeState, note: str, officer: User, now: dt.datetime) -> None:
    programme.state, programme.note = state, note.strip()[:TEXT_LENGTH_MAX]
    programme.decided_by, programme.decided_at, programme.decided_on = officer, now, timezone.localdate(now)
    try:
        with transaction.atomic():
            programme.save(update_fields=["state", "note", "decided_by", "decided_at", "decided_on"])
    except IntegrityError as error:
        # PostgreSQL names the constraint, SQLite the columns of a unique one.
        if "programme_once_a_day" in str(error) or "UNIQUE" in str(error):
            raise ProgrammeDayTaken from error
        raise


def _note(*, programme: Programme, officer: User, what: str, now: dt.datetime) -> None:
    AccessLog.objects.create(user=officer, subject_kind=SUBJECT_KIND, subject_id=programme.pk, reason=what, at=now)


def _faults(*, name: str, holds_from: dt.date, rules: DayRules, reason: str, now: dt.datetime) -> dict[str, str]:
    found = {}
    if not 0 < len(name.strip()) <= 80:
        found["name"] = "请写一个 80 字以内的名称"
    if not 0 < len(reason.strip()) <= TEXT_LENGTH_MAX:
        found["reason"] = f"请写明为什么修改,{TEXT_LENGTH_MAX} 字以内"
    if holds_from < first_possible_day(now=now):
        found["holds_from"] = f"最早从 {first_possible_day(now=now)} 开始;已经过去的日子不会重算"
    for field in ("verdict_bonus_points", "misplaced_penalty_points", "contaminated_penalty_points"):
        if not 0 <= getattr(rules, field) <= POINTS_MAX:
            found[field] = f"应在 0 到 {POINTS_MAX:,} 之间"
    if rules.streak_days is None and rules.streak_bonus_points:
        found["streak_days"] = "有连续奖励时要写连续几天"
    if rules.streak_days is not None and not 2 <= rules.streak_days <= STREAK_DAYS_MAX:
        found["streak_days"] = f"应在 2 到 {STREAK_DAYS_MAX} 天之间"
    if not 0 <= rules.streak_bonus_points <= POINTS_MAX:
        found["streak_bonus_points"] = f"应在 0 到 {POINTS_MAX:,} 之间"
    for code, rule in rules.by_code.items():
        fault = _fault_of_rule(rule=rule)
        if fault:
            found[code] = fault
    return found


def _fault_of_rule(*, rule: EarningRule) -> str:
    if not 0 <= rule.points <= POINTS_MAX:
        return f"积分应在 0 到 {POINTS_MAX:,} 之间"
    if not 0 <= rule.points_outside <= rule.points:
        return "时段外的积分不能多于时段内"
    if not 1 <= rule.weight_g_min <= 50_000:
        return "最低重量应在 1 到 50,000 克之间"
    if rule.unit == "KG" and rule.drop_offs_a_day_max is not None:
        return "按重量计分时不限次数,请改用每日积分上限"
    if (rule.drop_offs_a_day_max or 0) > 1_000 or (rule.points_a_day_max or 0) > POINTS_MAX:
        return f"上限过大:次数不超过 1,000,积分不超过 {POINTS_MAX:,}"
    return ""
