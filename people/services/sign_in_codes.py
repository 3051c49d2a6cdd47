"""One-time codes by phone: asked for, sent, used once. Nobody learns from them whether a number is registered.

A number that nobody here has gets a row like any other, with nothing to send: the same work, the same answer, and no
code that fits. Sending happens later, by a worker, so that waiting for the provider tells nothing either.
"""

import datetime as dt
import hashlib
import hmac
import secrets as random
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from django.db import transaction
from django.db.models import F

from lib import dialect
from lib.errors import DomainError
from lib.posting import SendingFailed
from people import secrets
from people.code_senders import CodeSender
from people.models import SignInCode

SIGN_IN = "sign-in"  # what a code proves the phone for: it fits nothing else
CODE_DIGITS = 6
CODE_LIFE_S = 300
TRIES_MAX = 5
PAUSE_S = 60  # between two codes for one number
CODES_A_PHONE_AN_HOUR_MAX = 5
CODES_AN_ADDRESS_AN_HOUR_MAX = 30  # a community centre's one address serves many residents
SENDING_BATCH_MAX = 50
KEPT_FOR = dt.timedelta(days=1)

log = structlog.get_logger(__name__)


class TooManyCodes(DomainError):
    """A number or an address asked too often; nothing was sent. `fields["retry_after_s"]` says when to come back."""

    code = "too_many_codes"
    message = "验证码申请得太频繁，请稍后再试"


@dataclass(frozen=True, slots=True)
class _Limit:
    """At most `count` codes within `window_s`."""

    count: int
    window_s: int


_PHONE_LIMITS = (_Limit(1, PAUSE_S), _Limit(CODES_A_PHONE_AN_HOUR_MAX, 3_600))
_ADDRESS_LIMITS = (_Limit(CODES_AN_ADDRESS_AN_HOUR_MAX, 3_600),)


@transaction.atomic
def ask_sign_in_code(
    *, phone: str, address: str, is_known: bool, now: dt.datetime, purpose: str = SIGN_IN
) -> SignInCode:
    """Make a code for a phone in its normal form (households.phones); it is sent only where `is_known`.

    An earlier code of the number ends, whatever it was for.

    :raises TooManyCodes: the number or the address asked too often.
    """
    lookup = secrets.lookup_digest(text=phone)
    take_turns(lookup, address)
    _refuse_too_many(field="phone_lookup", value=lookup, limits=_PHONE_LIMITS, now=now)
    _refuse_too_many(field="address", value=address, limits=_ADDRESS_LIMITS, now=now)
    SignInCode.objects.filter(phone_lookup=lookup, used_at__isnull=True).update(used_at=now, outgoing=b"")
    code = f"{random.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    salt = random.token_hex(16)
    # Encrypted either way, so that an unknown number takes as long.
    outgoing = secrets.encrypt(text=f"{phone} {code}")
    return SignInCode.objects.create(
        phone_lookup=lookup,
        address=address,
        salt=salt,
        code_digest=_digest(salt=salt, code=code if is_known else random.token_hex(8), purpose=purpose),
        outgoing=outgoing if is_known else b"",
        asked_at=now,
        expires_at=now + dt.timedelta(seconds=CODE_LIFE_S),
    )


def use_sign_in_code(*, phone: str, code: str, now: dt.datetime, purpose: str = SIGN_IN) -> bool:
    """Whether this is the number's code; a right one is used up, a wrong one costs one of TRIES_MAX tries.

    A code that was asked for something else is a wrong one.
    """
    lookup = secrets.lookup_digest(text=phone)
    live = SignInCode.objects.filter(
        phone_lookup=lookup, used_at__isnull=True, expires_at__gt=now, try_count__lt=TRIES_MAX
    )
    found = live.order_by("-pk").first()
    if found is None:
        return False
    # Counted before it is compared, in one statement: a hundred guesses at once are still five.
    if not live.filter(pk=found.pk).update(try_count=F("try_count") + 1):
        return False
    if not hmac.compare_digest(found.code_digest, _digest(salt=found.salt, code=code.strip(), purpose=purpose)):
        return False
    return bool(SignInCode.objects.filter(pk=found.pk, used_at__isnull=True).update(used_at=now))


def send_waiting_codes(*, sender: CodeSender, clock: Callable[[], dt.datetime]) -> int:
    """Send what waits, oldest first; how many left. What the provider refuses is logged and tried again next time.

    A code that has ended meanwhile is dropped: it would only confuse.
    """
    sent_count = 0
    for row in SignInCode.objects.exclude(outgoing=b"").order_by("pk")[:SENDING_BATCH_MAX]:
        # Claimed by emptying it, so that two workers do not send it twice; a crash here costs one code, not two.
        claimed = SignInCode.objects.filter(pk=row.pk).exclude(outgoing=b"").update(outgoing=b"", sent_at=clock())
        if not claimed or row.expires_at <= clock():
            continue
        phone, code = secrets.decrypt(encrypted=bytes(row.outgoing)).split(" ")
        try:
            sender.send(phone=phone, code=code, minutes=CODE_LIFE_S // 60)
        except SendingFailed as error:
            log.warning("sign_in_code_not_sent", reason=str(error)[:200])
            SignInCode.objects.filter(pk=row.pk, used_at__isnull=True).update(outgoing=row.outgoing, sent_at=None)
            continue
        sent_count += 1
    return sent_count


def forget_old_codes(*, now: dt.datetime) -> int:
    """Delete codes that limit nobody any more; how many."""
    return SignInCode.objects.filter(asked_at__lt=now - KEPT_FOR).delete()[0]


def _refuse_too_many(*, field: str, value: str, limits: tuple[_Limit, ...], now: dt.datetime) -> None:
    for limit in limits:
        since = now - dt.timedelta(seconds=limit.window_s)
        asked = list(
            SignInCode.objects.filter(**{field: value}, asked_at__gt=since)
            .order_by("-asked_at")
            .values_list("asked_at", flat=True)[: limit.count]
        )
        if len(asked) == limit.count:
            wait_s = int((asked[-1] - since).total_seconds()) + 1
            raise TooManyCodes(fields={"retry_after_s": wait_s})


def take_turns(*names: str) -> None:
    """Who asks for the same number, or from the same address, waits until this transaction ends: limits are exact.

    SQLite's one write lock does it anyway.
    """
    if dialect.is_postgresql():
        for key in sorted(int.from_bytes(hashlib.sha256(name.encode()).digest()[:7], "big") for name in names):
            dialect.execute(f"SELECT pg_advisory_xact_lock({key:d})")


def _digest(*, salt: str, code: str, purpose: str) -> str:
    return secrets.lookup_digest(text=f"{purpose}-code:{salt}:{code}")
