"""A resident reports a full or broken bin: a problem as guides report them, without the household's name."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone

from guides.models import Problem, Supervised
from guides.models.problems import RESIDENT_KINDS
from guides.queries.supervision import read_times_allowed
from guides.services.problems import ProblemConflict, ProblemInvalid
from guides.services.scene_photos import keep_scene_photo, make_scene_pictures
from households.models import Household
from lib.errors import DomainError
from people.models import User
from sorting.models import CollectionPoint, SmartBin
from sorting.services.verdicts import CLIENT_ID_LENGTH_MAX, NOTE_LENGTH_MAX

OPEN_REPORTS_A_DAY_MAX = 3  # a home sees so many bins on its way; more would bury the guides


class PlaceUnknown(DomainError):
    """No point, or bin at it, of the household's own community."""

    code = "not_found"
    message = "没有找到这个投放点"


class ReportsTooMany(DomainError):
    """As many of today are open as are taken."""

    code = "reports_too_many"
    message = f"今天您家报告的 {OPEN_REPORTS_A_DAY_MAX} 个问题还没处理完，处理好了再报。急事请找督导员。"


def report_as_resident(
    *,
    household: Household,
    by: User,
    point_id: int,
    kind: str,
    now: dt.datetime,
    client_id: str,
    bin_id: int | None = None,
    note: str = "",
    photo: bytes = b"",
) -> Problem:
    """Put a full or broken bin on record with its deadline; sent again with its `client_id`, it is the same row.

    :raises PlaceUnknown: the point, or the bin at it, is not in the household's community.
    :raises ProblemInvalid: another kind, or too long a note.
    :raises ProblemConflict: this id said something else before.
    :raises ReportsTooMany: OPEN_REPORTS_A_DAY_MAX of the household's of today are open.
    :raises lib.picture_headers.PictureRefused, ScenePhotoTooLarge, ScenePhotosTooMany: the photo is not taken.
    """
    note = note.strip()
    point = CollectionPoint.objects.filter(pk=point_id, community=household.community_id).first()
    if point is None:
        raise PlaceUnknown
    if bin_id is not None and not SmartBin.objects.filter(pk=bin_id, point=point, revoked_at__isnull=True).exists():
        raise PlaceUnknown
    if kind not in RESIDENT_KINDS or len(note) > NOTE_LENGTH_MAX or not 0 < len(client_id) <= CLIENT_ID_LENGTH_MAX:
        raise ProblemInvalid("请选是满了还是坏了，说明最多 200 字。")
    before = _sent_before(by=by, client_id=client_id, facts=(household.pk, point.pk, bin_id, kind, note))
    if before is not None:
        return before
    pictures = make_scene_pictures(data=photo)
    try:
        with transaction.atomic():
            _check_not_too_many(household=household, now=now)
            return Problem.objects.create(
                point=point,
                bin_id=bin_id,
                kind=kind,
                note=note,
                photo=keep_scene_photo(community=household.community, taken_by=by, pictures=pictures, now=now),
                found_by=by,
                household=household,
                found_at=now,
                due_at=read_times_allowed().due_at(subject=Supervised.PROBLEM, kind=kind, moment=now),
                client_id=client_id,
            )
    except IntegrityError:
        before = _sent_before(by=by, client_id=client_id, facts=(household.pk, point.pk, bin_id, kind, note))
        if before is None:
            raise
        return before


def _check_not_too_many(*, household: Household, now: dt.datetime) -> None:
    # The household's row is held until the report is in, so that two phones of a home cannot both be the third.
    Household.objects.select_for_update().get(pk=household.pk)
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    open_ones = Problem.objects.filter(household=household, found_at__gte=midnight, rectified_at__isnull=True)
    if open_ones.count() >= OPEN_REPORTS_A_DAY_MAX:
        raise ReportsTooMany


def _sent_before(*, by: User, client_id: str, facts: tuple[int, int, int | None, str, str]) -> Problem | None:
    before = Problem.objects.filter(found_by=by, client_id=client_id).first()
    if before is None:
        return None
    if facts != (before.household_id, before.point_id, before.bin_id, before.kind, before.note):
        raise ProblemConflict
    return before
