"""bench mqtt: signed batches of 500 over MQTT, beside the same over HTTP with one web process, on PostgreSQL.

MQTT: two bins, a broker (Mosquitto where it is installed, else amqtt) and one bridge. HTTP: two connections and one
granian with four threads. They alternate in one run. `python3 run.py bench mqtt [--rounds N] [--broker amqtt]`.
"""

import argparse
import contextlib
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import ingest, record  # sets the environment of a benchmark
from bench.http_load import Request, send_all
from launch.children import Children
from launch.mqtt import ACL, start_broker, wait_for_broker
from launch.places import BASE_DIR, MANAGE
from lib.ports import free_port

EVENTS_A_BATCH = 500
ROWS_A_ROUND = 20_000
SENDERS = 2
REPLY_WITHIN_S = 120


def payload_of(request: Request) -> bytes:
    """The same signed request as an MQTT payload."""
    _, body, headers = request
    head = "".join(f"{name}: {value}\n" for name, value in headers.items() if name.startswith("webhook-"))
    return f"{head}\n".encode() + body


def send_over_mqtt(*, url: str, logins: Sequence[tuple[str, str]], payloads: Sequence[Sequence[bytes]]) -> float:
    """Each bin publishes its payloads and waits for the replies; messages a second, connecting not counted."""
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(len(logins))
    results: multiprocessing.Queue[tuple[float, float, int]] = context.Queue()
    processes = [
        context.Process(target=_publish, args=(url, login, share, barrier, results))
        for login, share in zip(logins, payloads, strict=True)
    ]
    for process in processes:
        process.start()
    reports = [results.get(timeout=600) for _ in processes]
    for process in processes:
        process.join()
    accepted = sum(report[2] for report in reports)
    if accepted != ROWS_A_ROUND:
        raise SystemExit(f"bench=mqtt: {accepted} of {ROWS_A_ROUND} events were accepted")
    return sum(map(len, payloads)) / (max(report[1] for report in reports) - min(report[0] for report in reports))


def _publish(
    url: str,
    login: tuple[str, str],
    payloads: Sequence[bytes],
    barrier: Any,
    results: "multiprocessing.Queue[tuple[float, float, int]]",
) -> None:
    from dataclasses import replace

    from api.device.mqtt.address import parse_broker_url
    from simulation.mqtt_client import MqttBinClient

    address = replace(parse_broker_url(url=url), user=login[0], password=login[1])
    with MqttBinClient(address=address, code=login[0]) as client:
        barrier.wait()
        started = time.time()
        asked = [
            client.ask(kind="drop-offs", message_id=payload[12 : payload.index(b"\n")].decode(), payload=payload)
            for payload in payloads
        ]
        replies = [each.result(timeout=REPLY_WITHIN_S) for each in asked]
        ended = time.time()
    fates = [result["fate"] for reply in replies for result in reply.answer.get("results", ())]
    results.put((started, ended, fates.count("accepted")))


def start_mosquitto(*, children: Children, folder: Path, passwords: Path) -> str:
    """Mosquitto on a loopback port; the bridge's MQTT_URL."""
    port = free_port()
    config = folder / "mosquitto.conf"
    config.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous false\npassword_file {passwords}\nacl_file {ACL}\n"
        "max_inflight_messages 64\nuser root\nlog_type error\n",
        encoding="utf8",
    )
    children.start(
        name="mosquitto",
        command=[_mosquitto(), "-c", config],
        environment=dict(os.environ),
        log=folder / "mosquitto.log",
        is_base=True,
    )
    return f"mqtt://fenfen-bridge:bench@127.0.0.1:{port}"


def _mosquitto() -> str:
    return shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or ""


