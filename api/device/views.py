"""The device door over HTTP: `POST /api/v1/device/…`, each request one signed message."""

from collections.abc import Callable

from axes.helpers import get_client_ip_address
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from api.device.cards import answer_cards
from api.device.claims import answer_claim
from api.device.drop_offs import answer_drop_offs
from api.device.envelope import BODY_BYTES_MAX, read_body
from api.device.exchange import Message, Reply, refuse, reply_to, unavailable_is_503
from api.device.photos import PHOTO_BODY_BYTES_MAX, answer_photo
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


@csrf_exempt
def photos(request: HttpRequest) -> HttpResponse:
    """Take one signed photo of a drop-off, before or after the drop-off itself; after a 200 the bin may forget it."""
    return _exchange(request=request, answer=answer_photo, bytes_max=PHOTO_BODY_BYTES_MAX)


@csrf_exempt
def claims(request: HttpRequest) -> HttpResponse:
    """A machine that has no key yet shows its claim code; the key is in the answer once an officer approved."""
    try:
        _require_post(request)
        body = read_body(request=request)
        with unavailable_is_503():
            code, answer = answer_claim(body=body, address=get_client_ip_address(request) or "", now=timezone.now())
    except Refused as refused:
        return _response(refuse(refused=refused))
    return _response(Reply(status=code, body=answer, headers={"Cache-Control": "no-store"}))


def _require_post(request: HttpRequest) -> None:
    if request.method != "POST":
        raise Refused(405, "method_not_allowed", "只接受 POST (POST only)", headers={"Allow": "POST"})


def _exchange(
    *, request: HttpRequest, answer: Callable[[Message], bytes], bytes_max: int = BODY_BYTES_MAX
) -> HttpResponse:
    try:
        _require_post(request)
        message = Message(
            headers={name: request.headers.get(name, "") for name in HEADERS},
            body=read_body(request=request, bytes_max=bytes_max),
            door=Door.HTTP,
            received_at=timezone.now(),
        )
    except Refused as refused:
        return _response(refuse(refused=refused))
    return _response(reply_to(message=message, answer=answer))


def _response(reply: Reply) -> HttpResponse:
    return HttpResponse(reply.body, status=reply.status, content_type="application/json", headers=dict(reply.headers))
