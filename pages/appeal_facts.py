"""What whoever answers an appeal is shown: the drop-off, what the household says, what guides said before."""

import datetime as dt
from typing import Any

from django.utils import timezone

from guides.models import Appeal, AppealOutcome
from guides.queries.appeals import verdicts_of


def appeal_line(*, appeal: Appeal, now: dt.datetime) -> dict[str, Any]:
    """One row of a list: no household is named in it."""
    drop_off = appeal.drop_off
    return {
        "appeal_id": appeal.pk,
        "place": f"{drop_off.bin.point.name} · {drop_off.bin.code}",
        "subject": appeal.get_subject_display(),
        "outcome": appeal.get_outcome_display(),
        "level": "第二次" if appeal.level == 2 else ("逾期转来" if appeal.escalated_at else "第一次"),
        "due_at": _text(appeal.due_at),
        "is_open": appeal.outcome == AppealOutcome.OPEN,
        "is_overdue": appeal.outcome == AppealOutcome.OPEN and appeal.due_at <= now,
    }


def appeal_facts(*, appeal: Appeal) -> list[tuple[str, str]]:
    """The evidence, (name, value)."""
    drop_off = appeal.drop_off
    weight = f"{drop_off.weight_g / 1_000:,.2f} 千克"
    facts = [
        (
            "投放",
            f"{_text(drop_off.occurred_at)} {drop_off.get_category_display()} {weight}",
        ),
        ("投放点", f"{drop_off.bin.point.name} · {drop_off.bin.code}"),
        ("住户说", f"{appeal.get_subject_display()}。{appeal.words}"),
        ("答复期限", _text(appeal.due_at)),
    ]
    for each in verdicts_of(appeal=appeal):
        said = f"{each.get_verdict_display()} {each.get_actual_category_display()} {each.note}".strip()
        who = each.guide.display_name or each.guide.get_username()
        facts.append(("核验", f"{_text(each.verified_at)} {who}:{said}"))
    for other in Appeal.objects.filter(drop_off=drop_off).exclude(pk=appeal.pk).order_by("level"):
        facts.append(("另一次申诉", f"{other.get_outcome_display()}。{other.answer}"))
    if appeal.outcome != AppealOutcome.OPEN:
        facts.append(("答复", f"{appeal.get_outcome_display()}。{appeal.answer}"))
    return facts


def points_said(*, text: str) -> int:
    """The points typed into the form; -1, which no answer takes, for what is no whole number."""
    text = text.strip() or "0"
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else -1


def _text(moment: dt.datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")
