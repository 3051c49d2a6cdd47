"""The frame around every screen of the bureau: a line of groups, a line of the screens of one, and who is signed in."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from people.models import Role, User
from people.queries import unread_notice_count
from people.standing import Standing

# Groups of screens: (the group's word, ((the screen's url name, its word), …)). A new screen adds its line.
GROUPS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "看板",
        (("bureau", "总览"), ("bureau-ranking", "排名"), ("bureau-plan", "47 项指标"), ("bureau-quality", "数据质量")),
    ),
    (
        "填报",
        (
            ("bureau-reports", "部门填报"),
            ("bureau-loads", "清运单"),
            ("bureau-surveys", "问卷调查"),
            ("bureau-new-home", "登记住户"),
        ),
    ),
    ("发布", (("bureau-published", "月度发布"), ("bureau-monthly", "月报"), ("bureau-audit", "操作记录"))),
    (
        "督导",
        (
            ("bureau-accuracy", "核验准确率"),
            ("bureau-problems", "问题整改"),
            ("bureau-supervision", "督办时效"),
            ("bureau-tasks", "任务"),
            ("bureau-roster", "督导排班"),
            ("bureau-registers", "督导台账"),
            ("bureau-teaching", "宣传普及"),
        ),
    ),
    (
        "积分",
        (
            ("bureau-programmes", "积分方案"),
            ("bureau-flags", "可疑线索"),
            ("bureau-photos", "相似照片"),
            ("bureau-appeals", "申诉"),
            ("bureau-lists", "楼栋榜"),
        ),
    ),
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
    groups, screens = _navigation(current=current, is_officer=is_officer)
    user = request.user
    who = getattr(user, "display_name", "") or user.get_username()
    frame = {
        "groups": groups,
        "screens": screens,
        "who": who,
        "unread_count": unread_notice_count(user=user) if isinstance(user, User) else 0,
        "is_inbox": current == "bureau-notices",
    }
    return render(request, template, frame | dict(context), status=status)


def _navigation(*, current: str, is_officer: bool) -> tuple[list[tuple[str, str, bool]], list[tuple[str, str, bool]]]:
    """The groups, unless there is but one screen, and the screens of the current one: (address, word, is it here)."""
    groups: list[tuple[str, str, bool]] = []
    shown: list[tuple[str, str, bool]] = []
    for word, screens in GROUPS:
        open_to = [each for each in screens if is_officer or each[0] in SCREENS_OF_OTHERS]
        if not open_to:
            continue
        is_here = current in dict(screens)
        groups.append((reverse(open_to[0][0]), word, is_here))
        if is_here or not is_officer:  # who has but one screen sees it wherever they are
            shown = [(reverse(name), each, name == current) for name, each in open_to]
    return (groups if is_officer else []), shown
