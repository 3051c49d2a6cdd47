"""One event as a bin or a file gave it, read into facts or rejected with a code. Pure: no database, no clock."""

import datetime as dt
import zoneinfo
from dataclasses import dataclass

from django.db import models

from households.card_text import CARD_TEXT_LENGTH_MAX, card_key, is_fingerprint_reference
from sorting.biometrics import is_binary_like, looks_biometric
from sorting.categories import CATEGORY_FACTS, WasteCategory
from sorting.models import Method

WEIGHT_G_MIN = 1
WEIGHT_G_MAX = 50_000  # no household bag weighs more; a scale that says so is broken
EVENT_ID_LENGTH_MAX = 64
AHEAD_S_MAX = 10 * 60  # how far a bin's clock may run before ours
AGE_DAYS_MAX = 45  # a bin without a network keeps its events no longer
SEQUENCE_MAX = 2**63 - 1

_METHODS = frozenset(Method.values)
_FIELDS = frozenset(
    ("event_id", "sequence", "card", "method", "category", "sub_class", "weight_g", "occurred_at", "fill_rate")
)
BIOMETRIC_DETAIL = "含疑似生物识别数据,平台不接收也不保存;指纹只在桶上比对 (looks biometric: never sent, never kept)"
REFERENCE_DETAIL = "指纹识别的 card 须为桶内编号,至多 64 个字母、数字或 ._:- (an opaque reference, not a template)"
_SUB_CLASSES = {
    category.value: frozenset(sub_class.value for sub_class in facts.sub_classes)
    for category, facts in CATEGORY_FACTS.items()
}
_CATEGORY_NAMES = "、".join(WasteCategory.values)


class Rejection(models.TextChoices):
    """Why an event was rejected: the codes of the contract, and what a clerk reads."""

    EVENT_ID_INVALID = "event_id_invalid", f"事件号须为 1 至 {EVENT_ID_LENGTH_MAX} 个可见字符"
    METHOD_UNKNOWN = "method_unknown", f"不认识的识别方式;可用:{'、'.join(Method.values)}"
    CATEGORY_UNKNOWN = "category_unknown", f"不认识的垃圾类别;可用:{_CATEGORY_NAMES}"
    WEIGHT_OUT_OF_RANGE = "weight_out_of_range", "重量须为 1 克至 50 千克(50000 克)之间的整数克"
    OCCURRED_AT_INVALID = "occurred_at_invalid", "投放时间须为 ISO 8601 日期和时间"
    OCCURRED_IN_FUTURE = "occurred_in_future", "投放时间比平台时间晚 10 分钟以上,请校准桶的时钟"
    OCCURRED_TOO_LONG_AGO = "occurred_too_long_ago", f"投放时间早于 {AGE_DAYS_MAX} 天前;历史数据请用文件导入"
    FIELD_INVALID = "field_invalid", "字段不合规"


class EventRejected(Exception):
    """This event is not recorded; the others of its batch are."""

    def __init__(self, rejection: Rejection, *, detail: str = "") -> None:
        super().__init__(rejection.value)
        self.code = rejection.value
        self.message = f"{rejection.label}:{detail}" if detail else str(rejection.label)


@dataclass(frozen=True, slots=True)
class Clock:
    """What `occurred_at` is judged against. `earliest` is None at the historical door."""

    zone: zoneinfo.ZoneInfo
    latest: dt.datetime
    earliest: dt.datetime | None


@dataclass(slots=True)
class EventFacts:
    """A valid event. `occurred_at` in UTC, `occurred_local` the same instant on the district's clock."""

    event_id: str
    sequence: int | None
    card: str
    card_key: str
    method: str
    category: str
    sub_class: str
    weight_g: int
    occurred_at: dt.datetime
    occurred_local: dt.datetime
    fill_rate: float | None

    @property
    def compared(self) -> tuple[str, str, str, str, int, dt.datetime]:
        """The facts by which a repeat is told from a conflict."""
        return (self.card, self.method, self.category, self.sub_class, self.weight_g, self.occurred_at)


def clock_at(*, judged_at: dt.datetime, zone: zoneinfo.ZoneInfo, has_age_limit: bool) -> Clock:
    """The limits of `occurred_at` for events received at `judged_at`; both limits are still accepted."""
    return Clock(
        zone=zone,
        latest=judged_at + dt.timedelta(seconds=AHEAD_S_MAX),
        earliest=judged_at - dt.timedelta(days=AGE_DAYS_MAX) if has_age_limit else None,
    )


