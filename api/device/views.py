"""`POST /api/v1/device/drop-offs`: parse, verify, one call, translate. See docs/bin-makers.md."""

import datetime as dt
import hashlib
from collections import Counter

import msgspec
import structlog
from cryptography.fernet import InvalidToken
from django.db import InterfaceError, InternalError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from api.device import metrics
from api.device.envelope import Envelope, parse_envelope, read_body
from api.device.rate import bin_rate, retry_after
from api.device.signatures import verify_signature
from api.errors import Refused
from sorting.models import SmartBin
from sorting.services.bin_keys import valid_keys
from sorting.services.messages import MessageAnswer, MessageIdReused, record_message
from worker.nudge import nudge_tally

MESSAGE_ID_LENGTH_MAX = 200
BUSY_RETRY_S = 5  # a restart of the database takes about as long

log = structlog.get_logger(__name__)


class _Result(msgspec.Struct):
    event_id: str | int | bool | None
    fate: str
    code: str | None


class _Answer(msgspec.Struct):
    batch: str
    received_at: str
    results: list[_Result]


@csrf_exempt
def drop_offs(request: HttpRequest) -> HttpResponse:
    """Take one signed batch of a bin. Whatever is sent, it is answered; after a 200 the bin may forget the batch."""
    try:
        return _take(request)
    except Refused as refused:
        metrics.REFUSALS.labels(status=refused.status, code=refused.code).inc()
        log.warning("device_request_refused", status=refused.status, code=refused.code)
        return refused.response()


def _take(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    if request.method != "POST":
        raise Refused(405, "method_not_allowed", "只接受 POST (POST only)", headers={"Allow": "POST"})
    body = read_body(request=request)
    envelope = parse_envelope(body=body)
    try:
        smart_bin = _authenticated_bin(request=request, body=body, code=envelope.bin, now=now)
        answered = _record(request=request, body=body, envelope=envelope, smart_bin=smart_bin, now=now)
    except (OperationalError, InterfaceError, InternalError, InvalidToken) as error:
        # The transaction went with the error: nothing is stored, and the bin sends the same message again.
        log.error("device_door_unavailable", error=str(error)[:200])
        raise Refused(
            503,
            "unavailable",
            "平台暂时不可用,请稍后重发 (try again later)",
            headers={"Retry-After": str(BUSY_RETRY_S)},
        ) from error
    _announce(answered)
    # Through the struct, so that a repeat read from the database is the same to the byte.
    answer = msgspec.convert(answered.answer, _Answer)
    return HttpResponse(msgspec.json.encode(answer), content_type="application/json")


def _authenticated_bin(*, request: HttpRequest, body: bytes, code: str, now: dt.datetime) -> SmartBin:
    smart_bin = SmartBin.objects.select_related("point").filter(code=code).first()
    keys = valid_keys(smart_bin=smart_bin, now=now) if smart_bin else []
    verify_signature(body=body, headers=request.headers, keys=keys, now=now)
    assert smart_bin is not None  # no bin, no keys, no way past the signature
    return smart_bin


def _record(
    *, request: HttpRequest, body: bytes, envelope: Envelope, smart_bin: SmartBin, now: dt.datetime
) -> MessageAnswer:
    message_id = request.headers["webhook-id"]
    if len(message_id) > MESSAGE_ID_LENGTH_MAX or not message_id.isprintable():
        raise Refused(
            400,
            "message_id_invalid",
            f"webhook-id 须为至多 {MESSAGE_ID_LENGTH_MAX} 个可见字符",
            fields={"webhook-id": "至多 200 个可见字符 (at most 200 printable characters)"},
        )
    # After the signature, so that nobody can use up another bin's share.
    wait_s = bin_rate.wait_s(bin_id=smart_bin.pk)
    if wait_s:
        raise Refused(
            429, "too_many_requests", "请求过于频繁 (slow down)", headers={"Retry-After": retry_after(wait_s=wait_s)}
        )
    try:
        return record_message(
            smart_bin=smart_bin,
            message_id=message_id,
            body_digest=hashlib.sha256(body).hexdigest(),
            boot_id=envelope.boot_id or "",
            events=envelope.events,
            received_at=now,
        )
    except MessageIdReused as reused:
        raise Refused(409, reused.code, reused.text) from reused


def _announce(answered: MessageAnswer) -> None:
    """Count, and wake the tally where something new was stored."""
    if answered.batch is None:
        metrics.REPEATS.inc()
        return
    counts = Counter(result.fate.value for result in answered.batch.results)
    for fate, count in counts.items():
        metrics.EVENTS.labels(fate=fate).inc(count)
    if counts["accepted"]:
        transaction.on_commit(lambda: nudge_tally(), robust=True)
