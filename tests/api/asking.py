"""Asking the API as somebody."""

import datetime as dt
from typing import Any

from django.test import Client
from django.utils import timezone
from knox.models import AuthToken

from people.models import User

DAY = dt.timedelta(days=1)


class Asker:
    """A program that asks in somebody's name, with a token."""

    def __init__(self, *, user: User, now: dt.datetime | None = None) -> None:
        # Tests stop the clock: the token lives for a day of theirs.
        expiry = (now or timezone.now()) + DAY - timezone.now()
        self._headers = {"Authorization": f"Token {AuthToken.objects.create(user=user, expiry=expiry)[1]}"}
        self._client = Client(raise_request_exception=False)

    def get(self, address: str, **query: Any) -> Any:
        """GET /api/v1/{address}?query."""
        return self._client.get(f"/api/v1/{address}", query, headers=self._headers)

    def post(self, address: str, **body: Any) -> Any:
        """POST a JSON object to /api/v1/{address}."""
        return self._client.post(f"/api/v1/{address}", body, content_type="application/json", headers=self._headers)

    def delete(self, address: str) -> Any:
        """DELETE /api/v1/{address}."""
        return self._client.delete(f"/api/v1/{address}", headers=self._headers)

    def all_items(self, address: str, **query: Any) -> list[dict[str, Any]]:
        """Every row of a list, page by page."""
        items: list[dict[str, Any]] = []
        after: dict[str, str] = {}
        for _ in range(100):
            page = self.get(address, **query, **after).json()
            items += page["items"]
            if page["next"] is None:
                return items
            after = {"after": page["next"]}
        raise AssertionError("a list without an end")
