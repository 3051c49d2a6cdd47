"""The answer to a bin that asks for the cards it may meet offline. See docs/device-protocol.md."""

import datetime as dt

import msgspec
from django.utils import timezone

from api.device.document import parse_document
from api.device.exchange import Message, authenticated_bin
from api.errors import Refused
from sorting.queries.bin_cards import cards_of_bin


def answer_cards(message: Message) -> bytes:
    """The page of cards after the version that the bin holds, as JSON. Nothing is stored.

    :raises Refused: 400 no such shape, or `since` neither text nor null; 401, 429 as everywhere.
    """
    document = parse_document(body=message.body)
    smart_bin = authenticated_bin(message=message, code=document["bin"])
    since = document.get("since")
    if since is not None and not isinstance(since, str):
        wrong = {"since": "须为上次得到的 version 或 null (the version of the last answer, or null)"}
        raise Refused(400, "field_invalid", "字段不合规 (invalid fields): since", fields=wrong)
    page = cards_of_bin(smart_bin=smart_bin, since=since, now=message.received_at)
    return msgspec.json.encode(
        {
            "version": page.version.text,
            "is_full": page.is_full,
            "has_more": page.has_more,
            "hash": {"algorithm": "HMAC-SHA256", "key": page.key.hex()},
            "cards": [
                {
                    "hash": card.hash,
                    "kind": card.kind,
                    "valid_from": _text(card.valid_from),
                    "valid_to": _text(card.valid_to),
                }
                for card in page.cards
            ],
            "removed": page.removed,
        }
    )


def _text(moment: dt.datetime | None) -> str | None:
    return None if moment is None else timezone.localtime(moment).isoformat(timespec="milliseconds")
