"""What departments have reported, what waits for a reviewer, and what is due."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import F, QuerySet
from django.utils import timezone

from indicators.duties import DutyStanding, standing_of_duty
from indicators.models import Department, Evidence, IndicatorMeasure, IndicatorValue, ReportDeadline, Source


@dataclass(frozen=True, slots=True)
class Duty:
    """A measure to be reported for a period, with its last attempt."""

    measure: IndicatorMeasure
    starts_on: dt.date
    ends_on: dt.date
    due_on: dt.date
    last: IndicatorValue | None
    standing: DutyStanding


def departments_in(*, department_ids: Collection[int]) -> list[Department]:
    """The departments of these keys, by name."""
    return list(Department.objects.filter(pk__in=department_ids).order_by("name"))


def reported_values() -> QuerySet[IndicatorValue]:
    """Every value that was ever entered, the newest first, without the files."""
    return IndicatorValue.objects.select_related("measure__indicator", "reported_by", "review__reviewed_by").order_by(
        "-recorded_at", "-pk"
    )


def waiting_values() -> QuerySet[IndicatorValue]:
    """What nobody has reviewed, the oldest first."""
    return reported_values().filter(review__isnull=True).order_by("recorded_at", "pk")


def values_of_departments(*, departments: Collection[Department] | None) -> QuerySet[IndicatorValue]:
    """What these departments entered (None: all), the newest first."""
    values = reported_values()
    return values if departments is None else values.filter(department__in=[each.name for each in departments])


def measures_of_departments(*, departments: Collection[Department] | None) -> list[IndicatorMeasure]:
    """What these departments answer for and report (None: all that is reported), by number. One query."""
    measures = IndicatorMeasure.objects.filter(indicator__source=Source.REPORTED).select_related("indicator")
    spellings = None if departments is None else {way for each in departments for way in each.spellings}
    return [
        measure
        for measure in measures.order_by("indicator__number", "pk")
        if spellings is None or spellings & set(measure.indicator.departments)
    ]


def department_of_measure(*, measure: IndicatorMeasure, departments: Collection[Department]) -> Department | None:
    """The first of these departments that answers for the measure."""
    answering = set(measure.indicator.departments)
    return next((each for each in departments if answering & set(each.spellings)), None)


def attempts_of(*, measure: IndicatorMeasure, starts_on: dt.date, ends_on: dt.date) -> list[IndicatorValue]:
    """Everything entered for this measure and period, in order."""
    return list(
        reported_values()
        .filter(measure=measure, starts_on=starts_on, ends_on=ends_on)
        .order_by(F("attempt").asc(nulls_first=True), "pk")
    )


def evidence_without_data(*, value: IndicatorValue) -> Evidence:
    """The facts of the file that proves it, not the file.

    :raises Evidence.DoesNotExist: the back office entered the value without one.
    """
    return Evidence.objects.defer("data").get(value=value)


def deadlines_as_set() -> QuerySet[ReportDeadline]:
    """Every deadline that was set, the newest first."""
    return ReportDeadline.objects.select_related("indicator", "set_by").order_by("-set_at", "-pk")


def duties(*, departments: Collection[Department] | None, today: dt.date) -> list[Duty]:
    """What is due of these departments (None: all), the most overdue first, then by deadline.

    The last deadline set for a period holds; one for the indicator goes before one for all. Three queries.
    """
    measures = measures_of_departments(departments=departments)
    for_all: dict[tuple[dt.date, dt.date], dt.date] = {}
    for_one: dict[tuple[int, dt.date, dt.date], dt.date] = {}
    for deadline in ReportDeadline.objects.order_by("set_at", "pk"):
        if deadline.indicator_id is None:
            for_all[deadline.starts_on, deadline.ends_on] = deadline.due_on
        else:
            for_one[deadline.indicator_id, deadline.starts_on, deadline.ends_on] = deadline.due_on
    last = {
        (value.measure_id, value.starts_on, value.ends_on): value
        for value in reported_values().filter(attempt__isnull=False).order_by("attempt")
        if (value.starts_on, value.ends_on) in for_all
        or (value.measure.indicator_id, value.starts_on, value.ends_on) in for_one
    }
    found = []
    for measure in measures:
        due = {(measure.indicator_id, *period): due_on for period, due_on in for_all.items()}
        due |= {key: due_on for key, due_on in for_one.items() if key[0] == measure.indicator_id}
        for (_, starts_on, ends_on), due_on in due.items():
            value = last.get((measure.pk, starts_on, ends_on))
            found.append(
                Duty(
                    measure=measure,
                    starts_on=starts_on,
                    ends_on=ends_on,
                    due_on=due_on,
                    last=value,
                    standing=_standing(value=value, due_on=due_on, today=today),
                )
            )
    return sorted(found, key=lambda duty: (-duty.standing.overdue_days, duty.due_on, duty.measure.indicator.number))


def _standing(*, value: IndicatorValue | None, due_on: dt.date, today: dt.date) -> DutyStanding:
    review = getattr(value, "review", None) if value else None
    return standing_of_duty(
        verdict=review.verdict if review else None,
        entered_on=timezone.localdate(value.recorded_at) if value else None,
        due_on=due_on,
        today=today,
    )
