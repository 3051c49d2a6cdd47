"""The rules of docs/device-protocol.md for a platform: asked as a bin would ask, over real HTTP."""

import datetime as dt
import gzip
import http.client
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from standardwebhooks import Webhook

from simulation.client import DOOR_PATH, BinIdentity
from simulation.conformance.findings import Finding

ANSWER_TIMEOUT_S = 60
KIB_256 = 256 * 1024
WRONG_FIELDS: Mapping[str, Mapping[str, object]] = {
    "weight_out_of_range": {"weight_g": 0},
    "category_unknown": {"category": "GARDEN"},
    "method_unknown": {"method": "TELEPATHY"},
    "event_id_invalid": {"event_id": ""},
    "occurred_at_invalid": {"occurred_at": "yesterday"},
    "field_invalid": {"fill_rate": 2},
}


@dataclass(frozen=True, slots=True)
class Said:
    """A platform's answer; status 0: there was none."""

    status: int
    document: Mapping[str, Any]
    content: bytes = b""

    def fates(self) -> list[tuple[str, str | None]]:
        """Fate and code of each result."""
        return [(each.get("fate"), each.get("code")) for each in self.document.get("results", ())]


@dataclass(slots=True)
class Asking:
    """A bin that asks. It leaves one drop-off of 1 g at the platform, and what was refused."""

    base_url: str
    sender: BinIdentity
    run: str = field(default_factory=lambda: uuid.uuid4().hex[:12])

    def event(self, **others: object) -> dict[str, object]:
        """A drop-off of 1 g, now."""
        moment = dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds")
        return {"event_id": self.run, "category": "FOOD", "weight_g": 1, "occurred_at": moment} | others

    def ask(
        self,
        events: list[object],
        *,
        message_id: str = "",
        clock_off_s: int = 0,
        is_signed: bool = True,
        bin_code: str = "",
        body: bytes | None = None,
        sent: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Said:
        """Sign `body` (made of the events) and send `sent` (the same, unless it is altered)."""
        code = bin_code or self.sender.code
        body = json.dumps({"bin": code, "events": events}).encode() if body is None else body
        message_id = message_id or f"check_{uuid.uuid4().hex}"
        signed_at = dt.datetime.now(tz=dt.UTC) + dt.timedelta(seconds=clock_off_s)
        envelope = {
            "webhook-id": message_id,
            "webhook-timestamp": str(int(signed_at.timestamp())),
            "webhook-signature": Webhook(self.sender.key).sign(message_id, signed_at, body.decode("latin-1")),
        }
        parts = urlsplit(self.base_url)
        connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = connect(str(parts.hostname), parts.port, timeout=ANSWER_TIMEOUT_S)
        try:
            connection.request(
                "POST",
                parts.path.rstrip("/") + DOOR_PATH,
                body=body if sent is None else sent,
                headers={"Content-Type": "application/json", **(envelope if is_signed else {}), **(headers or {})},
            )
            response = connection.getresponse()
            content = response.read()
            document = json.loads(content)
            return Said(response.status, document if isinstance(document, dict) else {}, content)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Said(0, {"message": f"{type(error).__name__}: {error}"[:120]})
        finally:
            connection.close()


def judge_platform(*, asking: Asking) -> list[Finding]:
    """Ask everything; one finding a rule."""
    good, first_id = asking.event(), f"check_{asking.run}"
    first = asking.ask([good], message_id=first_id)
    rules: dict[str, tuple[str, Callable[[], str]]] = {
        "accepted": ("新记录被接收 a new drop-off is accepted", lambda: _fates(first, [("accepted", None)])),
        "same_answer": (
            "同一消息得到同样的应答 the same message, the same answer",
            lambda: _same(first, asking.ask([good], message_id=first_id)),
        ),
        "duplicate": ("重复 duplicate", lambda: _fates(asking.ask([good]), [("duplicate", None)])),
        "conflict": ("冲突 conflict", lambda: _is_conflict(asking.ask([good | {"weight_g": 2}]))),
        "rejected": ("逐条拒收并说明 rejected with its code", lambda: _rejections(asking)),
        "too_early_or_late": ("时间超限 too far ahead, too long ago", lambda: _times(asking)),
        "message_id_reused": (
            "webhook-id 重用 409",
            lambda: _refused(asking.ask([asking.event(weight_g=3)], message_id=first_id), 409, "message_id_reused"),
        ),
        "unsigned": ("无签名 unsigned 401", lambda: _unauthorized(asking.ask([good], is_signed=False))),
        "altered": ("被改动 altered 401", lambda: _unauthorized(_altered(asking, good))),
        "another_bin": ("别的桶 another bin 401", lambda: _unauthorized(asking.ask([good], bin_code="no-such-bin"))),
        "clock_off": (
            "时钟不对 clock 401 clock_off",
            lambda: _unauthorized(asking.ask([good], clock_off_s=-900), code="clock_off"),
        ),
        "not_json": ("不是 JSON 400", lambda: _refused(asking.ask([], body=b"{"), 400, "body_invalid")),
        "no_shape": ("结构不对 400", lambda: _refused(asking.ask([], body=b"[]"), 400, "body_invalid")),
        "too_many": ("1,001 条 413", lambda: _refused(asking.ask([0] * 1_001), 413, "too_many_events")),
        "too_large": (
            "超过 256 KiB 413",
            lambda: _refused(asking.ask([], body=b" " * (KIB_256 + 1)), 413, "body_too_large"),
        ),
        "compressed": ("压缩 compressed 400", lambda: _refused(_compressed(asking, good), 400, "body_invalid")),
    }
    return [Finding(rule, text, check()) for rule, (text, check) in rules.items()]


def _altered(asking: Asking, event: dict[str, object]) -> Said:
    body = json.dumps({"bin": asking.sender.code, "events": [event]}).encode()
    return asking.ask([], body=body, sent=body.replace(b'"weight_g": 1', b'"weight_g": 9'))


def _compressed(asking: Asking, event: dict[str, object]) -> Said:
    body = json.dumps({"bin": asking.sender.code, "events": [event]}).encode()
    return asking.ask([], body=body, sent=gzip.compress(body), headers={"Content-Encoding": "gzip"})


def _rejections(asking: Asking) -> str:
    events = [
        asking.event(**({"event_id": f"{asking.run}-{n}"} | dict(wrong)))
        for n, wrong in enumerate(WRONG_FIELDS.values())
    ]
    return _fates(asking.ask(list(events)), [("rejected", code) for code in WRONG_FIELDS])


def _times(asking: Asking) -> str:
    now = dt.datetime.now(tz=dt.UTC)
    moments = (now + dt.timedelta(minutes=20), now - dt.timedelta(days=46))
    events = [
        asking.event(event_id=f"{asking.run}-t{n}", occurred_at=each.isoformat()) for n, each in enumerate(moments)
    ]
    return _fates(asking.ask(list(events)), [("rejected", "occurred_in_future"), ("rejected", "occurred_too_long_ago")])


def _fates(said: Said, expected: list[tuple[str, str | None]]) -> str:
    if said.status == 200 and said.fates() == expected:
        return ""
    return f"{said.status} {said.document.get('code') or said.document.get('message') or said.fates()}"[:200]


def _is_conflict(said: Said) -> str:
    return "" if said.status == 200 and [fate for fate, _ in said.fates()] == ["conflict"] else _fates(said, [])


def _same(first: Said, again: Said) -> str:
    return (
        "" if first.status == 200 and again.content == first.content else f"{again.status}: 应答不同 (another answer)"
    )


def _refused(said: Said, status: int, code: str) -> str:
    if (said.status, said.document.get("code")) != (status, code):
        return f"{said.status} {said.document.get('code') or said.document.get('message')}"[:200]
    missing = {"code", "message", "fields"} - set(said.document)
    return f"缺少 {sorted(missing)} (missing)" if missing else ""


def _unauthorized(said: Said, code: str = "signature_invalid") -> str:
    if reason := _refused(said, 401, code):
        return reason
    try:
        dt.datetime.fromisoformat(str(said.document.get("server_time")))
    except ValueError:
        return "没有 server_time (missing)"
    return ""
