"""Every point is held against a token of its own: earned on a day, spent oldest first, ended with the year after."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from households.models import Household
from people.models import User
from points.ages import AgedPoints, held_by_age
from points.audit import verify_ledger
from points.expiry import expire_due
from points.ledger import Line, post
from points.models import AccountKind, Reason, RunKind
from points.queries.expiries import expiries_of
from points.release import release_due
from sorting.models import DropOff, SmartBin, Verdict
from tests.builders import at, make_drop_off, make_verification
from tests.conftest import SHANGHAI
from tests.worker.test_tally import balances
from worker.tally import drain

AFTER_CHECKING = dt.timedelta(days=3)


@dataclass
class Tokens:
    """One token a point: the local year it was awarded in. Knows no accounts and no sums."""

    earned: list[int] = field(default_factory=list)
    out_count: int = 0

    @property
    def held(self) -> list[int]:
        """What is left when everything that went out was the oldest."""
        return sorted(self.earned)[self.out_count :]

    def take(self, count: int) -> int:
        """Take what is there; how many that was."""
        taken = min(count, len(self.held))
        self.out_count += taken
        return taken

    def take_back(self, *, year: int, count: int) -> int:
        """Undo an award, as far as there is something to take."""
        taken = min(count, len(self.held))
        for _ in range(taken):
            self.earned.remove(year)
        return taken


class AgesMachine(RuleBasedStateMachine):
    """Zhang's years of earning, spending and being judged; bin 07, guide Chen."""

    zhang: Household
    smart_bin: SmartBin
    guide: User

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.now = dt.datetime(2026, 10, 1, 8, tzinfo=SHANGHAI)
        self.tokens = Tokens()
        self.unjudged: list[tuple[DropOff, int]] = []
        self.redeemed: dict[str, int] = {}
        self.posted_count = 0

    def teardown(self) -> None:
        """Nothing of one run is left for the next."""
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    def _post(self, debit: AccountKind, credit: AccountKind, points: int, reason: Reason) -> str:
        self.posted_count += 1
        reference = f"redeem/{self.posted_count}"
        line = Line(
            household_id=self.zhang.pk, debit=debit, credit=credit, points=points, reason=reason, reference=reference
        )
        post(lines=[line], kind=RunKind.POST, now=self.now)
        return reference

    @rule()
    def earn(self) -> None:
        """A bag of food waste, checked by nobody."""
        drop_off = make_drop_off(smart_bin=self.smart_bin, household=self.zhang, occurred_at=self.now, is_tallied=False)
        drain(now=self.now)
        year = self.now.astimezone(SHANGHAI).year
        self.now += AFTER_CHECKING
        release_due(now=self.now)
        self.tokens.earned += [year] * 10
        self.unjudged.append((drop_off, year))

    @rule(days=st.sampled_from((1, 40, 90, 200)))
    def wait(self, days: int) -> None:
        """Time passes, and what has ended is taken."""
        self.now += dt.timedelta(days=days)
        ended = [year for year in self.tokens.held if year + 1 < self.now.astimezone(SHANGHAI).year]
        assert expire_due(now=self.now) == len(ended)
        assert expire_due(now=self.now) == 0
        self.tokens.out_count += len(ended)

    @precondition(lambda self: self.tokens.held)
    @rule(data=st.data())
    def redeem(self, data: st.DataObject) -> None:
        """Some of what is held is spent."""
        points = data.draw(st.integers(1, len(self.tokens.held)))
        reference = self._post(AccountKind.AVAILABLE, AccountKind.REDEEMED, points, Reason.REDEEM)
        self.redeemed[reference] = self.tokens.take(points)

    @precondition(lambda self: self.redeemed)
    @rule(data=st.data())
    def refund(self, data: st.DataObject) -> None:
        """What was redeemed was not collected."""
        points = self.redeemed.pop(data.draw(st.sampled_from(sorted(self.redeemed))))
        self._post(AccountKind.REDEEMED, AccountKind.AVAILABLE, points, Reason.REFUND)
        self.tokens.out_count -= points

    @precondition(lambda self: self.unjudged)
    @rule(data=st.data())
    def judge(self, data: st.DataObject) -> None:
        """A drop-off turns out to be in the wrong bin: its points go, and ten more, as far as there are any."""
        drop_off, year = self.unjudged.pop(data.draw(st.integers(0, len(self.unjudged) - 1)))
        make_verification(drop_off=drop_off, guide=self.guide, verdict=Verdict.MISPLACED, is_tallied=False)
        drain(now=self.now)
        self.tokens.take_back(year=year, count=10)
        self.tokens.take(10)

    @invariant()
    def what_is_held_is_what_the_tokens_say(self) -> None:
        """Balance, ages and the audit, after every step."""
        assert balances(self.zhang) == (0, len(self.tokens.held))
        this_year = self.now.astimezone(SHANGHAI).year
        ages = Counter(max(year, this_year - 2) for year in self.tokens.held)
        found = expiries_of(household=self.zhang, now=self.now)
        assert {each.awarded_in: each.points for each in found} == dict(ages)
        # What is spent here is no reward: the audit says so and finds nothing else.
        assert {fault.kind for fault in verify_ledger().faults} <= {"redemption_missing"}


@pytest.mark.django_db
def test_zhangs_points_age_as_tokens_do(zhang: Household, bin_07: SmartBin, chen: User) -> None:
    AgesMachine.zhang = zhang
    AgesMachine.smart_bin = bin_07
    AgesMachine.guide = chen
    run_state_machine_as_test(
        AgesMachine,
        settings=settings(
            max_examples=12,
            stateful_step_count=18,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
            phases=(Phase.explicit, Phase.reuse, Phase.generate),
        ),
    )


def test_points_are_listed_oldest_first_with_the_day_they_end() -> None:
    held = held_by_age(balance_points=25, came_by_year={2026: 40, 2027: 12}, this_year=2027)
    assert held == [AgedPoints(awarded_in=2026, points=13), AgedPoints(awarded_in=2027, points=12)]
    assert [each.ends_on for each in held] == [dt.date(2027, 12, 31), dt.date(2028, 12, 31)]
    spent = held_by_age(balance_points=5, came_by_year={2026: 40, 2027: 12}, this_year=2027)
    assert spent == [AgedPoints(awarded_in=2027, points=5)]


@pytest.mark.django_db
def test_points_given_back_after_their_end_end_at_once(zhang: Household, bin_07: SmartBin, now: dt.datetime) -> None:
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=now, is_tallied=False)
    drain(now=now)
    release_due(now=now + AFTER_CHECKING)
    sides = (AccountKind.AVAILABLE, AccountKind.REDEEMED)
    for (debit, credit), reason in ((sides, Reason.REDEEM), (sides[::-1], Reason.REFUND)):
        line = Line(zhang.pk, debit=debit, credit=credit, points=4, reason=reason, reference=f"redeem/{reason}")
        if reason == Reason.REFUND:
            assert expire_due(now=at(on=dt.date(2028, 1, 1))) == 6
        post(lines=[line], kind=RunKind.POST, now=at(on=dt.date(2028, 1, 1)))
    assert expire_due(now=at(on=dt.date(2028, 1, 2))) == 4
