"""存了我们家什么: which kinds of data, how many of each, how long, and who may see them."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from pages.my.access import Resident, for_residents
from pages.my.shell import render_my
from pages.my.stored.registry import GROUPS, LEFT_OUT


@require_safe
@for_residents
def stored(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Everything that the export tells, in words, and what it leaves out and why."""
    household = resident.household
    context = {
        "heading": "存了我们家什么",
        "groups": [
            (
                title,
                [(kind.title, f"{kind.count(household=household):,}", kind.kept, kind.seen_by) for kind in kinds],
            )
            for title, kinds in GROUPS
        ],
        "left_out": [(each.title, each.why) for each in LEFT_OUT],
    }
    return render_my(request, resident, "pages/my/stored.html", context, current="my-me")
