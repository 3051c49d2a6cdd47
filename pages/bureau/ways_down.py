"""From a figure to its parts, numerator and denominator community by community; and one household, for a reason."""

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
from lib.documents import Cell
from pages.access import for_roles
from pages.bureau.asked import Asked, AskedWrongly, read_asked
from pages.bureau.dashboard.cards import UNITS, card_of, figure_of, in_scope, key_of
from pages.bureau.dashboard.reading import facts_in_scope
from pages.bureau.overview import asked_context, render_asked_wrongly
from pages.bureau.shell import render_bureau
from pages.reading_out import NO_DATA, number_text, value_number
from pages.table_file import asked_format, table_file
from people.models import Role, User
from people.standing import Standing
from points.queries.holdings import read_holdings

BY_KEY = {key_of(computed=computed): computed for computed in COMPUTED}
FILE_HEADINGS = ("小区", "街道/乡镇", "数值", "单位", "分子", "分母", "样本")


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
    cells: tuple[Cell, ...]  # of a file, in the order of FILE_HEADINGS: numbers, to be added up


@require_safe
@for_roles(Role.OFFICER)
def figure(request: HttpRequest, standing: Standing, figure_key: str) -> HttpResponse:
    """One figure in its parts; `?format=` gives the table of communities as a file."""
    computed = BY_KEY.get(figure_key)
    if computed is None:
        raise Http404
    try:
        asked = _asked(request, standing=standing)
    except AskedWrongly as error:
        return render_asked_wrongly(request, error=error, current="bureau")
    communities = facts_in_scope(asked=asked)
    parts = _parts(computed=computed, communities=communities, asked=asked)
    if file_format := asked_format(request):
        return table_file(
            name=f"{figure_key}-{asked.period.starts_on}-{asked.period.ends_on}",
            title=computed.name_zh,
            headings=FILE_HEADINGS,
            rows=[part.cells for part in parts],
            file_format=file_format,
        )
    whole = figure_of(computed=computed, communities=communities, period=asked.period)
    context = {
        "heading": computed.name_zh,
        "card": card_of(computed=computed, communities=communities, period=asked.period),
        "definition": DEFINITIONS[computed.code, computed.measure],
        "numerator": _exact(number=whole.numerator),
        "denominator": _exact(number=whole.denominator),
        "parts": parts,
    }
    return render_bureau(request, "pages/bureau/figure.html", context | asked_context(asked=asked), current="bureau")


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
                cells=(
                    facts.name,
                    subdistricts[facts.community_id],
                    value_number(value=found.value, unit=computed.unit),
                    UNITS[computed.unit],
                    _plain(number=found.numerator),
                    _plain(number=found.denominator),
                    found.sample_count,
                ),
            )
        )
    return parts


def _exact(*, number: Number | None) -> str:
    """A part to the gram, without thousands: it is to be added up."""
    if number is None:
        return NO_DATA
    return f"{float(number):.3f}".rstrip("0").rstrip(".")


def _plain(*, number: Number | None) -> float | int | None:
    if number is None:
        return None
    return int(number) if number == int(number) else round(float(number), 3)


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
