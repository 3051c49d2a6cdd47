"""The answer to a photo: a line of JSON, then the bytes of the picture, signed as one. See docs/device-protocol.md."""

import datetime as dt
import hashlib

import msgspec

from api.device import metrics
from api.device.document import TEXT_LENGTH_MAX, Invalid, is_short_text, parse_document, read_moment
from api.device.exchange import BUSY_RETRY_S, Message, authenticated_bin
from api.errors import Refused
from lib.picture_headers import PictureRefused
from lib.picture_turns import PicturesBusy
from sorting.photo_files import PhotosUnwritable
from sorting.services.messages import MessageIdReused
from sorting.services.photo_messages import record_photo_message
from sorting.services.photos import PHOTO_BYTES_MAX, SentPhoto

PHOTO_BODY_BYTES_MAX = PHOTO_BYTES_MAX  # line and picture together
LINE_BYTES_MAX = 1_024  # bin, event id and moment, escaped however a bin likes


class _Answer(msgspec.Struct):
    event_id: str
    received_at: str
    photo: str | None
    fate: str
    code: str | None


def answer_photo(message: Message) -> bytes:
    """Record the photo; its fate as JSON. After that the bin may forget the photo.

    :raises Refused: 400 no such line, or no picture that is taken; 401, 409, 429, 503 as everywhere. Nothing is stored.
    """
    end = message.body.find(b"\n", 0, LINE_BYTES_MAX + 1)
    if end < 0:
        raise Refused(
            400,
            "body_invalid",
            f"请求须为一行 JSON(至多 {LINE_BYTES_MAX} 字节)、换行、照片 (a line of JSON, a line feed, the picture)",
        )
    document = parse_document(body=message.body[:end])
    smart_bin = authenticated_bin(message=message, code=document["bin"])
    event_id, taken_at = _named(event_id=document.get("event_id"), taken_at=document.get("taken_at"))
    # Not the digest of the body alone: the same bytes at another door are another message.
    digest = hashlib.sha256(b"photos\n")
    digest.update(message.body)
    sent = SentPhoto(
        smart_bin=smart_bin,
        event_id=event_id,
        data=message.body[end + 1 :],
        received_at=message.received_at,
        taken_at=taken_at,
    )
    try:
        answer = record_photo_message(message_id=message.message_id, body_digest=digest.hexdigest(), sent=sent)
    except MessageIdReused as reused:
        raise Refused(409, reused.code, reused.text) from reused
    except PictureRefused as refused:
        raise Refused(400, refused.code, refused.text) from refused
    except (PicturesBusy, PhotosUnwritable) as error:
        raise Refused(503, error.code, error.text, headers={"Retry-After": str(BUSY_RETRY_S)}) from error
    metrics.PHOTOS.labels(fate=answer["fate"]).inc()
    # Through the struct, so that a repeat read from the database is the same to the byte.
    return msgspec.json.encode(msgspec.convert(answer, _Answer))


def _named(*, event_id: object, taken_at: object) -> tuple[str, dt.datetime | None]:
    wrong: dict[str, str] = {}
    moment = None
    if not is_short_text(event_id) or not event_id:
        wrong["event_id"] = f"1 至 {TEXT_LENGTH_MAX} 个可见字符 (1 to {TEXT_LENGTH_MAX} printable characters)"
    if taken_at is not None:
        try:
            moment = read_moment(taken_at)
        except Invalid as invalid:
            wrong["taken_at"] = str(invalid)
    if wrong:
        raise Refused(400, "field_invalid", f"字段不合规 (invalid fields): {', '.join(wrong)}", fields=wrong)
    assert isinstance(event_id, str)  # what is_short_text said above
    return event_id, moment
