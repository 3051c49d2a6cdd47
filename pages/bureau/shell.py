"""The frame around every screen of the bureau: one line of navigation, and who is signed in."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

# (the screen's url name, its word), in the order of the navigation. A new screen adds its line.
SCREENS: tuple[tuple[str, str], ...] = (
    ("bureau", "总览"),
    ("bureau-plan", "47 项指标"),
    ("bureau-published", "月度发布"),
    ("bureau-problems", "问题整改"),
    ("bureau-roster", "督导排班"),
    ("bureau-registers", "督导台账"),
    ("bureau-teaching", "宣传普及"),
    ("bureau-lists", "楼栋榜"),
    ("bureau-flags", "可疑线索"),
    ("bureau-appeals", "申诉"),
    ("bureau-photos", "相似照片"),
    ("bureau-programmes", "积分方案"),
)


def render_bureau(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, current: str, status: int = 200
) -> HttpResponse:
    """Render a screen of the bureau; `current` is the url name under which the navigation shows it."""
    navigation = [(reverse(name), word, name == current) for name, word in SCREENS]
    user = request.user
    who = getattr(user, "display_name", "") or user.get_username()
    return render(request, template, {"navigation": navigation, "who": who} | dict(context), status=status)
