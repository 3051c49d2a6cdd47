"""The one shape of an error on the wire: `{"code", "message", "fields"}`."""

from collections.abc import Mapping

import msgspec
from django.http import HttpResponse


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

    def response(self) -> HttpResponse:
        """The answer to the caller."""
        document = {"code": self.code, "message": self.message, "fields": self.fields, **self.extra}
        return HttpResponse(
            msgspec.json.encode(document), status=self.status, content_type="application/json", headers=self.headers
        )
