"""The screens: the list, one programme with its simulation, the draft form; begin and continue, decide, withdraw."""

import datetime as dt
import time
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from households.models import Community
from households.reach import communities_in_reach
from lib.errors import DomainError
from pages.access import for_roles
from pages.bureau.programmes import form, showing
from pages.bureau.shell import render_bureau
from people.models import Role, User
from people.standing import Standing
from points.models import Programme, ProgrammeState
from points.programmes import rules_of
from points.queries.programmes import programme_holding, programmes_in_communities, versions_of
from points.services.programmes import (
    ProgrammeUnfit,
    decide_programme,
    draft_programme,
    first_possible_day,
    withdraw_programme,
)
from points.simulation import begin_simulation, simulate_next_community

ROWS_MAX = 200
STEP_S = 1.0  # of one request: then the screen says how far it is


@require_safe
@for_roles(Role.OFFICER)
def programmes(request: HttpRequest, standing: Standing) -> HttpResponse:
    """What holds, what is to be decided, and what was before."""
    today = timezone.localdate()
    reach = communities_in_reach(standing=standing, role=Role.OFFICER)
    found = list(programmes_in_communities(communities=reach)[:ROWS_MAX])
    holding = _holding(found=found, today=today)
    context = {
        "heading": "积分方案",
        "rows": [
            {
                "programme_id": each.pk,
                "name": each.name,
                "scope": showing.scope(each),
                "holds_from": showing.since(each),
                "state": "正在执行" if each.pk in holding else _state(programme=each, today=today),
                "drafted_by": _who(each.drafted_by),
                "decided_by": _who(each.decided_by),
            }
            for each in found
        ],
        "scopes": [(each.pk, each.name) for each in reach.order_by("name")],
        "may_draft_for_all": standing.is_district_wide(Role.OFFICER),
    }
    return render_bureau(request, "pages/bureau/programmes/list.html", context, current="bureau-programmes")


@require_http_methods(["GET", "POST"])
@for_roles(Role.OFFICER)
def new_programme(request: HttpRequest, standing: Standing) -> HttpResponse:
    """A draft, beginning with what holds in its community or in the district."""
    now = timezone.now()
    community = _community(request=request, standing=standing)
    base = programme_holding(community=community, on=timezone.localdate(now))
    base_rules = rules_of(programme=base)
    values = form.values_of(programme=base, rules=base_rules, holds_from=first_possible_day(now=now))
    faults: dict[str, str] = {}
    if request.method == "POST" and isinstance(request.user, User):
        values = {key: str(value) for key, value in request.POST.items()}
        typed = form.read(data=values, base=base_rules)
        faults = dict(typed.faults)
        try:
            if not faults and typed.holds_from is not None:
                drafted = draft_programme(
                    name=typed.name,
                    community=community,
                    holds_from=typed.holds_from,
                    rules=typed.rules,
                    reason=typed.reason,
                    officer=request.user,
                    now=now,
                )
                return redirect("bureau-programme", drafted.pk)
        except ProgrammeUnfit as unfit:
            faults = dict(unfit.fields)
    context = {
        "heading": "起草积分方案",
        "scope": community.name if community else "全区(没有自己方案的小区)",
        "community_id": community.pk if community else "",
        "base": f"{base.name}({showing.since(base)}起)",
        "values": values,
        "faults": faults,
        "groups": form.groups(values=values, faults=faults),
        "terms": form.terms(values=values, faults=faults),
        "first_day": f"{first_possible_day(now=now)}",
    }
    status = 422 if faults else 200
    return render_bureau(
        request, "pages/bureau/programmes/new.html", context, current="bureau-programmes", status=status
    )


@require_safe
@for_roles(Role.OFFICER)
def programme(request: HttpRequest, standing: Standing, programme_id: int) -> HttpResponse:
    """One programme: its rules beside what holds now, its versions, what it would have brought, and the decision."""
    found = _programme(standing=standing, programme_id=programme_id)
    today = timezone.localdate()
    base = programme_holding(community=found.community, on=today)
    before = dict(showing.lines(rules=rules_of(programme=base)))
    after = dict(showing.lines(rules=rules_of(programme=found)))
    simulation = found.simulations.order_by("-pk").first()
    may_act = _may_act(standing=standing, programme=found) and found.state == ProgrammeState.DRAFT
    is_own = found.drafted_by_id == request.user.pk
    context: dict[str, Any] = {
        "heading": found.name,
        "programme_id": found.pk,
        "facts": _facts(programme=found),
        "rules": [
            (what, before.get(what, "—"), after.get(what, "—"), before.get(what) != after.get(what))
            for what in dict.fromkeys([*after, *before])
        ],
        "is_draft": found.state == ProgrammeState.DRAFT,
        "base_name": base.name,
        "versions": [
            (each.pk, each.name, showing.since(each), each.pk == found.pk) for each in versions_of(programme=found)
        ],
        "simulation": showing.result(simulation=simulation) if simulation else None,
        "may_simulate": may_act,
        "may_decide": may_act and not is_own,
        "may_withdraw": may_act and is_own,
    }
    return render_bureau(request, "pages/bureau/programmes/programme.html", context, current="bureau-programmes")


