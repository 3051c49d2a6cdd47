"""Whether something answers behind an address of ours."""

import contextlib
import urllib.error
import urllib.request


def answers_ok(*, url: str) -> bool:
    """Whether a GET of `url` is answered with 200, without a proxy in between."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with contextlib.suppress(urllib.error.URLError, OSError), opener.open(url, timeout=5) as answer:
        return bool(answer.status == 200)
    return False
