"""Who did or saw what: the back office's log, looks at personal records and decisions of officers, in one list by time.

One statement reads all of it, sorted and cut to a page by the database.
"""

import datetime as dt
import json
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.contrib.admin.models import LogEntry
from django.db.models import CharField, F, Model, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat

from collection.models import Weighing
from households.models import CommunityChange
from indicators.facts import Period
from indicators.models import ProposalWithdrawal, Publication, PublicationProposal, ValueReview
from indicators.queries.households import day_after
from people.models import AccessLog, RoleGrant, User
from points.models import PointCorrection, Programme

DAY = dt.timedelta(days=1)
# What the back office's log names in its own words. The rest, households and residents above all, shows as a number.
NAMED = frozenset(
    {"subdistrict", "community", "collectionpoint", "smartbin", "shop", "reward", "indicator", "programme"}
)


class ActKind(StrEnum):
    """What somebody did."""

    OFFICE = "OFFICE"  # changed something in the back office
    LOOK = "LOOK"  # opened a personal record
    DECISION = "DECISION"  # proposed or decided about points, publications, loads or reported values


@dataclass(frozen=True, slots=True)
class Act:
    """One row. `subject` is the kind of thing, `subject_key` its number; `name` only where it is nobody's own."""

    at: dt.datetime
    user_id: int
    who: str
    kind: ActKind
    subject: str
    subject_key: str
    name: str
    words: str


def read_acts(
    *, period: Period, user_id: int | None = None, kind: ActKind | None = None, offset: int = 0, limit: int
) -> list[Act]:
    """Of the local days of the period, the last first. At most three queries, however many there are."""
    starts_at, ends_at = day_after(on=period.starts_on - DAY), day_after(on=period.ends_on)
    parts = [
        _columns(source)
        .filter(**{f"{source.at}__gte": starts_at, f"{source.at}__lt": ends_at})
        .filter(**({source.who: user_id} if user_id is not None else {f"{source.who}__isnull": False}))
        for source in SOURCES
        if kind in (None, source.kind)
    ]
    rows = list(parts[0].union(*parts[1:], all=True).order_by("-at_", "subject_", "-key_")[offset : offset + limit])
    users = {row["who_"] for row in rows}
    names = {
        pk: display_name or username
        for pk, display_name, username in User.objects.filter(pk__in=users).values_list(
            "pk", "display_name", "username"
        )
    }
    staff = _people_at_work(keys={row["key_"] for row in rows if row["subject_"] == "user"})
    return [_act(row=row, names=names, staff=staff) for row in rows]


def people_who_act() -> list[tuple[int, str]]:
    """Everybody who ever held a role or may enter the back office, by name: whom a list can be asked about."""
    found = User.objects.filter(pk__in=RoleGrant.objects.values("user")) | User.objects.filter(is_staff=True)
    rows = found.values_list("pk", "display_name", "username").distinct()
    return sorted(((pk, display_name or username) for pk, display_name, username in rows), key=lambda each: each[1])


@dataclass(frozen=True, slots=True)
class _Source:
    """A table of acts, and where its columns are. `code` says what was done, where a table holds more than one."""

    model: type[Model]
    kind: ActKind
    at: str
    who: str
    subject: Any
    key: str
    name: str
    code: Any
    words: str


def _text(value: str) -> Any:
    return Value(value, output_field=TextField())


