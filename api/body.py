"""The body of a request: one JSON document of bounded size, read once."""

from collections.abc import Mapping
from typing import IO, Any

import msgspec
from django.http import HttpRequest
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from api.device.envelope import read_body

BODY_BYTES_MAX = 64 * 1024  # the longest thing anybody writes here is an appeal of some sentences

_document = msgspec.json.Decoder()


class JsonBody(BaseParser):
    """UTF-8 JSON as the standard has it: no NaN, no lone surrogates, not compressed, not nested beyond reason."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The document.

        :raises ParseError: it is none.
        :raises Refused: 413 past BODY_BYTES_MAX, 400 for a compressed or broken body.
        """
        # It is no HttpRequest where somebody before us has read it already.
        source: Any = stream
        is_unread = isinstance(source, HttpRequest)
        raw: bytes = read_body(request=source, bytes_max=BODY_BYTES_MAX) if is_unread else source.read()
        try:
            raw.decode()
            return _document.decode(raw)
        except (ValueError, RecursionError) as error:
            raise ParseError from error
