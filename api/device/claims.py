"""The answer to a machine that shows a claim code: not signed, as it has no key yet. See docs/device-protocol.md."""

import datetime as dt

import msgspec
from django.utils import timezone

from api.device.rate import claim_rate, retry_after
from api.errors import Refused
from lib.errors import DomainError
from lib.neighbourhood import neighbourhood
from sorting.services.claims import ClaimOver, ClaimState, ClaimTaken, ClaimUnknown, present_claim

BODY_BYTES_MAX = 4 * 1024
SECRET_LENGTH_MIN = 22  # 128 random bits in Base64
TEXT_LENGTH_MAX = 64
SECRET_LENGTH_MAX = 200
_STATUS_OF: dict[type[DomainError], int] = {ClaimUnknown: 404, ClaimTaken: 409, ClaimOver: 410}
_HTTP_OF = {ClaimState.WAITING: 202, ClaimState.REFUSED: 403, ClaimState.APPROVED: 200}


class _Asked(msgspec.Struct):
    claim_code: str
    secret: str
    serial_number: str = ""
    model: str = ""


_asked = msgspec.json.Decoder(_Asked)


def answer_claim(*, body: bytes, address: str, now: dt.datetime) -> tuple[int, bytes]:
    """Status and JSON for a machine at `address`: 202 waiting, 200 with bin and key, 403 refused.

    :raises Refused: 400, 404, 409, 410, 413; 429 for an address that asks too often.
    """
    # First of all, whatever is asked: a guess is not cheaper for being malformed.
    wait_s = claim_rate.wait_s(key=neighbourhood(address))
    if wait_s:
        raise Refused(
            429, "too_many_requests", "请求过于频繁 (slow down)", headers={"Retry-After": retry_after(wait_s=wait_s)}
        )
    asked = _parse(body=body)
    try:
        presented = present_claim(
            code=asked.claim_code,
            serial_number=asked.serial_number,
            model_name=asked.model,
            secret=asked.secret,
            now=now,
        )
    except (ClaimUnknown, ClaimTaken, ClaimOver) as error:
        raise Refused(_STATUS_OF[type(error)], error.code, error.text) from error
    document = {"claim": str(presented.claim_id), "state": presented.state.value}
    if presented.state is ClaimState.REFUSED:
        raise Refused(403, "claim_refused", "城管局未同意此设备 (the bureau refused this machine)", extra=document)
    if presented.state is ClaimState.APPROVED:
        document |= {
            "bin": presented.bin_code,
            "key": presented.key,
            "server_time": timezone.localtime(now).isoformat(timespec="milliseconds"),
        }
    return _HTTP_OF[presented.state], msgspec.json.encode(document)


def _parse(*, body: bytes) -> _Asked:
    if len(body) > BODY_BYTES_MAX:
        raise Refused(413, "body_too_large", f"请求超过 {BODY_BYTES_MAX} 字节 (body too large)")
    try:
        asked = _asked.decode(body)
    except (ValueError, RecursionError):  # its text may hold the secret
        raise Refused(400, "body_invalid", "请求不是所要求的 JSON (not the JSON asked for)") from None
    wrong = {
        name: f"至多 {TEXT_LENGTH_MAX} 个可见字符 (at most {TEXT_LENGTH_MAX} printable characters)"
        for name in ("claim_code", "serial_number", "model")
        if len(getattr(asked, name)) > TEXT_LENGTH_MAX or not getattr(asked, name).isprintable()
    }
    if not SECRET_LENGTH_MIN <= len(asked.secret) <= SECRET_LENGTH_MAX or not asked.secret.isprintable():
        wrong["secret"] = (
            f"{SECRET_LENGTH_MIN} 至 {SECRET_LENGTH_MAX} 个可见字符,随机生成 ({SECRET_LENGTH_MIN} to "
            f"{SECRET_LENGTH_MAX} printable characters, made by chance)"
        )
    if wrong:
        raise Refused(400, "field_invalid", f"字段不合规 (invalid fields): {', '.join(wrong)}", fields=wrong)
    return asked
