"""Teaching: gatherings with their sign-ins, each person once, and visits at the door."""

import datetime as dt
import secrets
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from guides.models import Attendance, Gathering, GatheringKind, HomeVisit
from guides.queries import community_ids_of_guide
from guides.services.scene_photos import keep_scene_photo, make_scene_pictures
from guides.services.sent import sent_moment
from households.models import Community, Household, Member
from households.queries import household_of_code
from lib.errors import DomainError
from people.models import User
from sorting.services.verdicts import CLIENT_ID_LENGTH_MAX, NOTE_LENGTH_MAX

TOPIC_LENGTH_MAX = 60
LASTS_MAX = dt.timedelta(hours=12)
AHEAD_MAX = dt.timedelta(days=60)
# Signing in is open from a little before it begins until a little after it ends: who is not there cannot sign in.
OPEN_BEFORE = dt.timedelta(minutes=30)
OPEN_AFTER = dt.timedelta(minutes=30)


class GatheringInvalid(DomainError):
    """It says too little, or its times cannot be."""

    code = "gathering_invalid"
    message = "没有记上。请写主题(最多 60 字)，结束要晚于开始，最长 12 小时，最多提前 60 天登记。"


class GatheringNotFound(DomainError):
    """There is no such gathering for whoever asks."""

    code = "not_found"
    message = "没有找到这次培训或活动"


class SignInClosed(DomainError):
    """Too early or too late."""

    code = "sign_in_closed"
    message = "现在不能签到。开始前 30 分钟到结束后 30 分钟可以签到。"


class HouseholdNotHere(DomainError):
    """No household of that code in the communities given to the guide today."""

    code = "not_found"
    message = "您的小区里没有这个户码，请核对后再试。"


class VisitInvalid(DomainError):
    """The note is too long, or the id is none."""

    code = "visit_invalid"
    message = "没有记上。说明最多 200 字。"


@dataclass(frozen=True, slots=True)
class Planned:
    """What a guide says of a gathering."""

    kind: str
    topic: str
    starts_at: dt.datetime
    ends_at: dt.datetime


def hold_gathering(
    *, guide: User, community_id: int, planned: Planned, now: dt.datetime, client_id: str, photo: bytes = b""
) -> Gathering:
    """Put a training or an event on record; sent again with its `client_id`, it is the same row.

    :raises GatheringNotFound: the community is not given to the guide today.
    :raises GatheringInvalid: no topic, or impossible times.
    :raises lib.picture_headers.PictureRefused, ScenePhotoTooLarge, ScenePhotosTooMany: the photo is not taken.
    """
    topic = planned.topic.strip()
    if community_id not in community_ids_of_guide(guide=guide, on=timezone.localdate(now)):
        raise GatheringNotFound
    is_possible = dt.timedelta() < planned.ends_at - planned.starts_at <= LASTS_MAX
    is_said = planned.kind in GatheringKind.values and 0 < len(topic) <= TOPIC_LENGTH_MAX
    if not is_said or not is_possible or planned.starts_at > now + AHEAD_MAX or not _is_id(client_id):
        raise GatheringInvalid
    before = Gathering.objects.filter(guide=guide, client_id=client_id).first()
    if before is not None:
        return before
    pictures = make_scene_pictures(data=photo)
    try:
        with transaction.atomic():
            community = Community.objects.get(pk=community_id)
            return Gathering.objects.create(
                community=community,
                guide=guide,
                kind=planned.kind,
                topic=topic,
                starts_at=planned.starts_at,
                ends_at=planned.ends_at,
                token=secrets.token_urlsafe(16),
                photo=keep_scene_photo(community=community, taken_by=guide, pictures=pictures, now=now),
                client_id=client_id,
            )
    except IntegrityError:  # two sends of one id at once: the first one's row is the answer to both
        before = Gathering.objects.filter(guide=guide, client_id=client_id).first()
        if before is None:
            raise
        return before


def sign_in_member(*, gathering: Gathering, member: Member, now: dt.datetime) -> bool:
    """A resident signs in by the QR; False where they had before.

    :raises GatheringNotFound: it is not of the household's community.
    :raises SignInClosed: not now.
    """
    if member.household.community_id != gathering.community_id:
        raise GatheringNotFound
    return _sign_in(gathering=gathering, household=member.household, member=member, now=now)


def sign_in_by_code(*, guide: User, gathering_id: int, text: str, now: dt.datetime) -> bool:
    """The guide takes in a household's code; False where the household, or one of its people, had signed in before.

    :raises GatheringNotFound: not in a community given to the guide today.
    :raises HouseholdNotHere: no household of that code in the gathering's community.
    :raises SignInClosed: not now.
    """
    community_ids = community_ids_of_guide(guide=guide, on=timezone.localdate(now))
    gathering = Gathering.objects.filter(pk=gathering_id, community__in=community_ids).first()
    if gathering is None:
        raise GatheringNotFound
    household = household_of_code(text=text)
    if household is None or household.community_id != gathering.community_id:
        raise HouseholdNotHere
    if gathering.attendances.filter(household=household).exists():
        return False
    return _sign_in(gathering=gathering, household=household, member=None, now=now)


def record_home_visit(
    *,
    guide: User,
    text: str,
    is_met: bool,
    now: dt.datetime,
    client_id: str,
    note: str = "",
    visited_at: dt.datetime | None = None,
) -> HomeVisit:
    """A visit at the door of the household with this code; sent again with its `client_id`, it is the same row.

    `visited_at` is when the guide said so, `now` if not given.

    :raises HouseholdNotHere: no household of that code in the communities given to the guide on that day.
    :raises KeptTooLong: the phone kept it longer than it may.
    :raises VisitInvalid: the note is too long.
    """
    note = note.strip()
    moment = sent_moment(made_at=visited_at, now=now)
    household = household_of_code(text=text)
    if household is None or household.community_id not in community_ids_of_guide(
        guide=guide, on=timezone.localdate(moment)
    ):
        raise HouseholdNotHere
    if len(note) > NOTE_LENGTH_MAX or not _is_id(client_id):
        raise VisitInvalid
    facts = {"household": household, "visited_at": moment, "is_met": is_met, "note": note}
    return HomeVisit.objects.get_or_create(guide=guide, client_id=client_id, defaults=facts)[0]


def _sign_in(*, gathering: Gathering, household: Household, member: Member | None, now: dt.datetime) -> bool:
    if not gathering.starts_at - OPEN_BEFORE <= now <= gathering.ends_at + OPEN_AFTER:
        raise SignInClosed
    try:
        with transaction.atomic():
            Attendance.objects.create(gathering=gathering, household=household, member=member, signed_at=now)
    except IntegrityError:  # the constraint: this person, or this code, is there already
        return False
    return True


def _is_id(client_id: str) -> bool:
    return 0 < len(client_id) <= CLIENT_ID_LENGTH_MAX
