"""What departments report: the list, entering a value, its review, its evidence, the deadlines."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from indicators.duties import DutyState
from indicators.models import Department, Indicator, IndicatorMeasure, IndicatorValue, Source
from indicators.queries.reports import (
    attempts_of,
    deadlines_as_set,
    department_of_measure,
    departments_in,
    duties,
    evidence_without_data,
    measures_of_departments,
    values_of_departments,
    waiting_values,
)
from indicators.services.reporting import report_value, review_value, set_deadline
from lib.errors import DomainError
from lib.evidence import EVIDENCE_BYTES_MAX, MEDIA_TYPES, FileKind
from pages.access import for_roles
from pages.bureau.reports.forms import DeadlineForm, ReportForm
from pages.bureau.reports.showing import deadline_row, duty_row, value_row
from pages.bureau.shell import render_bureau
from pages.bureau.units import unit_word
from people.models import Role, ScopeKind, User
from people.standing import Standing

ROWS_MAX = 200
FIELD_OF_CODE = {
    "value_missing": "value",
    "period_wrong": "ends_on",
    "awaiting_review": "ends_on",
    "evidence_missing": "evidence",
    "evidence_too_large": "evidence",
    "evidence_refused": "evidence",
    "not_reported": "indicator",
    "deadline_too_early": "due_on",
}


@require_safe
@for_roles(Role.REPORTER, Role.REVIEWER, Role.OFFICER)
def reports(request: HttpRequest, standing: Standing) -> HttpResponse:
    """What is due, the overdue first; what waits for a reviewer; what was entered. Of all, or of one's department."""
    own = _own_departments(standing=standing)
    seen = None if _sees_all(standing=standing) else own
    due = duties(departments=seen, today=timezone.localdate())
    is_open = [duty for duty in due if duty.standing.state != DutyState.ACCEPTED]
    context = {
        "heading": "部门填报",
        "department_names": "、".join(each.name for each in own),
        "overdue_count": sum(1 for duty in due if duty.standing.overdue_days),
        "accepted_count": len(due) - len(is_open),
        "due_count": len(due),
        "duties": [
            duty_row(duty=duty, may_enter=department_of_measure(measure=duty.measure, departments=own) is not None)
            for duty in is_open[:ROWS_MAX]
        ],
        "may_review": standing.holds(Role.REVIEWER),
        "may_see_deadlines": _sees_all(standing=standing),
        "waiting": [value_row(value=each) for each in waiting_values()[:ROWS_MAX]] if seen is None else [],
        "measures": [
            (each.pk, each.indicator.number, each.name, each.target_text)
            for each in (measures_of_departments(departments=own) if own else [])
        ],
        "values": [value_row(value=each) for each in values_of_departments(departments=seen)[:ROWS_MAX]],
        "rows_max": ROWS_MAX,
    }
    return render_bureau(
        request, "pages/bureau/reports/list.html", context, current="bureau-reports", standing=standing
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.REPORTER)
def enter(request: HttpRequest, standing: Standing, measure_id: int) -> HttpResponse:
    """A form for one measure of one's own department; `?from=&to=` fills in the period."""
    measure = get_object_or_404(
        IndicatorMeasure.objects.select_related("indicator"), pk=measure_id, indicator__source=Source.REPORTED
    )
    department = department_of_measure(measure=measure, departments=_own_departments(standing=standing))
    if department is None:
        raise Http404
    if request.method == "POST" and isinstance(request.user, User):
        form = ReportForm(request.POST, request.FILES, measure=measure)
        value = _entered(form=form, measure=measure, department=department, reporter=request.user)
        if value is not None:
            messages.success(request, "已填报,等审核。审核通过后计入 47 项指标。")
            return redirect("bureau-report", value.pk)
    else:
        form = ReportForm(
            measure=measure, initial={"starts_on": request.GET.get("from"), "ends_on": request.GET.get("to")}
        )
    context = {
        "heading": f"填报:{measure.indicator.number}. {measure.name}",
        "form": form,
        "department": department.name,
        "baseline": measure.baseline_text or "—",
        "target": measure.target_text,
    }
    return render_bureau(
        request,
        "pages/bureau/reports/enter.html",
        context,
        current="bureau-reports",
        standing=standing,
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.REPORTER, Role.REVIEWER, Role.OFFICER)
def report(request: HttpRequest, standing: Standing, value_id: int) -> HttpResponse:
    """One value with every attempt of its period; a reviewer accepts or returns it."""
    value = _value(value_id=value_id, standing=standing)
    if request.method == "POST" and isinstance(request.user, User):
        if not standing.holds(Role.REVIEWER):
            raise PermissionDenied
        is_accepted = request.POST.get("verdict") == "accept"
        try:
            review_value(
                value=value,
                is_accepted=is_accepted,
                reason=request.POST.get("reason", "")[:200],
                reviewer=request.user,
                now=timezone.now(),
            )
        except DomainError as refused:
            messages.error(request, refused.text)
        else:
            messages.success(request, "已通过,计入 47 项指标。" if is_accepted else "已退回,部门可以重新填报。")
        return redirect("bureau-report", value_id)
    own = _own_departments(standing=standing)
    may_enter = department_of_measure(measure=value.measure, departments=own) is not None
    is_own, review = value.reported_by_id == request.user.pk, getattr(value, "review", None)
    context = {
        "heading": f"{value.measure.indicator.number}. {value.measure.name}",
        "row": value_row(value=value),
        "target": value.measure.target_text,
        "unit": unit_word(value.measure.unit),
        "note": value.note,
        "evidence": _evidence_facts(value=value),
        "may_review": standing.holds(Role.REVIEWER) and not is_own and review is None,
        "is_own": is_own and review is None and standing.holds(Role.REVIEWER),
        "enter_again": value.measure_id if may_enter and review is not None else None,
        "from": f"{value.starts_on}",
        "to": f"{value.ends_on}",
        "attempts": [
            value_row(value=each)
            for each in attempts_of(measure=value.measure, starts_on=value.starts_on, ends_on=value.ends_on)
        ],
    }
    return render_bureau(
        request, "pages/bureau/reports/report.html", context, current="bureau-reports", standing=standing
    )


