"""The way to the platform over MQTT for one sending thread: a connection a bin, and the platform's own replies."""

import concurrent.futures
import json
import time
import uuid
from collections.abc import Mapping
from typing import Any

from api.device.mqtt.address import BrokerAddress
from simulation.client import (
    ATTEMPTS_MAX,
    DOOR_PATH,
    PAUSE_S_FIRST,
    PAUSE_S_MAX,
    STATUS_PATH,
    BinIdentity,
    ClientTimes,
    DoorError,
)
from simulation.mqtt_client import MqttBinClient, NotConnected, framed

REPLY_TIMEOUT_S = 20.0
CONNECT_PATIENCE_S = 60.0  # a log-in that was just made counts when the broker has read its file again
_KINDS = {DOOR_PATH: "drop-offs", STATUS_PATH: "status"}
_TRY_AGAIN = frozenset({429, 503})


class MqttClient:
    """Exchanges messages as simulation.client.DeviceClient does. Not for two threads at once."""

    def __init__(self, *, host: str, port: int, is_tls: bool, passwords: Mapping[str, str]) -> None:
        """`passwords`: at the broker, by bin code."""
        self._host, self._port, self._is_tls = host, port, is_tls
        self._passwords = passwords
        self._connections: dict[str, MqttBinClient] = {}
        self.times = ClientTimes()

    def exchange(self, *, path: str, sender: BinIdentity, body: str, message_id: str | None = None) -> bytes:
        """Publish one signed message until the platform replies to it; what it answered, as JSON.

        :raises DoorError: refused as a whole, or no reply after every attempt.
        """
        message_id = message_id or f"msg_{uuid.uuid4().hex}"
        status: int | None = None
        answer: dict[str, Any] = {}
        for attempt in range(1, ATTEMPTS_MAX + 1):
            self.times.requests += 1
            payload = framed(key=sender.key, message_id=message_id, body=body.encode())
            asked = self._connection(sender=sender).ask(kind=_KINDS[path], message_id=message_id, payload=payload)
            retry_after_s = 0
            try:
                reply = asked.result(timeout=REPLY_TIMEOUT_S)
            except concurrent.futures.TimeoutError:
                status, answer = None, {}
            else:
                status, answer, retry_after_s = reply.status, dict(reply.answer), reply.retry_after_s or 0
                if status == 200:
                    return json.dumps(answer, ensure_ascii=False).encode()
                if status not in _TRY_AGAIN:
                    break
            if attempt < ATTEMPTS_MAX:
                self.times.retries += 1
                time.sleep(min(max(retry_after_s, PAUSE_S_FIRST * 2 ** (attempt - 1)), PAUSE_S_MAX))
        said = f"{answer.get('code', '')} {answer.get('message', '')}".strip()
        raise DoorError(f"桶 {sender.code}: {status or '没有回复 (no reply)'} {said}", status=status, answer=answer)

    def hang_up(self, *, path: str, sender: BinIdentity, body: str, message_id: str) -> None:
        """Publish, and do not listen for the reply."""
        payload = framed(key=sender.key, message_id=message_id, body=body.encode())
        self._connection(sender=sender).publish(topic=f"fenfen/bins/{sender.code}/up/{_KINDS[path]}", payload=payload)

    def close(self) -> None:
        """Say goodbye for every bin."""
        for connection in self._connections.values():
            connection.close()

    def _connection(self, *, sender: BinIdentity) -> MqttBinClient:
        """:raises DoorError: the broker does not let the bin in."""
        code = sender.code
        deadline = time.monotonic() + CONNECT_PATIENCE_S
        while code not in self._connections:
            address = BrokerAddress(
                host=self._host, port=self._port, is_tls=self._is_tls, user=code, password=self._passwords[code]
            )
            try:
                self._connections[code] = MqttBinClient(address=address, code=code).__enter__()
            except (NotConnected, OSError) as error:
                if time.monotonic() > deadline:
                    raise DoorError(f"桶 {code}: 连不上 MQTT 服务器 (the broker does not let it in)") from error
                time.sleep(1.0)
        return self._connections[code]
