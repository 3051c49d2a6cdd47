"""Reading balances: what every household holds, as export_balances writes it."""

from collections.abc import Iterator

from django.db.models import F, FilteredRelation, Q
from django.db.models.functions import Coalesce

from households.models import CardKind, Household
from points.models import AccountKind

BALANCE_HEADINGS = (
    "subdistrict",
    "community",
    "building",
    "unit",
    "room",
    "household_code",
    "rfid",
    "pending_points",
    "available_points",
)
FETCHED_ROWS = 5_000  # held in memory at a time


def balance_rows() -> Iterator[tuple[str | int | None, ...]]:
    """The values of BALANCE_HEADINGS, in the order of registration: the same on every database.

    Every enrolled household, with 0 where it never earned; one that has left, while it still holds points.
    """
    rfid = Q(cards__kind=CardKind.RFID, cards__valid_to__isnull=True)
    households = Household.objects.annotate(
        active_rfid=FilteredRelation("cards", condition=rfid),
        pending=FilteredRelation("accounts", condition=Q(accounts__kind=AccountKind.PENDING)),
        available=FilteredRelation("accounts", condition=Q(accounts__kind=AccountKind.AVAILABLE)),
    ).annotate(
        pending_points=Coalesce(F("pending__balance_points"), 0),
        available_points=Coalesce(F("available__balance_points"), 0),
    )
    shown = households.filter(Q(left_on__isnull=True) | Q(pending_points__gt=0) | Q(available_points__gt=0))
    return (
        shown.order_by("serial")
        .values_list(
            "community__subdistrict__name",
            "community__name",
            "building",
            "unit",
            "room",
            "code",
            "active_rfid__number",
            "pending_points",
            "available_points",
        )
        .iterator(chunk_size=FETCHED_ROWS)
    )