SOURCES = (
    _Source(
        LogEntry, ActKind.OFFICE, "action_time", "user_id", F("content_type__model"), "object_id", "object_repr",
        Cast("action_flag", TextField()), "change_message",
    ),
    _Source(
        AccessLog, ActKind.LOOK, "at", "user_id", F("subject_kind"), "subject_id", "", _text("LOOK"), "reason"
    ),
    _Source(
        PointCorrection, ActKind.DECISION, "proposed_at", "proposed_by_id", _text("pointcorrection"), "id", "",
        Concat(_text("PROPOSED "), Cast("points", TextField()), output_field=TextField()), "reason",
    ),
    _Source(
        PointCorrection, ActKind.DECISION, "decided_at", "decided_by_id", _text("pointcorrection"), "id", "",
        Concat(F("state"), _text(" "), Cast("points", TextField()), output_field=TextField()), "note",
    ),
    _Source(
        Programme, ActKind.DECISION, "drafted_at", "drafted_by_id", _text("programme"), "id", "name",
        _text("DRAFT"), "reason",
    ),
    _Source(
        Programme, ActKind.DECISION, "decided_at", "decided_by_id", _text("programme"), "id", "name",
        F("state"), "note",
    ),
    _Source(
        PublicationProposal, ActKind.DECISION, "proposed_at", "proposed_by_id", _text("publication"), "starts_on", "",
        Concat(_text("PROPOSED "), F("stage"), output_field=TextField()), "",
    ),
    _Source(
        ProposalWithdrawal, ActKind.DECISION, "withdrawn_at", "withdrawn_by_id", _text("publication"),
        "proposal__starts_on", "", Concat(_text("WITHDRAWN "), F("proposal__stage"), output_field=TextField()),
        "reason",
    ),
    _Source(
        Publication, ActKind.DECISION, "confirmed_at", "confirmed_by_id", _text("publication"), "starts_on", "",
        Concat(_text("CONFIRMED "), F("stage"), output_field=TextField()), "stale_reason",
    ),
    _Source(
        Weighing, ActKind.DECISION, "recorded_at", "recorded_by_id", _text("weighing"), "number", "",
        Concat(_text("REVISION "), Cast("revision", TextField()), output_field=TextField()), "reason",
    ),
    _Source(
        CommunityChange, ActKind.DECISION, "recorded_at", "recorded_by_id", _text("community"), "community_id",
        "community__name", _text("CHANGED"), "reason",
    ),
    _Source(
        ValueReview, ActKind.DECISION, "reviewed_at", "reviewed_by_id", _text("indicatorvalue"), "value_id", "",
        F("verdict"), "reason",
    ),
)  # fmt: skip


def _columns(source: _Source) -> QuerySet[Any, dict[str, Any]]:
    """The same columns of every table, of the same types: a database joins no others."""
    rows: QuerySet[Any] = source.model._default_manager.order_by()
    found: QuerySet[Any, dict[str, Any]] = rows.annotate(
        at_=F(source.at),
        who_=F(source.who),
        kind_=Value(source.kind.value, output_field=CharField()),
        subject_=Cast(source.subject, TextField()),
        key_=Cast(source.key, TextField()),
        name_=Cast(source.name, TextField()) if source.name else _text(""),
        code_=Cast(source.code, TextField()),
        words_=Cast(source.words, TextField()) if source.words else _text(""),
    ).values("at_", "who_", "kind_", "subject_", "key_", "name_", "code_", "words_")
    return found


def _act(*, row: dict[str, Any], names: dict[int, str], staff: Collection[str]) -> Act:
    subject, key, kind = row["subject_"] or "", row["key_"] or "", ActKind(row["kind_"])
    is_named = subject in NAMED or (subject == "user" and key in staff)
    if kind == ActKind.OFFICE:
        words = _office_words(flag=row["code_"], message=row["words_"], is_told=is_named or subject not in MASKED)
    else:
        words = ":".join(part for part in (_code_words(row["code_"]), row["words_"]) if part)
    return Act(
        at=row["at_"],
        user_id=row["who_"],
        who=names.get(row["who_"], ""),
        kind=kind,
        subject=subject,
        subject_key=key,
        name=row["name_"] if is_named else "",
        words=words,
    )


# Of these the log's message may hold what is somebody's own.
MASKED = frozenset({"user", "household", "member", "card", "householdpin", "consent", "phonecode"})
_FLAGS = {"1": "新增", "2": "修改", "3": "删除"}
_CODES = {
    "LOOK": "",
    "CHANGED": "变更",
    "PROPOSED": "提议",
    "WITHDRAWN": "撤回",
    "CONFIRMED": "确认",
    "APPROVED": "批准",
    "REFUSED": "不批准",
    "DRAFT": "起草",
    "ACCEPTED": "通过",
    "RETURNED": "退回",
    "PROVISIONAL": "初步数据",
    "FINAL": "最终数据",
    "REVISION": "登记,更正次数",
}


def _code_words(code: str) -> str:
    return " ".join(_CODES.get(part, part) for part in code.split())


def _office_words(*, flag: str, message: str, is_told: bool) -> str:
    done = _FLAGS.get(flag, flag)
    told = LogEntry(change_message=message).get_change_message() if is_told and message else ""
    if told and message.startswith("["):
        # Django says "已修改 …" of a field list; the list with its values is what matters.
        fields = [
            field
            for part in json.loads(message)
            for what in part.values()
            if isinstance(what, dict)
            for field in what.get("fields", [])
        ]
        told = ";".join(fields) or told
    return f"{done}:{told}" if told else done


def _people_at_work(*, keys: Collection[str]) -> frozenset[str]:
    """Of these keys of users, those who ever held a role: what is logged of them is about their work."""
    numbers = [int(key) for key in keys if key.isascii() and key.isdecimal()]
    if not numbers:
        return frozenset()
    return frozenset(str(pk) for pk in RoleGrant.objects.filter(user__in=numbers).values_list("user", flat=True))
