"""What a settlement works on: `work_day`, the days to settle with their household's home community; and what holds
there on those days: `work_terms` (by community and date) and `work_rule` (the rule of each category and sub-class).
"""

from collections.abc import Iterable
from dataclasses import astuple
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from lib import dialect
from points.programmes import ProgrammeBook
from points.rules import DayRules
from sorting.categories import CATEGORY_FACTS, SubClass

DUE_DAYS_MAX = 10_000  # household-days released in one transaction: some seconds of work on SQLite

_IS_TOUCHED, _IS_NOT_TOUCHED = 1, 0


def make_work_tables() -> None:
    """Empty work tables for one settlement."""
    timestamp = dialect.words()["timestamp"]
    dialect.work_table(
        name="work_day",
        columns="household_id bigint, occurred_on date, home_id bigint NOT NULL, is_touched smallint, "
        f"released_to {timestamp}",
    )
    dialect.work_table(
        name="work_terms",
        columns="home_id bigint, occurred_on date, programme_id bigint, bonus integer, window_s integer, "
        "streak_from date, streak_days integer, streak_points integer",
    )
    dialect.work_table(
        name="work_rule",
        columns="home_id bigint, occurred_on date, category varchar(12), sub_class varchar(20), code varchar(20), "
        "unit varchar(8), points integer, points_outside integer, weight_g_min integer, drop_offs_max integer, "
        f"points_max integer, misplaced integer, contaminated integer, released_to {timestamp}",
    )
    dialect.work_table(name="work_reach", columns="home_id bigint, occurred_on date, reach_to date")


def stage_days(*, days_sql: str) -> int:
    """Stage the days to settle from a query for (household_id, occurred_on) whose facts changed; returns how many."""
    make_work_tables()
    return dialect.execute(
        f"""INSERT INTO work_day (household_id, occurred_on, home_id, is_touched)
            SELECT d.household_id, d.occurred_on, h.community_id, {_IS_TOUCHED}
            FROM ({days_sql}) d LEFT JOIN households_household h ON h.id = d.household_id"""  # noqa: S608
    )


def stage_due_days(*, now: datetime) -> int:
    """Stage days with points that may be due for release by `now`; returns how many."""
    make_work_tables()
    return dialect.execute(
        f"""INSERT INTO work_day (household_id, occurred_on, home_id, is_touched)
            SELECT s.household_id, s.occurred_on, h.community_id, {_IS_NOT_TOUCHED}
            FROM points_daysettlement s JOIN households_household h ON h.id = s.household_id
            WHERE s.next_release_at IS NOT NULL AND s.next_release_at <= %s
            ORDER BY s.next_release_at LIMIT %s""",  # noqa: S608
        [dialect.adapt(value=now), DUE_DAYS_MAX],
    )


def stage_days_after(*, book: ProgrammeBook) -> int:
    """Stage the settled days whose streak a touched day may have made or broken; returns how many.

    What a release changes is no day's awards, so it reaches no further than its own day.
    """
    rows = []
    for home_id, on in _communities_and_dates(where=f"is_touched = {_IS_TOUCHED}"):
        reach = book.streak_reach(community_id=home_id)
        if reach:
            rows.append((home_id, dialect.adapt(value=on), dialect.adapt(value=on + reach)))
    if not rows:
        return 0
    _insert(table="work_reach", rows=rows)
    return dialect.execute(
        f"""INSERT INTO work_day (household_id, occurred_on, home_id, is_touched)
            SELECT DISTINCT s.household_id, s.occurred_on, w.home_id, {_IS_NOT_TOUCHED}
            FROM work_day w
            JOIN work_reach q ON q.home_id = w.home_id AND q.occurred_on = w.occurred_on
            JOIN points_daysettlement s ON s.household_id = w.household_id
                                       AND s.occurred_on > w.occurred_on AND s.occurred_on <= q.reach_to
            LEFT JOIN work_day there ON there.household_id = s.household_id AND there.occurred_on = s.occurred_on
            WHERE w.is_touched = {_IS_TOUCHED} AND there.household_id IS NULL"""  # noqa: S608
    )