@require_safe
@for_roles(Role.REPORTER, Role.REVIEWER, Role.OFFICER)
def evidence(request: HttpRequest, standing: Standing, value_id: int) -> HttpResponse:
    """The file, always to be kept and never shown in the browser."""
    found = _value(value_id=value_id, standing=standing).evidence
    if found is None:
        raise Http404
    disposition = content_disposition_header(as_attachment=True, filename=found.file_name)
    return HttpResponse(
        bytes(found.data),
        content_type=MEDIA_TYPES[FileKind(found.kind)],
        headers={"Content-Disposition": disposition or "attachment"},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.OFFICER, Role.REVIEWER)
def deadlines(request: HttpRequest, standing: Standing) -> HttpResponse:
    """Every deadline as it was set, the newest first; whoever looks after the whole district sets them."""
    may_set = standing.is_district_wide(Role.OFFICER)
    reported = Indicator.objects.filter(source=Source.REPORTED).order_by("number")
    choices = [(str(each.number), f"{each}") for each in reported]
    form = DeadlineForm(request.POST if request.method == "POST" else None, choices=choices)
    if request.method == "POST" and isinstance(request.user, User):
        if not may_set:
            raise PermissionDenied
        if _is_set(form=form, officer=request.user):
            messages.success(request, "期限已设定。同一期再设一次就是改期,以最后一次为准。")
            return redirect("bureau-report-deadlines")
    context = {
        "heading": "填报期限",
        "form": form if may_set else None,
        "rows": [deadline_row(deadline=each) for each in deadlines_as_set()[:ROWS_MAX]],
    }
    return render_bureau(
        request,
        "pages/bureau/reports/deadlines.html",
        context,
        current="bureau-reports",
        standing=standing,
        status=422 if form.is_bound else 200,
    )


def _own_departments(*, standing: Standing) -> list[Department]:
    ids = standing.scope_ids(role=Role.REPORTER, kind=ScopeKind.DEPARTMENT)
    return departments_in(department_ids=ids) if ids else []


def _sees_all(*, standing: Standing) -> bool:
    return standing.holds(Role.REVIEWER) or standing.holds(Role.OFFICER)


def _value(*, value_id: int, standing: Standing) -> IndicatorValue:
    seen = None if _sees_all(standing=standing) else _own_departments(standing=standing)
    return get_object_or_404(values_of_departments(departments=seen), pk=value_id)


def _entered(
    *, form: ReportForm, measure: IndicatorMeasure, department: Department, reporter: User
) -> IndicatorValue | None:
    if not form.is_valid():
        return None
    said, file = form.cleaned_data, form.cleaned_data["evidence"]
    try:
        return report_value(
            measure=measure,
            department=department,
            starts_on=said["starts_on"],
            ends_on=said["ends_on"],
            value=said["value"],
            value_text=said.get("value_text", ""),
            note=said["note"],
            file_name=file.name,
            data=file.read(EVIDENCE_BYTES_MAX + 1),
            reporter=reporter,
            now=timezone.now(),
        )
    except DomainError as refused:
        form.add_error(FIELD_OF_CODE.get(refused.code), refused.text)
        return None


def _is_set(*, form: DeadlineForm, officer: User) -> bool:
    if not form.is_valid():
        return False
    said = form.cleaned_data
    indicator = Indicator.objects.get(number=int(said["indicator"])) if said["indicator"] else None
    try:
        set_deadline(
            indicator=indicator,
            starts_on=said["starts_on"],
            ends_on=said["ends_on"],
            due_on=said["due_on"],
            officer=officer,
            now=timezone.now(),
        )
    except DomainError as refused:
        form.add_error(FIELD_OF_CODE.get(refused.code), refused.text)
        return False
    return True


def _evidence_facts(*, value: IndicatorValue) -> dict[str, str] | None:
    if value.evidence_id is None:
        return None
    found = evidence_without_data(value=value)
    return {"name": found.file_name, "size": f"{found.byte_count / 1024:,.0f} KB", "digest": found.digest}
