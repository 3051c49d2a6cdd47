"""有疑问: a household says what is wrong with a drop-off, and sees what became of it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from guides.models import AppealOutcome, AppealSubject
from guides.queries.appeals import appeals_of
from guides.services.appeals import AppealTargetUnknown, open_appeal, own_drop_off
from lib.errors import DomainError
from pages.english.told import told
from pages.my.access import Resident, for_residents
from pages.my.shell import render_my
from pages.my.words import moment_text, weight_text

APPEALS_SHOWN_MAX = 50


@require_safe
@for_residents
def appeals(request: HttpRequest, resident: Resident) -> HttpResponse:
    """The household's own appeals, newest first."""
    rows = [
        {
            "what": f"{moment_text(at=each.drop_off.occurred_at)} {told(each.drop_off.get_category_display())}",
            "subject": told(each.get_subject_display()),
            "words": each.words,
            "outcome": told(each.get_outcome_display()),
            "is_open": each.outcome == AppealOutcome.OPEN,
            "due": moment_text(at=each.due_at),
            "answer": each.answer,
            "drop_off_id": each.drop_off_id,
            "may_again": each.outcome == AppealOutcome.REJECTED and each.level == 1 and each.escalated_at is None,
        }
        for each in appeals_of(household=resident.household)[:APPEALS_SHOWN_MAX]
    ]
    context = {"heading": gettext("我的申诉"), "appeals": rows}
    return render_my(request, resident, "pages/my/appeals.html", context, current="my-me")


@require_http_methods(["GET", "HEAD", "POST"])
@for_residents
def appeal(request: HttpRequest, resident: Resident, drop_off_id: int) -> HttpResponse:
    """Say what is wrong with one drop-off of the household."""
    try:
        drop_off = own_drop_off(household=resident.household, drop_off_id=drop_off_id)
        if request.method == "POST":
            open_appeal(
                household=resident.household,
                drop_off_id=drop_off_id,
                subject=request.POST.get("subject", ""),
                words=request.POST.get("words", ""),
                by=resident.user,
                now=timezone.now(),
            )
            messages.info(request, gettext("已收到，三天内会有另一位督导员答复，结果在消息里。"))
            return redirect("my-appeals")
    except AppealTargetUnknown as error:
        raise Http404 from error
    except DomainError as refused:
        messages.error(request, told(refused.text))
        return redirect("my-appeals")
    context = {
        "heading": gettext("有疑问"),
        "what": f"{moment_text(at=drop_off.occurred_at)} {told(drop_off.get_category_display())} "
        f"{weight_text(weight_g=drop_off.weight_g)} · {drop_off.bin.point.name}",
        "subjects": [(value, told(str(label))) for value, label in AppealSubject.choices],
    }
    return render_my(request, resident, "pages/my/appeal.html", context, current="my-records")
