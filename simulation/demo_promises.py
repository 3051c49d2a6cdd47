"""The platform's promises, checked from its raw rows by other means than its own: plain Python and plain SQL."""

from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from households.models import Household
from points.models import Account, AccountKind, DaySettlement, HouseholdDay, Reason, Transfer
from points.programmes import load_programme_book
from points.rules import DayFact, DayPoints, household_points
from simulation.demo_sending import SentLog
from sorting.models import DropOff, DropOffBatch, OpenWindow, RefusedEvent, SetAside, Verification

Day = tuple[int, date]


@dataclass(frozen=True, slots=True)
class Promises:
    """Each is true where the recount found nothing else."""

    every_event_once: bool
    nothing_untallied: bool
    balances_equal_transfers: bool
    points_equal_facts: bool
    tallies_equal_recount: bool
    no_negative_balance: bool

    @property
    def are_kept(self) -> bool:
        return all(asdict(self).values())

    def as_json(self) -> dict[str, bool]:
        return asdict(self)


def check_promises(*, log: SentLog) -> Promises:
    """Recount everything. `log` is what the sender knows of what it sent."""
    return Promises(
        every_event_once=is_every_event_there_once(log=log),
        nothing_untallied=is_everything_tallied(),
        balances_equal_transfers=are_balances_sums_of_transfers(),
        points_equal_facts=are_points_what_the_facts_earn(),
        tallies_equal_recount=are_tallies_what_a_recount_gives(),
        no_negative_balance=not Account.objects.filter(balance_points__lt=0).exists(),
    )


def is_every_event_there_once(*, log: SentLog) -> bool:
    """What was accepted is stored once with its facts, nothing else is, and every refusal is kept and counted."""
    rows = DropOff.objects.values_list("bin__code", "event_id", "category", "weight_g", "occurred_at")
    stored = {(code, event_id): (category, grams, at) for code, event_id, category, grams, at in rows}
    refusals = sum(1 + repeats for repeats in RefusedEvent.objects.values_list("repeat_count", flat=True))
    return (
        stored == log.accepted
        and DropOff.objects.count() == len(stored)
        and log.accepted_twice == 0
        and log.sent == sum(log.fates.values())
        and refusals == log.fates["conflict"] + log.fates["rejected"]
    )


def is_everything_tallied() -> bool:
    """No batch waits, and nothing had to be set aside."""
    return not DropOffBatch.objects.filter(tallied_at=None).exists() and not SetAside.objects.exists()


def are_balances_sums_of_transfers() -> bool:
    """Each household account's balance is what came in less what went out."""
    sums: Counter[int] = Counter()
    for debit, credit, points in Transfer.objects.values_list("debit_id", "credit_id", "points"):
        sums[debit] -= points
        sums[credit] += points
    accounts = Account.objects.filter(kind__in=(AccountKind.PENDING, AccountKind.AVAILABLE))
    return all(sums[pk] == balance for pk, balance in accounts.values_list("pk", "balance_points"))


def are_points_what_the_facts_earn() -> bool:
    """Every household-day was paid what points.rules gives for its raw drop-offs; the ledger holds the same."""
    earned = {day: points for day, points in _earned().items() if points.awarded or points.bonus or points.penalty}
    settlements = DaySettlement.objects.values_list(
        "household_id",
        "occurred_on",
        F("awarded_points") - F("release_shortfall_points"),
        F("bonus_points") - F("bonus_shortfall_points"),
        F("penalty_points") + F("penalty_shortfall_points"),
    )
    settled = {(household, on): rest for household, on, *rest in settlements if any(rest)}
    if settled != {day: [points.awarded, points.bonus, points.penalty] for day, points in earned.items()}:
        return False
    posted: Counter[int] = Counter()
    sign = {Reason.AWARD: 1, Reason.BONUS: 1, Reason.REVERSE: -1, Reason.PENALTY: -1}
    for household, reason, points in Transfer.objects.values_list("household_id", "reason", "points"):
        posted[household] += sign.get(Reason(reason), 0) * points
    expected: Counter[int] = Counter()
    for (household, _on), day in earned.items():
        expected[household] += day.awarded + day.bonus - day.penalty
    return +posted == +expected


