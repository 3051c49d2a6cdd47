"""The frame around every screen of the bureau: one line of navigation, and who is signed in."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from people.models import Role
from people.standing import Standing

# (the screen's url name, its word), in the order of the navigation. A new screen adds its line.
SCREENS: tuple[tuple[str, str], ...] = (
    ("bureau", "总览"),
    ("bureau-plan", "47 项指标"),
    ("bureau-reports", "部门填报"),
    ("bureau-loads", "清运单"),
    ("bureau-published", "月度发布"),
    ("bureau-monthly", "月报"),
    ("bureau-quality", "数据质量"),
    ("bureau-problems", "问题整改"),
    ("bureau-roster", "督导排班"),
    ("bureau-registers", "督导台账"),
    ("bureau-teaching", "宣传普及"),
    ("bureau-surveys", "问卷调查"),
    ("bureau-lists", "楼栋榜"),
    ("bureau-flags", "可疑线索"),
    ("bureau-appeals", "申诉"),
    ("bureau-photos", "相似照片"),
    ("bureau-programmes", "积分方案"),
)

# Which screens departments and reviewers open besides officers.
SCREENS_OF_OTHERS = frozenset({"bureau-reports"})


def render_bureau(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    current: str,
    standing: Standing | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render a screen of the bureau; `current` is the url name under which the navigation shows it.

    A screen that not only officers open gives their `standing`, and the navigation has what they may open.
    """
    is_officer = standing is None or standing.holds(Role.OFFICER)
    screens = [each for each in SCREENS if is_officer or each[0] in SCREENS_OF_OTHERS]
    navigation = [(reverse(name), word, name == current) for name, word in screens]
    user = request.user
    who = getattr(user, "display_name", "") or user.get_username()
    return render(request, template, {"navigation": navigation, "who": who} | dict(context), status=status)
