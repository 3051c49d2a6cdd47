"""From a figure to its rows: numerator and denominator, communities, days, drop-offs and loads, one household."""

import datetime as dt
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from households.models import Household
from households.reach import communities_in_reach
from households.services.opening import REASON_LENGTH_MAX, ReasonMissing, open_household
from indicators.catalogue import COMPUTED, Computed
from indicators.definitions import DEFINITIONS
from indicators.facts import CommunityFacts
from indicators.formulas import Number
from indicators.queries.community_rows import days_of_community, drop_offs_of_day, loads_of_community
from lib.csv_output import csv_text
from pages.access import for_roles
from pages.bureau.asked import Asked, AskedWrongly, read_asked
from pages.bureau.dashboard.cards import card_of, figure_of, in_scope, key_of
from pages.bureau.dashboard.reading import facts_in_scope
from pages.bureau.overview import asked_context, render_asked_wrongly
from pages.bureau.shell import render_bureau
from pages.reading_out import NO_DATA, number_text
from people.models import Role, User
from people.standing import Standing
from points.queries.holdings import read_holdings
from sorting.categories import WasteCategory

ROWS_MAX = 500  # of one community's day: more is said, not shown
BY_KEY = {key_of(computed=computed): computed for computed in COMPUTED}
CSV_HEADINGS = ("小区", "街道/乡镇", "数值", "分子", "分母", "样本")


@dataclass(frozen=True, slots=True)
class CommunityPart:
    """What one community brings into a figure."""

    community_id: int
    name: str
    subdistrict: str
    value: str
    numerator: str
    denominator: str
    sample: str

    @property
    def cells(self) -> tuple[str, ...]:
        """In the order of CSV_HEADINGS."""
        return (self.name, self.subdistrict, self.value, self.numerator, self.denominator, self.sample)


