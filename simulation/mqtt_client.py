"""A bin's side of the device door over MQTT: publishes on its topics and waits for the platform's own replies."""

import datetime as dt
import json
import threading
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.reasoncodes import ReasonCode
from standardwebhooks import Webhook

from api.device.mqtt.address import BrokerAddress

CONNECT_TIMEOUT_S = 20.0
INFLIGHT_MAX = 20
PUBLISHED_REMEMBERED_MAX = 1_000


@dataclass(frozen=True, slots=True)
class MqttReply:
    """What the platform said: an HTTP status and the document that HTTP would have answered with."""

    id: str | None
    status: int
    retry_after_s: int | None
    answer: Mapping[str, Any]
    topic: str


class NotConnected(Exception):
    """The broker refused the log-in, or did not answer."""


def framed(*, key: str, message_id: str, body: bytes, signed_at: dt.datetime | None = None) -> bytes:
    """The payload of a signed message: the three headers, an empty line, the body."""
    signed_at = signed_at or dt.datetime.now(tz=dt.UTC)
    return (
        f"webhook-id: {message_id}\n"
        f"webhook-timestamp: {int(signed_at.timestamp())}\n"
        f"webhook-signature: {Webhook(key).sign(message_id, signed_at.astimezone(dt.UTC), body.decode())}\n\n"
    ).encode() + body


class MqttBinClient:
    """One bin's connection. It connects again by itself; what was not replied to, the caller sends again."""

    def __init__(
        self, *, address: BrokerAddress, code: str, ca_file: str | None = None, client_id: str | None = None
    ) -> None:
        self._address = address
        self._code = code
        self._asked: dict[str | None, Future[MqttReply]] = {}
        self._published: deque[MQTTMessageInfo] = deque(maxlen=PUBLISHED_REMEMBERED_MAX)
        self._is_subscribed = threading.Event()
        self._is_refused = threading.Event()
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id or code,
            clean_session=True,
            protocol=MQTTProtocolVersion.MQTTv311,
        )
        self._client.username_pw_set(address.user, address.password)
        if address.is_tls:
            self._client.tls_set(ca_certs=ca_file)
        self._client.max_inflight_messages_set(INFLIGHT_MAX)
        self._client.reconnect_delay_set(min_delay=1, max_delay=2)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = lambda *_: self._is_subscribed.clear()
        self._client.on_subscribe = lambda *_: self._is_subscribed.set()
        self._client.on_message = self._on_message

    def __enter__(self) -> Self:
        """:raises NotConnected: the broker refuses, or does not answer; for TLS, an OSError."""
        self._client.connect(self._address.host, self._address.port)
        self._client.loop_start()
        for _ in range(int(CONNECT_TIMEOUT_S * 20)):
            if self._is_subscribed.wait(0.05):
                return self
            if self._is_refused.is_set():
                break
        self.close()
        raise NotConnected(str(self._address))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Say goodbye."""
        self._client.disconnect()
        self._client.loop_stop()

    def ask(
        self, *, kind: str, message_id: str | None, payload: bytes, bin_code: str | None = None
    ) -> Future[MqttReply]:
        """Publish on the topic of a kind; the reply is the future's result. `bin_code`: on that bin's topic instead."""
        future: Future[MqttReply] = Future()
        self._asked[message_id] = future
        self.publish(topic=f"fenfen/bins/{bin_code or self._code}/up/{kind}", payload=payload)
        return future

    def publish(self, *, topic: str, payload: bytes, is_retained: bool = False) -> None:
        """Publish with QoS 1."""
        self._published.append(self._client.publish(topic, payload, qos=1, retain=is_retained))

    def is_connected(self) -> bool:
        """Whether the broker has us on the line just now."""
        return self._client.is_connected()

    def is_all_acknowledged(self) -> bool:
        """Whether the broker has taken everything; that is not the platform's reply."""
        return all(each.is_published() for each in self._published)

    def _on_connect(
        self, client: Client, _userdata: Any, _flags: ConnectFlags, reason: ReasonCode, _properties: Any
    ) -> None:
        if reason.is_failure:
            self._is_refused.set()
            return
        client.subscribe(f"fenfen/bins/{self._code}/down/#", qos=1)

    def _on_message(self, _client: Client, _userdata: Any, message: MQTTMessage) -> None:
        document = json.loads(message.payload)
        reply = MqttReply(**document, topic=message.topic)
        future = self._asked.pop(reply.id, None)
        if future is not None:
            future.set_result(reply)
