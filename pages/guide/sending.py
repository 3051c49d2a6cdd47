"""What a phone kept while it had no network, sent in one request: each item stands or falls alone and is answered."""

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from lib.errors import DomainError
from pages.guide.sent_items import AnyItem, record_item
from pages.guide.shell import Duty, for_guides
from pages.uploads import uploaded

ITEMS_MAX = 100  # a phone sends the rest in the next request


class Sent(msgspec.Struct):
    """The body: what waited, in the order in which it was tapped. Each item is read by itself."""

    items: list[msgspec.Raw]


class Named(msgspec.Struct):
    """What an item that cannot be read at least tells."""

    id: str = ""


class ItemInvalid(DomainError):
    """It is none of ours."""

    code = "item_invalid"
    message = "这一条的内容无法识别,没有记上。"


_decode = msgspec.json.Decoder(Sent).decode
_decode_item = msgspec.json.Decoder(AnyItem).decode
_decode_name = msgspec.json.Decoder(Named).decode


@require_POST
@for_guides
def send(request: HttpRequest, duty: Duty) -> HttpResponse:
    """{"results": [{"id", "fate": "recorded" or "refused", "code", "message"}]}, in their order: both are final.

    The body is JSON; or a form with that JSON as `items`, and the picture of an item as the file photo-ID.
    """
    is_form = request.content_type == "multipart/form-data"
    try:
        sent = _decode(request.POST.get("items", "") if is_form else request.body)
    except msgspec.MsgspecError:
        return JsonResponse({"code": "body_invalid", "message": "内容无法识别", "fields": {}}, status=400)
    if len(sent.items) > ITEMS_MAX:
        return JsonResponse({"code": "too_many", "message": f"一次最多 {ITEMS_MAX} 条", "fields": {}}, status=413)
    return JsonResponse({"results": [_result(request=request, raw=raw, duty=duty) for raw in sent.items]})


def _result(*, request: HttpRequest, raw: msgspec.Raw, duty: Duty) -> dict[str, str]:
    try:
        item = _read(raw=raw)
        message = record_item(item=item, photo=uploaded(request=request, name=f"photo-{item.id}"), duty=duty)
    except DomainError as error:
        return {"id": _id_of(raw=raw), "fate": "refused", "code": error.code, "message": error.text}
    return {"id": item.id, "fate": "recorded", "code": "", "message": message}


def _read(*, raw: msgspec.Raw) -> AnyItem:
    try:
        item: AnyItem = _decode_item(raw)
    except msgspec.MsgspecError as error:
        raise ItemInvalid from error
    # PostgreSQL keeps no NUL in a text.
    if any("\0" in value for value in msgspec.structs.astuple(item) if isinstance(value, str)):
        raise ItemInvalid
    return item


def _id_of(*, raw: msgspec.Raw) -> str:
    try:
        return _decode_name(raw).id
    except msgspec.MsgspecError:
        return ""