def measure(*, bins: Sequence[Any], keys: dict[str, str], rounds: int, broker: str) -> None:
    """Alternate the two; print the medians and the ratio round by round."""
    from django.utils import timezone

    from api.device.mqtt.address import parse_broker_url
    from simulation.server import running_server
    from sorting.services.mqtt_logins import make_mqtt_login, write_password_file

    made = [make_mqtt_login(smart_bin=each, now=timezone.now()) for each in bins]
    logins = [(each.user, each.password) for each in made]
    folder = Path(tempfile.mkdtemp(prefix="fenfen-bench-mqtt-"))
    passwords = folder / "passwords"
    mqtt_per_s: list[float] = []
    http_per_s: list[float] = []
    with Children() as children, running_server(workers=1) as base_url:
        children.remove_at_end(folder=folder)
        write_password_file(path=passwords, bridge_login=("fenfen-bridge", "bench"))
        if broker == "mosquitto":
            url = start_mosquitto(children=children, folder=folder, passwords=passwords)
        else:
            log = folder / "amqtt.log"
            url = start_broker(children=children, python=Path(sys.executable), passwords=passwords, log=log)
            address = parse_broker_url(url=url)
            write_password_file(path=passwords, bridge_login=(address.user, address.password))
        wait_for_broker(children=children, url=url)
        metrics_port = free_port()
        bridge = children.start(
            name="mqtt-bridge",
            command=[sys.executable, MANAGE, "mqtt_bridge", "--metrics-port", str(metrics_port)],
            environment={**os.environ, "MQTT_URL": url},
            folder=BASE_DIR,
            log=folder / "bridge.log",
        )
        # What is published before the bridge has subscribed has nobody to read it.
        children.wait_until(is_ready=lambda: _is_connected(port=metrics_port), what="the bridge", timeout_s=60)
        batches = ROWS_A_ROUND // EVENTS_A_BATCH
        for _ in range(rounds):
            shares = [
                ingest.signed(bins=[each], keys=keys, batches=batches // SENDERS, events_a_batch=EVENTS_A_BATCH)
                for each in bins
            ]
            payloads = [[payload_of(request) for request in share] for share in shares]
            mqtt_per_s.append(EVENTS_A_BATCH * send_over_mqtt(url=url, logins=logins, payloads=payloads))
            requests = ingest.signed(bins=list(bins), keys=keys, batches=batches, events_a_batch=EVENTS_A_BATCH)
            load = send_all(port=urlsplit(base_url).port or 0, requests=requests, senders=SENDERS)
            http_per_s.append(EVENTS_A_BATCH * load.requests_per_s)
        memory_mb = _rss_mb(pid=bridge.process.pid)
    ratios = [mine / theirs for mine, theirs in zip(mqtt_per_s, http_per_s, strict=True)]
    print(
        f"bench=mqtt broker={broker} batch={EVENTS_A_BATCH} ratio={statistics.median(ratios):.2f} "
        f"mqtt_per_s={statistics.median(mqtt_per_s):.0f} http_per_s={statistics.median(http_per_s):.0f} "
        f"bridge_mb={memory_mb} ratios={','.join(f'{ratio:.2f}' for ratio in ratios)}",
        flush=True,
    )


def _is_connected(*, port: int) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as page:
        return b"fenfen_mqtt_connected 1.0" in page.read()
    return False


def _rss_mb(*, pid: int) -> int:
    done = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return int(done.stdout.strip() or 0) // 1024


def main() -> None:
    """Make a district with keys and log-ins, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--broker", choices=("mosquitto", "amqtt"), default="mosquitto" if _mosquitto() else "amqtt")
    options = parser.parse_args()
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from sorting.services.bin_keys import make_bin_key

    if connection.vendor != "postgresql":
        raise SystemExit("bench mqtt needs PostgreSQL: python3 run.py bench mqtt, or DATABASE_URL")
    call_command("migrate", verbosity=0)
    bins = record.make_district()[:SENDERS]
    keys = {each.code: make_bin_key(smart_bin=each, now=timezone.now()).key for each in bins}
    measure(bins=bins, keys=keys, rounds=options.rounds, broker=options.broker)


if __name__ == "__main__":
    main()
