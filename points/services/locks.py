"""The one order in which whoever touches rewards takes its locks, so that no two wait for each other in a ring:

shop → households by id → their accounts by id → rewards by id → redemptions by id → the ledger's seal (points.ledger).

Whoever needs fewer of them leaves some out and keeps the order. SQLite's one write lock, taken at the start of every
transaction that writes, covers all of them.
"""

from collections.abc import Iterable, Sequence

from lib import dialect
from points import ledger
from points.models import Redemption, Reward, Shop


def lock_shop(*, shop_id: int) -> Shop:
    """The shop, kept as it is until the transaction ends.

    :raises Shop.DoesNotExist: there is none.
    """
    return Shop.objects.select_for_update().get(pk=shop_id)


def keep_shop(*, shop_id: int) -> None:
    """Keep the shop's month from being closed until the transaction ends; others may keep it too."""
    _keep(table="points_shop", ids=[shop_id])


def lock_accounts(*, household_ids: Iterable[int]) -> None:
    """Lock the households' accounts, opening those that are missing. Then each household is one at a time."""
    ids = sorted(set(household_ids))
    # New rows of a household take this lock on it anyway: it is taken first, not behind the accounts.
    _keep(table="households_household", ids=ids)
    ledger.open_accounts(household_ids=ids)
    ledger.lock_accounts(household_ids=ids)


def lock_reward(*, reward_id: int) -> Reward:
    """The reward, its stock kept as it is until the transaction ends. An unlimited one, for ever so, keeps nobody out.

    :raises Reward.DoesNotExist: there is none.
    """
    reward = Reward.objects.get(pk=reward_id)
    return reward if reward.stock_count is None else Reward.objects.select_for_update().get(pk=reward_id)


def lock_rewards(*, reward_ids: Iterable[int]) -> list[Reward]:
    """The rewards, their stock kept as it is until the transaction ends."""
    limited = Reward.objects.filter(pk__in=set(reward_ids), stock_count__isnull=False)
    return list(limited.select_for_update().order_by("pk"))


def lock_redemption(*, redemption_id: int) -> Redemption:
    """The redemption, its status kept as it is until the transaction ends.

    :raises Redemption.DoesNotExist: there is none.
    """
    return Redemption.objects.select_for_update(of=("self",)).select_related("reward").get(pk=redemption_id)


def _keep(*, table: str, ids: Sequence[int]) -> None:
    if dialect.is_postgresql():
        listed = ",".join(str(int(each)) for each in ids) or "NULL"
        dialect.execute(f"SELECT 1 FROM {table} WHERE id IN ({listed}) ORDER BY id FOR KEY SHARE")  # noqa: S608
