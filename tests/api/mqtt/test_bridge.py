"""Through real brokers and the bridge: what bins send arrives once, whatever is killed on the way."""

import concurrent.futures
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import OperationalError
from django.utils import timezone

from api.device.exchange import Message
from api.device.mqtt import answering
from households.models import Household
from simulation.mqtt_client import MqttReply, framed
from sorting.models import Door, DropOff, DropOffBatch, SmartBin
from sorting.services.bin_keys import make_bin_key
from sorting.services.mqtt_logins import NewLogin
from tests.api.conftest import body_of
from tests.api.mqtt.conftest import BRIDGE_LOGIN, bridging, connected, log_in
from tests.api.mqtt.test_brokers import until
from tests.brokers import Broker, running_broker
from tests.faults.district import make_bins, make_events
from tests.faults.workers import ROOT, environment
from tests.sorting.test_recording import event

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
EVENTS = int(os.environ.get("FENFEN_MQTT_EVENTS", "3000"))
EVENTS_A_BATCH = 20
REPLY_WITHIN_S = 20.0


@pytest.fixture
def login_07(broker: Broker, bin_07: SmartBin) -> NewLogin:
    """Bin 07's log-in, known to the broker."""
    login = log_in(broker=broker, smart_bin=bin_07)
    time.sleep(0.3)
    return login


def body_lately(*ids: str) -> bytes:
    return body_of([event(each, occurred_at=timezone.now().isoformat()) for each in ids])


def test_a_bin_sends_and_hears(broker: Broker, login_07: NewLogin, zhang: Household, key_07: str) -> None:
    with bridging(broker=broker), connected(broker=broker, login=login_07) as client:
        body = body_lately("e-1", "e-2")
        good = client.ask(kind="drop-offs", message_id="m-1", payload=framed(key=key_07, message_id="m-1", body=body))
        reply = good.result(timeout=REPLY_WITHIN_S)
        assert (reply.status, reply.topic) == (200, "fenfen/bins/B-0007/down/replies")
        assert [result["fate"] for result in reply.answer["results"]] == ["accepted", "accepted"]
        again = client.ask(kind="drop-offs", message_id="m-1", payload=framed(key=key_07, message_id="m-1", body=body))
        assert again.result(timeout=REPLY_WITHIN_S).answer == reply.answer
        # What is wrong is told, too, and the bridge lives on.
        for payload, status in ((b"garbage", 400), (b"webhook-id: x\n\n" + b" " * 300_000, 413)):
            asked = client.ask(kind="drop-offs", message_id="x" if status == 413 else None, payload=payload)
            assert asked.result(timeout=REPLY_WITHIN_S).status == status
        more = body_lately("e-3")
        last = client.ask(kind="drop-offs", message_id="m-2", payload=framed(key=key_07, message_id="m-2", body=more))
        assert last.result(timeout=REPLY_WITHIN_S).status == 200
    assert set(DropOffBatch.objects.values_list("door", flat=True)) == {Door.MQTT}
    assert DropOff.objects.count() == 3


def test_two_bridges_at_once_are_harmless(broker: Broker, login_07: NewLogin, zhang: Household, key_07: str) -> None:
    with (
        bridging(broker=broker),
        bridging(broker=broker, client_id="fenfen-bridge-2"),
        connected(broker=broker, login=login_07) as client,
    ):
        asked = [
            client.ask(
                kind="drop-offs",
                message_id=f"m-{n}",
                payload=framed(key=key_07, message_id=f"m-{n}", body=body_lately(f"e-{n}")),
            )
            for n in range(20)
        ]
        replies = [each.result(timeout=REPLY_WITHIN_S) for each in asked]
    assert {reply.status for reply in replies} == {200}
    assert {reply.answer["results"][0]["fate"] for reply in replies} == {"accepted"}
    assert DropOff.objects.count() == 20


def test_a_database_that_is_away_is_503_and_keeps_nobody_waiting(
    broker: Broker, login_07: NewLogin, zhang: Household, key_07: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More messages than the broker has in hand at once: unacknowledged, they would block those that come later."""
    is_away = threading.Event()
    is_away.set()
    plain = answering.ANSWERS["drop-offs"]

    def answer(message: Message) -> bytes:
        if is_away.is_set():
            raise OperationalError("the database is away")
        return plain(message)

    monkeypatch.setitem(answering.ANSWERS, "drop-offs", answer)
    with bridging(broker=broker), connected(broker=broker, login=login_07) as client:

        def ask(number: int) -> "concurrent.futures.Future[MqttReply]":
            payload = framed(key=key_07, message_id=f"m-{number}", body=body_lately(f"e-{number}"))
            return client.ask(kind="drop-offs", message_id=f"m-{number}", payload=payload)

        replies = [each.result(timeout=REPLY_WITHIN_S) for each in [ask(number) for number in range(100)]]
        assert {(reply.status, reply.retry_after_s) for reply in replies} == {(503, 5)}
        is_away.clear()
        assert ask(0).result(timeout=REPLY_WITHIN_S).status == 200
    assert DropOff.objects.count() == 1


@contextmanager
def bridge_process(*, broker: Broker) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """`manage.py mqtt_bridge` on this test's database; the list holds the one that runs."""
    url = f"mqtt://{BRIDGE_LOGIN[0]}:{quote(BRIDGE_LOGIN[1])}@127.0.0.1:{broker.port}"
    running = [start_bridge(url=url)]
    try:
        yield running
    finally:
        for process in running:
            process.kill()
            process.wait()


def start_bridge(*, url: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "manage.py", "mqtt_bridge"],
        cwd=ROOT,
        env=environment(MQTT_URL=url, LOG_LEVEL="ERROR", DEVICE_REQUESTS_PER_S="1000", DEVICE_REQUESTS_BURST="1000"),
        stderr=subprocess.DEVNULL,
    )


