"""One flag in words: what was found, the drop-offs behind it, and what became of it. No household is named."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from households.models import Community
from pages.bureau.flag_photos import FlagPhotos, read_flag_photos
from people.models import User
from points.models import CorrectionState, Flag, FlagState, PointCorrection
from points.queries.flags import drop_offs_of_flag
from sorting.models import DropOff

# The rule's figures in words, with their unit; a figure that has no word here is not evidence for people.
_WORDS = {
    "visit_count": ("投放次数", "次"),
    "bag_count": ("袋数", "袋"),
    "extra_count": ("多出的袋数", "袋"),
    "weight_g": ("重量", "克"),
    "weight_g_max": ("按常理最多", "克"),
    "gain_points": ("多得积分", "分"),
    "alone_points": ("只算这几袋会多得", "分"),
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


def flag_row(*, flag: Flag) -> dict[str, Any]:
    """One row of the queue."""
    state = flag.get_state_display()
    if flag.correction is not None:
        state += f",扣减 {-flag.correction.points:,} 分{flag.correction.get_state_display()}"
    return {
        "flag_id": flag.pk,
        "kind": flag.get_kind_display(),
        "place": flag.community.name if flag.bin is None else f"{flag.community.name} · {flag.bin.code}",
        "occasion": flag.occasion,
        "evidence": ",".join(f"{word} {value}" for word, value in _figures(flag=flag)),
        "state": state,
        "opened_at": _text(flag.opened_at),
    }


def photos_of_flag(*, flag: Flag, request: HttpRequest, reach: QuerySet[Community]) -> FlagPhotos:
    """The photos behind a flag, as the officer may see them."""
    drop_offs = list(drop_offs_of_flag(flag=flag))
    return read_flag_photos(request=request, drop_offs=drop_offs, letters=_letters(drop_offs), reach=reach)


def flag_facts(*, flag: Flag, request: HttpRequest, reach: QuerySet[Community], officer: User) -> dict[str, Any]:
    """The whole page; `officer` is who looks at it."""
    drop_offs = list(drop_offs_of_flag(flag=flag))
    letters = _letters(drop_offs)
    photos = read_flag_photos(request=request, drop_offs=drop_offs, letters=letters, reach=reach)
    correction = flag.correction
    return flag_row(flag=flag) | {
        "heading": f"{flag.get_kind_display()} · {flag.occasion}",
        "figures": _figures(flag=flag),
        "has_household": flag.household_id is not None,
        "is_open": flag.state == FlagState.OPEN,
        "judged": "" if flag.decided_by is None else _judged(flag=flag),
        "correction": None if correction is None else _correction(correction=correction, officer=officer),
        "may_propose": flag.state == FlagState.CONFIRMED
        and flag.household_id is not None
        and (correction is None or correction.state == CorrectionState.REFUSED),
        "photos": photos,
        "drop_offs": [
            {
                # With seconds: bags that came at once are told apart by them.
                "at": timezone.localtime(each.occurred_at).strftime("%Y-%m-%d %H:%M:%S"),
                "place": f"{each.bin.point.name} · {each.bin.code}" if each.bin is not None else "—",
                "who": letters[each.household_id],
                "category": each.get_category_display(),
                "weight": f"{each.weight_g / 1_000:,.2f} 千克",
                "photo_ids": photos.photo_ids.get(each.pk, []),
            }
            for each in drop_offs
        ],
    }


def _letters(drop_offs: Sequence[DropOff]) -> dict[int | None, str]:
    """A household is called the same in every row, so that the pattern is seen and nobody is named."""
    letters: dict[int | None, str] = {None: "—"}
    for each in drop_offs:
        letters.setdefault(each.household_id, f"第 {len(letters)} 户")
    return letters


def _judged(*, flag: Flag) -> str:
    return f"{flag.get_state_display()}:{flag.decision_reason}({_by(flag.decided_by, at=flag.decided_at)})"


def _correction(*, correction: PointCorrection, officer: User) -> dict[str, Any]:
    """Where it stands, and whether this officer may be the second pair of eyes."""
    facts = [
        ("扣减", f"{-correction.points:,} 分"),
        ("状态", correction.get_state_display()),
        ("提出", _by(correction.proposed_by, at=correction.proposed_at)),
    ]
    if correction.decided_by is not None:
        facts.append(("复核", _by(correction.decided_by, at=correction.decided_at)))
    if correction.moved_points is not None:
        missing = correction.moved_points - correction.points
        short = f",账上不足,{missing:,} 分没有扣到" if missing else ""
        facts.append(("实际扣减", f"{-correction.moved_points:,} 分{short}"))
    if correction.note:
        facts.append(("复核意见", correction.note))
    is_proposed = correction.state == CorrectionState.PROPOSED
    return {
        "facts": facts,
        "may_decide": is_proposed and correction.proposed_by_id != officer.pk,
        "waits_for_another": is_proposed and correction.proposed_by_id == officer.pk,
    }


def _figures(*, flag: Flag) -> list[tuple[str, str]]:
    return [
        (word, f"{flag.figures[name]:,} {unit}")
        for name, (word, unit) in _WORDS.items()
        if isinstance(flag.figures.get(name), int | float)
    ]


def _by(user: User | None, *, at: dt.datetime | None) -> str:
    """Who and when; an officer is a colleague, whose name may be read."""
    who = "—" if user is None else user.display_name or user.get_username()
    return who if at is None else f"{who},{_text(at)}"


def _text(moment: dt.datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")
