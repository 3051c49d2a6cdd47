"""Published months: what is out, what waits for a second officer, and the two buttons."""

import datetime as dt

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from indicators.models import PublicationProposal
from indicators.queries.publications import offers, open_proposals, publications
from indicators.services.publishing import confirm_publication, propose_publication
from lib.errors import DomainError
from pages.access import for_roles
from pages.bureau.shell import render_bureau
from pages.numbers import whole_number
from people.models import Role, User
from people.standing import Standing

ROWS_MAX = 60  # five years of months


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.OFFICER)
def published(request: HttpRequest, standing: Standing) -> HttpResponse:
    """The list; whoever looks after the whole district proposes and confirms."""
    now = timezone.now()
    may_act = standing.is_district_wide(Role.OFFICER)
    if request.method == "POST" and isinstance(request.user, User):
        if not may_act:
            raise PermissionDenied
        _act(request=request, officer=request.user, now=now)
        return redirect("bureau-published")
    context = {
        "heading": "月度发布",
        "may_act": may_act,
        "offers": [
            (f"{each.month.starts_on:%Y-%m}/{each.stage.value}", f"{each.month.starts_on:%Y-%m} {each.stage.label}")
            for each in offers(now=now)
        ],
        "waiting": [
            (each.pk, f"{each}", _who(each.proposed_by), each.proposed_by_id == request.user.pk)
            for each in open_proposals()[:ROWS_MAX]
        ],
        "rows": [
            {
                "number": each.number,
                "month": f"{each.starts_on:%Y-%m}",
                "stage": each.get_stage_display(),
                "by": f"{_who(each.proposed_by)}、{_who(each.confirmed_by)}",
                "on": f"{each.confirmed_on}",
                "figure_count": each.figure_count,
                "digest": bytes(each.digest).hex()[:16],
            }
            for each in publications()[:ROWS_MAX]
        ],
    }
    return render_bureau(request, "pages/bureau/published.html", context, current="bureau-published")


def _act(*, request: HttpRequest, officer: User, now: dt.datetime) -> None:
    try:
        if "proposal" in request.POST:
            proposal = _proposal(text=request.POST["proposal"])
            confirm_publication(proposal=proposal, officer=officer, now=now)
            messages.success(request, f"{proposal} 已发布,数据已固定。")
        else:
            chosen = request.POST.get("offer", "")
            offer = next((e for e in offers(now=now) if f"{e.month.starts_on:%Y-%m}/{e.stage.value}" == chosen), None)
            if offer is None:
                messages.error(request, "这个月现在不能提议发布,请从列表中重新选择。")
                return
            propose_publication(month=offer.month, stage=offer.stage, officer=officer, now=now)
            messages.success(request, "已提议,请另一位同事确认。")
    except DomainError as refused:
        messages.error(request, refused.text)


def _proposal(*, text: str) -> PublicationProposal:
    number = whole_number(text=text)
    found = open_proposals().filter(pk=number).first() if number is not None else None
    if found is None:
        raise Http404
    return found


def _who(user: User) -> str:
    return user.display_name or user.get_username()
