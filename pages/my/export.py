"""The export: every row about a household and its present people, in plain words and ISO dates, a function a noun."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from guides.models import Appeal, Attendance, HomeVisit, Problem
from households.models import Card, Consent, Household, HouseholdChange, Member, Notice
from households.services.opening import SUBJECT_KIND
from indicators.models import SurveyAnswer
from pages.my.own_data import full_phone
from people.models import AccessLog
from points.models import Redemption, Transfer
from sorting.models import Attribution, DropOff

ROWS_EXPORTED_MAX = 100_000  # a home with three drop-offs a day reaches it after 90 years

Rows = Iterable[dict[str, Any]]


def own_data(*, household: Household, now: dt.datetime) -> dict[str, Any]:
    """What is stored about the household, by noun."""
    found = {
        "members": _members(household=household),
        "cards": _cards(household=household),
        "consents": _consents(household=household),
        "changes": _changes(household=household),
        "notices": _notices(household=household),
        "drop_offs": _drop_offs(household=household),
        "transfers": _transfers(household=household),
        "redemptions": _redemptions(household=household),
        "appeals": _appeals(household=household),
        "gatherings": _gatherings(household=household),
        "home_visits": _home_visits(household=household),
        "problems_reported": _problems_reported(household=household),
        "survey_answers": _survey_answers(household=household),
        "looked_at_by": _looks(household=household),
    }
    return {
        "exported_at": timezone.localtime(now).isoformat(timespec="seconds"),
        "household": {
            "code": household.code,
            "community": household.community.name,
            "building": household.building,
            "unit": household.unit,
            "room": household.room,
            "resident_count": household.resident_count,
            "enrolled_on": household.enrolled_on.isoformat(),
        },
    } | {noun: list(rows) for noun, rows in found.items()}


def _members(*, household: Household) -> Rows:
    rows = Member.objects.filter(household=household, left_at__isnull=True).order_by("pk")
    return ({"name": each.name, "phone": full_phone(member=each), "joined_at": _iso(each.joined_at)} for each in rows)


def _cards(*, household: Household) -> Rows:
    rows = Card.objects.filter(household=household).order_by("pk")
    return (
        {"kind": each.kind, "number": each.number, "from": _iso(each.valid_from), "to": _iso(each.valid_to)}
        for each in rows
    )


def _consents(*, household: Household) -> Rows:
    rows = Consent.objects.filter(household=household).order_by("pk")
    return ({"kind": each.kind, "is_given": each.is_given, "at": _iso(each.at)} for each in rows)


def _changes(*, household: Household) -> Rows:
    rows = HouseholdChange.objects.filter(household=household).select_related("successor").order_by("pk")
    return (
        {"kind": each.kind, "successor": each.successor.code, "reason": each.reason, "at": _iso(each.at)}
        for each in rows
    )


def _notices(*, household: Household) -> Rows:
    rows = Notice.objects.filter(household=household).order_by("pk")
    return ({"kind": each.kind, "text": each.text, "at": _iso(each.at)} for each in rows)


def _drop_offs(*, household: Household) -> Rows:
    own = Attribution.objects.filter(household=household).values_list("drop_off_id", flat=True)
    rows = DropOff.objects.filter(household=household) | DropOff.objects.filter(pk__in=own)
    return (
        {
            "occurred_at": _iso(each.occurred_at),
            "category": each.category,
            "weight_g": each.weight_g,
            "method": each.method,
        }
        for each in rows.order_by("occurred_at", "pk")[:ROWS_EXPORTED_MAX]
    )


def _transfers(*, household: Household) -> Rows:
    columns = ("run__posted_at", "reason", "points", "reference")
    rows = Transfer.objects.filter(household=household).order_by("pk").values_list(*columns)[:ROWS_EXPORTED_MAX]
    return (
        {"posted_at": _iso(posted_at), "reason": reason, "points": points, "reference": reference}
        for posted_at, reason, points, reference in rows
    )


def _redemptions(*, household: Household) -> Rows:
    rows = Redemption.objects.filter(household=household).select_related("reward").order_by("pk")
    return (
        {
            "reward": each.reward.name,
            "points": each.points,
            "status": each.status,
            "reserved_at": _iso(each.reserved_at),
        }
        for each in rows
    )


def _appeals(*, household: Household) -> Rows:
    rows = Appeal.objects.filter(household=household).order_by("pk")
    return (
        {
            "subject": each.subject,
            "words": each.words,
            "level": each.level,
            "opened_at": _iso(each.opened_at),
            "outcome": each.outcome,
            "answer": each.answer,
            "answered_at": _iso(each.answered_at),
        }
        for each in rows
    )


def _gatherings(*, household: Household) -> Rows:
    rows = Attendance.objects.filter(household=household).select_related("gathering", "member").order_by("pk")
    return (
        {
            "topic": each.gathering.topic,
            "kind": each.gathering.kind,
            "who": each.member.name if each.member else "",
            "signed_at": _iso(each.signed_at),
        }
        for each in rows
    )


def _home_visits(*, household: Household) -> Rows:
    rows = HomeVisit.objects.filter(household=household).order_by("pk")
    return ({"visited_at": _iso(each.visited_at), "is_met": each.is_met, "note": each.note} for each in rows)


def _problems_reported(*, household: Household) -> Rows:
    rows = Problem.objects.filter(household=household).select_related("point").order_by("pk")
    return (
        {
            "point": each.point.name,
            "kind": each.kind,
            "note": each.note,
            "found_at": _iso(each.found_at),
            "rectified_at": _iso(each.rectified_at),
        }
        for each in rows
    )


def _survey_answers(*, household: Household) -> Rows:
    rows = SurveyAnswer.objects.filter(household=household).select_related("round").order_by("pk")
    return (
        {
            "survey": each.round.name,
            "is_reached": each.is_reached,
            "is_aware": each.is_aware,
            "satisfaction": each.satisfaction,
            "answered_at": _iso(each.answered_at),
        }
        for each in rows
    )


def _looks(*, household: Household) -> Rows:
    rows = AccessLog.objects.filter(subject_kind=SUBJECT_KIND, subject_id=household.pk).select_related("user")
    return (
        {"at": _iso(each.at), "by": each.user.display_name or each.user.username, "reason": each.reason}
        for each in rows.order_by("pk")
    )


def _iso(at: dt.datetime | None) -> str | None:
    return timezone.localtime(at).isoformat(timespec="seconds") if at else None
