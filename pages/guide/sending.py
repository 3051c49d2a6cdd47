"""What a phone kept while it had no network, sent in one request: each item stands or falls alone and is answered."""

import datetime as dt

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from guides.services.spot_checks import Looked, record_spot_check
from guides.services.verdicts import KEPT_ON_PHONE, judge_drop_off, undo_verdict
from lib.errors import DomainError
from pages.guide.shell import Duty, for_guides

ITEMS_MAX = 100  # a phone sends the rest in the next request
AGE_S_MAX = KEPT_ON_PHONE.total_seconds() * 365  # more is no age but nonsense; what is too old is answered as such


class Item(msgspec.Struct, tag_field="kind", kw_only=True):
    """`id` is made by the phone and kept until it is answered; `age_s` is how long ago it was tapped."""

    id: str
    age_s: float = 0.0

    def made_at(self, *, now: dt.datetime) -> dt.datetime:
        """By our clock, whatever the phone's says."""
        return now - dt.timedelta(seconds=min(max(self.age_s, 0.0), AGE_S_MAX))


class VerdictItem(Item, tag="verdict"):
    """A verdict of one drop-off."""

    drop_off: int
    verdict: str
    actual_category: str = ""
    note: str = ""


class UndoItem(Item, tag="undo"):
    """The verdict with the id `of` is taken back."""

    of: str


class SpotCheckItem(Item, tag="spot_check"):
    """查 N 错 M."""

    point: int
    looked_at_count: int
    wrong_count: int
    category: str = ""
    purity_rate: float | None = None
    is_staffed: bool = True
    note: str = ""


AnyItem = VerdictItem | UndoItem | SpotCheckItem


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
    """{"results": [{"id", "fate": "recorded" or "refused", "code", "message"}]}, in their order: both are final."""
    try:
        sent = _decode(request.body)
    except msgspec.MsgspecError:
        return JsonResponse({"code": "body_invalid", "message": "内容无法识别", "fields": {}}, status=400)
    if len(sent.items) > ITEMS_MAX:
        return JsonResponse({"code": "too_many", "message": f"一次最多 {ITEMS_MAX} 条", "fields": {}}, status=413)
    return JsonResponse({"results": [_result(raw=raw, duty=duty) for raw in sent.items]})


def _result(*, raw: msgspec.Raw, duty: Duty) -> dict[str, str]:
    try:
        _record(item=_read(raw=raw), duty=duty)
    except DomainError as error:
        return {"id": _id_of(raw=raw), "fate": "refused", "code": error.code, "message": error.text}
    return {"id": _id_of(raw=raw), "fate": "recorded", "code": "", "message": ""}


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


def _record(*, item: AnyItem, duty: Duty) -> None:
    made_at = item.made_at(now=duty.now)
    match item:
        case VerdictItem():
            judge_drop_off(
                guide=duty.guide,
                drop_off_id=item.drop_off,
                verdict=item.verdict,
                actual_category=item.actual_category,
                note=item.note,
                now=duty.now,
                client_id=item.id,
                judged_at=made_at,
            )
        case UndoItem():
            undo_verdict(guide=duty.guide, verdict_id=item.of, client_id=item.id, now=duty.now, undone_at=made_at)
        case SpotCheckItem():
            looked = Looked(
                looked_at_count=item.looked_at_count,
                wrong_count=item.wrong_count,
                category=item.category,
                purity_rate=item.purity_rate,
                is_staffed=item.is_staffed,
                note=item.note.strip(),
            )
            record_spot_check(
                guide=duty.guide,
                point_id=item.point,
                looked=looked,
                now=duty.now,
                client_id=item.id,
                checked_at=made_at,
            )