@require_safe
@for_roles(Role.OFFICER)
def figure(request: HttpRequest, standing: Standing, figure_key: str) -> HttpResponse:
    """One figure in its parts; `?format=csv` gives the table of communities as a file."""
    computed = BY_KEY.get(figure_key)
    if computed is None:
        raise Http404
    try:
        asked = _asked(request, standing=standing)
    except AskedWrongly as error:
        return render_asked_wrongly(request, error=error, current="bureau")
    communities = facts_in_scope(asked=asked)
    parts = _parts(computed=computed, communities=communities, asked=asked)
    if request.GET.get("format") == "csv":
        text = csv_text(headings=CSV_HEADINGS, rows=(part.cells for part in parts))
        name = f"{figure_key}-{asked.period.starts_on}-{asked.period.ends_on}.csv"
        return HttpResponse(
            # The mark lets spreadsheets read Chinese without asking.
            "\ufeff" + text,
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
    whole = figure_of(computed=computed, communities=communities, period=asked.period)
    context = {
        "heading": computed.name_zh,
        "card": card_of(computed=computed, communities=communities, period=asked.period),
        "definition": DEFINITIONS[computed.code, computed.measure],
        "numerator": _exact(number=whole.numerator),
        "denominator": _exact(number=whole.denominator),
        "parts": parts,
        "csv_query": asked.query(format="csv"),
    }
    return render_bureau(request, "pages/bureau/figure.html", context | asked_context(asked=asked), current="bureau")


@require_safe
@for_roles(Role.OFFICER)
def community(request: HttpRequest, standing: Standing, community_id: int) -> HttpResponse:
    """A community's days and loads in the period; with `?on=` the drop-offs of that day, whose is not said."""
    place = communities_in_reach(standing=standing, role=Role.OFFICER).filter(pk=community_id).first()
    if place is None:
        raise Http404
    try:
        asked = _asked(request, standing=standing)
        on = _day(text=request.GET.get("on", ""), asked=asked)
    except AskedWrongly as error:
        return render_asked_wrongly(request, error=error, current="bureau")
    context = {
        "heading": place.name,
        "community_id": community_id,
        "on": on,
        "lines": [] if on is None else _lines(community_id=community_id, on=on),
        "rows_max": ROWS_MAX,
        "days": [
            (
                day.occurred_on,
                WasteCategory(day.category).label,
                f"{day.drop_off_count:,}",
                f"{day.weight_g / 1_000:,.1f}",
                f"{day.household_count:,}",
            )
            for day in days_of_community(community_id=community_id, period=asked.period)
        ],
        "loads": [
            (
                load.collected_on,
                load.load_id,
                load.get_category_display(),
                load.get_destination_display(),
                f"{load.weight_g / 1_000:,.3f}",
                load.pk,
            )
            for load in loads_of_community(community_id=community_id, period=asked.period)[:ROWS_MAX]
        ],
    }
    return render_bureau(request, "pages/bureau/community.html", context | asked_context(asked=asked), current="bureau")


@require_http_methods(["GET", "POST"])
@for_roles(Role.OFFICER)
def household(request: HttpRequest, standing: Standing, household_id: int) -> HttpResponse:
    """One household: first the question why; the answer is kept, and the record shows once."""
    reach = communities_in_reach(standing=standing, role=Role.OFFICER)
    found = Household.objects.select_related("community").filter(pk=household_id, community__in=reach).first()
    if found is None:
        raise Http404
    error, facts = "", []
    if request.method == "POST" and isinstance(request.user, User):
        try:
            open_household(household=found, by=request.user, reason=request.POST.get("reason", ""), now=timezone.now())
        except ReasonMissing as missing:
            error = missing.text
        else:
            facts = _household_facts(household=found)
    context = {"heading": "查看住户", "facts": facts, "error": error, "reason_length_max": REASON_LENGTH_MAX}
    return render_bureau(
        request, "pages/bureau/household.html", context, current="bureau", status=422 if error else 200
    )


def _asked(request: HttpRequest, *, standing: Standing) -> Asked:
    return read_asked(parameters=request.GET.dict(), standing=standing, today=timezone.localdate())


def _day(*, text: str, asked: Asked) -> dt.date | None:
    if not text:
        return None
    try:
        on = dt.date.fromisoformat(text)
    except ValueError:
        raise AskedWrongly(f"“{text[:20]}”不是日期,请写成 2026-11-23 这样") from None
    if not asked.period.starts_on <= on <= asked.period.ends_on:
        raise AskedWrongly(f"{on} 不在 {asked.period.starts_on} 至 {asked.period.ends_on} 里")
    return on


def _parts(*, computed: Computed, communities: list[CommunityFacts], asked: Asked) -> list[CommunityPart]:
    subdistricts = {place.community_id: place.subdistrict for place in asked.places}
    parts = []
    for facts in in_scope(computed=computed, communities=communities):
        found = computed.formula(communities=[facts], period=asked.period)
        parts.append(
            CommunityPart(
                community_id=facts.community_id,
                name=facts.name,
                subdistrict=subdistricts[facts.community_id],
                value=number_text(value=found.value, unit=computed.unit),
                numerator=_exact(number=found.numerator),
                denominator=_exact(number=found.denominator),
                sample="" if found.sample_count is None else f"{found.sample_count}",
            )
        )
    return parts


def _exact(*, number: Number | None) -> str:
    """A part to the gram, without thousands: it is to be added up."""
    if number is None:
        return NO_DATA
    return f"{float(number):.3f}".rstrip("0").rstrip(".")


def _lines(*, community_id: int, on: dt.date) -> list[dict[str, object]]:
    numbers: dict[int, int] = {}
    lines: list[dict[str, object]] = []
    for line in drop_offs_of_day(community_id=community_id, on=on, limit=ROWS_MAX):
        masked = "未识别"
        if line.household_id is not None:
            # A number of this page alone: the same household of another day cannot be told by it.
            masked = f"第 {numbers.setdefault(line.household_id, len(numbers) + 1)} 户"
        lines.append(
            {
                "at": f"{timezone.localtime(line.at):%H:%M}",
                "bin_code": line.bin_code,
                "category": WasteCategory(line.category).label,
                "weight": f"{line.weight_g / 1_000:,.3f}",
                "household": masked,
                "household_id": line.household_id,
            }
        )
    return lines


def _household_facts(*, household: Household) -> list[tuple[str, str]]:
    holdings = read_holdings(household=household)
    return [
        ("小区", household.community.name),
        ("门牌", f"{household.building} 栋 {household.unit} 单元 {household.room}"),
        ("户码", household.code),
        ("登记", f"{household.enrolled_on}"),
        ("可用积分", f"{holdings.available_points:,}"),
        ("待核验积分", f"{holdings.pending_points:,}"),
    ]
