"""What a response says to the service worker alone: whose screen it is, what it showed, in which size of text."""

import datetime as dt
import json

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from households.models import Member

RESIDENT, SEEN, TEXT_SIZE = "X-Resident", "X-Seen", "X-Text-Size"
TEXT_SIZE_COOKIE = "large_text"  # pages/base.html reads it


def mark_resident(*, request: HttpRequest, answer: HttpResponse, member: Member) -> None:
    """Tell the worker whose screen this is, by a name that says nothing to anybody else."""
    answer[RESIDENT] = salted_hmac("pages.my.offline", str(member.pk)).hexdigest()[:16]
    mark_text_size(request=request, answer=answer)


def mark_seen(*, answer: HttpResponse, available: str, pending: str, now: dt.datetime) -> None:
    """Tell the worker the points that the first screen shows, "" for none, and when."""
    seen = {"available": available, "pending": pending, "at": timezone.localtime(now).isoformat(timespec="seconds")}
    answer[SEEN] = json.dumps(seen)


def mark_text_size(*, request: HttpRequest, answer: HttpResponse) -> None:
    """Tell the worker the size of text, so that its own page follows."""
    answer[TEXT_SIZE] = "large" if request.COOKIES.get(TEXT_SIZE_COOKIE) == "1" else "usual"
