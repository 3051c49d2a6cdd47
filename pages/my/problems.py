"""满桶、坏桶: a resident says that a bin is full or broken, and sees what became of it."""

import datetime as dt
import secrets

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_http_methods

from guides.models import Problem, ProblemKind
from guides.queries.problems import problems_of_household
from guides.services.resident_problems import PlaceUnknown, report_as_resident
from households.models import Household
from lib.errors import DomainError
from pages.english.told import told
from pages.my.access import Resident, for_residents
from pages.my.shell import render_my
from pages.my.words import moment_text
from pages.uploads import uploaded
from sorting.categories import CATEGORY_FACTS, WasteCategory
from sorting.models import CollectionPoint, SmartBin

SHOWN_MAX = 20
KINDS = ((ProblemKind.OVERFLOW.value, gettext_noop("桶满了")), (ProblemKind.BIN_BROKEN.value, gettext_noop("桶坏了")))


@require_http_methods(["GET", "HEAD", "POST"])
@for_residents
def problems(request: HttpRequest, resident: Resident) -> HttpResponse:
    """What the household reported, and a form; POST reports one."""
    if request.method == "POST":
        try:
            problem = _reported(request=request, resident=resident)
        except PlaceUnknown as error:
            raise Http404 from error
        except DomainError as refused:
            messages.error(request, told(refused.text))
        else:
            words = gettext("已记下，{due}前处理，处理好了有消息。")
            messages.success(request, words.format(due=moment_text(at=problem.due_at)))
        return redirect("my-problems")
    now = timezone.now()
    context = {
        "heading": gettext("满桶、坏桶"),
        "places": _places(household=resident.household),
        "kinds": [(value, gettext(word)) for value, word in KINDS],
        "client_id": secrets.token_hex(16),
        "problems": [
            _line(problem=each, now=now) for each in problems_of_household(household=resident.household)[:SHOWN_MAX]
        ],
    }
    return render_my(request, resident, "pages/my/problems.html", context, current="my-home")


def _reported(*, request: HttpRequest, resident: Resident) -> Problem:
    """A place is "point" or "point.bin"."""
    point, _, one_bin = request.POST.get("place", "").partition(".")
    return report_as_resident(
        household=resident.household,
        by=resident.user,
        point_id=int(point) if point.isdecimal() and len(point) < 19 else 0,
        bin_id=int(one_bin) if one_bin.isdecimal() and len(one_bin) < 19 else None,
        kind=request.POST.get("kind", ""),
        note=request.POST.get("note", ""),
        now=timezone.now(),
        client_id=request.POST.get("client_id", ""),
        photo=uploaded(request=request, name="photo"),
    )


def _places(*, household: Household) -> list[tuple[str, str]]:
    """Each point of the community and each of its bins, as they are sent and as they are read."""
    points = list(CollectionPoint.objects.filter(community=household.community_id).order_by("name"))
    places = []
    bins = list(SmartBin.objects.filter(point__in=points, revoked_at__isnull=True).order_by("code"))
    for point in points:
        places.append((f"{point.pk}", gettext("{point}(说不清是哪只桶)").format(point=point.name)))
        places += [
            (f"{point.pk}.{each.pk}", f"{point.name} {_served(smart_bin=each)} {each.code}")
            for each in bins
            if each.point_id == point.pk
        ]
    return places


def _served(*, smart_bin: SmartBin) -> str:
    return gettext("、").join(
        told(CATEGORY_FACTS[WasteCategory(each)].name_zh) for each in smart_bin.categories.split(";")
    )


def _with_words(sentence: str, words: str) -> str:
    return gettext("{sentence}：{words}").format(sentence=sentence, words=words) if words else sentence


def _line(*, problem: Problem, now: dt.datetime) -> dict[str, str]:
    if problem.rectified_at is not None:
        state = gettext("✓ {at} 处理好了").format(at=moment_text(at=problem.rectified_at))
    elif problem.due_at < now:
        state = gettext("还没处理，已过期限（{due}），已列为超期").format(due=moment_text(at=problem.due_at))
    else:
        state = gettext("等处理，{due}前").format(due=moment_text(at=problem.due_at))
    report = gettext("{at} 报告").format(at=moment_text(at=problem.found_at))
    if problem.photo_id is not None:
        report = gettext("{report}，有照片").format(report=report)
    return {
        "what": told(problem.get_kind_display()),
        "place": problem.point.name + (f" {problem.bin.code}" if problem.bin else ""),
        "report": _with_words(report, problem.note),
        "state": _with_words(state, problem.rectified_note),
    }
