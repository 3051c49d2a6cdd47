"""What was dropped off, how it was judged, its photos, and what the household said about it."""

import datetime as dt
import itertools

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from guides.models import Appeal, Problem
from households.models import Household
from pages.my.stored.kind import Asked, Kind, Told, each, iso
from points.explaining.queries import HOUSEHOLD_DAYS_MAX, ExplainedDropOff, explained_days
from sorting.models import Attribution, DropOff, Photo, Verification
from sorting.queries.own_drop_offs import drop_offs_of
from sorting.queries.photos import photos_with_owner


def _drop_offs(household: Household) -> QuerySet[DropOff]:
    own = drop_offs_of(household_ids=[household.pk])
    return own.select_related("bin__point", "attribution").order_by("occurred_at", "pk")


def _told_drop_offs(rows: QuerySet[DropOff], asked: Asked) -> list[Told]:
    found = list(rows)
    explained = _explained(days=sorted({row.occurred_on for row in found}), asked=asked)
    return [_told_drop_off(row=row, explained=explained.get(row.pk)) for row in found]


def _told_drop_off(*, row: DropOff, explained: ExplainedDropOff | None) -> Told:
    attribution = getattr(row, "attribution", None)
    return {
        "number": row.pk,
        "occurred_at": iso(row.occurred_at),
        "bin": row.bin.code,
        "point": row.bin.point.name,
        "card": row.card,
        "method": row.method,
        "category": row.category,
        "sub_class": row.sub_class,
        "weight_g": row.weight_g,
        "is_in_window": row.is_in_window,
        "ours_since": iso(attribution.since) if attribution else None,
        "verdict": explained.verdict or None if explained else None,
        "points": explained.points if explained else None,
        "explanation": explained.sentence if explained else None,
    }


def _explained(*, days: list[dt.date], asked: Asked) -> dict[int, ExplainedDropOff]:
    """By the key of the drop-off; as many days at a time as one reading holds."""
    told: dict[int, ExplainedDropOff] = {}
    for _, group in itertools.groupby(days, key=lambda day: day.toordinal() // HOUSEHOLD_DAYS_MAX):
        some = list(group)
        read = explained_days(household_ids=[asked.household.pk], first_on=some[0], last_on=some[-1], now=asked.now)
        told |= {each.drop_off_id: each for day in read.values() for each in day.drop_offs}
    return told


def _verdicts(household: Household) -> QuerySet[Verification]:
    return Verification.objects.filter(drop_off__in=drop_offs_of(household_ids=[household.pk])).order_by("pk")


def _told_verdict(row: Verification) -> Told:
    return {
        "drop_off": row.drop_off_id,
        "verdict": row.verdict,
        "actual_category": row.actual_category,
        "source": row.source,
        "verified_at": iso(row.verified_at),
        "note": row.note,
        "rule": row.rule,
    }


def _photos(household: Household) -> QuerySet[Photo]:
    # Its own bins first: whose a photo is, is asked of each.
    bins = drop_offs_of(household_ids=[household.pk]).values("bin")
    return photos_with_owner().filter(bin__in=bins, owner_id=household.pk).order_by("pk")


def _told_photo(row: Photo) -> Told:
    """The picture itself is fetched by its address while somebody of the home is signed in."""
    kept_until = timezone.localtime(row.received_at + dt.timedelta(days=settings.PHOTO_KEPT_DAYS)).date()
    return {
        "drop_off": getattr(row, "drop_off_id"),  # noqa: B009 - annotated by the query
        "taken_at": iso(row.taken_at),
        "received_at": iso(row.received_at),
        "kept_until": kept_until.isoformat(),
        "address": reverse("photo-large", args=[row.pk]),
    }


def _appeals(household: Household) -> QuerySet[Appeal]:
    return Appeal.objects.filter(household=household).order_by("pk")


def _told_appeal(row: Appeal) -> Told:
    return {
        "drop_off": row.drop_off_id,
        "subject": row.subject,
        "words": row.words,
        "level": row.level,
        "opened_at": iso(row.opened_at),
        "due_at": iso(row.due_at),
        "outcome": row.outcome,
        "answer": row.answer,
        "answered_at": iso(row.answered_at),
    }


def _problems(household: Household) -> QuerySet[Problem]:
    return Problem.objects.filter(household=household).select_related("point").order_by("pk")


def _told_problem(row: Problem) -> Told:
    return {
        "point": row.point.name,
        "kind": row.kind,
        "note": row.note,
        "has_photo": row.photo_id is not None,
        "found_at": iso(row.found_at),
        "rectified_at": iso(row.rectified_at),
    }


WASTE = (
    Kind(
        noun="drop_offs",
        title=gettext_noop("每次投放：时间、地点、类别、重量、积分和说明"),
        models=(DropOff, Attribution),
        find=_drop_offs,
        tell=_told_drop_offs,
        kept=gettext_noop("一直保留；退出以后只剩一个编号，找不回人"),
        seen_by=gettext_noop("自己家里人；本小区的督导员；写明理由打开住户的城管局人员"),
    ),
    Kind(
        noun="verdicts",
        title=gettext_noop("督导员的核验结论"),
        models=(Verification,),
        find=_verdicts,
        tell=each(_told_verdict),
        kept=gettext_noop("同投放一样"),
        seen_by=gettext_noop("同投放一样"),
    ),
    Kind(
        noun="photos",
        title=gettext_noop("投放照片（同意了才有）"),
        models=(Photo,),
        find=_photos,
        tell=each(_told_photo),
        kept=gettext_noop("最多 {days} 天；撤回同意或退出后很快删除"),
        seen_by=gettext_noop("自己家里人；本小区的督导员；写明理由的城管局人员"),
    ),
    Kind(
        noun="appeals",
        title=gettext_noop("申诉和答复"),
        models=(Appeal,),
        find=_appeals,
        tell=each(_told_appeal),
        kept=gettext_noop("一直保留；退出当天删去写的话"),
        seen_by=gettext_noop("自己家里人；答复的督导员和城管局人员"),
    ),
    Kind(
        noun="problems_reported",
        title=gettext_noop("报告过的桶的问题"),
        models=(Problem,),
        find=_problems,
        tell=each(_told_problem),
        kept=gettext_noop("一直保留；退出当天删去写的话"),
        seen_by=gettext_noop("工作人员看得到问题，看不到是哪一家报的"),
    ),
)
