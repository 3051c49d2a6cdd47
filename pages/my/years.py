"""年度回顾: a household's year in plain words."""

import re
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.utils import timezone
from django.views.decorators.http import require_safe

from pages.my.access import Resident, for_residents
from pages.my.neighbourhood import percent_text
from pages.my.shell import render_my
from pages.my.words import day_text, weight_text
from points.models import Reason
from points.queries.years import HouseholdYear, year_of
from sorting.categories import CATEGORY_FACTS, WasteCategory

_YEAR = re.compile(r"20\d\d", re.ASCII)
# What the points did beside redeeming, in the order of the screen.
GAINS = (("投放得分", Reason.AWARD), ("核验合格奖励和更正", Reason.BONUS), ("从原来的一户转来", Reason.MOVE))
LOSSES = (
    ("不合格扣减", Reason.PENALTY),
    ("收回和更正", Reason.REVERSE),
    ("到期作废", Reason.EXPIRE),
    ("转到新的一户", Reason.MOVE),
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
        "heading": f"{asked}年度回顾",
        "until": day_text(on=today) if asked == today.year else "",
        "drop_off_count": f"{drop_off_count:,}" if drop_off_count else "",
        "weight": weight_text(weight_g=sum(each.weight_g for each in read.categories)),
        "day_count": f"{read.day_count:,}",
        "categories": _categories(read=read),
        "points": _points(read=read),
        "verdicts": _verdicts(read=read),
        "year_before": asked - 1 if asked > resident.household.enrolled_on.year else None,
        "year_after": asked + 1 if asked < today.year else None,
    }
    return render_my(request, resident, "pages/my/year.html", context, current="my-records")


def _categories(*, read: HouseholdYear) -> list[CategoryLine]:
    return [
        CategoryLine(
            icon=static(f"pages/icons/{each.category.lower()}.svg"),
            name=CATEGORY_FACTS[WasteCategory(each.category)].name_zh,
            bags=f"{each.drop_off_count:,} 袋",
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
        ("兑换用去" if redeemed > 0 else "兑换退回", -redeemed),
        *((word, -read.points_out.get(reason, 0)) for word, reason in LOSSES),
    ]
    return [(word, f"{points:+,} 分") for word, points in moves if points] + [
        ("这一年合计", f"{sum(points for _, points in moves):+,} 分")
    ]


def _verdicts(*, read: HouseholdYear) -> str:
    if not read.judged_count:
        return "这一年还没有被抽查过。"
    return (
        f"督导员看过 {read.judged_count:,} 袋，{read.right_count:,} 袋合格，投放准确率 {percent_text(read.accuracy)}。"
    )
