"""Every household-day: what it was paid by the ledger, what its settlement says, and what its facts come to."""

import itertools
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from households.models import Household
from lib import dialect
from points.audit.report import AuditReport
from points.models import DaySettlement
from points.programmes import ProgrammeBook, load_programme_book
from points.rules import DayFact, DayPoints, household_points

HOUSEHOLDS_AT_ONCE = 100  # all their days are held at a time: some 100,000 facts a year
# What the settlement posts, and nobody else: day/HOUSEHOLD/DATE/NUMBER/PART. Corrections are checked apart.
_DAY_REFERENCE = re.compile(r"day/(\d+)/(\d{4}-\d\d-\d\d)/\d+/([A-Z]+)")

Key = tuple[int, date]


@dataclass(slots=True)
class PostedDay:
    """What the ledger moved for one household-day, in points, by part of the reference."""

    parts: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def check_days(*, report: AuditReport) -> None:
    """Compare, household by household. Rated by points.rules: the specification, not the SQL that settled."""
    book = load_programme_book()
    homes = Household.objects.order_by("pk").values_list("pk", "community_id").iterator(chunk_size=HOUSEHOLDS_AT_ONCE)
    while chunk := dict(itertools.islice(homes, HOUSEHOLDS_AT_ONCE)):
        _check_chunk(report=report, book=book, homes=chunk)


def _check_chunk(*, report: AuditReport, book: ProgrammeBook, homes: dict[int, int]) -> None:
    first, last = min(homes), max(homes)
    facts = _facts(first=first, last=last)
    posted = _posted(report=report, first=first, last=last)
    settlements: dict[Key, DaySettlement] = {
        (each.household_id, each.occurred_on): each
        for each in DaySettlement.objects.filter(household__gte=first, household__lte=last)
    }
    due = _due(book=book, homes=homes, facts=facts, settlements=settlements)
    for key in sorted(facts.keys() | posted.keys() | settlements.keys()):
        household_id, on = key
        if household_id not in homes:
            continue  # of a household that does not exist: check_orphans names it
        row = f"household {household_id} day {on}"
        settlement = settlements.get(key)
        if settlement is None:
            report.add(kind="day_unsettled", row=row, message="有投放或划转而无日结算 (facts without a settlement)")
            continue
        programme = book.programme_on(community_id=homes[household_id], on=on)
        if settlement.programme_id != programme.pk:
            report.add(kind="day_programme_wrong", row=row, message=f"所记方案不是当日有效的 {programme.pk}")
        _compare_with_facts(report=report, row=row, due=due[key], settlement=settlement)
        _compare_with_ledger(report=report, row=row, posted=posted.get(key, PostedDay()), settlement=settlement)


def _due(
    *,
    book: ProgrammeBook,
    homes: dict[int, int],
    facts: dict[Key, list[tuple[Any, ...]]],
    settlements: dict[Key, DaySettlement],
) -> dict[Key, DayPoints]:
    """What every day comes to that has a settlement or facts, as of when it was settled."""
    days: dict[int, set[date]] = defaultdict(set)
    for household_id, on in facts.keys() | settlements.keys():
        if household_id in homes:
            days[household_id].add(on)
    due: dict[Key, DayPoints] = {}
    for household_id, dates in days.items():
        rules = {on: book.day_rules(community_id=homes[household_id], on=on) for on in dates}
        told = {
            on: _day_facts(
                rows=facts.get((household_id, on), []),
                settlement=settlements.get((household_id, on)),
                checking_window_s=rules[on].checking_window_s,
            )
            for on in dates
        }
        due |= {(household_id, on): points for on, points in household_points(rules=rules, facts=told).items()}
    return due


def _day_facts(
    *, rows: list[tuple[Any, ...]], settlement: DaySettlement | None, checking_window_s: int
) -> list[DayFact]:
    window = timedelta(seconds=checking_window_s)
    return [
        DayFact(
            category=category,
            sub_class=sub_class,
            weight_g=weight_g,
            is_in_window=bool(is_in_window),
            is_awarding=bool(is_awarding),
            verdict=verdict or "",
            is_past_checking=settlement is not None
            and dialect.moment(value=received_at) + window <= settlement.settled_at,
        )
        for category, sub_class, weight_g, is_in_window, is_awarding, received_at, verdict in rows
    ]