def are_tallies_what_a_recount_gives() -> bool:
    """CommunityDay by SQL from raw rows, HouseholdDay in Python: to the gram, and no row more or less."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT d.community_id, d.occurred_on, d.category, COUNT(*), SUM(d.weight_g),
                      COUNT(DISTINCT COALESCE(d.household_id, a.household_id))
               FROM sorting_dropoff d LEFT JOIN sorting_attribution a ON a.drop_off_id = d.id
               GROUP BY d.community_id, d.occurred_on, d.category"""
        )
        recounted = sorted(tuple(row) for row in cursor.fetchall())
        cursor.execute(
            """SELECT community_id, occurred_on, category, drop_off_count, weight_g, household_count
               FROM indicators_communityday"""
        )
        community_days = sorted(tuple(row) for row in cursor.fetchall())
    counts: Counter[tuple[int, date, str]] = Counter()
    grams: Counter[tuple[int, date, str]] = Counter()
    for each in _owned():
        counts[each.household_id, each.occurred_on, each.category] += 1
        grams[each.household_id, each.occurred_on, each.category] += each.weight_g
    days = HouseholdDay.objects.values_list("household_id", "occurred_on", "category", "drop_off_count", "weight_g")
    household_days = {(household, on, category): (count, g) for household, on, category, count, g in days}
    return recounted == community_days and household_days == {key: (counts[key], grams[key]) for key in counts}


class _OwnedDropOff(NamedTuple):
    """A drop-off that somebody owns, by the card or by a later attribution."""

    drop_off_id: int
    household_id: int
    occurred_on: date
    occurred_at: datetime
    point_id: int
    category: str
    sub_class: str
    weight_g: int
    is_awarding: bool


def _owned() -> list[_OwnedDropOff]:
    owner = Coalesce("household_id", "attribution__household_id")
    rows = DropOff.objects.annotate(owner=owner).values_list(
        "pk",
        "owner",
        "occurred_on",
        "occurred_at",
        "bin__point_id",
        "category",
        "sub_class",
        "weight_g",
        "batch__is_awarding",
    )
    return [_OwnedDropOff(*row) for row in rows if row[1] is not None]


def _earned() -> dict[Day, DayPoints]:
    """What each household-day comes to by points.rules, the open windows looked up anew."""
    book = load_programme_book()
    homes = dict(Household.objects.values_list("pk", "community_id"))
    windows = defaultdict(list)
    for point, starts_at, ends_at in OpenWindow.objects.values_list("point_id", "starts_at", "ends_at"):
        windows[point].append((starts_at, ends_at))
    verdicts = dict(Verification.objects.order_by("pk").values_list("drop_off_id", "verdict"))
    facts: dict[int, dict[date, list[DayFact]]] = defaultdict(lambda: defaultdict(list))
    for each in _owned():
        clock = timezone.localtime(each.occurred_at).time()
        open_windows = windows[each.point_id]
        facts[each.household_id][each.occurred_on].append(
            DayFact(
                category=each.category,
                sub_class=each.sub_class,
                weight_g=each.weight_g,
                is_in_window=not open_windows or any(start <= clock < end for start, end in open_windows),
                is_awarding=each.is_awarding,
                verdict=verdicts.get(each.drop_off_id, "").replace("WITHDRAWN", ""),
            )
        )
    earned: dict[Day, DayPoints] = {}
    for household, days in facts.items():
        rules = {on: book.day_rules(community_id=homes[household], on=on) for on in days}
        earned |= {(household, on): points for on, points in household_points(rules=rules, facts=days).items()}
    return earned
