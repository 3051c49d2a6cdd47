"""bench malformed: 10,000 malformed, oversized, compressed, nested, mistyped or malicious requests to a real server.

Every address of the device door, raw bytes over sockets. Nothing may be answered with 5xx or not at all, no row may
appear, and no key, card, claim code or signature may be in the server's log. Then one bin that knocks too often: 429
with Retry-After. `python3 run.py bench malformed [--requests N] [--seed TEXT]`.
"""

import argparse
import base64
import contextlib
import datetime as dt
import gzip
import hmac
import json
import os
import random
import socket
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("FENFEN_DEMO", "1")

from bench.malformed_photos import spoilt_picture
from launch.answering import answers_ok
from launch.children import Children
from lib.ports import free_port

ANSWER_TIMEOUT_S = 30
CARD, CLAIM = "CANARYCARD5501", "CANARYCLAIM7702"
BOMB = gzip.compress(b"[" * 20_000_000)
KNOCKS = 120
EVENT = {"event_id": "e-1", "card": CARD, "method": "CARD", "category": "FOOD", "weight_g": 900, "claim_code": CLAIM}
VALUES: Sequence[object] = (
    *(
        None,
        True,
        -1,
        10**400,
        2**63,
        1.5,
        "",
        "\x00",
        "\ud800",
        "'; DROP TABLE sorting_dropoff; --",
        "../../etc/passwd",
    ),
    *("=cmd|' /C calc'!A0", "9" * 70_000, [], {}, [[]], {"": {}}, "${jndi:ldap://x}", "<script>", "桶" * 40_000),
)


@dataclass(slots=True)
class Target:
    """Where the requests go, and the bins whose names they take. `key` is that of `bin_code`, `knocker` is another."""

    port: int
    paths: Sequence[str]
    bin_code: str
    key: str = field(repr=False)
    knocker: str
    knocker_key: str = field(repr=False)


@dataclass(slots=True)
class Outcome:
    """What came back. `secrets` were in the requests and may be nowhere else."""

    statuses: Counter[int] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)
    secrets: set[str] = field(default_factory=lambda: {CARD, CLAIM})
    faults: list[str] = field(default_factory=list)
    knocks: Counter[int] = field(default_factory=Counter)


def attack(*, target: Target, count: int, seed: str) -> Outcome:
    """Send `count` requests that must all be refused."""
    chance, outcome = random.Random(seed), Outcome()
    outcome.secrets |= {key.removeprefix("whsec_") for key in (target.key, target.knocker_key)}
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        request = kind(target, chance, outcome)
        started = time.perf_counter()
        status, received = exchange(port=target.port, request=request)
        outcome.milliseconds.append((time.perf_counter() - started) * 1_000)
        outcome.statuses[status] += 1
        if not 400 <= status < 500:
            outcome.faults.append(f"{kind.__name__} → {status}: {received[:100]!r}")
    return outcome


def exchange(*, port: int, request: bytes) -> tuple[int, bytes]:
    """Send bytes, whatever they are; the status of the answer (0: none) and all of it."""
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=ANSWER_TIMEOUT_S) as connection:
        with contextlib.suppress(OSError):  # the server had heard enough: its answer is there
            connection.sendall(request)
        with contextlib.suppress(OSError):
            while part := connection.recv(65_536):
                received += part
    words = received.split(b" ", 2)
    return (int(words[1]) if len(words) > 2 and words[1].isdigit() else 0), received


def _request(path: str, *, body: bytes, headers: dict[str, str], method: str = "POST") -> bytes:
    headers = {"Host": "127.0.0.1", "Connection": "close", "Content-Type": "application/json"} | headers
    if "Transfer-Encoding" not in headers:
        headers = {"Content-Length": str(len(body))} | headers
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1", "replace") + body


def _signed(body: bytes, key: str, outcome: Outcome, *, off_s: int = 0, message_id: str = "m-1") -> dict[str, str]:
    stamp = str(int(time.time()) + off_s)
    secret = base64.b64decode(key.removeprefix("whsec_"))
    # By hand: the library signs text, and not all of this is any.
    signature = base64.b64encode(hmac.digest(secret, f"{message_id}.{stamp}.".encode() + body, "sha256")).decode()
    outcome.secrets.add(signature)
    return {"webhook-id": message_id, "webhook-timestamp": stamp, "webhook-signature": f"v1,{signature}"}


def _good_body(target: Target) -> bytes:
    moment = dt.datetime.now(tz=dt.UTC).isoformat()
    return json.dumps({"bin": target.bin_code, "events": [EVENT | {"occurred_at": moment}]}).encode()


def unsigned(target: Target, chance: random.Random, outcome: Outcome) -> bytes:
    return _request(_path(target, chance), body=_good_body(target), headers={})


