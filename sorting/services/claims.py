"""A machine becomes a bin: it shows a claim code once, an officer compares its serial number, it fetches its key."""

import datetime as dt
from dataclasses import dataclass, field
from enum import Enum

from django.db import transaction

from lib.errors import DomainError
from people import secrets
from people.models import User
from sorting.claim_codes import new_claim_code, normal_claim_code
from sorting.models import BinClaim, BinStatus, CollectionPoint, DeviceMessage, SmartBin
from sorting.queries.first_look import signing_bin
from sorting.services.bin_keys import make_bin_key

CLAIM_DAYS = 7


class ClaimUnknown(DomainError):
    """No live claim has this code. An expired one looks the same to whoever never showed it."""

    code = "claim_unknown"
    message = "没有这个认领码,或已失效 (no such claim code)"


class ClaimTaken(DomainError):
    """Another machine showed this code before."""

    code = "claim_taken"
    message = "此认领码已由另一台设备使用 (another machine has shown this code)"


class ClaimOver(DomainError):
    """The claim has expired, or the key was fetched and used: it is not given again."""

    code = "claim_over"
    message = "认领已结束 (the claim is over)"


class ClaimNotWaiting(DomainError):
    """There is nothing to decide: no machine has shown the code yet, or it was decided before."""

    code = "claim_not_waiting"
    message = "此认领不在等待审批"


class BinCodeTaken(DomainError):
    """A bin of this code is registered."""

    code = "bin_code_taken"
    message = "已有这个桶号的智能桶"


class ClaimState(Enum):
    """How far a claim has come."""

    WAITING = "waiting"
    REFUSED = "refused"
    APPROVED = "approved"


@dataclass(frozen=True, slots=True)
class Presented:
    """What a machine that shows its code is told; bin and key once an officer has approved."""

    claim_id: int
    state: ClaimState
    bin_code: str = ""
    key: str = field(default="", repr=False)


@transaction.atomic
def make_claim(
    *, point: CollectionPoint, bin_code: str, categories: str, officer: User | None, now: dt.datetime
) -> tuple[BinClaim, str]:
    """A claim for a bin to be, and its code in clear text, which is kept nowhere.

    :raises BinCodeTaken: there is such a bin.
    """
    if SmartBin.objects.filter(code=bin_code).exists():
        raise BinCodeTaken
    code = new_claim_code()
    claim = BinClaim.objects.create(
        code_digest=_digest(kind="code", text=code.replace("-", "")),
        bin_code=bin_code,
        point=point,
        categories=categories,
        made_by=officer,
        made_at=now,
        expires_at=now + dt.timedelta(days=CLAIM_DAYS),
    )
    return claim, code


@transaction.atomic
def present_claim(*, code: str, serial_number: str, model_name: str, secret: str, now: dt.datetime) -> Presented:
    """A machine shows its code, or asks again. `secret` is its own: who does not bring it again is another machine.

    The key is the same for every time of asking, until the bin's first signed message has come.

    :raises ClaimUnknown: there is no such code, or it expired before this machine showed it.
    :raises ClaimTaken: another machine has shown it.
    :raises ClaimOver: it expired since, or the key has been used.
    """
    normal = normal_claim_code(text=code)
    digest = _digest(kind="code", text=normal or "")
    # Locked: of two machines with one code at the same moment, the later finds the other's secret.
    claim = BinClaim.objects.select_for_update().filter(code_digest=digest).first() if normal else None
    secret_digest = _digest(kind="secret", text=secret)
    if claim is None:
        raise ClaimUnknown
    is_known = claim.secret_digest == secret_digest
    if claim.expires_at <= now:
        raise ClaimOver if is_known else ClaimUnknown
    if claim.presented_at is None:
        claim.presented_at, claim.secret_digest = now, secret_digest
        claim.serial_number, claim.model_name = serial_number, model_name
        claim.save(update_fields=["presented_at", "secret_digest", "serial_number", "model_name"])
    elif not is_known:
        raise ClaimTaken
    if claim.is_approved is None:
        return Presented(claim_id=claim.pk, state=ClaimState.WAITING)
    if not claim.is_approved:
        return Presented(claim_id=claim.pk, state=ClaimState.REFUSED)
    return Presented(
        claim_id=claim.pk, state=ClaimState.APPROVED, bin_code=claim.bin_code, key=_key_of(claim=claim, now=now)
    )


def _key_of(*, claim: BinClaim, now: dt.datetime) -> str:
    """The bin's first key: made when it is fetched first, given again until it was used.

    :raises ClaimOver: a signed message has come, or the key was changed or the bin revoked meanwhile.
    """
    assert claim.bin is not None
    if claim.key_given_at is None:
        claim.key_given_at = now
        claim.save(update_fields=["key_given_at"])
        return make_bin_key(smart_bin=claim.bin, now=now).key
    has_spoken = (
        DeviceMessage.objects.filter(bin=claim.bin).exists() or BinStatus.objects.filter(bin=claim.bin).exists()
    )
    keys = [] if has_spoken else signing_bin(code=claim.bin.code, now=now)[1]
    if len(keys) != 1:
        raise ClaimOver
    return keys[0]


@transaction.atomic
def decide_claim(*, claim: BinClaim, is_approved: bool, officer: User, now: dt.datetime) -> SmartBin | None:
    """Approve, which registers the bin, or refuse. The officer has compared the serial number on the machine.

    :raises ClaimNotWaiting: no machine showed the code, it was decided before, or it has expired.
    :raises BinCodeTaken: a bin of this code was registered meanwhile.
    """
    locked = BinClaim.objects.select_for_update().get(pk=claim.pk)
    if locked.presented_at is None or locked.decided_at is not None or locked.expires_at <= now:
        raise ClaimNotWaiting
    if is_approved:
        if SmartBin.objects.filter(code=locked.bin_code).exists():
            raise BinCodeTaken
        locked.bin = SmartBin.objects.create(
            code=locked.bin_code, point=locked.point, categories=locked.categories, registered_at=now
        )
    locked.decided_at, locked.decided_by, locked.is_approved = now, officer, is_approved
    locked.save(update_fields=["decided_at", "decided_by", "is_approved", "bin"])
    return locked.bin


def _digest(*, kind: str, text: str) -> str:
    return secrets.lookup_digest(text=f"bin-claim-{kind}:{text}")
