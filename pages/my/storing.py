"""存了我们家什么: which kinds of data, how many of each, how long, and who may see them."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from households.models import Household
from pages.my.access import Resident, for_residents
from pages.my.shell import render_my
from pages.my.stored.kind import Kind
from pages.my.stored.registry import GROUPS, LEFT_OUT


@require_safe
@for_residents
def stored(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Everything that the export tells, in words, and what it leaves out and why."""
    household = resident.household
    context = {
        "heading": gettext("存了我们家什么"),
        "groups": [
            (gettext(title), [_line(kind=kind, household=household) for kind in kinds]) for title, kinds in GROUPS
        ],
        "left_out": [(gettext(each.title), gettext(each.why)) for each in LEFT_OUT],
    }
    return render_my(request, resident, "pages/my/stored.html", context, current="my-me")


def _line(*, kind: Kind, household: Household) -> tuple[str, str, str, str]:
    kept = gettext(kind.kept).format(days=settings.PHOTO_KEPT_DAYS)
    return gettext(kind.title), f"{kind.count(household=household):,}", kept, gettext(kind.seen_by)
