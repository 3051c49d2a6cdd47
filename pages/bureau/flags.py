"""What looks unfair, for an officer to judge: the queue, and one flag with the drop-offs behind it."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from households.reach import communities_in_reach
from households.services.opening import REASON_LENGTH_MAX, open_household
from lib.errors import DomainError
from pages.access import for_roles
from pages.bureau.shell import render_bureau
from people.models import Role, User
from people.standing import Standing
from points.models import Flag, FlagKind, FlagState
from points.queries.flags import drop_offs_of_flag, flags_in_communities, narrowed
from points.services.flags import decide_flag
from sorting.queries.photos import photo_ids_of_drop_offs

ROWS_MAX = 100
AGES = {"3": "超过 3 天", "7": "超过 7 天", "30": "超过 30 天"}
# The rule's figures in words, with their unit; a figure that has no word here is not evidence for people.
_WORDS = {
    "visit_count": ("投放次数", "次"),
    "bag_count": ("袋数", "袋"),
    "extra_count": ("多出的袋数", "袋"),
    "weight_g": ("重量", "克"),
    "weight_g_max": ("按常理最多", "克"),
    "gain_points": ("多得积分", "分"),
    "leg_count": ("赶不到的路程", "段"),
    "gap_s": ("相隔", "秒"),
    "distance_m": ("相距", "米"),
    "run_count": ("次数", "次"),
    "household_count": ("户数", "户"),
    "seconds": ("用时", "秒"),
    "day_count": ("天数", "天"),
    "points": ("得分", "分"),
    "median_points": ("本小区中位数", "分"),
    "verdict_count": ("核验", "次"),
    "correct_count": ("其中判合格", "次"),
    "pair_count": ("相似照片", "对"),
    "identical_count": ("其中完全相同", "对"),
    "return_count": ("启动编号来回", "次"),
}


@require_safe
@for_roles(Role.OFFICER)
def flags(request: HttpRequest, standing: Standing) -> HttpResponse:
    """The queue in the officer's reach, by state, kind, community and age."""
    reach = communities_in_reach(standing=standing, role=Role.OFFICER)
    asked = {name: request.GET.get(name, "") for name in ("state", "kind", "community", "age")}
    if "state" not in request.GET:
        asked["state"] = FlagState.OPEN.value
    days = int(asked["age"]) if asked["age"] in AGES else None
    found = narrowed(
        flags=flags_in_communities(communities=reach),
        state=asked["state"],
        kind=asked["kind"],
        community_id=int(asked["community"]) if asked["community"].isdecimal() else None,
        opened_before=None if days is None else timezone.now() - dt.timedelta(days=days),
    )
    rows = list(found[: ROWS_MAX + 1])
    context = {
        "heading": "可疑线索",
        "rows": [_row(flag=each) for each in rows[:ROWS_MAX]],
        "rows_max": ROWS_MAX if len(rows) > ROWS_MAX else None,
        "asked": asked,
        "choices": [
            ("state", "状态", _options(FlagState.choices, asked["state"])),
            ("kind", "种类", _options(FlagKind.choices, asked["kind"])),
            ("community", "小区", _options(reach.order_by("name").values_list("pk", "name"), asked["community"])),
            ("age", "发现已", _options(AGES.items(), asked["age"])),
        ],
    }
    return render_bureau(request, "pages/bureau/flags.html", context, current="bureau-flags")


@require_http_methods(["GET", "POST"])
@for_roles(Role.OFFICER)
def flag(request: HttpRequest, standing: Standing, flag_id: int) -> HttpResponse:
    """One flag: its evidence, the household behind it for a reason that is kept, and the judgement."""
    reach = communities_in_reach(standing=standing, role=Role.OFFICER)
    found = flags_in_communities(communities=reach).filter(pk=flag_id).first()
    if found is None:
        raise Http404
    error, household = "", ""
    if request.method == "POST" and isinstance(request.user, User):
        try:
            if request.POST.get("action") != "open":
                _decide(request=request, flag=found, officer=request.user)
                return redirect("bureau-flag", flag_id)
            if found.household is not None:
                reason = request.POST.get("reason", "")
                open_household(household=found.household, by=request.user, reason=reason, now=timezone.now())
                household = f"{found.household.code} · {found.household.room}"
        except DomainError as refused:
            error = refused.text
    context = _facts(flag=found) | {"error": error, "household": household, "reason_length_max": REASON_LENGTH_MAX}
    return render_bureau(
        request, "pages/bureau/flag.html", context, current="bureau-flags", status=422 if error else 200
    )


def _decide(*, request: HttpRequest, flag: Flag, officer: User) -> None:
    proposed = decide_flag(
        flag=flag,
        is_confirmed=request.POST.get("action") == "confirm",
        reason=request.POST.get("reason", ""),
        points_taken=_points(text=request.POST.get("points", "").strip()),
        officer=officer,
        now=timezone.now(),
    )
    effect = "没有改动积分" if proposed is None else f"已提出扣减 {-proposed.points} 分,由另一位同事复核后才生效"
    messages.success(request, f"判断已记录,{effect}。")


def _points(*, text: str) -> int:
    """What is to be taken; nothing where nothing is written, and less than nothing where it is no number."""
    if not text:
        return 0
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else -1


def _row(*, flag: Flag) -> dict[str, Any]:
    return {
        "flag_id": flag.pk,
        "kind": flag.get_kind_display(),
        "place": flag.community.name if flag.bin is None else f"{flag.community.name} · {flag.bin.code}",
        "occasion": flag.occasion,
        "evidence": ",".join(f"{word} {value}" for word, value in _figures(flag=flag)),
        "state": flag.get_state_display(),
        "opened_at": _text(flag.opened_at),
    }


def _facts(*, flag: Flag) -> dict[str, Any]:
    drop_offs = list(drop_offs_of_flag(flag=flag))
    photo_ids = photo_ids_of_drop_offs(drop_offs=drop_offs)
    # A household has the same letter in every row, so that the pattern is seen and nobody is named.
    letters: dict[int | None, str] = {None: "—"}
    for each in drop_offs:
        letters.setdefault(each.household_id, f"第 {len(letters)} 户")
    return _row(flag=flag) | {
        "heading": f"{flag.get_kind_display()} · {flag.occasion}",
        "figures": _figures(flag=flag),
        "has_household": flag.household_id is not None,
        "is_open": flag.state == FlagState.OPEN,
        "decided": "" if flag.decided_at is None else _text(flag.decided_at),
        "decision_reason": flag.decision_reason,
        "drop_offs": [
            {
                "at": _text(each.occurred_at),
                "place": f"{each.bin.point.name} · {each.bin.code}" if each.bin is not None else "—",
                "who": letters[each.household_id],
                "category": each.get_category_display(),
                "weight": f"{each.weight_g / 1_000:,.2f} 千克",
                "photo_ids": photo_ids.get(each.pk, []),
            }
            for each in drop_offs
        ],
    }


def _figures(*, flag: Flag) -> list[tuple[str, str]]:
    return [
        (word, f"{flag.figures[name]:,} {unit}")
        for name, (word, unit) in _WORDS.items()
        if isinstance(flag.figures.get(name), int | float)
    ]


def _options(choices: Any, chosen: str) -> list[tuple[str, str, bool]]:
    return [(str(value), str(word), str(value) == chosen) for value, word in choices]


def _text(moment: dt.datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")
