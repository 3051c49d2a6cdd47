"""The rows of drop-offs, column by column: what the bin said, and what its place and the cards add."""

from collections.abc import Sequence
from typing import Any

from sorting.models import SmartBin
from sorting.queries.first_look import Circumstances
from sorting.services.events import EventFacts

# What a batch is of, the same for all its rows; then what each drop-off is. Name → type in PostgreSQL.
BATCH_TYPES = {"batch_id": "bigint", "bin_id": "bigint", "community_id": "bigint"}
DROP_OFF_TYPES = {
    "household_id": "bigint",
    "event_id": "text",
    "sequence": "bigint",
    "card": "text",
    "card_key": "text",
    "method": "text",
    "category": "text",
    "sub_class": "text",
    "weight_g": "int",
    "occurred_at": "timestamptz",
    "occurred_on": "date",
    "fill_rate": "float8",
    "is_in_window": "bool",
    "is_category_served": "bool",
}


def drop_off_columns(
    *, smart_bin: SmartBin, drop_offs: Sequence[EventFacts], circumstances: Circumstances
) -> dict[str, Sequence[Any]]:
    """The values of DROP_OFF_TYPES, a list each, in the order of the drop-offs."""
    served = frozenset(smart_bin.categories.split(";"))
    return {
        "household_id": circumstances.household_ids,
        "event_id": [facts.event_id for facts in drop_offs],
        "sequence": [facts.sequence for facts in drop_offs],
        "card": [facts.card for facts in drop_offs],
        "card_key": [facts.card_key for facts in drop_offs],
        "method": [facts.method for facts in drop_offs],
        "category": [facts.category for facts in drop_offs],
        "sub_class": [facts.sub_class for facts in drop_offs],
        "weight_g": [facts.weight_g for facts in drop_offs],
        "occurred_at": [facts.occurred_at for facts in drop_offs],
        "occurred_on": [facts.occurred_local.date() for facts in drop_offs],
        "fill_rate": [facts.fill_rate for facts in drop_offs],
        "is_in_window": [circumstances.hours.is_open(at=facts.occurred_local) for facts in drop_offs],
        "is_category_served": [facts.category in served for facts in drop_offs],
    }
