"""What looks unfair, for an officer to judge: the queue, and one flag with the drop-offs behind it."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from households.reach import communities_in_reach
from households.services.opening import REASON_LENGTH_MAX, open_household
from lib.errors import DomainError
from pages.access import for_roles
from pages.bureau.flag_facts import flag_facts, flag_row, photos_of_flag
from pages.bureau.flag_photos import open_flag_photos
from pages.bureau.shell import render_bureau
from pages.numbers import whole_number
from people.models import Role, User
from people.standing import Standing
from points.models import CorrectionState, Flag, FlagKind, FlagState
from points.queries.flags import CORRECTION_WAITS, flags_in_communities, narrowed
from points.services.corrections import decide_correction
from points.services.flags import decide_flag, propose_correction_of_flag

ROWS_MAX = 100
AGES = {"3": "超过 3 天", "7": "超过 7 天", "30": "超过 30 天"}
STATES = [*FlagState.choices, (CORRECTION_WAITS, "扣减待复核")]


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
        community_id=whole_number(text=asked["community"]),
        opened_before=None if days is None else timezone.now() - dt.timedelta(days=days),
    )
    rows = list(found[: ROWS_MAX + 1])
    context = {
        "heading": "可疑线索",
        "rows": [flag_row(flag=each) for each in rows[:ROWS_MAX]],
        "rows_max": ROWS_MAX if len(rows) > ROWS_MAX else None,
        "asked": asked,
        "choices": [
            ("state", "状态", _options(STATES, asked["state"])),
            ("kind", "种类", _options(FlagKind.choices, asked["kind"])),
            ("community", "小区", _options(reach.order_by("name").values_list("pk", "name"), asked["community"])),
            ("age", "发现已", _options(AGES.items(), asked["age"])),
        ],
    }
    return render_bureau(request, "pages/bureau/flags.html", context, current="bureau-flags")


@require_http_methods(["GET", "POST"])
@for_roles(Role.OFFICER)
def flag(request: HttpRequest, standing: Standing, flag_id: int) -> HttpResponse:
    """One flag: its evidence, the household behind it for a reason that is kept, the judgement and what it takes."""
    reach = communities_in_reach(standing=standing, role=Role.OFFICER)
    found = flags_in_communities(communities=reach).filter(pk=flag_id).first()
    if found is None or not isinstance(request.user, User):
        raise Http404
    error, household = "", ""
    if request.method == "POST":
        try:
            if request.POST.get("action") == "photos":
                photos = photos_of_flag(flag=found, request=request, reach=reach)
                open_flag_photos(request=request, photos=photos, officer=request.user)
                return redirect("bureau-flag", flag_id)
            if request.POST.get("action") != "open":
                _act(request=request, flag=found, officer=request.user)
                return redirect("bureau-flag", flag_id)
            if found.household is not None:
                reason = request.POST.get("reason", "")
                open_household(household=found.household, by=request.user, reason=reason, now=timezone.now())
                household = f"{found.household.code} · {found.household.room}"
        except DomainError as refused:
            error = refused.text
    context = flag_facts(flag=found, request=request, reach=reach, officer=request.user) | {
        "error": error,
        "household": household,
        "reason_length_max": REASON_LENGTH_MAX,
    }
    return render_bureau(
        request, "pages/bureau/flag.html", context, current="bureau-flags", status=422 if error else 200
    )


def _act(*, request: HttpRequest, flag: Flag, officer: User) -> None:
    """Do what the pressed button says."""
    action = request.POST.get("action", "")
    if action in ("dismiss", "confirm"):
        done = _judge(request=request, flag=flag, officer=officer, is_confirmed=action == "confirm")
    elif action == "take":
        done = _take(request=request, flag=flag, officer=officer)
    elif action in ("approve", "refuse"):
        done = _decide(request=request, flag=flag, officer=officer, is_approved=action == "approve")
    else:
        raise BadRequest("no such action")
    messages.success(request, done)


def _judge(*, request: HttpRequest, flag: Flag, officer: User, is_confirmed: bool) -> str:
    proposed = decide_flag(
        flag=flag,
        is_confirmed=is_confirmed,
        reason=request.POST.get("reason", ""),
        points_taken=_points(text=request.POST.get("points", "").strip()),
        officer=officer,
        now=timezone.now(),
    )
    effect = "没有改动积分" if proposed is None else f"已提出扣减 {-proposed.points} 分,由另一位同事复核后才生效"
    return f"判断已记录,{effect}。"


def _take(*, request: HttpRequest, flag: Flag, officer: User) -> str:
    proposed = propose_correction_of_flag(
        flag=flag,
        points_taken=_points(text=request.POST.get("points", "").strip()),
        reason=request.POST.get("reason", ""),
        officer=officer,
        now=timezone.now(),
    )
    return f"已提出扣减 {-proposed.points} 分,由另一位同事复核后才生效。"


def _decide(*, request: HttpRequest, flag: Flag, officer: User, is_approved: bool) -> str:
    if flag.correction is None:
        raise BadRequest("nothing to decide")
    decided = decide_correction(
        correction=flag.correction,
        is_approved=is_approved,
        note=request.POST.get("note", ""),
        officer=officer,
        now=timezone.now(),
    )
    if decided.state == CorrectionState.REFUSED:
        return "没有批准,积分没有变动。"
    return f"已批准,扣了 {-(decided.moved_points or 0)} 分,住户会收到消息。"


def _points(*, text: str) -> int:
    """What is to be taken; nothing where nothing is written, and less than nothing where it is no number."""
    if not text:
        return 0
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else -1


def _options(choices: Any, chosen: str) -> list[tuple[str, str, bool]]:
    return [(str(value), str(word), str(value) == chosen) for value, word in choices]
