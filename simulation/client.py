"""A bin's side of the device door: signs its batches, sends them, and keeps each until it is answered."""

import datetime as dt
import http.client
import json
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from standardwebhooks import Webhook

DOOR_PATH = "/api/v1/device/drop-offs"
STATUS_PATH = "/api/v1/device/status"
ANSWER_TIMEOUT_S = 60
ATTEMPTS_MAX = 8  # with the pauses below a server has about a minute to come back
PAUSE_S_FIRST = 0.25
PAUSE_S_MAX = 15.0
_TRY_AGAIN = frozenset({429, 502, 503, 504})


class DoorError(Exception):
    """The door did not take the batch: another answer than 200, or none after every attempt."""

    def __init__(self, message: str, *, status: int | None = None, answer: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.answer = answer or {}


@dataclass(frozen=True, slots=True)
class EventFate:
    """What the door said of one event; `code` is the reason of a rejection or conflict."""

    event_id: str
    fate: str
    code: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """The door's answer to one batch."""

    batch: str
    results: Sequence[EventFate]


@dataclass(frozen=True, slots=True)
class BinIdentity:
    """What a bin knows of itself: its code and its key (`whsec_…`)."""

    code: str
    key: str = field(repr=False)


@dataclass(slots=True)
class ClientTimes:
    """Where the client's time went, in seconds, and how much it sent."""

    signing_s: float = 0.0
    waiting_s: float = 0.0
    requests: int = 0
    retries: int = 0
    sent_bytes: int = 0


class DeviceClient:
    """Sends the batches of any number of bins over one connection that is kept open. Not for two threads at once."""

    def __init__(self, *, base_url: str) -> None:
        """:raises ValueError: `base_url` is not http(s)://host[:port][/path]."""
        parts = urlsplit(base_url)
        if not parts.hostname or not is_address(base_url=base_url):
            raise ValueError(f"not the address of a server: {base_url}")
        connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = connect(parts.hostname, parts.port, timeout=ANSWER_TIMEOUT_S)
        self._base_path = parts.path.rstrip("/")
        self.times = ClientTimes()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def send(
        self, *, sender: BinIdentity, boot_id: str, events: Sequence[Mapping[str, Any]], message_id: str | None = None
    ) -> Answer:
        """Send one batch and give back each event's fate.

        A lost connection and a server that is busy are met by sending again with the same message id, so that the
        batch arrives once whatever happened to the first answer.

        :raises DoorError: the door refused the batch as a whole, or did not answer.
        """
        started = time.perf_counter()
        body = batch_body(sender=sender, boot_id=boot_id, events=events)
        self.times.signing_s += time.perf_counter() - started
        return read_answer(content=self.exchange(path=DOOR_PATH, sender=sender, body=body, message_id=message_id))

    def exchange(self, *, path: str, sender: BinIdentity, body: str, message_id: str | None = None) -> bytes:
        """Send one signed message to `path` until it is answered, as `send` does; the answer's bytes.

        :raises DoorError: as `send`.
        """
        message_id = message_id or f"msg_{uuid.uuid4().hex}"
        for attempt in range(1, ATTEMPTS_MAX + 1):
            status, content, retry_after_s = self._post(path=path, key=sender.key, body=body, message_id=message_id)
            if status == 200:
                return content
            if status is not None and status not in _TRY_AGAIN:
                break
            if attempt < ATTEMPTS_MAX:
                self.times.retries += 1
                time.sleep(min(max(retry_after_s, PAUSE_S_FIRST * 2 ** (attempt - 1)), PAUSE_S_MAX))
        answer = _object(content)
        said = f"{answer.get('code', '')} {answer.get('message', '')}".strip()
        raise DoorError(f"桶 {sender.code}: {status or '没有应答 (no answer)'} {said}", status=status, answer=answer)

    def hang_up(self, *, path: str, sender: BinIdentity, body: str, message_id: str) -> None:
        """Send one signed message and close the connection before the answer: nobody knows what became of it."""
        headers = _signed_headers(key=sender.key, body=body, message_id=message_id)
        try:
            self._connection.request("POST", self._base_path + path, body=body.encode(), headers=headers)
        except (OSError, http.client.HTTPException):
            return  # then it was not even sent
        finally:
            self.times.requests += 1
            self._connection.close()

    def _post(self, *, path: str, key: str, body: str, message_id: str) -> tuple[int | None, bytes, float]:
        """One attempt, signed anew, as its time must be of now. Status None: the connection was lost."""
        started = time.perf_counter()
        headers = _signed_headers(key=key, body=body, message_id=message_id)
        payload = body.encode()
        sent_at = time.perf_counter()
        self.times.signing_s += sent_at - started
        self.times.requests += 1
        self.times.sent_bytes += len(payload)
        try:
            self._connection.request("POST", self._base_path + path, body=payload, headers=headers)
            response = self._connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()  # the next request opens it again
            return None, str(error).encode(), 0.0
        finally:
            self.times.waiting_s += time.perf_counter() - sent_at
        return response.status, content, _seconds(response.getheader("retry-after"))


def is_address(*, base_url: str) -> bool:
    """Whether it is http(s)://host[:port][/path]."""
    try:
        parts = urlsplit(base_url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number
        return False


def batch_body(*, sender: BinIdentity, boot_id: str, events: Sequence[Mapping[str, Any]]) -> str:
    """The message of one batch, as it is signed and sent."""
    document = {"bin": sender.code, "boot_id": boot_id, "events": events}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def read_answer(*, content: bytes) -> Answer:
    """The fates in the bytes of an answer."""
    answer = _object(content)
    results = [EventFate(str(item["event_id"]), item["fate"], item.get("code")) for item in answer["results"]]
    return Answer(batch=str(answer["batch"]), results=results)


def _signed_headers(*, key: str, body: str, message_id: str) -> dict[str, str]:
    signed_at = dt.datetime.now(tz=dt.UTC)  # the library takes another offset's clock time for UTC
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(signed_at.timestamp())),
        "webhook-signature": Webhook(key).sign(message_id, signed_at, body),
    }


def _object(content: bytes) -> dict[str, Any]:
    """The JSON object of an answer; an answer of something between us and the door is kept as its message."""
    try:
        parsed = json.loads(content)
    except ValueError:
        return {"message": content[:200].decode(errors="replace")}
    return parsed if isinstance(parsed, dict) else {"message": str(parsed)[:200]}


def _seconds(retry_after: str | None) -> float:
    return float(retry_after) if retry_after and retry_after.isascii() and retry_after.isdigit() else 0.0