def read_event(event: object, clock: Clock) -> EventFacts:
    """The facts of one raw event (a dict as a door parsed it). Unknown fields are tolerated.

    An absent method means CARD where a card was read, else NONE.

    :raises EventRejected: with the code of the first field that is wrong.
    """
    if not isinstance(event, dict):
        raise EventRejected(Rejection.FIELD_INVALID, detail="事件须为 JSON 对象")
    if not event.keys() <= _FIELDS:  # most events have no other field, and nothing to search
        others = {name: value for name, value in event.items() if name not in _FIELDS}
        if looks_biometric(value=others):
            raise EventRejected(Rejection.FIELD_INVALID, detail=BIOMETRIC_DETAIL)
    event_id = _event_id(event.get("event_id"))
    card = _card(event.get("card"))
    method = event.get("method")
    if method is None or method == "":
        method = Method.CARD.value if card else Method.NONE.value
    elif not isinstance(method, str) or method not in _METHODS:
        raise EventRejected(Rejection.METHOD_UNKNOWN)
    if method == Method.FINGERPRINT.value and card and not _is_reference(card):
        raise EventRejected(Rejection.FIELD_INVALID, detail=REFERENCE_DETAIL)
    category = event.get("category")
    if not isinstance(category, str) or category not in _SUB_CLASSES:
        raise EventRejected(Rejection.CATEGORY_UNKNOWN)
    weight_g = _weight_g(event.get("weight_g"))
    occurred_at, occurred_local = _occurred_at(event.get("occurred_at"), clock)
    sub_class = event.get("sub_class")
    if sub_class is None or sub_class == "":
        sub_class = ""
    elif not isinstance(sub_class, str) or sub_class not in _SUB_CLASSES[category]:
        raise EventRejected(Rejection.FIELD_INVALID, detail="sub_class 不属于该类别")
    return EventFacts(
        event_id=event_id,
        sequence=_sequence(event.get("sequence")),
        card=card,
        card_key=card_key(text=card) if card else "",
        method=method,
        category=category,
        sub_class=sub_class,
        weight_g=weight_g,
        occurred_at=occurred_at,
        occurred_local=occurred_local,
        fill_rate=_fill_rate(event.get("fill_rate")),
    )


def _event_id(value: object) -> str:
    # isprintable refuses NUL, line breaks and lone surrogates.
    if isinstance(value, str) and 0 < len(value) <= EVENT_ID_LENGTH_MAX and value.isprintable():
        return value
    raise EventRejected(Rejection.EVENT_ID_INVALID)


def _card(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise EventRejected(Rejection.FIELD_INVALID, detail="card 须为文本")
    card = value.strip()
    if len(card) > CARD_TEXT_LENGTH_MAX:
        raise EventRejected(Rejection.FIELD_INVALID, detail=f"card 超过 {CARD_TEXT_LENGTH_MAX} 个字符")
    if not card.isprintable() and not is_storable(text=card):
        raise EventRejected(Rejection.FIELD_INVALID, detail="card 含不能保存的字符")
    return card


def is_storable(*, text: str) -> bool:
    """Whether both databases can keep the text: no NUL, no lone surrogate."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _is_reference(card: str) -> bool:
    return is_fingerprint_reference(text=card) and not is_binary_like(text=card)


def _weight_g(value: object) -> int:
    # By type, as bool is an int in Python; 1620.0 is a whole number in JSON, and NaN is none.
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is int and WEIGHT_G_MIN <= value <= WEIGHT_G_MAX:
        return value
    raise EventRejected(Rejection.WEIGHT_OUT_OF_RANGE)


def _occurred_at(value: object, clock: Clock) -> tuple[dt.datetime, dt.datetime]:
    # A day alone is not a moment.
    if not isinstance(value, str) or (":" not in value and "T" not in value):
        raise EventRejected(Rejection.OCCURRED_AT_INVALID)
    try:
        parsed = dt.datetime.fromisoformat(value)
        if parsed.tzinfo is None:
            parsed = parsed.replace(tzinfo=clock.zone)
        occurred_at = parsed.astimezone(dt.UTC)
        if occurred_at > clock.latest:
            raise EventRejected(Rejection.OCCURRED_IN_FUTURE)
        if clock.earliest is not None and occurred_at < clock.earliest:
            raise EventRejected(Rejection.OCCURRED_TOO_LONG_AGO)
        return occurred_at, occurred_at.astimezone(clock.zone)
    except (ValueError, OverflowError):
        raise EventRejected(Rejection.OCCURRED_AT_INVALID) from None


def _sequence(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= SEQUENCE_MAX:
        return value
    raise EventRejected(Rejection.FIELD_INVALID, detail="sequence 须为非负整数")


def _fill_rate(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    raise EventRejected(Rejection.FIELD_INVALID, detail="fill_rate 须在 0 到 1 之间")
