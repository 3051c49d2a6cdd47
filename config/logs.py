"""How log lines look: JSON where a machine reads them, plain at a terminal, always on stderr, never personal."""

import re
from typing import Any

import structlog

PERSONAL_KEYS = frozenset({"card", "name", "phone", "pin", "rfid", "token", "ip", "user_agent"})
_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_HOUSEHOLD_CODE = re.compile(r"(?<!\d)\d{15}(?!\d)")
_DATABASE_DETAIL = re.compile(r"DETAIL:[^\n]*")
_QUERY = re.compile(r"\?\S*")
HIDDEN = "[hidden]"

EventDict = dict[str, Any]


def hide_personal(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Take out what could name a person: cards, phones and household codes, addresses of browsers, search words."""
    for key, value in event.items():
        if key in PERSONAL_KEYS:
            event[key] = HIDDEN
        elif isinstance(value, str):
            event[key] = hide_in_text(text=_QUERY.sub("", value) if key == "request" else value)
    return event


def hide_in_text(*, text: str) -> str:
    """The text without phones, household codes and the row values that PostgreSQL quotes in its errors."""
    for pattern in (_PHONE, _HOUSEHOLD_CODE, _DATABASE_DETAIL):
        text = pattern.sub(HIDDEN, text)
    return text


def logging_settings(*, level: str, is_terminal: bool) -> dict[str, Any]:
    """The LOGGING setting: everything through one structlog formatter to stderr."""
    renderer: Any = (
        structlog.dev.ConsoleRenderer() if is_terminal else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    last: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    # A traceback is text by the time it is searched for what must not be written down.
    last += [] if is_terminal else [structlog.processors.format_exc_info]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structlog": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [*last, hide_personal, renderer],
                "foreign_pre_chain": _shared_processors(),
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structlog"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django's own handlers would print each line a second time.
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            # Anybody can send a wrong Host: one warning ("Bad Request") tells of it, no traceback a request.
            "django.security.DisallowedHost": {"level": "CRITICAL"},
        },
    }


def configure_structlog() -> None:
    """Send structlog's own loggers the same way as the standard library's."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            *_shared_processors(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _shared_processors() -> list[Any]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
