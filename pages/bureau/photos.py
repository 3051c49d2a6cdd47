"""Photos that look alike, and one photo, which opens for a reason that is kept."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from households.reach import communities_in_reach
from households.services.opening import REASON_LENGTH_MAX, ReasonMissing
from pages.access import for_roles
from pages.bureau.shell import render_bureau
from pages.photos import is_open, note_opening, photo_for_officer
from people.models import Role, User
from people.standing import Standing
from sorting.models import Photo, PhotoLikeness
from sorting.queries.photos import drop_off_of_photo, likenesses_in_communities, likenesses_of_photo
from sorting.services.photo_opening import open_photo

ROWS_MAX = 100


@dataclass(frozen=True, slots=True)
class Seen:
    """A photo in a list: where and when, never whose."""

    photo_id: int
    place: str
    bin_code: str
    at: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two photos and how alike they are."""

    found_at: str
    degree: str
    photos: tuple[Seen, Seen]


@require_safe
@for_roles(Role.OFFICER)
def photos(request: HttpRequest, standing: Standing) -> HttpResponse:
    """The newest pairs in the officer's reach."""
    reach = communities_in_reach(standing=standing, role=Role.OFFICER)
    found = list(likenesses_in_communities(communities=reach)[: ROWS_MAX + 1])
    context = {
        "heading": "相似照片",
        "pairs": [_pair(likeness=each) for each in found[:ROWS_MAX]],
        "rows_max": ROWS_MAX if len(found) > ROWS_MAX else None,
    }
    return render_bureau(request, "pages/bureau/photos.html", context, current="bureau-photos")


@require_http_methods(["GET", "POST"])
@for_roles(Role.OFFICER)
def photo(request: HttpRequest, standing: Standing, photo_id: int) -> HttpResponse:
    """The photo, or first the question why."""
    found = photo_for_officer(photo_id=photo_id, standing=standing)
    if found is None:
        raise Http404
    error = ""
    if request.method == "POST" and isinstance(request.user, User):
        try:
            open_photo(photo=found, by=request.user, reason=request.POST.get("reason", ""), now=timezone.now())
        except ReasonMissing as missing:
            error = missing.text
        else:
            note_opening(request=request, photo_id=photo_id)
            return redirect("bureau-photo", photo_id)
    context = _facts(photo=found) | {
        "heading": "投放照片",
        "photo_id": photo_id,
        "is_open": is_open(request=request, photo_id=photo_id),
        "error": error,
        "reason_length_max": REASON_LENGTH_MAX,
        "pairs": [_pair(likeness=each) for each in likenesses_of_photo(photo=found)],
    }
    return render_bureau(
        request, "pages/bureau/photo.html", context, current="bureau-photos", status=422 if error else 200
    )


def _facts(*, photo: Photo) -> dict[str, Any]:
    drop_off = drop_off_of_photo(photo=photo)
    seen = _seen(photo=photo)
    dropped_off = "—"
    if drop_off is not None:
        category, weight_kg = drop_off.get_category_display(), drop_off.weight_g / 1_000
        dropped_off = f"{_text(drop_off.occurred_at)},{category} {weight_kg:,.2f} 千克"
    return {
        "place": seen.place,
        "facts": [
            ("投放点", seen.place),
            ("智能桶", seen.bin_code),
            ("投放", dropped_off),
            ("拍摄", "智能桶" if photo.sent_by_id is None else "督导员"),
            ("收到", _text(photo.received_at)),
        ],
        "width": photo.width,
        "height": photo.height,
        "is_flat": photo.is_flat,
    }


def _pair(*, likeness: PhotoLikeness) -> Pair:
    return Pair(
        found_at=_text(likeness.found_at),
        degree="完全相同" if likeness.is_identical else f"几乎相同(差 {likeness.distance} 处)",
        photos=(_seen(photo=likeness.photo), _seen(photo=likeness.earlier)),
    )


def _seen(*, photo: Photo) -> Seen:
    point = photo.bin.point
    return Seen(
        photo_id=photo.pk,
        place=f"{point.community.name} · {point.name}",
        bin_code=photo.bin.code,
        at=_text(photo.taken_at or photo.received_at),
    )


def _text(moment: dt.datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")
