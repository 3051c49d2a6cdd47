"""Problems at a point: found with a deadline, and rectified (整改)."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone

from guides.models import Problem, ProblemKind, Supervised
from guides.queries import community_ids_of_guide
from guides.queries.supervision import read_times_allowed
from guides.services.scene_photos import keep_scene_photo, make_scene_pictures
from guides.services.sent import sent_moment
from guides.services.shifts import point_of_guide
from households.models import NoticeKind
from households.services.notices import notify_household
from lib.errors import DomainError
from people.models import User
from sorting.models import SmartBin
from sorting.services.verdicts import CLIENT_ID_LENGTH_MAX, NOTE_LENGTH_MAX


class ProblemInvalid(DomainError):
    """It says too little or too much."""

    code = "problem_invalid"
    message = "这个问题不完整，没有记上。请选择种类；“其他”要写说明，说明最多 200 字。"


class ProblemConflict(DomainError):
    """The same id was sent before with another problem; the first one stands."""

    code = "problem_conflict"
    message = "同一编号的问题已经记过，内容不同。以先记的为准。"


class ProblemNotFound(DomainError):
    """There is no such problem in the communities given to the guide today."""

    code = "not_found"
    message = "没有找到这个问题"


class AlreadyRectified(DomainError):
    """It is closed."""

    code = "already_rectified"
    message = "这个问题已经整改过了。同样的问题又出现，请另报一个。"


def report_problem(
    *,
    guide: User,
    point_id: int,
    kind: str,
    now: dt.datetime,
    client_id: str,
    note: str = "",
    bin_id: int | None = None,
    photo: bytes = b"",
    found_at: dt.datetime | None = None,
) -> Problem:
    """Put a problem on record with its deadline; sent again with its `client_id`, it is the same row.

    `found_at` is when the guide said so, `now` if not given. The time allowed runs from when it reached us.

    :raises PointNotFound: the point, or the bin at it, is not in a community given to the guide on that day.
    :raises KeptTooLong: the phone kept it longer than it may.
    :raises ProblemInvalid: an unknown kind, or OTHER without a word.
    :raises ProblemConflict: this id said something else before.
    :raises lib.picture_headers.PictureRefused, ScenePhotoTooLarge, ScenePhotosTooMany: the photo is not taken.
    """
    note = note.strip()
    moment = sent_moment(made_at=found_at, now=now)
    point = point_of_guide(guide=guide, point_id=point_id, on=timezone.localdate(moment))
    is_said = kind in ProblemKind.values and (note or kind != ProblemKind.OTHER) and len(note) <= NOTE_LENGTH_MAX
    if not is_said or not 0 < len(client_id) <= CLIENT_ID_LENGTH_MAX:
        raise ProblemInvalid
    if bin_id is not None and not SmartBin.objects.filter(pk=bin_id, point=point).exists():
        raise ProblemInvalid(fields={"bin_id": "这只桶不在这个投放点"})
    before = _sent_before(guide=guide, client_id=client_id, facts=(point.pk, bin_id, kind, note))
    if before is not None:
        return before
    pictures = make_scene_pictures(data=photo)
    try:
        with transaction.atomic():
            return Problem.objects.create(
                point=point,
                bin_id=bin_id,
                kind=kind,
                note=note,
                photo=keep_scene_photo(community=point.community, taken_by=guide, pictures=pictures, now=now),
                found_by=guide,
                found_at=moment,
                due_at=read_times_allowed().due_at(subject=Supervised.PROBLEM, kind=kind, moment=now),
                client_id=client_id,
            )
    except IntegrityError:
        before = _sent_before(guide=guide, client_id=client_id, facts=(point.pk, bin_id, kind, note))
        if before is None:
            raise
        return before


def rectify_problem(*, guide: User, problem_id: int, now: dt.datetime, note: str = "", photo: bytes = b"") -> Problem:
    """Close a problem that was put right, with a photo of how it looks now where there is one; a resident who reported
    it is told.

    :raises ProblemNotFound: not in a community given to the guide today.
    :raises AlreadyRectified: somebody did before.
    :raises ProblemInvalid: the note is too long.
    :raises lib.picture_headers.PictureRefused, ScenePhotoTooLarge, ScenePhotosTooMany: the photo is not taken.
    """
    if len(note.strip()) > NOTE_LENGTH_MAX:
        raise ProblemInvalid
    community_ids = community_ids_of_guide(guide=guide, on=timezone.localdate(now))
    pictures = make_scene_pictures(data=photo)
    with transaction.atomic():
        found = Problem.objects.filter(pk=problem_id, point__community__in=community_ids)
        problem = found.select_for_update(of=("self",)).select_related("point__community", "household").first()
        if problem is None:
            raise ProblemNotFound
        if problem.rectified_at is not None:
            raise AlreadyRectified
        problem.rectified_photo = keep_scene_photo(
            community=problem.point.community, taken_by=guide, pictures=pictures, now=now
        )
        problem.rectified_by, problem.rectified_at, problem.rectified_note = guide, now, note.strip()
        problem.save(update_fields=["rectified_by", "rectified_at", "rectified_note", "rectified_photo"])
        if problem.household is not None:
            notify_household(
                household=problem.household,
                kind=NoticeKind.COMMUNITY,
                text=f"您报告的“{problem.point.name} {problem.get_kind_display()}”已经整改好了,谢谢。",
                reference=f"problem/{problem.pk}/rectified",
                now=now,
            )
    return problem


def _sent_before(*, guide: User, client_id: str, facts: tuple[int, int | None, str, str]) -> Problem | None:
    before = Problem.objects.filter(found_by=guide, client_id=client_id).first()
    if before is not None and facts != (before.point_id, before.bin_id, before.kind, before.note):
        raise ProblemConflict
    return before
