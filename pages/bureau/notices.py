"""工作消息: what an officer, a reporter or a reviewer was told, the newest first; opened, it is read."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from pages.access import for_roles
from pages.bureau.shell import render_bureau
from pages.staff_inbox import open_inbox
from people.models import Role, StaffNoticeKind, User
from people.standing import Standing

PLACES = {
    StaffNoticeKind.PROBLEM.value: ("bureau-supervision", False),
    StaffNoticeKind.ALERT.value: ("bureau-supervision", False),
    StaffNoticeKind.TASK.value: ("bureau-tasks", False),
    StaffNoticeKind.REPORT.value: ("bureau-report-enter", True),
    StaffNoticeKind.REVIEW.value: ("bureau-report", True),
}


@require_safe
@for_roles(Role.OFFICER, Role.REPORTER, Role.REVIEWER)
def notices(request: HttpRequest, standing: Standing) -> HttpResponse:
    """The own inbox."""
    assert isinstance(request.user, User)  # for_roles let nobody else in
    lines = open_inbox(user=request.user, places=PLACES, now=timezone.now())
    context = {"heading": "消息", "notices": lines}
    return render_bureau(request, "pages/bureau/notices.html", context, current="bureau-notices", standing=standing)
