"""Subdistricts, communities, households, and what belongs to a household."""

from households.models.communities import Community, CommunityChange, Subdistrict
from households.models.households import (
    Card,
    CardKind,
    CardPrinting,
    ChangeKind,
    Consent,
    ConsentKind,
    Household,
    HouseholdChange,
    HouseholdPin,
    Member,
    Notice,
    NoticeKind,
    PrintedCard,
)

__all__ = [
    "Card",
    "CardKind",
    "CardPrinting",
    "ChangeKind",
    "Community",
    "CommunityChange",
    "Consent",
    "ConsentKind",
    "Household",
    "HouseholdChange",
    "HouseholdPin",
    "Member",
    "Notice",
    "NoticeKind",
    "PrintedCard",
    "Subdistrict",
]
