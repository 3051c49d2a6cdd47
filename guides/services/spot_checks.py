"""抽查: "looked at N, M wrong" at a point."""

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from guides.services.sent import sent_moment
from guides.services.shifts import point_of_guide
from lib.errors import DomainError
from people.models import User
from sorting.categories import WasteCategory
from sorting.models import SpotCheck
from sorting.services.verdicts import CLIENT_ID_LENGTH_MAX, NOTE_LENGTH_MAX

LOOKED_AT = 10  # bags, where nobody says otherwise
LOOKED_AT_MAX = 200


class SpotCheckInvalid(DomainError):
    """Its numbers cannot be."""

    code = "spot_check_invalid"
    message = "抽查的数字不对，没有记上：错误数不能多于查看数，纯净度在 0 到 100 之间。"


class SpotCheckConflict(DomainError):
    """The same id was sent before with other numbers; the first ones stand."""

    code = "spot_check_conflict"
    message = "同一编号的抽查已经记过，内容不同。以先记的为准。"


@dataclass(frozen=True, slots=True)
class Looked:
    """What a guide saw: `category` is the container looked into ("": bags of every kind), `purity_rate` 0 to 1."""

    looked_at_count: int
    wrong_count: int
    category: str = ""
    purity_rate: float | None = None
    is_staffed: bool = True
    note: str = ""


def record_spot_check(
    *,
    guide: User,
    point_id: int,
    looked: Looked,
    now: dt.datetime,
    client_id: str,
    checked_at: dt.datetime | None = None,
) -> SpotCheck:
    """Record a spot check at a point of an assigned community; sent again with its `client_id`, it is the same row.

    :raises PointNotFound: the point is not in a community given to the guide on that day.
    :raises SpotCheckInvalid: impossible numbers, or no id.
    :raises SpotCheckConflict: this id said something else before.
    :raises KeptTooLong: the phone kept it longer than it may.
    """
    moment = sent_moment(made_at=checked_at, now=now)
    _check(looked=looked, client_id=client_id)
    point = point_of_guide(guide=guide, point_id=point_id, on=timezone.localdate(moment))
    try:
        with transaction.atomic():
            return SpotCheck.objects.create(
                point=point,
                guide=guide,
                checked_at=moment,
                checked_on=timezone.localdate(moment),
                looked_at_count=looked.looked_at_count,
                wrong_count=looked.wrong_count,
                category=looked.category,
                purity_rate=looked.purity_rate,
                is_staffed=looked.is_staffed,
                note=looked.note,
                client_id=client_id,
            )
    except IntegrityError as error:
        before = SpotCheck.objects.filter(guide=guide, client_id=client_id).first()
        if before is None:
            raise
        if (before.point_id, _seen(before)) != (point.pk, looked):
            raise SpotCheckConflict from error
        return before


def _check(*, looked: Looked, client_id: str) -> None:
    is_possible = (
        0 <= looked.wrong_count <= looked.looked_at_count <= LOOKED_AT_MAX
        and looked.looked_at_count > 0
        and looked.category in ("", *WasteCategory.values)
        and (looked.purity_rate is None or 0 <= looked.purity_rate <= 1)
        and len(looked.note) <= NOTE_LENGTH_MAX
    )
    if not is_possible or not 0 < len(client_id) <= CLIENT_ID_LENGTH_MAX:
        raise SpotCheckInvalid


def _seen(row: SpotCheck) -> Looked:
    return Looked(
        looked_at_count=row.looked_at_count,
        wrong_count=row.wrong_count,
        category=row.category,
        purity_rate=row.purity_rate,
        is_staffed=row.is_staffed,
        note=row.note,
    )
