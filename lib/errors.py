"""The root of the errors that a person may see: a code for programs, a message for people."""

from collections.abc import Mapping
from typing import Any, ClassVar


class DomainError(Exception):
    """Something was refused. Subclasses live beside what raises them."""

    code: ClassVar[str] = "refused"
    message: ClassVar[str] = "操作未完成"

    def __init__(self, message: str | None = None, *, fields: Mapping[str, Any] | None = None) -> None:
        self.text = message or self.message
        self.fields = dict(fields or {})
        super().__init__(f"{self.code}: {self.text} {self.fields or ''}".strip())
