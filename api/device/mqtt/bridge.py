"""The bridge: takes messages from the broker, answers each, and acknowledges it only when its answer is committed.

A broker's PUBACK to a bin says that the broker has the message, not that it is on disk, nor that we have it. So a bin
keeps what it sent until our own reply; whatever gets lost on the way it sends again, and gets the same answer.
"""

import datetime as dt
import queue
import threading
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import close_old_connections, connection
from django.utils import timezone
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from api.device.mqtt import metrics
from api.device.mqtt.address import BrokerAddress
from api.device.mqtt.answering import Publication, answer_publication
from api.device.mqtt.topics import ALL_UP

CLIENT_ID = "fenfen-bridge"
WORKERS = 4  # as many as a web process has threads
WAITING_MAX = 64  # messages in memory; past that the broker keeps them
REPLIES_WAITING_MAX = 10_000  # while the broker is away; a bin whose reply is lost asks again
KEEPALIVE_S = 60
RECONNECT_S_FIRST = 1
RECONNECT_S_MAX = 30
STOP_TIMEOUT_S = 10

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A message, when it came, and on which connection: the number to acknowledge means nothing on another."""

    message: MQTTMessage
    received_at: dt.datetime
    connection_number: int


class Bridge:
    """One connection to the broker, and threads that answer what comes over it.

    The session at the broker is kept under `client_id`: what came while the bridge was away waits there. Two bridges
    with different ids each get every message, which costs time and nothing else; with one id they push each other out.
    """

    def __init__(
        self,
        *,
        address: BrokerAddress,
        ca_file: str = "",
        client_id: str = CLIENT_ID,
        workers: int = WORKERS,
    ) -> None:
        """:raises OSError: the CA file cannot be read."""
        self._address = address
        self._waiting: queue.Queue[_Waiting | None] = queue.Queue(maxsize=WAITING_MAX)
        self._connection_number = 0
        self._is_stopping = threading.Event()
        self._is_ready = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, name=f"mqtt-{number}", daemon=True) for number in range(workers)
        ]
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=False,
            protocol=MQTTProtocolVersion.MQTTv311,
            manual_ack=True,
        )
        self._client.username_pw_set(address.user, address.password)
        if address.is_tls:
            self._client.tls_set(ca_certs=ca_file or None)
        self._client.max_inflight_messages_set(WAITING_MAX)
        self._client.max_queued_messages_set(REPLIES_WAITING_MAX)
        self._client.reconnect_delay_set(min_delay=RECONNECT_S_FIRST, max_delay=RECONNECT_S_MAX)
        self._client.on_connect = self._on_connect
        self._client.on_connect_fail = self._on_connect_fail
        self._client.on_disconnect = self._on_disconnect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message

    def start(self) -> None:
        """Connect and go on in threads; a broker that is away is waited for, with growing pauses."""
        for thread in self._threads:
            thread.start()
        self._client.connect_async(self._address.host, self._address.port, keepalive=KEEPALIVE_S)
        self._client.loop_start()

    def wait_until_ready(self, *, timeout_s: float) -> bool:
        """Wait until messages come through; whether they do."""
        return self._is_ready.wait(timeout_s)

    def stop(self) -> None:
        """Finish the messages in hand, leave the others to the broker, and say goodbye."""
        self._is_stopping.set()
        for _ in self._threads:
            self._make_room()
            self._waiting.put(None)
        for thread in self._threads:
            thread.join(timeout=STOP_TIMEOUT_S)
        self._client.disconnect()
        self._client.loop_stop()
        metrics.CONNECTED.set(0)

    def _make_room(self) -> None:
        # What is thrown away here was never acknowledged: the broker gives it to the next bridge.
        while self._waiting.full():
            try:
                self._waiting.get_nowait()
            except queue.Empty:
                return

    def _work(self) -> None:
        while (waiting := self._waiting.get()) is not None:
            if self._is_stopping.is_set():
                continue
            close_old_connections()  # what Django does around each request
            try:
                self._answer(waiting)
            except Exception:
                log.exception("mqtt_message_lost")  # unacknowledged: it comes again
            close_old_connections()
        connection.close()

    def _answer(self, waiting: _Waiting) -> None:
        message = waiting.message
        reply = answer_publication(
            publication=Publication(topic=message.topic, payload=bytes(message.payload), is_retained=message.retain),
            received_at=waiting.received_at,
        )
        if reply is not None:
            done = self._client.publish(reply.topic, reply.payload, qos=1)
            if done.rc not in (MQTTErrorCode.MQTT_ERR_SUCCESS, MQTTErrorCode.MQTT_ERR_NO_CONN):
                metrics.MESSAGES.labels(outcome="reply_lost").inc()
        # Also after a 503: the broker would not offer it again before the next connection, and would meanwhile count it
        # against the messages that we may have in hand, until nothing came through. The bin has it, and was told when
        # to try again.
        if waiting.connection_number == self._connection_number:
            self._client.ack(message.mid, message.qos)

    def _on_message(self, _client: Client, _userdata: Any, message: MQTTMessage) -> None:
        """Hand the message to a thread; while none is free, read nothing more, so that the broker keeps the rest."""
        waiting = _Waiting(message=message, received_at=timezone.now(), connection_number=self._connection_number)
        while not self._is_stopping.is_set():
            try:
                self._waiting.put(waiting, timeout=1)
            except queue.Full:
                continue
            return

    def _on_connect(
        self, client: Client, _userdata: Any, _flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure:
            log.error("mqtt_refused", broker=str(self._address), reason=str(reason))
            return
        self._connection_number += 1
        metrics.CONNECTS.inc()
        client.subscribe(ALL_UP, qos=1)

    def _on_subscribe(
        self, _client: Client, _userdata: Any, _mid: int, reasons: list[ReasonCode], _properties: Properties | None
    ) -> None:
        if any(reason.is_failure for reason in reasons):
            log.error("mqtt_subscription_refused", broker=str(self._address), hint="mosquitto/acl")
            return
        metrics.CONNECTED.set(1)
        self._is_ready.set()
        log.info("mqtt_connected", broker=str(self._address))

    def _on_connect_fail(self, _client: Client, _userdata: Any) -> None:
        log.warning("mqtt_away", broker=str(self._address))

    def _on_disconnect(
        self, _client: Client, _userdata: Any, _flags: DisconnectFlags, reason: ReasonCode, _properties: Any
    ) -> None:
        metrics.CONNECTED.set(0)
        self._is_ready.clear()
        if not self._is_stopping.is_set():
            log.warning("mqtt_disconnected", broker=str(self._address), reason=str(reason))
