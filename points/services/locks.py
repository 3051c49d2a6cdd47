"""The one order in which whoever touches rewards takes its locks, so that no two wait for each other in a ring:

shop → household → its accounts by id → reward by id → redemption by id → the ledger's seal (points.ledger, at the end).

Whoever needs fewer of them leaves some out and keeps the order. SQLite's one write lock, taken at the start of every
transaction that writes, covers all of them.
"""

from collections.abc import Iterable

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
    _keep(table="points_shop", row_id=shop_id)


def lock_accounts(*, household_ids: Iterable[int]) -> None:
    """Lock the households' accounts, opening those that are missing. Then each household is one at a time."""
    ids = sorted(set(household_ids))
    # New rows of a household take this lock on it anyway: it is taken first, not behind the accounts.
    for household_id in ids:
        _keep(table="households_household", row_id=household_id)
    ledger.open_accounts(household_ids=ids)
    ledger.lock_accounts(household_ids=ids)


def lock_reward(*, reward_id: int) -> Reward:
    """The reward, its stock kept as it is until the transaction ends.

    :raises Reward.DoesNotExist: there is none.
    """
    return Reward.objects.select_for_update().get(pk=reward_id)


def lock_redemption(*, redemption_id: int) -> Redemption:
    """The redemption, its status kept as it is until the transaction ends.

    :raises Redemption.DoesNotExist: there is none.
    """
    return Redemption.objects.select_for_update(of=("self",)).select_related("reward").get(pk=redemption_id)


def _keep(*, table: str, row_id: int) -> None:
    if dialect.is_postgresql():
        dialect.execute(f"SELECT 1 FROM {table} WHERE id = %s FOR KEY SHARE", [row_id])  # noqa: S608 - ours
