"""Loads within an officer's reach: the list, a new weighing, one with its history, and its correction."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from collection.models import Load, Sharing, Weighing
from collection.queries import (
    corrections_of_communities,
    imported_load,
    number_of,
    standing_loads,
    weighings_of,
)
from collection.services import correct_weighing, record_weighing
from collection.services.weighings import AlreadyCorrected
from households.models import Community
from households.reach import communities_in_reach
from lib.errors import DomainError
from pages.access import for_roles
from pages.bureau.loads.forms import CorrectionForm, SlipForm
from pages.bureau.loads.showing import (
    FILE_HEADINGS,
    correction_row,
    facts_of,
    file_cells,
    imported_row,
    kilograms,
    load_row,
    version_row,
)
from pages.bureau.shell import render_bureau
from pages.table_file import asked_format, table_file
from people.models import Role, User
from people.standing import Standing

ROWS_MAX = 200
FILE_ROWS_MAX = 100_000
CORRECTIONS_MAX = 20
FIELD_OF_CODE = {
    "number_missing": "number",
    "number_taken": "number",
    "collected_in_future": "collected_on",
    "weight_wrong": "gross_kg",
    "tare_not_below_gross": "tare_kg",
    "correction_reason_missing": "reason",
}


@require_safe
@for_roles(Role.OFFICER)
def loads(request: HttpRequest, standing: Standing) -> HttpResponse:
    """What stands, the newest day first, by `?q=` (part of a number) and `?community=` (its name); corrections.

    `?format=` gives the list as a file.
    """
    reach = communities_in_reach(standing=standing, role=Role.OFFICER)
    number, community = request.GET.get("q", "").strip()[:120], request.GET.get("community", "").strip()[:80]
    found = standing_loads().filter(community__in=reach)
    if number:
        found = found.filter(load_id__icontains=number)
    if community:
        found = found.filter(community__name=community)
    found = found.select_related("community", "weighing").order_by("-collected_on", "-pk")
    if file_format := asked_format(request):
        rows = [file_cells(load=load) for load in found[:FILE_ROWS_MAX]]
        return table_file(name="loads", title="清运单", headings=FILE_HEADINGS, rows=rows, file_format=file_format)
    context = {
        "heading": "清运单",
        "number": number,
        "community": community,
        "names": _names(reach=reach),
        "query": urlencode({name: text for name, text in (("q", number), ("community", community)) if text}),
        "rows": [load_row(load=load) for load in found[:ROWS_MAX]],
        "total_kg": kilograms(found.order_by().aggregate(total=Sum("weight_g"))["total"] or 0),
        "rows_max": ROWS_MAX,
        "corrections": [
            correction_row(weighing=each) for each in corrections_of_communities(communities=reach)[:CORRECTIONS_MAX]
        ],
    }
    return render_bureau(request, "pages/bureau/loads/list.html", context, current="bureau-loads")


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.OFFICER)
def new_load(request: HttpRequest, standing: Standing) -> HttpResponse:
    """The slip's form; saved, it goes to the load's page."""
    reach = communities_in_reach(standing=standing, role=Role.OFFICER)
    communities = {each.name: each for each in reach.order_by("name")}
    if request.method == "POST" and isinstance(request.user, User):
        form = SlipForm(request.POST, communities=communities)
        weighing = _recorded(form=form, clerk=request.user)
        if weighing is not None:
            messages.success(request, f"已登记:{weighing.number},净重 {kilograms(weighing.net_g)} 千克。")
            return redirect("bureau-load", weighing.loads.earliest("pk").pk)
    else:
        form = SlipForm(initial={"collected_on": timezone.localdate()}, communities=communities)
    context = {"heading": "登记一车", "form": form, "names": list(communities)}
    return render_bureau(
        request,
        "pages/bureau/loads/form.html",
        context,
        current="bureau-loads",
        status=422 if form.is_bound else 200,
    )


@require_safe
@for_roles(Role.OFFICER)
def load(request: HttpRequest, standing: Standing, load_id: int) -> HttpResponse:
    """The weighing as it stands, what each community got, and everything that was before."""
    reach = communities_in_reach(standing=standing, role=Role.OFFICER)
    found = _load(load_id=load_id, reach=reach)
    first, versions = _history(load=found)
    last = versions[-1] if versions else None
    rows = [imported_row(load=first)] if first else []
    context = {
        "heading": f"清运单 {number_of(load=found)}",
        "load_id": found.pk,
        "is_void": last is not None and last.is_void,
        "facts": facts_of(weighing=last) if last else [],
        "shares": [(each.community.name, kilograms(each.weight_g)) for each in (last.loads.all() if last else [found])],
        "may_correct": _may_correct(first=first, versions=versions, reach=reach),
        "versions": [*rows, *(version_row(weighing=each) for each in versions)][::-1],
    }
    return render_bureau(request, "pages/bureau/loads/load.html", context, current="bureau-loads")


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.OFFICER)
def correct_load(request: HttpRequest, standing: Standing, load_id: int) -> HttpResponse:
    """The slip as it stands in a form, with a reason; what is saved takes its place."""
    reach = communities_in_reach(standing=standing, role=Role.OFFICER)
    found = _load(load_id=load_id, reach=reach)
    first, versions = _history(load=found)
    if not _may_correct(first=first, versions=versions, reach=reach):
        raise PermissionDenied
    replaces: Weighing | Load = versions[-1] if versions else found
    communities = {each.name: each for each in reach.order_by("name")}
    if request.method == "POST" and isinstance(request.user, User):
        form = CorrectionForm(request.POST, communities=communities)
        weighing = _corrected(form=form, replaces=replaces, clerk=request.user)
        if weighing is not None:
            messages.success(request, "已更正。原来的一张保留在下面的记录里,不再计入数据。")
            after = weighing.loads.order_by("pk").first()
            return redirect("bureau-load", after.pk if after else load_id)
    else:
        form = CorrectionForm(initial=_initial(replaces=replaces), communities=communities)
    context = {
        "heading": f"更正 {number_of(load=found)}",
        "form": form,
        "names": list(communities),
        "load_id": load_id,
    }
    return render_bureau(
        request,
        "pages/bureau/loads/form.html",
        context,
        current="bureau-loads",
        status=422 if form.is_bound else 200,
    )


def _load(*, load_id: int, reach: QuerySet[Community]) -> Load:
    return get_object_or_404(Load.objects.select_related("weighing", "community"), pk=load_id, community__in=reach)


def _names(*, reach: QuerySet[Community]) -> list[str]:
    return list(reach.order_by("name").values_list("name", flat=True))


def _history(*, load: Load) -> tuple[Load | None, list[Weighing]]:
    number = number_of(load=load)
    return imported_load(number=number), weighings_of(number=number)


def _may_correct(*, first: Load | None, versions: Sequence[Weighing], reach: QuerySet[Community]) -> bool:
    """Whoever may correct a truck looks after every community that any version of it came from."""
    touched = {load.community_id for version in versions for load in version.loads.all()}
    if first is not None:
        touched.add(first.community_id)
    return touched <= set(reach.filter(pk__in=touched).values_list("pk", flat=True))


def _initial(*, replaces: Weighing | Load) -> dict[str, Any]:
    if isinstance(replaces, Load):
        values: dict[str, Any] = {"gross_kg": kilograms(replaces.weight_g), "tare_kg": "0", "revision": 0}
        shares, is_typed = [replaces], False
    else:
        values = {
            "gross_kg": kilograms(replaces.gross_g),
            "tare_kg": kilograms(replaces.tare_g),
            "vehicle": replaces.vehicle,
            "revision": replaces.revision,
        }
        # What was shared by households is shared anew, what one community had is all of it.
        shares, is_typed = list(replaces.loads.all()), replaces.sharing == Sharing.TYPED
    for row, share in enumerate(shares):
        values |= {f"community_{row}": share.community.name}
        values |= {f"weight_{row}": kilograms(share.weight_g)} if is_typed else {}
    facts = {name: getattr(replaces, name) for name in ("collected_on", "category", "destination")}
    return values | facts


def _recorded(*, form: SlipForm, clerk: User) -> Weighing | None:
    if not form.is_valid():
        return None
    try:
        return record_weighing(number=form.cleaned_data["number"], slip=form.slip(), clerk=clerk, now=timezone.now())
    except DomainError as refused:
        form.add_error(FIELD_OF_CODE.get(refused.code), refused.text)
        return None


def _corrected(*, form: CorrectionForm, replaces: Weighing | Load, clerk: User) -> Weighing | None:
    if not form.is_valid():
        return None
    said = form.cleaned_data
    try:
        if said["revision"] != (0 if isinstance(replaces, Load) else replaces.revision):
            raise AlreadyCorrected
        return correct_weighing(
            replaces=replaces,
            slip=form.slip(),
            reason=said["reason"],
            clerk=clerk,
            now=timezone.now(),
            is_void=said["is_void"],
        )
    except DomainError as refused:
        form.add_error(FIELD_OF_CODE.get(refused.code), refused.text)
        return None
