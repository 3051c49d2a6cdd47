"""问卷调查: rounds of the bureau's survey, and what each community answered; never what a household did."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from households.reach import communities_in_reach
from indicators.models import SurveyRound
from indicators.models.surveys import ROUND_NAME_LENGTH_MAX
from indicators.queries.surveys import survey_rounds, survey_tallies
from indicators.services.surveys import ROUND_DAYS_MAX, open_round
from indicators.surveys import MEASURES, NO_SHARE, SHOWN_ANSWERS_MIN, Share, SurveyTally, together, withheld
from lib.errors import DomainError
from pages.access import for_roles
from pages.bureau.reports.forms import DayInput, PeriodForm
from pages.bureau.reports.showing import who
from pages.bureau.shell import render_bureau
from pages.reading_out import NO_DATA
from pages.table_file import asked_format, table_file
from people.models import Role, User
from people.standing import Standing

ROWS_MAX = 200
FIELD_OF_CODE = {"round_name_wrong": "name", "round_days_wrong": "starts_on", "round_overlaps": "starts_on"}
HEADINGS = ("小区", "登记户", "已答", "未答", "普及率", "知晓程度", "满意程度")


class RoundForm(PeriodForm):
    """A round's name and days."""

    name = forms.CharField(
        label="名称", max_length=ROUND_NAME_LENGTH_MAX, help_text="住户首页上就写这个,例如“2026 年秋季问卷”"
    )
    starts_on = forms.DateField(label="从哪天起", widget=DayInput())
    ends_on = forms.DateField(
        label="到哪天止(含当天)", widget=DayInput(), help_text=f"最多 {ROUND_DAYS_MAX} 天;开始后不能改"
    )

    field_order = ("name", "starts_on", "ends_on")


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.OFFICER)
def surveys(request: HttpRequest, standing: Standing) -> HttpResponse:
    """All rounds, the newest first; whoever looks after the whole district opens one."""
    may_open = standing.is_district_wide(Role.OFFICER)
    form = RoundForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and isinstance(request.user, User):
        if not may_open:
            raise PermissionDenied
        survey_round = _opened(form=form, officer=request.user)
        if survey_round is not None:
            messages.success(request, "问卷已发起,到日子住户首页就会出现。")
            return redirect("bureau-survey", survey_round.pk)
    today = timezone.localdate()
    context = {
        "heading": "问卷调查",
        "form": form if may_open else None,
        "rows": [
            {
                "survey_round_id": each.pk,
                "name": each.name,
                "days": f"{each.starts_on} 至 {each.ends_on}",
                "state": _state(survey_round=each, today=today),
                "by": f"{who(each.opened_by)} {timezone.localdate(each.opened_at)}",
            }
            for each in survey_rounds()[:ROWS_MAX]
        ],
    }
    return render_bureau(
        request,
        "pages/bureau/surveys/list.html",
        context,
        current="bureau-surveys",
        status=422 if form.is_bound else 200,
    )


@require_safe
@for_roles(Role.OFFICER)
def survey(request: HttpRequest, standing: Standing, survey_round_id: int) -> HttpResponse:
    """One round by community: answers and silence at once, shares once it is closed; `?format=` as a file."""
    survey_round = get_object_or_404(SurveyRound.objects.select_related("opened_by"), pk=survey_round_id)
    today = timezone.localdate()
    is_closed = survey_round.ends_on < today
    communities = communities_in_reach(standing=standing, role=Role.OFFICER)
    tallies = survey_tallies(survey_round=survey_round, communities=communities.order_by("name"), today=today)
    unsaid = withheld(tallies=tallies)
    rows = [_row(tally=each, is_said=is_closed and each.community_id not in unsaid) for each in tallies]
    total = _row(tally=together(tallies=tallies, name="合计"), is_said=is_closed)
    if file_format := asked_format(request):
        return table_file(
            name=f"survey-{survey_round.pk}",
            title=survey_round.name,
            headings=HEADINGS,
            rows=[*rows, total],
            file_format=file_format,
        )
    context = {
        "heading": survey_round.name,
        "days": f"{survey_round.starts_on} 至 {survey_round.ends_on}",
        "state": _state(survey_round=survey_round, today=today),
        "by": f"{who(survey_round.opened_by)} {timezone.localdate(survey_round.opened_at)} 发起",
        "is_closed": is_closed,
        "headings": HEADINGS,
        "rows": rows,
        "total": total,
        "answers_min": SHOWN_ANSWERS_MIN,
    }
    return render_bureau(request, "pages/bureau/surveys/survey.html", context, current="bureau-surveys")


def share_text(*, share: Share) -> str:
    """ "82.1 % (74.8 – 87.6)", the second the interval; — where the answers are too few."""
    if share.value is None or share.interval is None:
        return NO_DATA
    low, high = 100 * share.interval.low, 100 * share.interval.high
    return f"{float(100 * share.value):.1f} %({low:.1f} – {high:.1f})"


def _row(*, tally: SurveyTally, is_said: bool) -> tuple[str | int, ...]:
    shares = (tally.share(measure=measure) if is_said else NO_SHARE for measure in MEASURES)
    return (
        tally.community,
        tally.asked_count,
        tally.answer_count,
        tally.silent_count,
        *(share_text(share=share) for share in shares),
    )


def _state(*, survey_round: SurveyRound, today: dt.date) -> str:
    if survey_round.ends_on < today:
        return "已结束"
    return "进行中" if survey_round.starts_on <= today else "还没开始"


def _opened(*, form: RoundForm, officer: User) -> SurveyRound | None:
    if not form.is_valid():
        return None
    said: dict[str, Any] = form.cleaned_data
    try:
        return open_round(
            name=said["name"],
            starts_on=said["starts_on"],
            ends_on=said["ends_on"],
            officer=officer,
            now=timezone.now(),
        )
    except DomainError as refused:
        form.add_error(FIELD_OF_CODE.get(refused.code), refused.text)
        return None
