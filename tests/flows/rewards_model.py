"""Rewards in plain Python: who holds which redemption, what is in stock, and why a wish is refused."""

import datetime as dt
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

KEPT_DAYS = 7
SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass
class ModelReward:
    """What it costs, how many are left (None: without end), and how many a household may have in a calendar month."""

    points: int
    stock: int | None
    a_month: int | None


@dataclass
class ModelRedemption:
    """One act of exchange."""

    owner: str
    reward: str
    quantity: int
    points: int
    reserved_at: dt.datetime
    status: str = "RESERVED"

    @property
    def ends_at(self) -> dt.datetime:
        """Midnight behind the seventh day."""
        last = self.reserved_at.astimezone(SHANGHAI).date() + dt.timedelta(days=KEPT_DAYS)
        return dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), tzinfo=SHANGHAI)


@dataclass
class RewardsModel:
    """Balances are the points model's own dict: what is spent here is missing there."""

    available: dict[str, int]
    rewards: dict[str, ModelReward]
    redemptions: dict[int, ModelRedemption] = field(default_factory=dict)

    def redeem(self, *, owner: str, reward: str, quantity: int, now: dt.datetime) -> str:
        """ "" and it is done, or the code of the refusal and nothing is."""
        wanted = self.rewards[reward]
        if wanted.a_month is not None and self._had(owner=owner, reward=reward, now=now) + quantity > wanted.a_month:
            return "reward_limit_reached"
        if wanted.stock is not None and wanted.stock < quantity:
            return "reward_sold_out"
        points = wanted.points * quantity
        if self.available.get(owner, 0) < points:
            return "insufficient_points"
        self.available[owner] -= points
        if wanted.stock is not None:
            wanted.stock -= quantity
        return ""

    def collect(self, *, redemption: ModelRedemption, now: dt.datetime) -> str:
        """The same."""
        if redemption.status == "COLLECTED":
            return ""  # at the same counter again
        if redemption.status != "RESERVED":
            return f"redemption_{redemption.status.lower()}"
        if now >= redemption.ends_at:
            return "redemption_expired"
        redemption.status = "COLLECTED"
        return ""

    def cancel(self, *, redemption: ModelRedemption) -> str:
        """The same."""
        if redemption.status in ("COLLECTED", "EXPIRED"):
            return f"redemption_{redemption.status.lower()}"
        if redemption.status == "RESERVED":
            self._give_back(redemption=redemption, status="CANCELLED")
        return ""

    def expire(self, *, now: dt.datetime) -> int:
        """Close all whose time is over; how many."""
        due = [each for each in self.redemptions.values() if each.status == "RESERVED" and each.ends_at <= now]
        for each in due:
            self._give_back(redemption=each, status="EXPIRED")
        return len(due)

    def _give_back(self, *, redemption: ModelRedemption, status: str) -> None:
        redemption.status = status
        self.available[redemption.owner] += redemption.points
        reward = self.rewards[redemption.reward]
        if reward.stock is not None:
            reward.stock += redemption.quantity

    def _had(self, *, owner: str, reward: str, now: dt.datetime) -> int:
        month = now.astimezone(SHANGHAI).strftime("%Y-%m")
        return sum(
            each.quantity
            for each in self.redemptions.values()
            if (each.owner, each.reward) == (owner, reward)
            and each.status in ("RESERVED", "COLLECTED")
            and each.reserved_at.astimezone(SHANGHAI).strftime("%Y-%m") == month
        )