def stage_rules(*, book: ProgrammeBook, now: datetime) -> frozenset[str]:
    """Stage what holds on the staged days; returns the codes of the sub-classes that have a rule on any of them.

    A category that a programme does not mention earns nothing, and is counted all the same. A drop-off is past the
    checking window when it was received at or before `released_to`.

    :raises LookupError: no programme holds on one of the days.
    """
    holding = []
    for home_id, on in _communities_and_dates():
        programme = book.programme_on(community_id=home_id, on=on)
        holding.append((home_id, on, programme.pk, book.rules_by_programme_id[programme.pk]))
    named = frozenset(code for *_, rules in holding for code in rules.by_code) & frozenset(SubClass.values)
    _insert(table="work_terms", rows=[_terms_row(*each) for each in holding])
    _insert(
        table="work_rule",
        rows=[
            (home_id, dialect.adapt(value=on), *row)
            for home_id, on, _, rules in holding
            for row in _rule_rows(rules=rules, named=named, now=now)
        ],
    )
    dialect.analyze("work_day", "work_terms", "work_rule")
    return named


def keep_released(*, now: datetime) -> None:
    """Let no day's clock run backwards: what was released by a later moment than `now` is not taken back.

    Workers read their clocks when they begin; a release may come between. Needs the rules, and the accounts locked.
    """
    ahead = dialect.fetch(
        """SELECT w.household_id, w.occurred_on, s.settled_at, t.window_s
           FROM work_day w
           JOIN points_daysettlement s ON s.household_id = w.household_id AND s.occurred_on = w.occurred_on
           JOIN work_terms t ON t.home_id = w.home_id AND t.occurred_on = w.occurred_on
           WHERE s.settled_at > %s""",
        [dialect.adapt(value=now)],
    )
    rows = [
        (dialect.adapt(value=dialect.moment(value=settled_at) - timedelta(seconds=window_s)), household_id, occurred_on)
        for household_id, occurred_on, settled_at, window_s in ahead
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE work_day SET released_to = %s WHERE household_id = %s AND occurred_on = %s", rows
            )


def _communities_and_dates(*, where: str = "1 = 1") -> list[tuple[int, date]]:
    found = dialect.fetch(f"SELECT DISTINCT home_id, occurred_on FROM work_day WHERE {where}")  # noqa: S608
    return [(home_id, on if isinstance(on, date) else date.fromisoformat(on)) for home_id, on in found]


def _terms_row(home_id: int, on: date, programme_id: int, rules: DayRules) -> tuple[Any, ...]:
    streak_from = on - timedelta(days=rules.streak_days - 1) if rules.streak_days else None
    return (
        home_id,
        dialect.adapt(value=on),
        programme_id,
        rules.verdict_bonus_points,
        rules.checking_window_s,
        dialect.adapt(value=streak_from) if streak_from else None,
        rules.streak_days,
        rules.streak_bonus_points,
    )


def _rule_rows(*, rules: DayRules, named: frozenset[str], now: datetime) -> Iterable[tuple[Any, ...]]:
    """One row a category, for what has no sub-class or one that nobody names; one a named sub-class."""
    ends = (
        rules.misplaced_penalty_points,
        rules.contaminated_penalty_points,
        dialect.adapt(value=now - timedelta(seconds=rules.checking_window_s)),
    )
    for category, facts in CATEGORY_FACTS.items():
        for sub_class in ("", *(each.value for each in facts.sub_classes if each.value in named)):
            code = rules.code_for(category=category.value, sub_class=sub_class)
            yield (category.value, sub_class, code, *astuple(rules.rule_of(code=code)), *ends)


def _insert(*, table: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            marks = ", ".join(["%s"] * len(rows[0]))
            cursor.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608
