"""Redeem, cancel, collect, earn, reverse and expire on the same fifty households at once, for a few seconds.

FENFEN_RACE_S=60 is the long form; it prints its counts (`pytest -s`).
"""

import datetime as dt
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from households.models import Community, Household
from lib import contention, dialect
from people.models import User
from points import ledger
from points.audit import verify_ledger
from points.expiry import expire_due
from points.models import Account, Redemption, RedemptionStatus, Reward, Shop
from points.release import release_due
from points.services import cancel_redemption, collect_redemption, expire_redemptions_due
from points.services.collecting import Counter as ShopCounter
from sorting.models import DropOff, SmartBin, Verdict
from tests.builders import at, make_drop_off, make_verification
from tests.conftest import TODAY
from tests.points.reward_races import SECONDS, make_households, outcome
from tests.rewards import make_reward, make_shop, make_shopkeeper, redeem
from tests.sorting.test_racing import at_once
from worker.tally import drain

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

REDEEMERS = 6
POINTS_EXPIRE_AT = at(on=dt.date(2028, 1, 1))  # whatever was awarded in 2026 has ended
RESERVED_EXPIRE_AT = at(on=TODAY + dt.timedelta(days=30))


class Storm:
    """Threads that do one kind of thing each, until the time is over; every outcome is counted."""

    def __init__(self, *, homes: list[Household], rewards: list[Reward], shop: Shop, smart_bin: SmartBin, chen: User):
        self.homes, self.rewards, self.smart_bin, self.chen = homes, rewards, smart_bin, chen
        self.counter = ShopCounter(shop=shop, by=make_shopkeeper(shop=shop))
        self.counts: Counter[str] = Counter()
        self.ends_at = 0.0
        self._counting = threading.Lock()

    def rage(self, *, seconds: float) -> Counter[str]:
        """All at once; what came of it, as "what: outcome"."""
        self.ends_at = time.monotonic() + seconds
        jobs = [self._redeem] * REDEEMERS + [self._earn_and_reverse, self._expire_points, self._expire_reserved]
        at_once(senders=len(jobs), work=lambda number: self._repeat(jobs[number], random.Random(number)))
        return self.counts

    def _repeat(self, job: Callable[[random.Random], tuple[str, Callable[[], object]]], chance: random.Random) -> None:
        while time.monotonic() < self.ends_at:
            name, work = job(chance)
            what = outcome(work)
            with self._counting:
                self.counts[f"{name}: {what}"] += 1

    def _redeem(self, chance: random.Random) -> tuple[str, Callable[[], object]]:
        now = at(on=TODAY, hour=13)
        open_ones = Redemption.objects.filter(status=RedemptionStatus.RESERVED).order_by("-pk")[:20]
        if (dice := chance.random()) < 0.3 and (mine := list(open_ones)):
            each = chance.choice(mine)
            home = next(home for home in self.homes if home.pk == each.household_id)
            return "cancel", lambda: cancel_redemption(household=home, redemption_id=each.pk, now=now)
        if dice < 0.5 and (mine := list(open_ones)):
            code = chance.choice(mine).code
            return "collect", lambda: collect_redemption(code=code, counter=self.counter, now=now)
        home, reward, key = chance.choice(self.homes), chance.choice(self.rewards), f"{chance.getrandbits(60):x}"
        return "redeem", lambda: redeem(household=home, reward=reward, key=key, quantity=chance.randint(1, 3), now=now)

    def _earn_and_reverse(self, chance: random.Random) -> tuple[str, Callable[[], object]]:
        """New drop-offs come, earlier ones are judged bad, and the tally settles both: it gives and takes."""
        for home in chance.sample(self.homes, 20):
            bad = DropOff.objects.filter(household=home, verifications__isnull=True).order_by("?").first()
            if bad is not None and chance.random() < 0.5:
                make_verification(drop_off=bad, guide=self.chen, verdict=Verdict.MISPLACED, is_tallied=False)
            make_drop_off(
                smart_bin=self.smart_bin,
                household=home,
                category="RECYCLABLE",
                weight_g=chance.randint(1, 500) * 20,
                occurred_at=at(on=TODAY - dt.timedelta(days=chance.randint(4, 40))),
                is_tallied=False,
            )

        def settle() -> None:
            drain(now=at(on=TODAY, hour=14))
            release_due(now=at(on=TODAY, hour=14))

        return "earn and reverse", settle

    def _expire_points(self, chance: random.Random) -> tuple[str, Callable[[], object]]:
        time.sleep(0.5)  # once a year in earnest; here often enough to take what the others want to spend
        return "expire points", lambda: expire_due(now=POINTS_EXPIRE_AT)

    def _expire_reserved(self, chance: random.Random) -> tuple[str, Callable[[], object]]:
        time.sleep(0.1)
        return "expire reserved", lambda: expire_redemptions_due(now=RESERVED_EXPIRE_AT)


@pytest.fixture
def storm(east_lake: Community, bin_07: SmartBin, zhao: User, chen: User) -> Storm:
    shop = make_shop()
    homes = make_households(community=east_lake, smart_bin=bin_07, points=500)
    rewards = [
        make_reward(shops=[shop], by=zhao, name=f"奖品 {number}", points=points, stock=stock, household_limit=limit)
        for number, (points, stock, limit) in enumerate(
            [(10, 40, None), (20, 40, 5), (30, None, None), (5, None, 10), (10, 5, 1)]
        )
    ]
    return Storm(homes=homes, rewards=rewards, shop=shop, smart_bin=bin_07, chen=chen)


def deadlock_count() -> int:
    return int(dialect.fetch("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")[0][0])


def test_redeeming_reversing_and_expiring_at_once_keeps_every_promise(storm: Storm) -> None:
    deadlocks = deadlock_count()
    counts = storm.rage(seconds=SECONDS)
    print("\nstorm:", dict(sorted(counts.items())), "deadlocks:", deadlock_count() - deadlocks)  # noqa: T201
    whats = {name.partition(": ")[2] for name in counts}
    assert whats <= {
        "done",
        *("insufficient_points", "reward_sold_out", "reward_limit_reached"),
        *("redemption_cancelled", "redemption_collected", "redemption_expired"),
    }
    for name in ("redeem", "cancel", "collect", "earn and reverse", "expire points", "expire reserved"):
        assert counts[f"{name}: done"] > 0, counts
    assert not Account.objects.filter(balance_points__lt=0).exists()
    assert not Reward.objects.filter(stock_count__lt=0).exists()
    assert verify_ledger().faults == []


@contextmanager
def shuffled_and_untried(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Accounts locked in any order, and a deadlock's victim does not try again."""

    def lock_in_any_order(*, household_ids_sql: str) -> None:
        for (account_id,) in dialect.fetch(
            f"SELECT id FROM points_account WHERE household_id IN ({household_ids_sql}) ORDER BY random()"
        ):
            dialect.execute("SELECT id FROM points_account WHERE id = %s FOR UPDATE", [account_id])

    with monkeypatch.context() as patch:
        patch.setattr(ledger, "lock_accounts_of", lock_in_any_order)
        patch.setattr(contention, "ATTEMPTS_MAX", 1)
        yield


def test_in_any_order_and_without_another_try_the_same_storm_ends_in_deadlocks(
    storm: Storm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: postings of many households that take their accounts in any order."""
    with shuffled_and_untried(monkeypatch):
        for _ in range(10):
            counts = storm.rage(seconds=2)
            if any(name.endswith((": busy", ": OperationalError")) for name in counts):
                return
    pytest.fail(f"locked in any order and nothing deadlocked: the test above proves nothing: {counts}")
