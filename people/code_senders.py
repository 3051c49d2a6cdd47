"""How a one-time code reaches a phone: an interface with two providers, chosen by SIGN_IN_CODE_PROVIDER.

`console` prints the code to stderr, for the demo and for tests. `http` posts
`{"phone": "138…", "code": "123456", "minutes": 5}` as JSON to SIGN_IN_CODE_URL with `Authorization: Bearer
SIGN_IN_CODE_TOKEN`; any 2xx answer means sent. A district puts its SMS provider's small gateway there.
"""

import json
import sys
import urllib.error
import urllib.request
from typing import Protocol

from django.conf import settings

TIMEOUT_S = 5


class SendingFailed(Exception):
    """The provider did not take the code; the text says why, without the number."""


class CodeSender(Protocol):
    """Sends one code to one phone."""

    def send(self, *, phone: str, code: str, minutes: int) -> None:
        """Send it.

        :raises SendingFailed: it was not taken; it may be tried again.
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
        """Post it; see the module's docstring."""
        request = urllib.request.Request(  # noqa: S310 - config.checks lets only http and https through
            self._url,
            data=json.dumps({"phone": phone, "code": code, "minutes": minutes}).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"},
            method="POST",
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S):  # noqa: S310
                return
        except urllib.error.HTTPError as error:
            raise SendingFailed(f"the provider answered {error.code}") from error
        except OSError as error:
            raise SendingFailed(f"the provider cannot be reached: {type(error).__name__}") from error


def configured_sender() -> CodeSender:
    """The provider of the settings."""
    if settings.SIGN_IN_CODE_PROVIDER == "http":
        return HttpSender(url=settings.SIGN_IN_CODE_URL, token=settings.SIGN_IN_CODE_TOKEN)
    return ConsoleSender()
