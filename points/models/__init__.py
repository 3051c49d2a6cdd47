"""The ledger (Account, Transfer, TallyRun), the programme's rules, what each household-day was paid; the rewards."""

from points.models.corrections import CorrectionState, PointCorrection
from points.models.days import DaySettlement, HouseholdDay
from points.models.flags import Flag, FlagKind, FlagLook, FlagState
from points.models.ledger import Account, AccountKind, Reason, RunKind, TallyRun, Transfer
from points.models.moves import PointMove
from points.models.programme import PointRule, Programme, ProgrammeState, RuleUnit
from points.models.redemptions import (
    HOLDING_STATUSES,
    Proof,
    Redemption,
    RedemptionEvent,
    RedemptionStatus,
    WrongCode,
)
from points.models.rewards import LimitPeriod, Reward, Shop, ShopKind, StockMovement, StockMovementKind
from points.models.shop_settlements import ShopSettlement, ShopSettlementLine
from points.models.simulations import ProgrammeSimulation, SimulatedCommunity

__all__ = [
    "HOLDING_STATUSES",
    "Account",
    "AccountKind",
    "CorrectionState",
    "DaySettlement",
    "Flag",
    "FlagKind",
    "FlagLook",
    "FlagState",
    "HouseholdDay",
    "LimitPeriod",
    "PointCorrection",
    "PointMove",
    "PointRule",
    "Programme",
    "ProgrammeSimulation",
    "ProgrammeState",
    "Proof",
    "Reason",
    "Redemption",
    "RedemptionEvent",
    "RedemptionStatus",
    "Reward",
    "RuleUnit",
    "RunKind",
    "Shop",
    "ShopKind",
    "ShopSettlement",
    "ShopSettlementLine",
    "SimulatedCommunity",
    "StockMovement",
    "StockMovementKind",
    "TallyRun",
    "Transfer",
    "WrongCode",
]
