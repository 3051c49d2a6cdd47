"""The plan's 47 indicators in one table: baseline, target, value, status and department."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from households.models import Community
from indicators.catalogue import COMPUTED, Computed
from indicators.facts import CommunityFacts
from indicators.models import Direction, IndicatorMeasure, IndicatorValue, Source, SurveyRound
from indicators.queries.plan import latest_values, measures_of_plan
from indicators.queries.surveys import last_closed_round, survey_tallies
from indicators.surveys import MEASURES, SurveyTally, together
from pages.access import for_roles
from pages.bureau.asked import Asked, AskedWrongly, read_asked
from pages.bureau.dashboard.cards import STATES, UNITS, figure_of
from pages.bureau.dashboard.reading import facts_in_scope
from pages.bureau.overview import asked_context, render_asked_wrongly
from pages.bureau.reports.showing import who
from pages.bureau.shell import render_bureau
from pages.bureau.units import value_text
from pages.reading_out import NO_DATA, number_text, state_of
from pages.table_file import asked_format, table_file
from people.models import Role
from people.standing import Standing

ASSESSMENTS = {"mid-term": "中期评估", "final": "总结评估"}
HEADINGS = ("序号", "指标", "基线", "2020 年目标", "数值", "期间", "状态", "来源", "责任部门", "填报和审核")


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One measure of an indicator, in the order of HEADINGS."""

    number: int
    name: str
    baseline: str
    target: str
    value: str
    period: str
    state: str
    state_text: str
    source: str
    departments: str
    reviewed: str
    value_id: int | None
    survey_round_id: int | None

    @property
    def cells(self) -> tuple[str | int, ...]:
        """In the order of HEADINGS."""
        return (
            self.number, self.name, self.baseline, self.target, self.value, self.period, self.state_text, self.source,
            self.departments, self.reviewed,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A closed round of the survey and what the whole district answered."""

    survey_round: SurveyRound
    tally: SurveyTally


@require_safe
@for_roles(Role.OFFICER)
def plan(request: HttpRequest, standing: Standing) -> HttpResponse:
    """The platform's figures of the period asked for, the latest of departments and survey; `?format=` as a file."""
    try:
        asked = read_asked(parameters=request.GET.dict(), standing=standing, today=timezone.localdate())
    except AskedWrongly as error:
        return render_asked_wrongly(request, error=error, current="bureau-plan")
    rows = plan_rows(asked=asked)
    if file_format := asked_format(request):
        cells = [row.cells for row in rows]
        return table_file(name="indicators", title="47 项指标", headings=HEADINGS, rows=cells, file_format=file_format)
    context = {
        "heading": "47 项指标",
        "headings": HEADINGS,
        "rows": rows,
        "assessments": list(ASSESSMENTS.items()),
        "without_value_count": sum(1 for row in rows if row.state == "none"),
    }
    return render_bureau(request, "pages/bureau/plan.html", context | asked_context(asked=asked), current="bureau-plan")


def plan_rows(*, asked: Asked) -> list[PlanRow]:
    """A row a measure, in the plan's order."""
    computed = {each.number: each for each in reversed(COMPUTED) if each.number and each.measure != "bin_side"}
    communities = facts_in_scope(asked=asked)
    reported = latest_values()
    surveyed = _last_survey()
    rows = []
    for measure in measures_of_plan():
        formula = computed.get(measure.indicator.number)
        if formula is not None:
            value, period, state = _computed(computed=formula, communities=communities, asked=asked)
        else:
            value, period, state = NO_DATA, "", "none"
        found = None if formula else reported.get(measure.pk)
        if found is not None:
            value = value_text(value=found, unit=measure.unit)
            period, state = f"{found.starts_on} 至 {found.ends_on}", _reported_state(measure=measure, value=found.value)
        answers = surveyed if measure.code in MEASURES else None
        if answers is not None:
            share = answers.tally.share(measure=measure.code)
            value = NO_DATA if share.value is None else f"{number_text(value=share.value, unit='rate')} %"
            period = f"{answers.survey_round.starts_on} 至 {answers.survey_round.ends_on}"
            state = _state_of(measure=measure, value=None if share.value is None else 100 * share.value)
        rows.append(
            PlanRow(
                number=measure.indicator.number,
                name=measure.name,
                baseline=measure.baseline_text or NO_DATA,
                target=measure.target_text,
                value=value,
                period=period,
                state=state,
                state_text=STATES[state],
                source=str(Source(measure.indicator.source).label),
                departments="、".join(measure.indicator.departments),
                reviewed=_reviewed(value=found) if found else _answered(measure=measure, surveyed=answers),
                value_id=found.pk if found else None,
                survey_round_id=answers.survey_round.pk if answers else None,
            )
        )
    return rows


def _computed(*, computed: Computed, communities: list[CommunityFacts], asked: Asked) -> tuple[str, str, str]:
    figure = figure_of(computed=computed, communities=communities, period=asked.period)
    target = computed.target(asked.period.ends_on)
    state = state_of(
        value=figure.value,
        target=None if target is None else Fraction(target),
        is_less_better=computed.is_less_better,
    )
    value = number_text(value=figure.value, unit=computed.unit)
    shown = value if figure.value is None else f"{value} {UNITS[computed.unit]}"
    return shown, f"{asked.period.starts_on} 至 {asked.period.ends_on}", state


def _reviewed(*, value: IndicatorValue) -> str:
    review = value.review
    return (
        f"{value.department} {who(value.reported_by)} {timezone.localdate(value.recorded_at)} 填报,"
        f"{who(review.reviewed_by)} {timezone.localdate(review.reviewed_at)} 通过"
    )


def _reported_state(*, measure: IndicatorMeasure, value: Decimal | None) -> str:
    """A value in words stands without a state."""
    return "open" if value is None else _state_of(measure=measure, value=Fraction(value))


def _state_of(*, measure: IndicatorMeasure, value: Fraction | None) -> str:
    """A value in the measure's own unit against the plan's target."""
    return state_of(
        value=value,
        target=None if measure.target is None else Fraction(measure.target),
        is_less_better=measure.direction == Direction.AT_MOST,
    )


def _last_survey() -> Surveyed | None:
    """The last closed round over the whole district, whatever the scope: parts of it could be told from the whole."""
    today = timezone.localdate()
    survey_round = last_closed_round(today=today)
    if survey_round is None:
        return None
    tallies = survey_tallies(survey_round=survey_round, communities=Community.objects.all(), today=today)
    return Surveyed(survey_round=survey_round, tally=together(tallies=tallies, name="全区"))


def _answered(*, measure: IndicatorMeasure, surveyed: Surveyed | None) -> str:
    """How many said it, and what chance makes of it; "" where it is no question of the survey."""
    if surveyed is None:
        return ""
    tally, interval = surveyed.tally, surveyed.tally.share(measure=measure.code).interval
    said = f"问卷“{surveyed.survey_round.name}”全区答卷 {tally.answer_count:,} 份,未答 {tally.silent_count:,} 户"
    if interval is None:
        return said
    return f"{said},95 % 区间 {100 * interval.low:.1f} – {100 * interval.high:.1f} %"
