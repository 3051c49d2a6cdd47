"""The signed client against a real HTTP server: it keeps a batch until the door has answered it."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from standardwebhooks import Webhook

from simulation import client
from simulation.client import BinIdentity, DeviceClient, DoorError

BIN_07 = BinIdentity(code="B-0007", key="whsec_" + "c2VjcmV0LW9mLWJpbi0wNw==")
TAP = {"event_id": "1", "card": "A0000001", "weight_g": 1620}


class Door(ThreadingHTTPServer):
    """A server that answers as its script says: a status, "hang up", or "answer, then hang up"."""

    def __init__(self, *script: int | str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script = list(script)
        self.messages: list[tuple[str, dict[str, Any]]] = []
        self.connections = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Door

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        Webhook(BIN_07.key).verify(body, dict(self.headers.items()))
        self.server.messages.append((self.headers["webhook-id"], json.loads(body)))
        step = self.server.script.pop(0) if self.server.script else 200
        if step == "hang up":
            self.close_connection = True
            return
        results = [{"event_id": e["event_id"], "fate": "accepted", "code": None} for e in json.loads(body)["events"]]
        answer = {"batch": "9", "results": results} if step == 200 else {"code": "busy", "message": "later"}
        content = json.dumps(answer).encode()
        self.send_response(int(step))
        self.send_header("content-length", str(len(content)))
        if step == 503:
            self.send_header("retry-after", "0")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        """A server in a test keeps quiet."""


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    monkeypatch.setattr(client, "PAUSE_S_FIRST", 0.01)
    monkeypatch.setattr(client, "PAUSE_S_MAX", 0.02)
    server = Door()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def test_bin_07_sends_signed_batches_over_one_connection(door: Door) -> None:
    with DeviceClient(base_url=door.url) as device:
        answers = [device.send(sender=BIN_07, boot_id="7f3a", events=[TAP]) for _ in range(3)]

    assert [answer.results[0].fate for answer in answers] == ["accepted"] * 3
    assert door.messages[0][1] == {"bin": "B-0007", "boot_id": "7f3a", "events": [TAP]}
    assert len({message_id for message_id, _body in door.messages}) == 3
    assert door.connections == 1


@pytest.mark.parametrize("trouble", ["hang up", 503, 429, 502])
def test_a_batch_without_an_answer_is_sent_again_under_the_same_id(door: Door, trouble: int | str) -> None:
    door.script = [trouble, trouble]

    with DeviceClient(base_url=door.url) as device:
        answer = device.send(sender=BIN_07, boot_id="7f3a", events=[TAP])

    assert answer.results[0].fate == "accepted"
    assert len(door.messages) == 3
    assert len({message_id for message_id, _body in door.messages}) == 1
    assert device.times.retries == 2


@pytest.mark.parametrize("status", [400, 401, 409, 413])
def test_a_refused_batch_is_not_sent_again(door: Door, status: int) -> None:
    door.script = [status]

    with DeviceClient(base_url=door.url) as device, pytest.raises(DoorError) as refusal:
        device.send(sender=BIN_07, boot_id="7f3a", events=[TAP])

    assert refusal.value.status == status
    assert refusal.value.answer["code"] == "busy"
    assert len(door.messages) == 1


def test_a_door_that_never_answers_is_given_up_in_the_end(door: Door) -> None:
    door.script = ["hang up"] * 50

    with DeviceClient(base_url=door.url) as device, pytest.raises(DoorError) as refusal:
        device.send(sender=BIN_07, boot_id="7f3a", events=[TAP])

    assert refusal.value.status is None
    assert len(door.messages) == client.ATTEMPTS_MAX


def test_the_key_does_not_show_in_a_traceback() -> None:
    assert "whsec_" not in repr(BIN_07)


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="not the address"):
        DeviceClient(base_url="127.0.0.1:8000")