@require_POST
@for_roles(Role.OFFICER)
def simulate(request: HttpRequest, standing: Standing, programme_id: int) -> HttpResponse:
    """Begin a simulation, or go on with the one that is not complete, for about a second."""
    found = _draft_to_act_on(standing=standing, programme_id=programme_id)
    now = timezone.now()
    if not isinstance(request.user, User):
        raise PermissionDenied
    going_on = found.simulations.filter(communities__is_done=False).order_by("-pk").first()
    simulation = going_on or begin_simulation(programme=found, officer=request.user, now=now)
    ends = time.monotonic() + STEP_S
    # Once begun, the first answer comes at once and says how much there is to do.
    while going_on and simulate_next_community(simulation=simulation, now=now) and time.monotonic() < ends:
        pass
    return redirect("bureau-programme", programme_id)


@require_POST
@for_roles(Role.OFFICER)
def decide(request: HttpRequest, standing: Standing, programme_id: int) -> HttpResponse:
    """Approve, or refuse with a note."""
    found = _draft_to_act_on(standing=standing, programme_id=programme_id)
    return _done(request=request, programme=found, service=decide_programme, is_approved="approve" in request.POST)


@require_POST
@for_roles(Role.OFFICER)
def withdraw(request: HttpRequest, standing: Standing, programme_id: int) -> HttpResponse:
    """Take back one's own draft."""
    found = _draft_to_act_on(standing=standing, programme_id=programme_id)
    return _done(request=request, programme=found, service=withdraw_programme)


def _done(*, request: HttpRequest, programme: Programme, service: Any, **how: bool) -> HttpResponse:
    note = request.POST.get("note", "")
    try:
        decided = service(programme=programme, note=note, officer=request.user, now=timezone.now(), **how)
    except DomainError as error:
        messages.error(request, error.text)
    else:
        messages.success(request, f"{decided.name}:{decided.get_state_display()}")
    return redirect("bureau-programme", programme.pk)


def _community(*, request: HttpRequest, standing: Standing) -> Community | None:
    """The community that the request names, in reach; None for the district, which only its officers draft for."""
    named = (request.POST if request.method == "POST" else request.GET).get("community", "")
    if not named:
        if not standing.is_district_wide(Role.OFFICER):
            raise PermissionDenied
        return None
    reach = communities_in_reach(standing=standing, role=Role.OFFICER)
    found = reach.filter(pk=int(named)).first() if named.isascii() and named.isdigit() and len(named) < 19 else None
    if found is None:
        raise Http404
    return found


def _programme(*, standing: Standing, programme_id: int) -> Programme:
    reach = communities_in_reach(standing=standing, role=Role.OFFICER)
    found = programmes_in_communities(communities=reach).filter(pk=programme_id).first()
    if found is None:
        raise Http404
    return found


def _draft_to_act_on(*, standing: Standing, programme_id: int) -> Programme:
    found = _programme(standing=standing, programme_id=programme_id)
    if not _may_act(standing=standing, programme=found):
        raise PermissionDenied
    return found


def _may_act(*, standing: Standing, programme: Programme) -> bool:
    """What holds in the whole district is for those who look after the whole district."""
    return programme.community_id is not None or standing.is_district_wide(Role.OFFICER)


def _holding(*, found: list[Programme], today: dt.date) -> set[int]:
    latest: dict[int | None, int] = {}
    for each in found:  # the latest first
        if each.state == ProgrammeState.APPROVED and each.holds_from <= today:
            latest.setdefault(each.community_id, each.pk)
    return set(latest.values())


def _state(*, programme: Programme, today: dt.date) -> str:
    if programme.state != ProgrammeState.APPROVED:
        return programme.get_state_display()
    return "已批准,待生效" if programme.holds_from > today else "已被替换"


def _facts(*, programme: Programme) -> list[tuple[str, str]]:
    facts = [
        ("范围", showing.scope(programme)),
        ("生效日期", showing.since(programme)),
        ("状态", programme.get_state_display()),
        ("起草", _who(programme.drafted_by, programme.drafted_at)),
        ("修改原因", programme.reason or "—"),
    ]
    if programme.decided_by:
        facts.append(("审批", _who(programme.decided_by, programme.decided_at)))
        facts.append(("意见", programme.note or "—"))
    return facts


def _who(user: User | None, at: dt.datetime | None = None) -> str:
    if user is None:
        return "平台默认"
    when = f" {timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""
    return f"{user.display_name or user.get_username()}{when}"
