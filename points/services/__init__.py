"""What people do to points: redeeming, cancelling, collecting, stock; correcting. Points move by points.ledger only."""

from points.services.closing import (
    RedemptionCancelled,
    RedemptionCollected,
    RedemptionExpired,
    RedemptionUnknown,
    cancel_redemption,
)
from points.services.collecting import (
    CodeMistyped,
    CodesPaused,
    CodeUnknown,
    Counter,
    HandedOutElsewhere,
    NotThisShop,
    collect_redemption,
    look_up_code,
    require_collectable,
)
from points.services.expiring import expire_redemptions_due
from points.services.presence import (
    DailyCapReached,
    HouseholdNotBeforeYou,
    NotYourOwnHousehold,
    ProofMissing,
    redeem_for_household_present,
)
from points.services.redeeming import (
    IdempotencyConflict,
    IdempotencyKeyUnfit,
    QuantityOutOfRange,
    RewardLimitReached,
    RewardNotOffered,
    RewardSoldOut,
    redeem_reward,
)
from points.services.shop_settlements import EarlierMonthOpen, MonthNotOver, NothingToSettle, close_shop_month
from points.services.stock import StockMovementUnfit, StockTooLow, StockUnlimited, move_stock

__all__ = [
    "CodeMistyped",
    "CodeUnknown",
    "CodesPaused",
    "Counter",
    "DailyCapReached",
    "EarlierMonthOpen",
    "HandedOutElsewhere",
    "HouseholdNotBeforeYou",
    "IdempotencyConflict",
    "IdempotencyKeyUnfit",
    "MonthNotOver",
    "NotThisShop",
    "NotYourOwnHousehold",
    "NothingToSettle",
    "ProofMissing",
    "QuantityOutOfRange",
    "RedemptionCancelled",
    "RedemptionCollected",
    "RedemptionExpired",
    "RedemptionUnknown",
    "RewardLimitReached",
    "RewardNotOffered",
    "RewardSoldOut",
    "StockMovementUnfit",
    "StockTooLow",
    "StockUnlimited",
    "cancel_redemption",
    "close_shop_month",
    "collect_redemption",
    "expire_redemptions_due",
    "look_up_code",
    "move_stock",
    "redeem_for_household_present",
    "redeem_reward",
    "require_collectable",
]
