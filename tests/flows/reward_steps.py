"""The steps that spend points: redeem, cancel, collect, let expire. Mixed with those that earn them."""

import datetime as dt
from collections.abc import Callable
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from households.models import Household
from lib.errors import DomainError
from points.models import Redemption, Reward
from points.services import Counter, cancel_redemption, collect_redemption, expire_redemptions_due, redeem_reward
from tests.conftest import NOON
from tests.flows.points_model import Model
from tests.flows.rewards_model import ModelRedemption, ModelReward, RewardsModel

OWNERS = ("zhang", "li")
# points, stock, pieces a household and month
CATALOGUE = {"食盐": (30, 3, None), "毛巾": (290, 1, None), "话费": (10, None, 2)}
Result = TypeVar("Result")


def new_rewards_model(*, points: Model) -> RewardsModel:
    """The catalogue before anything was redeemed."""
    return RewardsModel(
        available=points.available,
        rewards={name: ModelReward(points=p, stock=s, a_month=m) for name, (p, s, m) in CATALOGUE.items()},
    )


def refusal(work: Callable[[], Result]) -> tuple[Result | None, str]:
    """What came of it, and the code of the refusal or ""."""
    try:
        return work(), ""
    except DomainError as error:
        return None, error.code


class RewardSteps(RuleBasedStateMachine):
    """For a machine with a points model, a clock, the households, and the catalogue in the database."""

    households: dict[str, Household]
    rewards: dict[str, Reward]
    shop_counter: Counter
    model: Model
    rewards_model: RewardsModel
    now: dt.datetime

    @rule(owner=st.sampled_from(OWNERS), name=st.sampled_from(list(CATALOGUE)), quantity=st.integers(1, 2))
    def redeem(self, owner: str, name: str, quantity: int) -> None:
        """A household redeems and taps twice; the second tap is the first."""
        self.model.available.setdefault(owner, 0)
        expected = self.rewards_model.redeem(owner=owner, reward=name, quantity=quantity, now=self.now)
        key = f"k{len(self.rewards_model.redemptions)}"

        def tap() -> Redemption:
            return redeem_reward(
                household=self.households[owner],
                reward=self.rewards[name],
                quantity=quantity,
                idempotency_key=key,
                now=self.now,
            )

        made, code = refusal(tap)
        assert code == expected
        if made is not None:
            assert tap().pk == made.pk
            self.rewards_model.redemptions[made.pk] = ModelRedemption(
                owner=owner, reward=name, quantity=quantity, points=made.points, reserved_at=self.now
            )
        self.compare_rewards()

    @precondition(lambda self: self.rewards_model.redemptions)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        """Whoever redeemed something, long ago or just now, cancels it."""
        pk = data.draw(st.sampled_from(list(self.rewards_model.redemptions)))
        remembered = self.rewards_model.redemptions[pk]
        household = self.households[remembered.owner]
        _, code = refusal(lambda: cancel_redemption(household=household, redemption_id=pk, now=self.now))
        assert code == self.rewards_model.cancel(redemption=remembered)
        self.compare_rewards()

    @precondition(lambda self: self.rewards_model.redemptions)
    @rule(data=st.data())
    def collect(self, data: st.DataObject) -> None:
        """Somebody shows a code at the counter, which may be old."""
        pk = data.draw(st.sampled_from(list(self.rewards_model.redemptions)))
        typed = Redemption.objects.get(pk=pk).code
        _, code = refusal(lambda: collect_redemption(code=typed, counter=self.shop_counter, now=self.now))
        assert code == self.rewards_model.collect(redemption=self.rewards_model.redemptions[pk], now=self.now)
        self.compare_rewards()

    def pass_time(self, *, by: dt.timedelta) -> None:
        """Time passes, with all that the workers do to the points meanwhile."""
        raise NotImplementedError

    def compare(self) -> None:
        """What the households hold is what the model says."""
        raise NotImplementedError

    # A card is bound within 30 days or its earlier drop-offs stay nobody's: the other steps know nothing of that.
    @precondition(lambda self: self.now < NOON + dt.timedelta(days=18))
    @rule(days=st.sampled_from((0, 3, 8)))
    def wait_and_expire(self, days: int) -> None:
        """Days pass, and what nobody collected goes back."""
        self.pass_time(by=dt.timedelta(days=days))
        assert expire_redemptions_due(now=self.now) == self.rewards_model.expire(now=self.now)
        self.compare_rewards()

    def compare_rewards(self) -> None:
        """Stock, statuses and balances are the model's."""
        self.compare()
        stock = dict(Reward.objects.values_list("name", "stock_count"))
        assert stock == {name: reward.stock for name, reward in self.rewards_model.rewards.items()}
        statuses = dict(Redemption.objects.values_list("pk", "status"))
        assert statuses == {pk: each.status for pk, each in self.rewards_model.redemptions.items()}
