"""Appeals that the guide may answer: of others' verdicts, in the communities given to them."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from guides.queries.appeals import appeals_for_guide
from guides.services.appeals import AppealTargetUnknown, answer_appeal
from lib.errors import DomainError
from pages.appeal_facts import appeal_facts, appeal_line, points_said
from pages.guide.shell import Duty, for_guides, render_guide

ROWS_MAX = 100


@require_safe
@for_guides
def appeals(request: HttpRequest, duty: Duty) -> HttpResponse:
    """The open ones, the most urgent first."""
    found = appeals_for_guide(guide=duty.guide, community_ids=duty.community_ids)[:ROWS_MAX]
    context = {"heading": "申诉", "appeals": [appeal_line(appeal=each, now=duty.now) for each in found]}
    return render_guide(request, duty, "pages/guide/appeals.html", context, current="guide-problems")


@require_http_methods(["GET", "HEAD", "POST"])
@for_guides
def one_appeal(request: HttpRequest, duty: Duty, appeal_id: int) -> HttpResponse:
    """One appeal with its evidence; uphold or reject it with a reason."""
    found = appeals_for_guide(guide=duty.guide, community_ids=duty.community_ids).filter(pk=appeal_id).first()
    if found is None:
        raise Http404
    if request.method == "POST":
        try:
            answer_appeal(
                appeal_id=appeal_id,
                is_upheld=request.POST.get("decision") == "uphold",
                answer=request.POST.get("answer", ""),
                points=points_said(text=request.POST.get("points", "")),
                by=duty.guide,
                now=duty.now,
            )
        except AppealTargetUnknown as error:
            raise Http404 from error
        except DomainError as refused:
            messages.error(request, refused.text)
            return redirect("guide-appeal", appeal_id)
        messages.success(request, "已答复,住户会收到消息。")
        return redirect("guide-appeals")
    context = {"heading": "申诉", "facts": appeal_facts(appeal=found), "is_open": True}
    return render_guide(request, duty, "pages/guide/appeal.html", context, current="guide-problems")
