"""How the community sorts, and the words for hours and bins."""

import datetime as dt
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_safe

from indicators.formulas import Number
from indicators.queries.report import read_indicators
from indicators.services.standing import standing_period
from pages.building_lists import read_building_lists
from pages.english.told import told
from pages.front_page import ACTIVE_HOUSEHOLDS_MIN
from pages.my.access import Resident, for_residents
from pages.my.shell import render_my
from pages.my.words import day_text
from sorting.categories import CATEGORY_FACTS, WasteCategory
from sorting.fill_forecast import FULL_RATE
from sorting.open_windows import END_OF_DAY, Window

STANDING = (
    ("participation_rate", None, gettext_noop("参与率")),
    ("recovery_rate", "weighed", gettext_noop("回收利用率（过磅）")),
    ("recovery_rate", "bin_side", gettext_noop("回收利用率（桶端估算）")),
    ("food_separation_rate", None, gettext_noop("厨余分出率")),
    ("sorting_accuracy_rate", "random_sample", gettext_noop("投放准确率（随机抽样）")),
)
NO_DATA = "—"


@require_safe
@for_residents
def community(request: HttpRequest, resident: Resident) -> HttpResponse:
    """The community's rates of the last 30 days, each beside its target, and last month's list of buildings."""
    now = timezone.now()
    name = resident.household.community.name
    period = standing_period(today=timezone.localdate(now))
    rows = {
        (row.computed.code, row.computed.measure): row
        for row in read_indicators(period=period, community=name, now=now)
    }
    active_count = rows["participation_rate", None].figure.numerator or 0
    figures = []
    for code, measure, word in STANDING:
        row = rows[code, measure]
        if active_count < ACTIVE_HOUSEHOLDS_MIN:
            figures.append((gettext(word), NO_DATA, ""))
            continue
        target = row.computed.target(period.ends_on)
        figures.append((gettext(word), percent_text(row.figure.value), target_text(target=target)))
    context = {
        "heading": gettext("小区分得怎么样"),
        "period": gettext("{first} 至 {last}").format(
            first=day_text(on=period.starts_on), last=day_text(on=period.ends_on)
        ),
        "figures": figures,
        "lists": read_building_lists(community=resident.household.community, now=now),
    }
    return render_my(request, resident, "pages/my/community.html", context)


def bin_line(*, category: str, rate: float | None) -> str:
    """A category's bin, and how full it is."""
    name = told(CATEGORY_FACTS[WasteCategory(category)].name_zh)
    return gettext("{category}桶：{fill}").format(category=name, fill=_fill_word(rate))


def _fill_word(rate: float | None) -> str:
    """How full a bin is, in words; None where it has not said so lately."""
    if rate is None:
        return gettext("情况不明")
    if rate >= FULL_RATE:
        return gettext("快满了，可以换一个点")
    return gettext("还空 {percent} %").format(percent=round((1 - rate) * 100))


def hours_text(*, windows: tuple[Window, ...]) -> str:
    """When a point is open on a day, from its windows."""
    if not windows:
        return gettext("今天不开放")
    if windows == ((dt.time.min, END_OF_DAY),):
        return gettext("全天开放")
    return gettext("、").join(f"{starts_at:%H:%M}–{_end_text(ends_at)}" for starts_at, ends_at in windows)


def _end_text(ends_at: dt.time) -> str:
    return "24:00" if ends_at == END_OF_DAY else f"{ends_at:%H:%M}"


def is_open_at(*, windows: tuple[Window, ...], local: dt.datetime) -> bool:
    """Whether one of the day's windows holds this local moment."""
    return any(
        starts_at <= local.time() and (local.time() < ends_at or ends_at == END_OF_DAY)
        for starts_at, ends_at in windows
    )


def next_words(*, today: tuple[Window, ...], tomorrow: tuple[Window, ...], local: dt.datetime) -> str:
    """When a point is open next, from its windows of today and tomorrow."""
    for starts_at, ends_at in today:
        if is_open_at(windows=((starts_at, ends_at),), local=local):
            return gettext("现在开放，到 {time}").format(time=_end_text(ends_at))
        if local.time() < starts_at:
            return gettext("下一次：今天 {time}").format(time=f"{starts_at:%H:%M}")
    if not tomorrow:
        return gettext("明天不开放")
    return gettext("下一次：明天 {time}").format(time=f"{tomorrow[0][0]:%H:%M}")


def target_text(*, target: Number | Decimal | None) -> str:
    """The plan's target, or that the plan sets none for this figure."""
    return gettext("没有定目标") if target is None else gettext("目标 {target}").format(target=percent_text(target))


def percent_text(value: Number | Decimal | None) -> str:
    """ "35.0 %", or — where there is no data."""
    return NO_DATA if value is None else f"{float(value) * 100:.1f} %"
