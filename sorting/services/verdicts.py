"""Records what somebody judged of a drop-off: rows only, which the tally takes in when they are in force.

Whether this person may judge this drop-off at all is the caller's question (guides.services); that nobody judges the
own household, that a drop-off has one verdict at a time and that one sent twice counts once is decided here.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Q

from households.models import Member
from lib.errors import DomainError
from people.models import User
from sorting.categories import WasteCategory
from sorting.models import Attribution, BatchKind, CollectionPoint, Door, DropOff, DropOffBatch, Verdict, Verification

UNDO_S = 60  # a verdict is in force when this has passed; until then a tap takes it back
CLIENT_ID_LENGTH_MAX = 64
NOTE_LENGTH_MAX = 200
STANDARD = "GB/T 19095-2019"


class VerdictInvalid(DomainError):
    """The verdict says too little, too much, or nothing that we know."""

    code = "verdict_invalid"
    message = "这条核验不完整，没有记上。请重新选择结论。"


class VerdictConflict(DomainError):
    """The same id was sent before with another verdict; the first one stands."""

    code = "verdict_conflict"
    message = "同一编号的核验已经记过，内容不同。以先记的为准。"


class OwnHousehold(DomainError):
    """Nobody judges the household they are a member of."""

    code = "own_household"
    message = "这是您自己家的投放，不能由您核验。请同事来核验。"


class AlreadyJudged(DomainError):
    """Another verdict stands. Only an appeal changes it."""

    code = "already_judged"
    message = "这次投放已经核验过了，以先记的为准。"


class NothingToWithdraw(DomainError):
    """The verdict stands no longer: it was withdrawn, or another one followed."""

    code = "nothing_to_withdraw"
    message = "这条核验已经不在了，不用再撤回。"


@dataclass(frozen=True, slots=True)
class _Said:
    """What a row says, by which a repeat is told from a conflict."""

    drop_off_id: int
    verdict: str
    actual_category: str
    note: str


def verify_drop_off(
    *,
    drop_off: DropOff,
    verdict: str,
    guide: User,
    now: dt.datetime,
    source: str,
    client_id: str,
    actual_category: str = "",
    note: str = "",
    point: CollectionPoint | None = None,
    rule: str = STANDARD,
    verified_at: dt.datetime | None = None,
) -> Verification:
    """Record a verdict; it is in force UNDO_S after `now`. Sent again with its `client_id`, it is the same row.

    The own verdict of the last minute is withdrawn by the next one. `verified_at`: when it was judged, `now` if not
    given, never later than that.

    :raises VerdictInvalid: CORRECT, CONTAMINATED and MISPLACED are known, the last with the actual category.
    :raises VerdictConflict: this id said something else before.
    :raises OwnHousehold: the guide is a member of the drop-off's household.
    :raises AlreadyJudged: another verdict stands.
    """
    said = _Said(drop_off_id=drop_off.pk, verdict=verdict, actual_category=actual_category, note=note.strip())
    _check(said=said, client_id=client_id, reported_category=drop_off.category)
    with transaction.atomic():
        _lock(drop_off_id=drop_off.pk)
        sent_before = _sent_before(guide=guide, client_id=client_id, said=said)
        if sent_before is not None:
            return sent_before
        if is_own_household(drop_off=drop_off, user=guide):
            raise OwnHousehold
        standing = standing_verification(drop_off_id=drop_off.pk)
        if standing is not None:
            if standing.guide_id != guide.pk or standing.in_force_at <= now:
                raise AlreadyJudged(fields={"verdict": standing.verdict})
            # Withdrawn at once: the first verdict must not move points while the second one waits for its minute.
            _insert(_withdrawal_of(standing, by=guide, now=now, client_id=""), now=now)
        return _insert(
            Verification(
                drop_off=drop_off,
                verdict=verdict,
                actual_category=actual_category,
                source=source,
                guide=guide,
                verified_at=min(verified_at or now, now),
                in_force_at=now + dt.timedelta(seconds=UNDO_S),
                note=said.note,
                point=point,
                rule=rule,
                client_id=client_id,
            ),
            now=now,
        )


def withdraw_verdict(
    *, verification: Verification, by: User, now: dt.datetime, client_id: str, note: str = ""
) -> Verification:
    """Take back the verdict that stands, at once, whether it is in force or not; the row that says so.

    Sent again with its `client_id`, it is the same row.

    :raises VerdictConflict: this id said something else before.
    :raises NothingToWithdraw: the verdict was withdrawn already, or another one followed it.
    """
    said = _Said(verification.drop_off_id, Verdict.WITHDRAWN, actual_category="", note=note.strip())
    _check(said=said, client_id=client_id)
    with transaction.atomic():
        _lock(drop_off_id=verification.drop_off_id)
        sent_before = _sent_before(guide=by, client_id=client_id, said=said)
        if sent_before is not None:
            return sent_before
        standing = standing_verification(drop_off_id=verification.drop_off_id)
        if standing is None or standing.pk != verification.pk:
            raise NothingToWithdraw
        return _insert(_withdrawal_of(verification, by=by, now=now, client_id=client_id, note=said.note), now=now)


def standing_verification(*, drop_off_id: int) -> Verification | None:
    """The last row of the drop-off, in force or in its minute; None before any and after a withdrawal."""
    last = Verification.objects.filter(drop_off_id=drop_off_id).order_by("pk").select_related("drop_off").last()
    return None if last is None or last.verdict == Verdict.WITHDRAWN else last


def is_own_household(*, drop_off: DropOff, user: User) -> bool:
    """Whether the user is a member of the drop-off's household, or was one when the drop-off occurred."""
    attributed = Attribution.objects.filter(drop_off_id=drop_off.pk).values("household_id")
    of_household = Q(household_id=drop_off.household_id) | Q(household_id__in=attributed)
    then_or_now = Q(left_at__isnull=True) | Q(left_at__gt=drop_off.occurred_at)
    return Member.objects.filter(of_household, then_or_now, user=user).exists()


