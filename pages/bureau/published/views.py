"""The list, a month before it is proposed, and a proposal before it is confirmed."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from households.models import Community
from indicators.facts import Period
from indicators.models import Publication, PublicationProposal, PublishedFigure
from indicators.queries.drafts import MonthDraft, frozen_figures, read_draft
from indicators.queries.publications import Offer, closed_proposals, offers, open_proposals, publications
from indicators.queries.published import published_faults
from indicators.queries.restated import FigurePair
from indicators.services.publishing import (
    REASON_LENGTH_MAX,
    confirm_publication,
    month_of,
    propose_publication,
    withdraw_proposal,
)
from lib.errors import DomainError
from pages.access import for_roles
from pages.bureau.published import showing
from pages.bureau.published.month import figures_file
from pages.bureau.reports.showing import who
from pages.bureau.shell import render_bureau
from pages.table_file import asked_format
from people.models import Role, User
from people.standing import Standing

ROWS_MAX = 60  # five years of months
LINKS_PROVED = 3  # of the chain, before an officer confirms; `verify_published` proves all of it


@require_safe
@for_roles(Role.OFFICER)
def published(request: HttpRequest, standing: Standing) -> HttpResponse:
    """The list; whoever looks after the whole district proposes and confirms."""
    now = timezone.now()
    context = {
        "heading": "月度发布",
        "may_act": standing.is_district_wide(Role.OFFICER),
        "offers": [(_key(each), f"{each.month.starts_on:%Y-%m} {each.stage.label}") for each in offers(now=now)],
        "waiting": [
            (each.pk, f"{each}", who(each.proposed_by), each.proposed_by_id == request.user.pk)
            for each in open_proposals()[:ROWS_MAX]
        ],
        "closed": [
            (f"{each}", who(each.proposed_by), _why_closed(proposal=each)) for each in closed_proposals()[:ROWS_MAX]
        ],
        "rows": [
            {
                "number": each.number,
                "month": f"{each.starts_on:%Y-%m}",
                "stage": each.get_stage_display(),
                "by": f"{who(each.proposed_by)}、{who(each.confirmed_by)}",
                "on": f"{each.confirmed_on}",
                "figure_count": each.figure_count,
                "digest": bytes(each.digest).hex()[:16],
            }
            for each in publications()[:ROWS_MAX]
        ],
    }
    return render_bureau(request, "pages/bureau/published/list.html", context, current="bureau-published")


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.OFFICER)
def draft(request: HttpRequest, standing: Standing) -> HttpResponse:
    """`?offer=2026-10/PROVISIONAL`: the month as it would be published now, and the button that proposes it."""
    now = timezone.now()
    officer = _whole_district(request=request, standing=standing)
    chosen = request.GET.get("offer", "")
    offer = next((each for each in offers(now=now) if _key(each) == chosen), None)
    if offer is None:
        messages.error(request, "这个月现在不能提议发布,请从列表中重新选择。")
        return redirect("bureau-published")
    if request.method == "POST":
        try:
            propose_publication(
                month=offer.month,
                stage=offer.stage,
                shown_digest=request.POST.get("digest", ""),
                officer=officer,
                now=now,
            )
        except DomainError as refused:
            messages.error(request, refused.text)
        else:
            messages.success(request, "已提议,请另一位同事确认。")
            return redirect("bureau-published")
    found = read_draft(month=offer.month)
    if file_format := asked_format(request):
        return _file_of_draft(found=found, file_format=file_format)
    context = {
        "heading": f"提议发布 {offer.month.starts_on:%Y-%m} {offer.stage.label}",
        "may_propose": True,
        "file_query": f"offer={chosen}",
    }
    return _render_draft(request, found=found, context=context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.OFFICER)
def proposal(request: HttpRequest, standing: Standing, proposal_id: int) -> HttpResponse:
    """The month as it would be published now; confirm just that, or take the proposal back."""
    now = timezone.now()
    officer = _whole_district(request=request, standing=standing)
    waiting = get_object_or_404(open_proposals(), pk=proposal_id)
    if request.method == "POST" and _act(request=request, waiting=waiting, officer=officer, now=now):
        return redirect("bureau-published")
    found = read_draft(month=month_of(day=waiting.starts_on))
    if file_format := asked_format(request):
        return _file_of_draft(found=found, file_format=file_format)
    context = {
        "heading": f"确认发布 {waiting}",
        "is_proposal": True,
        "may_confirm": waiting.proposed_by_id != officer.pk,
        "proposed": f"{who(waiting.proposed_by)},{timezone.localtime(waiting.proposed_at):%Y-%m-%d %H:%M}",
        "is_as_proposed": waiting.shown_digest == found.digest,
        "reason": request.POST.get("stale_reason", ""),
        "file_query": "",
    }
    return _render_draft(request, found=found, context=context)


def _act(*, request: HttpRequest, waiting: PublicationProposal, officer: User, now: dt.datetime) -> bool:
    """Whether it was done; where not, the reason is among the messages."""
    try:
        if "withdraw" in request.POST:
            reason = request.POST.get("reason", "")
            withdraw_proposal(proposal=waiting, reason=reason, officer=officer, now=now)
            messages.success(request, f"{waiting} 的提议已撤回。")
        else:
            confirm_publication(
                proposal=waiting,
                shown_digest=request.POST.get("digest", ""),
                stale_reason=request.POST.get("stale_reason", ""),
                officer=officer,
                now=now,
            )
            messages.success(request, f"{waiting} 已发布,数据已固定。")
    except DomainError as refused:
        messages.error(request, refused.text)
        return False
    return True


def _render_draft(request: HttpRequest, *, found: MonthDraft, context: Mapping[str, Any]) -> HttpResponse:
    before, words = _month_before(month=found.month)
    earlier = {(each.code, each.measure): each for each in before}
    names = dict(Community.objects.order_by("name").values_list("pk", "name"))
    shown = {
        "month": f"{found.month.starts_on:%Y-%m}",
        "from": found.month.starts_on,
        "to": found.month.ends_on,
        "rows": [
            # The month before is what the new figure is compared with: the difference is from it to this month.
            (
                showing.figure_row(pair=FigurePair(published=each, today=None)),
                showing.figure_row(
                    pair=FigurePair(published=earlier.get((each.code, each.measure)), today=each), gone=""
                ),
            )
            for each in found.figures
            if each.community_id is None
        ],
        "before": words,
        "figure_count": len(found.figures),
        "community_count": len(names),
        "rules": showing.rule_rows(rules=found.rules, names=names),
        "digest": found.digest,
        "is_stale": found.is_stale,
        "waiting_count": found.waiting_count,
        "faults": [f"{each.row}:{each.message}" for each in published_faults(last_count=LINKS_PROVED)],
        "links_proved": publications()[:LINKS_PROVED].count(),
        "reason_length_max": REASON_LENGTH_MAX,
    }
    return render_bureau(
        request, "pages/bureau/published/draft.html", shown | dict(context), current="bureau-published"
    )


def _month_before(*, month: Period) -> tuple[list[PublishedFigure], str]:
    """The district's figures of the month before: as published, else as they are now."""
    before = month_of(day=month.starts_on - dt.timedelta(days=1))
    out = Publication.objects.filter(starts_on=before.starts_on).order_by("-number").first()
    if out is not None:
        words = f"{before.starts_on:%Y-%m}({out.get_stage_display()})"
        return list(out.figures.filter(community__isnull=True)), words
    computed = [each for each in frozen_figures(period=before) if each.community_id is None]
    return computed, f"{before.starts_on:%Y-%m}(没有发布过,按现在的数据)"


def _file_of_draft(*, found: MonthDraft, file_format: str) -> HttpResponse:
    pairs = [FigurePair(published=each, today=each) for each in found.figures]
    names = dict(Community.objects.values_list("pk", "name"))
    month = found.month.starts_on
    return figures_file(
        name=f"draft-{month:%Y-%m}",
        file_format=file_format,
        month=month,
        pairs=pairs,
        rules=list(found.rules),
        names=names,
    )


def _whole_district(*, request: HttpRequest, standing: Standing) -> User:
    if not standing.is_district_wide(Role.OFFICER) or not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _why_closed(*, proposal: PublicationProposal) -> str:
    if not hasattr(proposal, "withdrawal"):
        return "最终数据已发布,不再需要确认"
    withdrawal = proposal.withdrawal
    return f"{who(withdrawal.withdrawn_by)}撤回:{withdrawal.reason}"


def _key(offer: Offer) -> str:
    return f"{offer.month.starts_on:%Y-%m}/{offer.stage.value}"