def send_until_replied(
    *, broker: Broker, smart_bins: list[SmartBin], logins: dict[str, NewLogin], on_progress: Callable[[int], None]
) -> list[str]:
    """Each bin sends its batches and sends again what was not replied to with 200; the event ids."""
    sent: list[str] = []
    replied = 0
    lock = threading.Lock()
    batches = EVENTS // EVENTS_A_BATCH // len(smart_bins)
    keys = {each.code: make_bin_key(smart_bin=each, now=timezone.now()).key for each in smart_bins}

    def bin_at_work(smart_bin: SmartBin, number: int) -> None:
        nonlocal replied
        code = smart_bin.code
        waiting: dict[str, bytes] = {}
        for batch in range(batches):
            events = make_events(
                prefix=f"{code}-{batch}",
                count=EVENTS_A_BATCH,
                card_prefix=f"K{number}",
                card_count=10,
                now=timezone.now(),
            )
            waiting[f"{code}-{batch}"] = json.dumps({"bin": code, "boot_id": "1", "events": events}).encode()
            with lock:
                sent.extend(str(each["event_id"]) for each in events)
        with connected(broker=broker, login=logins[code], code=code) as client:
            while waiting:
                asked = {
                    client.ask(
                        kind="drop-offs",
                        message_id=message_id,
                        payload=framed(key=keys[code], message_id=message_id, body=body),
                    )
                    for message_id, body in list(waiting.items())[:25]
                }
                done, _ = concurrent.futures.wait(asked, timeout=3)
                for future in done:
                    reply = future.result()
                    if reply.status == 200 and waiting.pop(str(reply.id), None) is not None:
                        with lock:
                            replied += EVENTS_A_BATCH
                        on_progress(replied)

    with concurrent.futures.ThreadPoolExecutor(len(smart_bins)) as pool:
        for future in [pool.submit(bin_at_work, each, number) for number, each in enumerate(smart_bins)]:
            future.result(timeout=120)
    return sent


@pytest.mark.parametrize("victim", ["broker", "bridge"])
def test_killed_in_the_middle_everything_is_stored_once(victim: str, tmp_path: Path) -> None:
    """kill -9 of Mosquitto, or of the bridge, with 3,000 events under way; both come back."""
    smart_bins = make_bins(community_count=3, households_each=10, now=timezone.now())
    with running_broker(kind="mosquitto", folder=tmp_path) as broker:
        logins = {each.code: log_in(broker=broker, smart_bin=each) for each in smart_bins}
        time.sleep(0.3)
        with bridge_process(broker=broker) as bridges:
            url = f"mqtt://{BRIDGE_LOGIN[0]}:{quote(BRIDGE_LOGIN[1])}@127.0.0.1:{broker.port}"
            kills: list[int] = []
            lock = threading.Lock()

            def kill_twice(replied: int) -> None:
                with lock:
                    if len(kills) == 2 or replied < EVENTS * (len(kills) + 1) // 4:
                        return
                    kills.append(replied)
                    if victim == "broker":
                        broker.kill()
                        broker.start()
                    else:
                        bridges[-1].send_signal(signal.SIGKILL)
                        bridges.append(start_bridge(url=url))

            sent = send_until_replied(broker=broker, smart_bins=smart_bins, logins=logins, on_progress=kill_twice)
            assert len(kills) == 2
            assert sorted(DropOff.objects.values_list("event_id", flat=True)) == sorted(sent)
            assert len(sent) == EVENTS
            bridges[-1].send_signal(signal.SIGTERM)
            assert bridges[-1].wait(timeout=15) == 0


def test_without_sending_again_a_killed_broker_does_lose_events(tmp_path: Path) -> None:
    """The control: a bin that takes the broker's PUBACK for the platform's reply loses what the broker lost."""
    [smart_bin] = make_bins(community_count=1, households_each=10, now=timezone.now())
    key = make_bin_key(smart_bin=smart_bin, now=timezone.now()).key
    with running_broker(kind="mosquitto", folder=tmp_path) as broker:
        login = log_in(broker=broker, smart_bin=smart_bin)
        time.sleep(0.3)
        # The bridge has a session at the broker, and is away: what comes waits for it.
        with bridging(broker=broker):
            pass
        with connected(broker=broker, login=login, code=smart_bin.code) as client:
            body = json.dumps(
                {
                    "bin": smart_bin.code,
                    "events": make_events(prefix="x", count=5, card_prefix="K0", card_count=5, now=timezone.now()),
                }
            ).encode()
            client.ask(kind="drop-offs", message_id="m", payload=framed(key=key, message_id="m", body=body))
            assert until(client.is_all_acknowledged)
            broker.kill()
        broker.start()
        with bridging(broker=broker):
            assert not until(DropOff.objects.exists, within_s=2)