def _compare_with_facts(*, report: AuditReport, row: str, due: DayPoints, settlement: DaySettlement) -> None:
    pairs = (
        ("streak", settlement.streak_points, due.streak),
        ("awarded", settlement.awarded_points - settlement.release_shortfall_points, due.awarded),
        ("released", settlement.released_points - settlement.release_shortfall_points, due.released),
        ("bonus", settlement.bonus_points - settlement.bonus_shortfall_points, due.bonus),
        ("penalty", settlement.penalty_points + settlement.penalty_shortfall_points, due.penalty),
    )
    for name, settled, expected in pairs:
        if settled != expected:
            report.add(kind="day_not_its_facts", row=row, message=f"{name}: 结算 {settled},按事实应为 {expected}")


def _compare_with_ledger(*, report: AuditReport, row: str, posted: PostedDay, settlement: DaySettlement) -> None:
    parts = posted.parts
    pairs = (
        (
            "awarded + bonus",
            parts["AWARD"] - parts["UNAWARD"] + parts["BONUS"] - parts["REVERSE"],
            settlement.awarded_points + settlement.bonus_points,
        ),
        (
            "released + bonus",
            parts["RELEASE"] + parts["BONUS"] - parts["REVERSE"],
            settlement.released_points + settlement.bonus_points,
        ),
        ("penalty", parts["PENALTY"] - parts["UNPENALTY"], settlement.penalty_points),
    )
    for name, moved, settled in pairs:
        if moved != settled:
            report.add(kind="day_not_its_transfers", row=row, message=f"{name}: 账上 {moved},结算 {settled}")


def _facts(*, first: int, last: int) -> dict[Key, list[tuple[Any, ...]]]:
    found: dict[Key, list[tuple[Any, ...]]] = defaultdict(list)
    for household_id, on, *rest in dialect.fetch(_FACTS, [first, last, first, last]):
        found[household_id, _day(on)].append(tuple(rest))
    return found


def _posted(*, report: AuditReport, first: int, last: int) -> dict[Key, PostedDay]:
    found: dict[Key, PostedDay] = defaultdict(PostedDay)
    for transfer_id, household_id, reference, points in dialect.fetch(_DAY_TRANSFERS, [first, last]):
        on, part = _day_and_part(household_id=household_id, reference=reference)
        if on is None:
            report.add(
                kind="reference_wrong",
                row=f"transfer {transfer_id} {reference}",
                message="不是该住户某日的结算 (names no day of its household)",
            )
        else:
            found[household_id, on].parts[part] += points
    return found


def _day_and_part(*, household_id: int, reference: str) -> tuple[date | None, str]:
    match = _DAY_REFERENCE.fullmatch(reference)
    if match is None or int(match[1]) != household_id:
        return None, ""
    try:
        return date.fromisoformat(match[2]), match[3]
    except ValueError:
        return None, ""


def _day(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


_DAY_TRANSFERS = """
    SELECT id, household_id, reference, points FROM points_transfer
    WHERE household_id BETWEEN %s AND %s
      AND (reference LIKE 'day/%%' OR (reason IN ('AWARD', 'RELEASE', 'BONUS', 'PENALTY')
                                       AND reference NOT LIKE 'correction/%%'))"""

_VERDICT = """(SELECT v.verdict FROM sorting_verification v JOIN sorting_dropoffbatch vb ON vb.id = v.batch_id
               WHERE v.drop_off_id = d.id AND vb.tallied_at IS NOT NULL ORDER BY v.id DESC LIMIT 1)"""

_FACTS = f"""
    SELECT d.household_id, d.occurred_on, d.category, d.sub_class, d.weight_g, d.is_in_window, b.is_awarding,
           b.received_at, {_VERDICT}
    FROM sorting_dropoff d JOIN sorting_dropoffbatch b ON b.id = d.batch_id
    WHERE d.household_id BETWEEN %s AND %s AND b.tallied_at IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM sorting_setaside s WHERE s.drop_off_id = d.id)
    UNION ALL
    SELECT a.household_id, d.occurred_on, d.category, d.sub_class, d.weight_g, d.is_in_window, b.is_awarding,
           b.received_at, {_VERDICT}
    FROM sorting_attribution a JOIN sorting_dropoff d ON d.id = a.drop_off_id
    JOIN sorting_dropoffbatch b ON b.id = d.batch_id JOIN sorting_dropoffbatch ab ON ab.id = a.batch_id
    WHERE a.household_id BETWEEN %s AND %s AND b.tallied_at IS NOT NULL AND ab.tallied_at IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM sorting_setaside s WHERE s.drop_off_id = d.id)"""  # noqa: S608