def altered(target: Target, chance: random.Random, outcome: Outcome) -> bytes:
    body = bytearray(_good_body(target))
    headers = _signed(bytes(body), target.key, outcome)
    body[chance.randrange(len(body))] ^= chance.randrange(1, 256)
    return _request(_path(target, chance), body=bytes(body), headers=headers)


def other_key(target: Target, chance: random.Random, outcome: Outcome) -> bytes:
    key = "whsec_" + base64.b64encode(chance.randbytes(32)).decode()
    return _request(_path(target, chance), body=_good_body(target), headers=_signed(_good_body(target), key, outcome))


def other_bin(target: Target, chance: random.Random, outcome: Outcome) -> bytes:
    body = _good_body(target).replace(target.bin_code.encode(), target.knocker.encode())
    return _request(_path(target, chance), body=body, headers=_signed(body, target.key, outcome))


def old(target: Target, chance: random.Random, outcome: Outcome) -> bytes:
    body = _good_body(target)
    headers = _signed(body, target.key, outcome, off_s=chance.choice((-1, 1)) * chance.randrange(330, 10**8))
    return _request(_path(target, chance), body=body, headers=headers)


def strange_headers(target: Target, chance: random.Random, outcome: Outcome) -> bytes:
    body = _good_body(target)
    headers = _signed(body, target.key, outcome)
    changed = ["webhook-timestamp", "webhook-signature", chance.choice(list(headers))]
    for name in changed:
        headers[name] = chance.choice(
            ("", "v1,", "v1,=" * 50, "1e999", "nan", "-1", "9" * 5_000, "\xff", "v1,AAAA v1", CARD)
        )
    return _request(_path(target, chance) + f"?card={CARD}&key={target.key}", body=body, headers=headers)


def noise(target: Target, chance: random.Random, outcome: Outcome) -> bytes:
    body = chance.randbytes(chance.randrange(2_000))
    return _request(_path(target, chance), body=body, headers=_signed(body, target.key, outcome))


def mistyped(target: Target, chance: random.Random, outcome: Outcome) -> bytes:
    """The bin of no such type: no path takes it, whatever else it holds."""
    value = chance.choice([each for each in VALUES if each is not None])
    document = json.loads(_good_body(target)) | {
        "bin": value,
        chance.choice(("events", "boot_id")): chance.choice(VALUES),
    }
    body = json.dumps(document).encode()
    return _request(_path(target, chance), body=body, headers=_signed(body, target.key, outcome))


def nested(target: Target, chance: random.Random, outcome: Outcome) -> bytes:
    opening, closing = chance.choice(((b"[", b"]"), (b'{"bin":', b"}")))
    body = opening * (depth := chance.randrange(1_000, 30_000)) + b"1" + closing * depth
    return _request(_path(target, chance), body=body, headers=_signed(body, target.key, outcome))


def compressed(target: Target, chance: random.Random, outcome: Outcome) -> bytes:
    body = chance.choice((BOMB, gzip.compress(_good_body(target))))
    headers = _signed(body, target.key, outcome) | {
        "Content-Encoding": chance.choice(("gzip", "br", "deflate", "zstd"))
    }
    return _request(_path(target, chance), body=body, headers=headers)


def oversized(target: Target, chance: random.Random, outcome: Outcome) -> bytes:
    said = chance.choice((10**8, 10**12, 2**63, 2**64, 10**30))
    return _request(_path(target, chance), body=b"x" * 1_000, headers={"Content-Length": str(said)})


def endless(target: Target, chance: random.Random, outcome: Outcome) -> bytes:
    body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in [b"x" * 65_536] * chance.choice((5, 160)))
    return _request(_path(target, chance), body=body + b"0\r\n\r\n", headers={"Transfer-Encoding": "chunked"})


def spoilt_photo(target: Target, chance: random.Random, outcome: Outcome) -> bytes:
    """Signed and well named, and no picture that is taken."""
    line = json.dumps({"bin": target.bin_code, "event_id": "e-1"}).encode()
    body = line + b"\n" + spoilt_picture(chance=chance)
    return _request("/api/v1/device/photos", body=body, headers=_signed(body, target.key, outcome))


