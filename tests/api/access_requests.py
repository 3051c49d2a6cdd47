"""What is sent with "METHOD route-name": JSON to the API, a form to a page, a query with GET. Nothing where not named.

It must be a request that would succeed for whoever may make it: a cell of the matrix is then about who asks, not what.
"""

from collections.abc import Callable, Mapping
from typing import Any

from tests.api.access_cast import Owned

REQUESTS: Mapping[str, Callable[[Owned], dict[str, Any]]] = {
    "POST my-choose-home": lambda owned: {"household": owned.household.pk},
    "POST my-sign-in": lambda owned: {"phone": "13800000001"},
    "POST api-tokens": lambda owned: {"username": "chen", "password": "chen-password-1"},
    "POST device-drop-offs": lambda owned: {"bin": owned.smart_bin.code, "events": []},
    "POST device-status": lambda owned: {"bin": owned.smart_bin.code},
    "POST device-cards": lambda owned: {"bin": owned.smart_bin.code},
}
