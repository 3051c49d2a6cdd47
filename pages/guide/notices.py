"""工作消息: what the guide was told, the newest first; opened, it is read."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from pages.guide.shell import Duty, for_guides, render_guide
from pages.staff_inbox import open_inbox
from people.models import StaffNoticeKind

PLACES = {
    StaffNoticeKind.ROSTER.value: ("guide-duty", False),
    StaffNoticeKind.PROBLEM.value: ("guide-problem", True),
    StaffNoticeKind.TASK.value: ("guide-task", True),
}


@require_safe
@for_guides
def notices(request: HttpRequest, duty: Duty) -> HttpResponse:
    """The own inbox."""
    lines = open_inbox(user=duty.guide, places=PLACES, now=duty.now)
    context = {"heading": "消息", "notices": lines, "unread_count": 0}  # they have just been read
    return render_guide(request, duty, "pages/guide/notices.html", context, current="guide-duty")
