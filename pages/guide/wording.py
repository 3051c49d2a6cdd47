"""What the guides' screens call things: plain values for the templates."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.templatetags.static import static
from django.utils import timezone

from guides.looks import Look
from guides.queries.drop_offs import Listed
from sorting.categories import WasteCategory
from sorting.models import Verdict


@dataclass(frozen=True, slots=True)
class CategoryShown:
    """A category as a screen shows it: icon and word, never colour alone."""

    code: str
    word: str
    short_word: str
    icon: str


@dataclass(frozen=True, slots=True)
class Card:
    """One drop-off as the list shows it. `undo_id` and `undo_until_s` (epoch) where a tap still takes it back."""

    drop_off_id: int
    door: str
    category: CategoryShown
    weight: str
    time: str
    verdict: str
    verdict_word: str
    undo_id: str
    undo_until_s: int
    looks: list[str]
    is_drawn: bool
    others: list[CategoryShown]
    photo_ids: Sequence[int]


SHORT = {"RECYCLABLE": "可回收", "HAZARDOUS": "有害", "FOOD": "厨余", "RESIDUAL": "其他"}


def categories() -> dict[str, CategoryShown]:
    """Every category by code."""
    return {
        category.value: CategoryShown(
            code=category.value,
            word=str(category.label),
            short_word=SHORT[category.value],
            icon=static(f"pages/icons/{category.value.lower()}.svg"),
        )
        for category in WasteCategory
    }


def card_of(*, row: Listed, shown: dict[str, CategoryShown], photo_ids: Sequence[int], now: dt.datetime) -> Card:
    """The row in words. Reasons to look are gone once it was judged; that it is of the sample stays."""
    given = row.verdict
    can_undo = given is not None and given.client_id != "" and now < given.in_force_at
    return Card(
        drop_off_id=row.drop_off_id,
        door=door_word(row=row),
        category=shown[row.category],
        weight=f"{row.weight_g / 1000:,.2f} 千克",
        time=_time(row.occurred_at, now),
        verdict=given.verdict if given else "",
        verdict_word=verdict_word(verdict=given.verdict, actual_category=given.actual_category) if given else "",
        undo_id=given.client_id if given and can_undo else "",
        undo_until_s=int(given.in_force_at.timestamp()) if given and can_undo else 0,
        looks=[str(look.label) for look in row.looks if look is not Look.RANDOM and not given],
        is_drawn=Look.RANDOM in row.looks,
        others=[category for code, category in shown.items() if code != row.category],
        photo_ids=photo_ids,
    )


def door_word(*, row: Listed) -> str:
    """The door, or why there is none."""
    if row.door:
        return row.door
    return "外小区住户" if row.has_household else "未识别住户"


def verdict_word(*, verdict: str, actual_category: str) -> str:
    """合格, 混投, 误投(实为其他垃圾)."""
    word = str(Verdict(verdict).label)
    return f"{word}(实为{WasteCategory(actual_category).label})" if actual_category else word


def _time(moment: dt.datetime, now: dt.datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local:%H:%M}" if local.date() == timezone.localdate(now) else f"昨天 {local:%H:%M}"
