"""The one shape of an error on the wire: `{"code", "message", "fields"}`."""

from collections.abc import Mapping

import msgspec


class Refused(Exception):
    """A request that is not carried out. `headers` and `extra` go into the answer beside the shape."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        fields: Mapping[str, str] | None = None,
        extra: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.fields = dict(fields or {})
        self.extra = dict(extra or {})
        self.headers = dict(headers or {})

    def body(self) -> bytes:
        """The document that the caller gets."""
        return msgspec.json.encode({"code": self.code, "message": self.message, "fields": self.fields, **self.extra})
