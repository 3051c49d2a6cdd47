"""What a transfer was for, in a sentence that people understand. Pure: read from its reason and its reference.

Who posts chooses the reference: day/HOUSEHOLD/DATE/NUMBER/PART by the settlement, expire/HOUSEHOLD/RUN by the expiry,
redemption/ID/redeem and …/refund, correction/ID/REASON, move/ID/out and …/in.
"""

import datetime as dt
from dataclasses import dataclass

from django.utils import dateformat
from django.utils.translation import gettext, gettext_noop, ngettext


@dataclass(frozen=True, slots=True)
class Subject:
    """What a transfer is about: the first part of its reference; then the day or the key of the act, if any."""

    kind: str
    on: dt.date | None = None
    act_id: int | None = None
    part: str = ""


_OF_DAY = {
    "AWARD": gettext_noop("{day}投放得 {points} 分,待核验"),
    "UNAWARD": gettext_noop("{day}投放的待核验积分收回 {points} 分"),
    "RELEASE": gettext_noop("{day}投放的 {points} 分已可用"),
    "BONUS": gettext_noop("{day}核验合格,奖励 {points} 分"),
    "REVERSE": gettext_noop("{day}的核验结论有变,收回 {points} 分"),
    "PENALTY": gettext_noop("{day}投放不合格,扣 {points} 分"),
    "UNPENALTY": gettext_noop("{day}的扣分取消,退回 {points} 分"),
}
_OF_ACT = {
    ("redemption", "redeem"): gettext_noop("兑换奖品(兑换单 {act_id}),用去 {points} 分"),
    ("redemption", "refund"): gettext_noop("兑换单 {act_id} 没有领取,退回 {points} 分"),
    ("move", "out"): gettext_noop("转到新的一户 {points} 分"),
    ("move", "in"): gettext_noop("从原来的一户转来 {points} 分"),
    ("correction", "BONUS"): gettext_noop("工作人员更正(第 {act_id} 号),增加 {points} 分"),
    ("correction", "REVERSE"): gettext_noop("工作人员更正(第 {act_id} 号),扣减 {points} 分"),
}
_OF_REASON = {
    "AWARD": gettext_noop("得 {points} 分,待核验"),
    "RELEASE": gettext_noop("{points} 分已可用"),
    "BONUS": gettext_noop("奖励 {points} 分"),
    "PENALTY": gettext_noop("扣 {points} 分"),
    "REDEEM": gettext_noop("兑换用去 {points} 分"),
    "REFUND": gettext_noop("退回 {points} 分"),
    "REVERSE": gettext_noop("收回 {points} 分"),
    "EXPIRE": gettext_noop("到期没有使用,过期 {points} 分"),
    "MOVE": gettext_noop("转户 {points} 分"),
}


def read_reference(*, reference: str) -> Subject:
    """What the reference names; of one that no part of the platform wrote, only its first part."""
    kind, *rest = reference.split("/")
    if kind == "day" and len(rest) == 4:
        on = _date_or_none(rest[1])
        return Subject(kind=kind, on=on, part=rest[3]) if on else Subject(kind=kind)
    if kind != "expire" and len(rest) >= 2 and rest[0].isdecimal():
        return Subject(kind=kind, act_id=int(rest[0]), part="/".join(rest[1:]))
    return Subject(kind=kind)


def transfer_sentence(*, reason: str, reference: str, points: int) -> str:
    """ "11月23日投放得 10 分,待核验": why the points moved and what for. A reference we do not know leaves the why."""
    subject = read_reference(reference=reference)
    known = _OF_DAY.get(subject.part) if subject.on else _OF_ACT.get((subject.kind, subject.part))
    day = dateformat.format(subject.on, gettext("n月j日")) if subject.on else ""
    words = known or _OF_REASON[reason]
    return ngettext(words, words, points).format(day=day, act_id=subject.act_id, points=f"{points:,}")


def _date_or_none(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
