"""The frame around every screen of a resident: short name of the home above, five buttons below."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from households.models import Household
from pages.my.access import Resident
from pages.my.marks import mark_resident

# (the screen's url name, its word), in the order of the bar below. LOOK.md: 首页 记录 兑换 查分类 我的.
SCREENS: tuple[tuple[str, str], ...] = (
    ("my-home", gettext_noop("首页")),
    ("my-records", gettext_noop("记录")),
    ("my-rewards", gettext_noop("兑换")),
    ("waste-items", gettext_noop("查分类")),
    ("my-me", gettext_noop("我的")),
)


def short_name(*, household: Household) -> str:
    """The home as its people call it: 1栋1单元101, 1-1-101."""
    return gettext("{building}栋{unit}单元{room}").format(
        building=household.building, unit=household.unit, room=household.room
    )


def bar(*, current: str) -> list[tuple[str, str, bool]]:
    """The five buttons below: address, word, and whether it is this screen."""
    return [(reverse(name), gettext(word), name == current) for name, word in SCREENS]


def render_my(
    request: HttpRequest,
    resident: Resident,
    template: str,
    context: Mapping[str, Any],
    *,
    current: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render a screen of a resident; `current` is the url name under which the bar shows it."""
    household = resident.household
    frame = {
        "bar": bar(current=current),
        "home_name": short_name(household=household),
        "community_name": household.community.name,
        "has_other_homes": len(resident.memberships) > 1,
    }
    answer = render(request, template, frame | dict(context), status=status)
    mark_resident(request=request, answer=answer, member=resident.member)
    return answer
