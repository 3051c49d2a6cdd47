"""Who is asking: the holder of an API token, or the person signed in on one of our own pages."""

import re
from typing import Any

from django.conf import settings
from django.utils import timezone
from knox.auth import TokenAuthentication
from knox.crypto import hash_token
from knox.models import AuthToken
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied

from people.models import User

_TOKEN = re.compile(re.escape(settings.API_TOKEN_PREFIX) + r"[0-9a-f]{64}")


class ApiTokenAuthentication(TokenAuthentication):  # type: ignore[misc]  # knox has no types
    """`Authorization: Token fenfen_…`. The database knows tokens by their digest only; one query finds one."""

    def authenticate_credentials(self, token: bytes) -> tuple[User, AuthToken]:
        """The user and their token.

        :raises AuthenticationFailed: there is none such, it is over, or the user was switched off.
        """
        # Whatever a header holds: bytes that are no text, or a NUL, never reach the database.
        text = token.decode("ascii", "replace")
        if not _TOKEN.fullmatch(text):
            raise AuthenticationFailed
        live = AuthToken.objects.select_related("user").filter(expiry__gt=timezone.now())
        found = live.filter(digest=hash_token(text)).first()
        if found is None or not found.user.is_active:
            raise AuthenticationFailed
        return found.user, found


class NotFromOurPage(PermissionDenied):
    """A session's cookie came, but not from a page of ours."""


class PageSession(SessionAuthentication):
    """The session of a page of ours; what changes something needs the CSRF token in `X-CSRFToken`."""

    def enforce_csrf(self, request: Any) -> None:
        """:raises NotFromOurPage: the token is missing or another's."""
        try:
            super().enforce_csrf(request)
        except PermissionDenied as denied:
            raise NotFromOurPage from denied
