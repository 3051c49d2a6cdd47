"""Posts a small JSON document to a gateway of the district's own: standard library, one try, a short wait."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping

TIMEOUT_S = 5


class SendingFailed(Exception):
    """The gateway did not take it; the text says why, and nothing of what was sent."""


def post_json(*, url: str, token: str, body: Mapping[str, object]) -> None:
    """Post it with `Authorization: Bearer TOKEN`; any 2xx answer means taken.

    :raises SendingFailed: it was not.
    """
    request = urllib.request.Request(  # noqa: S310 - config.checks lets only http and https through
        url,
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
        method="POST",
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S):  # noqa: S310
            return
    except urllib.error.HTTPError as error:
        raise SendingFailed(f"the provider answered {error.code}") from error
    except OSError as error:
        raise SendingFailed(f"the provider cannot be reached: {type(error).__name__}") from error
