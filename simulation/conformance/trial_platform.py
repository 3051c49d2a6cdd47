"""A platform for trying a bin: answers by a script of every fate and error, and writes down what the bin did."""

import datetime as dt
import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

DOOR_PATH = "/api/v1/device/drop-offs"
HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
CLOCK_AHEAD_S = 3_600  # our clock runs an hour ahead of the true time: a bin must take ours
CLOCK_TOLERANCE_S = 300
SLOW_S = 5.0
RETRY_AFTER_S = 3
BODY_BYTES_MAX = 256 * 1024
CODES = {
    400: "body_invalid",
    401: "signature_invalid",
    409: "message_id_reused",
    413: "body_too_large",
    429: "too_many_requests",
    503: "unavailable",
}
# In this order a bin with twelve drop-offs waiting meets each.
SCRIPT = ("413", "503", "dropped", "429", "slow 200", "409", "413", "200", "400")


@dataclass(frozen=True, slots=True)
class Try:
    """One request of the bin and the step of the script that answered it. Times of a monotonic clock, in seconds."""

    step: str
    began_s: float
    ended_s: float
    headers: dict[str, str]
    body: bytes
    document: dict[str, Any]
    signature_fault: str

    @property
    def message_id(self) -> str:
        return self.headers.get("webhook-id", "")

    @property
    def events(self) -> list[dict[str, Any]]:
        events = self.document.get("events")
        return [event for event in events if isinstance(event, dict)] if isinstance(events, list) else []

    @property
    def event_ids(self) -> list[str]:
        return [str(event.get("event_id")) for event in self.events]


@dataclass(slots=True)
class Trial:
    """The state of a run. `key` signs for the bin."""

    key: str = field(repr=False)
    script: list[str] = field(default_factory=lambda: list(SCRIPT))
    tries: list[Try] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> dt.datetime:
        """The time on this platform's clock."""
        return dt.datetime.now(tz=dt.UTC) + dt.timedelta(seconds=CLOCK_AHEAD_S)

    def step_for(self, *, headers: dict[str, str], signature_fault: str) -> str:
        """What the next answer is; a message that cannot be believed uses up no step."""
        if signature_fault:
            return "401 unsigned"
        if abs(float(headers["webhook-timestamp"]) - self.now().timestamp()) > CLOCK_TOLERANCE_S:
            return "401 clock_off"
        with self.lock:
            return self.script.pop(0) if self.script else "200"

    def signature_fault(self, *, headers: dict[str, str], body: bytes) -> str:
        """Empty where the bin's key signed these bytes, at whatever time."""
        try:
            timestamp = dt.datetime.fromtimestamp(int(headers["webhook-timestamp"]), tz=dt.UTC)
            expected = Webhook(self.key).sign(headers["webhook-id"], timestamp, body.decode())
        except (KeyError, ValueError, OverflowError, OSError, WebhookVerificationError) as error:
            return f"{type(error).__name__}: {error}"[:120]
        return "" if expected in headers.get("webhook-signature", "").split() else "HMAC 不符 (another signature)"


def trial_server(*, trial: Trial, host: str, port: int) -> ThreadingHTTPServer:
    """A server that is not yet serving; port 0 is any free one.

    :raises OSError: the address cannot be used.
    """

    class Handler(_Handler):
        pass

    Handler.trial = trial
    server = ThreadingHTTPServer((host, port), Handler)
    server.daemon_threads = True
    return server


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    trial: Trial

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Silent: the table at the end tells."""

    def do_POST(self) -> None:
        """Read, take a step of the script, answer, write down."""
        began_s = time.monotonic()
        body = self._read()
        headers = {name.lower(): value for name, value in self.headers.items()}
        fault = self.trial.signature_fault(headers=headers, body=body)
        step = self.trial.step_for(headers=headers, signature_fault=fault)
        document = _document(body)
        if step == "slow 200":
            time.sleep(SLOW_S)
        ended_s = time.monotonic()
        tried = Try(step, began_s, ended_s, headers, body, document, fault)
        with self.trial.lock:
            self.trial.tries.append(tried)
        if step == "dropped":
            self.close_connection = True
        elif step.endswith("200"):
            self._answer(200, {"batch": "1", "received_at": self._time(), "results": _results(tried)})
        else:
            self._refuse(int(step[:3]), code=step.partition(" ")[2])

    def _read(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(min(int(self.headers.get("Content-Length") or 0), BODY_BYTES_MAX + 1))
        body = b""
        while length := int(self.rfile.readline(20).split(b";")[0] or b"0", 16):
            body += self.rfile.read(min(length, BODY_BYTES_MAX))
            self.rfile.readline(4)
        self.rfile.readline(4)
        return body

    def _refuse(self, status: int, *, code: str) -> None:
        said = {"code": code if code == "clock_off" else CODES[status], "message": "试验 (a trial)", "fields": {}}
        if status == 401:
            said["server_time"] = self._time()
        self._answer(status, said, {"Retry-After": str(RETRY_AFTER_S)} if status in (429, 503) else {})

    def _time(self) -> str:
        return self.trial.now().isoformat(timespec="milliseconds")

    def _answer(self, status: int, document: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        content = json.dumps(document).encode()
        try:
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:  # the bin did not wait; what it does next will show
            self.close_connection = True


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _results(tried: Try) -> list[dict[str, Any]]:
    """Each of the four fates in turn."""
    fates = (("accepted", None), ("duplicate", None), ("conflict", "conflict"), ("rejected", "field_invalid"))
    return [
        {"event_id": event_id, "fate": fates[number % 4][0], "code": fates[number % 4][1]}
        for number, event_id in enumerate(tried.event_ids)
    ]