def other_method(target: Target, chance: random.Random, outcome: Outcome) -> bytes:
    method = chance.choice(("GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "X-NONE"))
    body = _good_body(target)
    return _request(_path(target, chance), body=body, headers=_signed(body, target.key, outcome), method=method)


def no_http(target: Target, chance: random.Random, outcome: Outcome) -> bytes:
    wrong = chance.choice(("Host", "Content-Length", "Transfer-Encoding"))
    return _request(
        _path(target, chance), body=b"", headers={wrong: chance.choice(("a b\x00c", "-5", "chunked, x", "\r"))}
    )


KINDS: Sequence[Callable[[Target, random.Random, Outcome], bytes]] = (
    *(unsigned, altered, other_key, other_bin, old, strange_headers, noise, mistyped, nested, compressed, oversized),
    *(endless, spoilt_photo, other_method, no_http),
)


def _path(target: Target, chance: random.Random) -> str:
    return chance.choice(target.paths)


def knock(*, target: Target, outcome: Outcome) -> None:
    """One message again and again, faster than a bin may."""
    body = json.dumps({"bin": target.knocker, "events": []}).encode()
    headers = _signed(body, target.knocker_key, outcome)
    request = _request("/api/v1/device/drop-offs", body=body, headers=headers)
    for _ in range(KNOCKS):
        status, received = exchange(port=target.port, request=request)
        outcome.knocks[status] += 1
        if status not in (200, 429) or (status == 429 and b"\r\nretry-after: " not in received.lower()):
            outcome.faults.append(f"knock → {status}: {received[:200]!r}")


def device_paths() -> list[str]:
    """Every address of the device door, with something in the place of what varies."""
    from api.urls import urlpatterns

    routes = [str(pattern.pattern) for pattern in urlpatterns]
    named = ["/api/" + route.replace("<str:", "<").split("<")[0] + ("x" if "<" in route else "") for route in routes]
    return [path for path in named if "/device/" in path]


def faults_of_log(*, log: Path, secrets: set[str]) -> list[str]:
    """Secrets and tracebacks in the server's log."""
    text = log.read_text(encoding="utf8", errors="replace")
    found = [f"a secret of {len(secret)} characters is in the log" for secret in secrets if secret in text]
    return found + [line[:300] for line in text.splitlines() if "Traceback" in line or '"level": "error"' in line][:20]


def main() -> int:
    """Start a server, attack it, print the figures; 1 if there is a fault."""
    parser = argparse.ArgumentParser(prog="bench malformed", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", default=str(random.SystemRandom().randrange(10**6)))
    options = parser.parse_args()
    state = Path(os.environ.get("STATE_DIR") or sys.exit("start it with: python3 run.py bench malformed"))
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from sorting.services.bin_keys import make_bin_key

    call_command("migrate", verbosity=0)
    bins = _make_bins()
    keys = [make_bin_key(smart_bin=each, now=timezone.now()).key for each in bins]
    target = Target(free_port(), device_paths(), bins[0].code, keys[0], bins[1].code, keys[1])
    log = state / "web.log"
    with Children() as children:
        granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(target.port), "--no-ws"]
        command = [*granian, "--blocking-threads", "4", "config.wsgi:application"]
        children.start(name="web", command=command, environment=dict(os.environ), log=log)
        health = f"http://127.0.0.1:{target.port}/healthz"
        children.wait_until(is_ready=lambda: answers_ok(url=health), what=health, timeout_s=60)
        rows_before = _row_count()
        outcome = attack(target=target, count=options.requests, seed=options.seed)
        rows = _row_count() - rows_before + len(list((state / "photos").rglob("*.webp")))
        knock(target=target, outcome=outcome)
        children.raise_if_one_ended()
    faults = outcome.faults + faults_of_log(log=log, secrets=outcome.secrets)
    for fault in faults[:20]:
        print(f"FAULT {fault}", file=sys.stderr)
    print(
        f"bench=malformed requests={options.requests} seed={options.seed} paths={len(target.paths)} "
        f"{' '.join(f'status_{status}={count}' for status, count in sorted(outcome.statuses.items()))} "
        f"rows={rows} faults={len(faults)} median_ms={statistics.median(outcome.milliseconds):.2f} "
        f"max_ms={max(outcome.milliseconds):.0f} "
        f"knocks={KNOCKS} {' '.join(f'knocks_{status}={count}' for status, count in sorted(outcome.knocks.items()))}"
    )
    return 1 if faults or rows or not outcome.knocks[429] else 0


def _make_bins() -> list[Any]:
    from django.utils import timezone

    from households.models import Community, Subdistrict
    from sorting.models import CollectionPoint, SmartBin

    community = Community.objects.create(
        subdistrict=Subdistrict.objects.create(name="东城街道"), name="东湖花园", is_urban_core=True, is_pilot=True
    )
    point = CollectionPoint.objects.create(community=community, name="东门")
    return [
        SmartBin.objects.create(code=f"B-000{n}", point=point, categories="FOOD", registered_at=timezone.now())
        for n in (7, 8)
    ]


def _row_count() -> int:
    """Rows of every table."""
    from django.apps import apps

    return sum(model._base_manager.count() for model in apps.get_models())


if __name__ == "__main__":
    sys.exit(main())
