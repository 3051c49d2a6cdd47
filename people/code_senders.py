"""How a one-time code reaches a phone: an interface with two providers, chosen by SIGN_IN_CODE_PROVIDER.

`console` prints the code to stderr, for the demo and for tests. `http` posts it to SIGN_IN_CODE_URL, where a district
puts its SMS provider's small gateway; docs/gateways.md has the shape.
"""

import sys
from typing import Protocol

from django.conf import settings

from lib.posting import post_json


class CodeSender(Protocol):
    """Sends one code to one phone."""

    def send(self, *, phone: str, code: str, minutes: int) -> None:
        """Send it.

        :raises lib.posting.SendingFailed: it was not taken; it may be tried again.
        """


class ConsoleSender:
    """Prints the code where the server was started."""

    def send(self, *, phone: str, code: str, minutes: int) -> None:
        """Print it; the number's middle is hidden."""
        sys.stderr.write(f"登录验证码 sign-in code for {phone[:3]}****{phone[-4:]}: {code}({minutes} 分钟内有效)\n")
        sys.stderr.flush()


class HttpSender:
    """Posts the code to the district's gateway."""

    def __init__(self, *, url: str, token: str) -> None:
        self._url = url
        self._token = token

    def send(self, *, phone: str, code: str, minutes: int) -> None:
        """Post it; see docs/gateways.md."""
        post_json(url=self._url, token=self._token, body={"phone": phone, "code": code, "minutes": minutes})


def configured_sender() -> CodeSender:
    """The provider of the settings."""
    if settings.SIGN_IN_CODE_PROVIDER == "http":
        return HttpSender(url=settings.SIGN_IN_CODE_URL, token=settings.SIGN_IN_CODE_TOKEN)
    return ConsoleSender()
