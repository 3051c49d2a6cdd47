"""Appeals in the officer's reach: all with their deadlines; the second ones and the overdue are decided here."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from guides.models import AppealOutcome
from guides.queries.appeals import appeals_for_officer, is_for_officer
from guides.services.appeals import AppealTargetUnknown, answer_appeal
from households.reach import communities_in_reach
from lib.errors import DomainError
from pages.access import for_roles
from pages.appeal_facts import appeal_facts, appeal_line, points_said
from pages.bureau.shell import render_bureau
from people.models import Role, User
from people.standing import Standing

ROWS_MAX = 100


@require_safe
@for_roles(Role.OFFICER)
def appeals(request: HttpRequest, standing: Standing) -> HttpResponse:
    """Open ones first, by deadline."""
    reach = communities_in_reach(standing=standing, role=Role.OFFICER)
    now = timezone.now()
    found = [appeal_line(appeal=each, now=now) for each in appeals_for_officer(communities=reach)[: ROWS_MAX + 1]]
    context = {"heading": "申诉", "appeals": found[:ROWS_MAX], "rows_max": ROWS_MAX if len(found) > ROWS_MAX else None}
    return render_bureau(request, "pages/bureau/appeals.html", context, current="bureau-appeals")


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.OFFICER)
def one_appeal(request: HttpRequest, standing: Standing, appeal_id: int) -> HttpResponse:
    """The evidence and, where it is the officer's turn, the decision."""
    reach = communities_in_reach(standing=standing, role=Role.OFFICER)
    found = appeals_for_officer(communities=reach).filter(pk=appeal_id).first()
    if found is None:
        raise Http404
    if request.method == "POST" and isinstance(request.user, User):
        try:
            answer_appeal(
                appeal_id=appeal_id,
                is_upheld=request.POST.get("decision") == "uphold",
                answer=request.POST.get("answer", ""),
                points=points_said(text=request.POST.get("points", "")),
                by=request.user,
                now=timezone.now(),
            )
        except AppealTargetUnknown as error:
            raise Http404 from error
        except DomainError as refused:
            messages.error(request, refused.text)
        else:
            messages.success(request, "已答复,住户会收到消息。")
        return redirect("bureau-appeal", appeal_id)
    context = {
        "heading": "申诉",
        "facts": appeal_facts(appeal=found),
        "is_open": found.outcome == AppealOutcome.OPEN and is_for_officer(appeal=found),
        "waits_for_guide": found.outcome == AppealOutcome.OPEN and not is_for_officer(appeal=found),
    }
    return render_bureau(request, "pages/bureau/appeal.html", context, current="bureau-appeals")
