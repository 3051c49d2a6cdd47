"""One photo that a bin sent in a signed message, answered once: the same message again gets the same answer."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from sorting.photo_files import remove_files
from sorting.services.messages import answer_before, claim_message, keep_answer
from sorting.services.photos import (
    PhotoFate,
    PhotoRecorded,
    SentPhoto,
    WrittenPhoto,
    keep_photo,
    prepare_photo,
)


def record_photo_message(*, message_id: str, body_digest: str, sent: SentPhoto) -> dict[str, Any]:
    """Take in the photo and keep the answer to it, both or neither.

    The answer: `{"event_id", "received_at", "photo", "fate", "code"}`.

    :raises MessageIdReused: the id is known with another body.
    :raises PictureRefused, PicturesBusy, PhotosUnwritable: as `record_photo`; nothing is kept, the answer neither.
    """
    smart_bin = sent.smart_bin
    before = answer_before(smart_bin=smart_bin, message_id=message_id, body_digest=body_digest)
    if before is not None:
        return before
    prepared = prepare_photo(sent=sent)
    is_kept = False
    with transaction.atomic():
        answer = claim_message(
            smart_bin=smart_bin, message_id=message_id, body_digest=body_digest, received_at=sent.received_at
        )
        if answer is None:
            recorded = prepared if isinstance(prepared, PhotoRecorded) else keep_photo(written=prepared)
            is_kept = recorded.fate is PhotoFate.ACCEPTED
            answer = _answer(sent=sent, recorded=recorded)
            keep_answer(smart_bin=smart_bin, message_id=message_id, answer=answer)
    if isinstance(prepared, WrittenPhoto) and not is_kept:
        remove_files(names=prepared.names)
    return answer


def _answer(*, sent: SentPhoto, recorded: PhotoRecorded) -> dict[str, Any]:
    return {
        "event_id": sent.event_id,
        "received_at": timezone.localtime(sent.received_at).isoformat(timespec="milliseconds"),
        "photo": None if recorded.photo_id is None else str(recorded.photo_id),
        "fate": recorded.fate.value,
        "code": None if recorded.reason is None else recorded.reason.value,
    }
