"""From one message on a bin's topic to the reply on another: the same functions answer as over HTTP."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import structlog

from api.device.cards import answer_cards
from api.device.drop_offs import answer_drop_offs
from api.device.exchange import Message, Reply, refuse, reply_to
from api.device.mqtt import metrics
from api.device.mqtt.frames import message_id_of, parse_frame, reply_payload
from api.device.mqtt.topics import parse_up_topic
from api.device.status import answer_status
from api.errors import Refused
from sorting.models import Door

ANSWERS: dict[str, Callable[[Message], bytes]] = {
    "drop-offs": answer_drop_offs,
    "status": answer_status,
    "cards": answer_cards,
}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Publication:
    """A message to a topic, or from one."""

    topic: str
    payload: bytes
    is_retained: bool = False


def answer_publication(*, publication: Publication, received_at: dt.datetime) -> Publication | None:
    """The reply to what came up, whatever it was; None where there is nobody to tell.

    When it returns, what the reply says is committed.
    """
    topic = parse_up_topic(topic=publication.topic)
    if topic is None or publication.is_retained:
        # What the broker kept is an old message: its bin was answered when it sent it, or sends it again.
        metrics.MESSAGES.labels(outcome="ignored").inc()
        log.warning("mqtt_message_ignored", is_retained=publication.is_retained)
        return None
    reply = _reply(kind=topic.kind, topic_bin=topic.bin, payload=publication.payload, received_at=received_at)
    metrics.MESSAGES.labels(outcome="answered").inc()
    message_id = message_id_of(payload=publication.payload)
    return Publication(topic=topic.reply_topic, payload=reply_payload(message_id=message_id, reply=reply))


def _reply(*, kind: str, topic_bin: str, payload: bytes, received_at: dt.datetime) -> Reply:
    try:
        answer = ANSWERS.get(kind)
        if answer is None:
            raise Refused(404, "topic_unknown", f"没有这个主题 (known: up/{', up/'.join(ANSWERS)})")
        frame = parse_frame(payload=payload)
    except Refused as refused:
        return refuse(refused=refused)
    message = Message(
        headers=frame.headers, body=frame.body, door=Door.MQTT, received_at=received_at, topic_bin=topic_bin
    )
    try:
        return reply_to(message=message, answer=answer)
    except Exception:
        # One message that nobody foresaw must not keep all others waiting at the broker: as HTTP, it is told so.
        log.exception("mqtt_message_failed")
        body = msgspec.json.encode({"code": "internal_error", "message": "平台内部错误 (internal error)", "fields": {}})
        return Reply(status=500, body=body, headers={"Retry-After": "60"})
