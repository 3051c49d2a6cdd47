"""Long lists come in pages: `limit` rows, and `next`, with which to ask for those that follow. No page is counted."""

import base64
import binascii
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

PAGE_ROWS = 50
PAGE_ROWS_MAX = 200  # a page stays under some 50 KB
CURSOR_LENGTH_MAX = 200

# What a cursor may hold, beside dates and moments: keys that every database can hold, and codes.
RowId = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Code = Annotated[str, msgspec.Meta(pattern="^[A-Z_]{1,20}$")]

Row = TypeVar("Row")


class PageQuery(serializers.Serializer[Any]):
    """Where to go on, and how far."""

    after = serializers.CharField(
        required=False, max_length=CURSOR_LENGTH_MAX, help_text="上一页的 next;不填 = 从头开始"
    )
    limit = serializers.IntegerField(
        required=False, default=PAGE_ROWS, min_value=1, max_value=PAGE_ROWS_MAX, help_text="一页最多几条"
    )


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows, and how to ask for the next ones: None after the last."""

    items: Sequence[Row]
    next: str | None


def page_of(*, rows: Iterable[Row], limit: int, key: Callable[[Row], Any]) -> Page[Row]:
    """The first `limit` of up to `limit + 1` rows. `key` is what the query is asked to go on after."""
    found = list(rows)
    if len(found) <= limit:
        return Page(items=found, next=None)
    return Page(items=found[:limit], next=cursor_of(key=key(found[limit - 1])))


def cursor_of(*, key: Any) -> str:
    """The text that says: go on after this key."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def cursor_key(*, text: str | None, kind: Any) -> Any:
    """The key inside a cursor; None for the beginning. A cursor only says where to go on, never whose rows.

    :raises ValidationError: it is none of ours.
    """
    if text is None:
        return None
    try:
        raw = base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return msgspec.json.decode(raw, type=kind)
    except (binascii.Error, msgspec.DecodeError, RecursionError) as error:
        raise ValidationError({"after": "不是上一页的 next (not a next of ours)"}) from error


def page_shape(shape: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """What a page of these is in the OpenAPI document and on the wire."""
    return type(
        f"{shape.__name__}Page",
        (serializers.Serializer,),
        {
            "__doc__": "One page.",
            "items": shape(many=True),
            "next": serializers.CharField(allow_null=True, help_text="下一页的 after;空 = 没有了"),
        },
    )