def _check(*, said: _Said, client_id: str, reported_category: str = "") -> None:
    if not (0 < len(client_id) <= CLIENT_ID_LENGTH_MAX and client_id.isprintable()):
        raise VerdictInvalid(fields={"client_id": f"1 至 {CLIENT_ID_LENGTH_MAX} 个可见字符"})
    if len(said.note) > NOTE_LENGTH_MAX:
        raise VerdictInvalid(fields={"note": f"备注最多 {NOTE_LENGTH_MAX} 字"})
    if said.verdict not in Verdict.values or (said.verdict == Verdict.WITHDRAWN) != (reported_category == ""):
        raise VerdictInvalid(fields={"verdict": "合格、混投或误投"})
    if said.verdict != Verdict.MISPLACED:
        if said.actual_category:
            raise VerdictInvalid(fields={"actual_category": "只有误投才写实际类别"})
    elif said.actual_category not in WasteCategory.values or said.actual_category == reported_category:
        raise VerdictInvalid(fields={"actual_category": "误投要选实际是哪一类,不能是投放的那一类"})


def _lock(*, drop_off_id: int) -> None:
    """Hold the drop-off until the transaction ends, so that two verdicts of it follow each other."""
    DropOff.objects.select_for_update().only("pk").get(pk=drop_off_id)


def _sent_before(*, guide: User, client_id: str, said: _Said) -> Verification | None:
    before = Verification.objects.filter(guide=guide, client_id=client_id).select_related("drop_off").first()
    if before is None:
        return None
    if said != _Said(before.drop_off_id, before.verdict, before.actual_category, before.note):
        raise VerdictConflict
    return before


def _withdrawal_of(
    verification: Verification, *, by: User, now: dt.datetime, client_id: str, note: str = ""
) -> Verification:
    return Verification(
        drop_off=verification.drop_off,
        verdict=Verdict.WITHDRAWN,
        source=verification.source,
        guide=by,
        verified_at=now,
        in_force_at=now,
        note=note,
        point_id=verification.point_id,
        rule=verification.rule,
        client_id=client_id,
    )


def _insert(verification: Verification, *, now: dt.datetime) -> Verification:
    """The row, in a batch of its own that the tally may take as soon as the verdict is in force."""
    try:
        with transaction.atomic():
            verification.batch = DropOffBatch.objects.create(
                kind=BatchKind.VERIFICATIONS,
                door=Door.GUIDE,
                community_id=verification.drop_off.community_id,
                received_at=now,
                due_at=verification.in_force_at,
                event_count=1,
            )
            verification.save(force_insert=True)
    except IntegrityError as error:
        # The same id of another drop-off at the same moment: they do not wait for each other's lock.
        id_is_taken = Verification.objects.filter(guide=verification.guide, client_id=verification.client_id)
        if verification.client_id and id_is_taken.exists():
            raise VerdictConflict from error
        raise
    return verification
