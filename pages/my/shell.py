"""The frame around every screen of a resident: short name of the home above, five buttons below."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from households.models import Household
from pages.my.access import Resident
from pages.my.marks import mark_resident

# (the screen's url name, its word), in the order of the bar below. LOOK.md: 首页 记录 兑换 查分类 我的.
SCREENS: tuple[tuple[str, str], ...] = (
    ("my-home", "首页"),
    ("my-records", "记录"),
    ("my-rewards", "兑换"),
    ("waste-items", "查分类"),
    ("my-me", "我的"),
)


def short_name(*, household: Household) -> str:
    """The home as its people call it: 1栋1单元101."""
    return f"{household.building}栋{household.unit}单元{household.room}"


def bar(*, current: str) -> list[tuple[str, str, bool]]:
    """The five buttons below: address, word, and whether it is this screen."""
    return [(reverse(name), word, name == current) for name, word in SCREENS]


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
