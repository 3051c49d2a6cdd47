"""年度回顾: a household's year in plain words."""

import datetime as dt
import re
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop, ngettext
from django.views.decorators.http import require_safe

from pages.english.told import told
from pages.my.access import Resident, for_residents
from pages.my.neighbourhood import percent_text
from pages.my.shell import render_my
from pages.my.words import bags_text, day_text, signed_points, weight_text
from points.models import Reason
from points.queries.years import HouseholdYear, year_of
from sorting.categories import CATEGORY_FACTS, WasteCategory

_YEAR = re.compile(r"20\d\d", re.ASCII)
# What the points did beside redeeming, in the order of the screen.
GAINS = (
    (gettext_noop("投放得分"), Reason.AWARD),
    (gettext_noop("核验合格奖励和更正"), Reason.BONUS),
    (gettext_noop("从原来的一户转来"), Reason.MOVE),
)
LOSSES = (
    (gettext_noop("不合格扣减"), Reason.PENALTY),
    (gettext_noop("收回和更正"), Reason.REVERSE),
    (gettext_noop("到期作废"), Reason.EXPIRE),
    (gettext_noop("转到新的一户"), Reason.MOVE),
)


@dataclass(frozen=True, slots=True)
class CategoryLine:
    """One category's bags and weight."""

    icon: str
    name: str
    bags: str
    weight: str


@require_safe
@for_residents
def year(request: HttpRequest, resident: Resident) -> HttpResponse:
    """The year of the address (`?year=2026`), this year where it names none that has begun."""
    today = timezone.localdate()
    found = _YEAR.fullmatch(request.GET.get("year", ""))
    asked = min(int(found[0]), today.year) if found else today.year
    read = year_of(household=resident.household, year=asked)
    drop_off_count = sum(each.drop_off_count for each in read.categories)
    context = {
        "heading": gettext("{year}年度回顾").format(year=asked),
        "drop_off_count": f"{drop_off_count:,}" if drop_off_count else "",
        "bags_unit": ngettext("袋", "袋", drop_off_count),
        "sorted_sentence": _sorted_sentence(read=read, until=today if asked == today.year else None),
        "categories": _categories(read=read),
        "points": _points(read=read),
        "verdicts": _verdicts(read=read),
        "year_before": asked - 1 if asked > resident.household.enrolled_on.year else None,
        "year_after": asked + 1 if asked < today.year else None,
    }
    return render_my(request, resident, "pages/my/year.html", context, current="my-records")


def _sorted_sentence(*, read: HouseholdYear, until: dt.date | None) -> str:
    """What was sorted in all, on how many days, and until when while the year goes on."""
    days = ngettext("有 {count} 天投放过", "有 {count} 天投放过", read.day_count).format(count=f"{read.day_count:,}")
    weight = weight_text(weight_g=sum(each.weight_g for each in read.categories))
    if until is None:
        return gettext("一共 {weight}，{days}。").format(weight=weight, days=days)
    return gettext("一共 {weight}，{days}，算到{day}。").format(weight=weight, days=days, day=day_text(on=until))


def _categories(*, read: HouseholdYear) -> list[CategoryLine]:
    return [
        CategoryLine(
            icon=static(f"pages/icons/{each.category.lower()}.svg"),
            name=told(CATEGORY_FACTS[WasteCategory(each.category)].name_zh),
            bags=bags_text(count=each.drop_off_count),
            weight=weight_text(weight_g=each.weight_g),
        )
        for each in sorted(read.categories, key=lambda each: -each.weight_g)
    ]


def _points(*, read: HouseholdYear) -> list[tuple[str, str]]:
    """Each kind of movement that there was, signed, and what they come to."""
    # A redemption that was given back was none; one of last year may come back in this one.
    redeemed = read.points_out.get(Reason.REDEEM, 0) - read.points_in.get(Reason.REFUND, 0)
    moves = [
        *((word, read.points_in.get(reason, 0)) for word, reason in GAINS),
        (gettext_noop("兑换用去") if redeemed > 0 else gettext_noop("兑换退回"), -redeemed),
        *((word, -read.points_out.get(reason, 0)) for word, reason in LOSSES),
    ]
    shown = [(gettext(word), signed_points(points=points)) for word, points in moves if points]
    return [*shown, (gettext("这一年合计"), signed_points(points=sum(points for _, points in moves)))]


def _verdicts(*, read: HouseholdYear) -> str:
    if not read.judged_count:
        return gettext("这一年还没有被抽查过。")
    words = ngettext(
        "督导员看过 {count} 袋，{right} 袋合格，投放准确率 {accuracy}。",
        "督导员看过 {count} 袋，{right} 袋合格，投放准确率 {accuracy}。",
        read.judged_count,
    )
    return words.format(
        count=f"{read.judged_count:,}", right=f"{read.right_count:,}", accuracy=percent_text(read.accuracy)
    )
