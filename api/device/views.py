"""The device door over HTTP: `POST /api/v1/device/…`, each request one signed message."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from api.device.cards import answer_cards
from api.device.drop_offs import answer_drop_offs
from api.device.envelope import read_body
from api.device.exchange import Message, Reply, refuse, reply_to
from api.device.signatures import HEADERS
from api.device.status import answer_status
from api.errors import Refused
from sorting.models import Door


@csrf_exempt
def drop_offs(request: HttpRequest) -> HttpResponse:
    """Take one signed batch of a bin. Whatever is sent, it is answered; after a 200 the bin may forget the batch."""
    return _exchange(request=request, answer=answer_drop_offs)


@csrf_exempt
def status(request: HttpRequest) -> HttpResponse:
    """Take one signed heartbeat of a bin. A bin that gets no answer just sends its next one."""
    return _exchange(request=request, answer=answer_status)


@csrf_exempt
def cards(request: HttpRequest) -> HttpResponse:
    """Tell a bin which cards it may meet offline. A bin that gets no answer asks again."""
    return _exchange(request=request, answer=answer_cards)


def _exchange(*, request: HttpRequest, answer: Callable[[Message], bytes]) -> HttpResponse:
    try:
        if request.method != "POST":
            raise Refused(405, "method_not_allowed", "只接受 POST (POST only)", headers={"Allow": "POST"})
        message = Message(
            headers={name: request.headers.get(name, "") for name in HEADERS},
            body=read_body(request=request),
            door=Door.HTTP,
            received_at=timezone.now(),
        )
    except Refused as refused:
        return _response(refuse(refused=refused))
    return _response(reply_to(message=message, answer=answer))


def _response(reply: Reply) -> HttpResponse:
    return HttpResponse(reply.body, status=reply.status, content_type="application/json", headers=dict(reply.headers))
