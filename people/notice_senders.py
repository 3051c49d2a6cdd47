"""How a phone learns that there is a new notice in the inbox: an interface for WeChat template messages.

Off unless WECHAT_NOTICE_PROVIDER says otherwise: `console` prints, for the demo and for tests; `http` posts to
WECHAT_NOTICE_URL, where a district puts the small gateway of its official account; docs/gateways.md has the shape.
What leaves is who, what it is about and when. The notice's own words stay here: they are read in the inbox.
"""

import datetime as dt
import sys
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings

from lib.posting import post_json


@dataclass(frozen=True, slots=True)
class Told:
    """One message: `recipient` is a person's name at the gateway alone and says nothing elsewhere."""

    recipient: str
    title: str
    at: dt.datetime
    page: str


class NoticeSender(Protocol):
    """Tells one person that there is a notice."""

    def send(self, *, told: Told) -> None:
        """Tell it, once.

        :raises lib.posting.SendingFailed: it was not taken.
        """


class ConsoleNoticeSender:
    """Prints the message where the worker was started."""

    def send(self, *, told: Told) -> None:
        """Print it."""
        sys.stderr.write(f"微信消息 WeChat message for {told.recipient}: {told.title} {told.at.isoformat()}\n")
        sys.stderr.flush()


class HttpNoticeSender:
    """Posts the message to the district's gateway."""

    def __init__(self, *, url: str, token: str) -> None:
        self._url = url
        self._token = token

    def send(self, *, told: Told) -> None:
        """Post it; see docs/gateways.md."""
        body = {"recipient": told.recipient, "title": told.title, "at": told.at.isoformat(), "page": told.page}
        post_json(url=self._url, token=self._token, body=body)


def configured_notice_sender() -> NoticeSender | None:
    """The provider of the settings; None where notices wait in the inbox and nowhere else."""
    if settings.WECHAT_NOTICE_PROVIDER == "http":
        return HttpNoticeSender(url=settings.WECHAT_NOTICE_URL, token=settings.WECHAT_NOTICE_TOKEN)
    return ConsoleNoticeSender() if settings.WECHAT_NOTICE_PROVIDER == "console" else None
