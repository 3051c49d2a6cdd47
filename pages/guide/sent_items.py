"""What a phone can keep and send later: the items, and what is done with each. The services say what is refused."""

import datetime as dt

import msgspec

from guides.services.problems import report_problem
from guides.services.sent import KEPT_ON_PHONE
from guides.services.shifts import Place, end_shift, start_shift
from guides.services.spot_checks import Looked, record_spot_check
from guides.services.teaching import record_home_visit
from guides.services.verdicts import drop_off_of_guide, judge_drop_off, undo_verdict
from lib.errors import DomainError
from pages.guide.finding import code_in_picture
from pages.guide.shell import Duty
from sorting.services.photos import record_photo

AGE_S_MAX = KEPT_ON_PHONE.total_seconds() * 365  # more is no age but nonsense; what is too old is answered as such


class Item(msgspec.Struct, tag_field="kind", kw_only=True):
    """`id` is made by the phone and kept until it is answered; `age_s` is how long ago it was tapped."""

    id: str
    age_s: float = 0.0

    def made_at(self, *, now: dt.datetime) -> dt.datetime:
        """By our clock, whatever the phone's says."""
        return now - dt.timedelta(seconds=min(max(self.age_s, 0.0), AGE_S_MAX))


class VerdictItem(Item, tag="verdict"):
    """A verdict of one drop-off."""

    drop_off: int
    verdict: str
    actual_category: str = ""
    note: str = ""


class UndoItem(Item, tag="undo"):
    """The verdict with the id `of` is taken back."""

    of: str


class SpotCheckItem(Item, tag="spot_check"):
    """查 N 错 M."""

    point: int
    looked_at_count: int
    wrong_count: int
    category: str = ""
    purity_rate: float | None = None
    is_staffed: bool = True
    note: str = ""


class ShiftStartItem(Item, tag="shift_start"):
    """上岗; the place only where the guide let the phone tell."""

    point: int
    latitude: float | None = None
    longitude: float | None = None

    @property
    def place(self) -> Place | None:
        """None where the phone told none, or what is none."""
        if self.latitude is None or self.longitude is None:
            return None
        is_place = abs(self.latitude) <= 90 and abs(self.longitude) <= 180
        return Place(self.latitude, self.longitude) if is_place else None


class ShiftEndItem(Item, tag="shift_end"):
    """下岗."""


class ProblemItem(Item, tag="problem"):
    """A problem at a point; `what` is its kind."""

    point: int
    what: str
    bin: int | None = None
    note: str = ""


class VisitItem(Item, tag="visit"):
    """入户; the household by its code, or by the picture of it."""

    code: str = ""
    is_met: bool = True
    note: str = ""


AnyItem = VerdictItem | UndoItem | SpotCheckItem | ShiftStartItem | ShiftEndItem | ProblemItem | VisitItem


def record_item(*, item: AnyItem, photo: bytes, duty: Duty) -> str:
    """Do what the item says, once however often it is sent; what the guide should know besides, "" for nothing.

    :raises lib.errors.DomainError: it is refused, for good.
    """
    made_at = item.made_at(now=duty.now)
    match item:
        case VerdictItem():
            return _judge(item=item, photo=photo, duty=duty, made_at=made_at)
        case UndoItem():
            undo_verdict(guide=duty.guide, verdict_id=item.of, client_id=item.id, now=duty.now, undone_at=made_at)
        case SpotCheckItem():
            _check(item=item, duty=duty, made_at=made_at)
        case ShiftStartItem():
            start_shift(
                guide=duty.guide,
                point_id=item.point,
                now=duty.now,
                place=item.place,
                photo=photo,
                client_id=item.id,
                began_at=made_at,
            )
        case ShiftEndItem():
            end_shift(guide=duty.guide, now=duty.now, left_at=made_at)
        case ProblemItem():
            report_problem(
                guide=duty.guide,
                point_id=item.point,
                kind=item.what,
                bin_id=item.bin,
                note=item.note,
                photo=photo,
                now=duty.now,
                client_id=item.id,
                found_at=made_at,
            )
        case VisitItem():
            record_home_visit(
                guide=duty.guide,
                text=code_in_picture(data=photo) or item.code.strip(),
                is_met=item.is_met,
                note=item.note,
                now=duty.now,
                client_id=item.id,
                visited_at=made_at,
            )
    return ""


def _judge(*, item: VerdictItem, photo: bytes, duty: Duty, made_at: dt.datetime) -> str:
    judged = judge_drop_off(
        guide=duty.guide,
        drop_off_id=item.drop_off,
        verdict=item.verdict,
        actual_category=item.actual_category,
        note=item.note,
        now=duty.now,
        client_id=item.id,
        judged_at=made_at,
    )
    return keep_photo_of_verdict(drop_off_id=judged.drop_off_id, photo=photo, duty=duty) if photo else ""


def keep_photo_of_verdict(*, drop_off_id: int, photo: bytes, duty: Duty) -> str:
    """Keep the photo beside a verdict that stands already; why it was not kept, "" where it was."""
    drop_off = drop_off_of_guide(guide=duty.guide, drop_off_id=drop_off_id, on=duty.today)
    try:
        recorded = record_photo(
            smart_bin=drop_off.bin,
            event_id=drop_off.event_id,
            data=photo,
            received_at=duty.now,
            taken_at=duty.now,
            sent_by=duty.guide,
        )
    except DomainError as error:
        return f"照片没有保存:{error.text}"
    return str(recorded.reason.label) if recorded.reason else ""


def _check(*, item: SpotCheckItem, duty: Duty, made_at: dt.datetime) -> None:
    looked = Looked(
        looked_at_count=item.looked_at_count,
        wrong_count=item.wrong_count,
        category=item.category,
        purity_rate=item.purity_rate,
        is_staffed=item.is_staffed,
        note=item.note.strip(),
    )
    record_spot_check(
        guide=duty.guide, point_id=item.point, looked=looked, now=duty.now, client_id=item.id, checked_at=made_at
    )
