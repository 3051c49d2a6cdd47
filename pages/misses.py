"""The screens tell nobody by trial and error what exists: whoever asks for too much that is not theirs has to wait."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from axes.helpers import get_client_ip_address
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from lib.neighbourhood import neighbourhood
from people.models import User
from people.services.misses import note_miss, seconds_to_wait

HTTP_NOT_FOUND = 404
CARD_FACE = "card-face"
PHOTOS = ("photo-large", "photo-small")
RESIDENTS = "my-"
ICONS = "my-icon-"  # the same for everybody


class MissGuard:
    """Middleware: counts answers 404 to residents' screens, photos and cards that were named in the address.

    Who is paused gets 429 for all of them, for what is there and for what is not.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The page; and a miss more where there was none."""
        response = self.get_response(request)
        if response.status_code == HTTP_NOT_FOUND and (asker := _asker_of(request)):
            note_miss(asker=asker, now=timezone.now())
        return response

    def process_view(
        self, request: HttpRequest, _view: Callable[..., Any], _args: Sequence[Any], _kwargs: Mapping[str, Any]
    ) -> HttpResponse | None:
        """The answer to who is paused, before anything is looked up."""
        asker = _asker_of(request)
        wait_s = seconds_to_wait(asker=asker, now=timezone.now()) if asker else 0
        if not wait_s:
            return None
        answer = render(request, "pages/paused.html", {"minutes": -(-int(wait_s) // 60)}, status=429)
        answer["Retry-After"] = str(int(wait_s))
        return answer


def _asker_of(request: HttpRequest) -> User | str:
    """Whose misses are counted here; "" where none are: nothing is named, or it is nobody who could be answered."""
    match = request.resolver_match
    if match is None or not match.kwargs:
        return ""
    name = match.url_name or ""
    if name == CARD_FACE:
        # A card is scanned before anybody signs in, and tells the same to all.
        return neighbourhood(get_client_ip_address(request) or "")
    is_counted = name in PHOTOS or (name.startswith(RESIDENTS) and not name.startswith(ICONS))
    return request.user if is_counted and isinstance(request.user, User) else ""
