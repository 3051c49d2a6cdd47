"""How days, weights and points are said to residents, in the language of their screen. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.templatetags.static import static
from django.urls import reverse
from django.utils import dateformat, timezone
from django.utils.translation import gettext, gettext_noop, ngettext

from pages.english.told import told
from points.explaining.queries import ExplainedDay, ExplainedDropOff
from sorting.categories import CATEGORY_FACTS, WasteCategory
from sorting.models import Verdict

WEEKDAYS = (
    gettext_noop("周一"),
    gettext_noop("周二"),
    gettext_noop("周三"),
    gettext_noop("周四"),
    gettext_noop("周五"),
    gettext_noop("周六"),
    gettext_noop("周日"),
)
NOT_JUDGED = gettext_noop("未抽查")
NO_PHOTOS: Mapping[int, Sequence[int]] = {}


@dataclass(frozen=True, slots=True)
class DropOffLine:
    """One drop-off as its household reads it."""

    drop_off_id: int
    icon: str
    category: str
    weight: str
    time: str
    point: str
    verdict: str
    sentence: str
    points: str
    is_loss: bool
    photos: tuple[tuple[str, str], ...]  # the small one's address and the large one's


@dataclass(frozen=True, slots=True)
class DayLines:
    """A day's drop-offs and their sum."""

    day: str
    points: str
    drop_offs: tuple[DropOffLine, ...]


def day_text(*, on: dt.date) -> str:
    """ "11月23日 周一", "Mon 23 Nov"."""
    return gettext("{day} {weekday}").format(day=date_text(on=on), weekday=gettext(WEEKDAYS[on.weekday()]))


def date_text(*, on: dt.date) -> str:
    """ "11月23日", "23 Nov"."""
    return dateformat.format(on, gettext("n月j日"))


def month_text(*, month: dt.date) -> str:
    """ "2026年11月", "November 2026"."""
    return dateformat.format(month, gettext("Y年n月"))


def moment_text(*, at: dt.datetime) -> str:
    """ "11月23日 08:05", "23 Nov, 08:05", on the district's clock."""
    return dateformat.format(timezone.localtime(at), gettext("n月j日 H:i"))


def weight_text(*, weight_g: int) -> str:
    """ "1.62 千克", or "85 克" below 100 grams."""
    if weight_g < 100:
        return gettext("{weight} 克").format(weight=weight_g)
    return gettext("{weight} 千克").format(weight=f"{weight_g / 1000:.2f}")


def signed_points(*, points: int) -> str:
    """ "+10 分", "-10 分", "0 分"; the sign is never the colour alone."""
    return _counted(points=points, text=f"{points:+,}" if points else "0")


def points_text(*, points: int) -> str:
    """ "1,240 分"."""
    return _counted(points=points, text=f"{points:,}")


def bags_text(*, count: int) -> str:
    """ "3 袋"."""
    return ngettext("{count} 袋", "{count} 袋", count).format(count=f"{count:,}")


def points_unit(*, points: int) -> str:
    """The word behind a figure that stands larger than its unit."""
    return ngettext("分", "分", points)


def _counted(*, points: int, text: str) -> str:
    return ngettext("{points} 分", "{points} 分", abs(points)).format(points=text)


def day_lines(*, day: ExplainedDay, photo_ids: Mapping[int, Sequence[int]] = NO_PHOTOS) -> DayLines:
    """A day for the screen, the newest drop-off first; `photo_ids` by the key of the drop-off."""
    return DayLines(
        day=day_text(on=day.occurred_on),
        points=signed_points(points=day.points),
        drop_offs=tuple(
            drop_off_line(drop_off=each, photo_ids=photo_ids.get(each.drop_off_id, ()))
            for each in reversed(day.drop_offs)
        ),
    )


def drop_off_line(*, drop_off: ExplainedDropOff, photo_ids: Sequence[int] = ()) -> DropOffLine:
    """A drop-off for the screen."""
    category = WasteCategory(drop_off.category)
    return DropOffLine(
        drop_off_id=drop_off.drop_off_id,
        icon=static(f"pages/icons/{category.value.lower()}.svg"),
        category=told(CATEGORY_FACTS[category].name_zh),
        weight=weight_text(weight_g=drop_off.weight_g),
        time=f"{timezone.localtime(drop_off.occurred_at):%H:%M}",
        point=drop_off.point_name,
        verdict=told(Verdict(drop_off.verdict).label) if drop_off.verdict else gettext(NOT_JUDGED),
        sentence=drop_off.sentence,
        points=signed_points(points=drop_off.points),
        is_loss=drop_off.points < 0,
        photos=tuple((reverse("photo-small", args=[each]), reverse("photo-large", args=[each])) for each in photo_ids),
    )
