"""Sends deliveries as bins do: in threads, a bin always in the same one, each answer held against what is due."""

import datetime as dt
import json
import queue
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from simulation.bins.counters import Counters
from simulation.bins.deliveries import Delivery, Kind
from simulation.client import (
    DOOR_PATH,
    STATUS_PATH,
    BinIdentity,
    ClientTimes,
    DoorError,
    batch_body,
    read_answer,
)

QUEUED_MAX = 200  # messages a thread; the maker of days waits, so that no more than about a day is in memory
_POLL_S = 0.2


class Client(Protocol):
    """One way to the platform, for one thread."""

    times: ClientTimes

    def exchange(self, *, path: str, sender: BinIdentity, body: str, message_id: str | None = None) -> bytes: ...
    def hang_up(self, *, path: str, sender: BinIdentity, body: str, message_id: str) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Pace:
    """How simulated time passes: `rate` times as fast as real time from `starts_at` on; 0: as fast as answered."""

    starts_at: dt.datetime
    rate: float

    def wait_s(self, *, send_at: dt.datetime, started_s: float) -> float:
        """Seconds until it is time. `started_s`: monotonic, when the run began."""
        if not self.rate:
            return 0.0
        due_s = started_s + (send_at - self.starts_at).total_seconds() / self.rate
        return due_s - time.monotonic()


class Fleet:
    """The sending threads. `run` blocks until all is answered, a sender has failed, or `stop` is called elsewhere."""

    def __init__(
        self,
        *,
        make_client: Callable[[], Client],
        keys: Mapping[str, str],
        sender_count: int,
        is_fresh: bool,
        counters: Counters,
    ) -> None:
        """`make_client` gives each sending thread its way to the platform."""
        self.counters = counters
        self._keys = keys
        self._is_fresh = is_fresh
        self._stop = threading.Event()
        # Message ids are new in every run: the same id would bring back the answer of the run before.
        self._run = uuid.uuid4().hex[:12]
        self._queues: list[queue.Queue[Delivery | None]] = [queue.Queue(QUEUED_MAX) for _ in range(sender_count)]
        self._clients = [make_client() for _ in range(sender_count)]

    def stop(self) -> None:
        """Send nothing more; what is on its way is answered first."""
        self._stop.set()

    @property
    def is_stopped(self) -> bool:
        return self._stop.is_set()

    @property
    def retries(self) -> int:
        return sum(client.times.retries for client in self._clients)

    def run(self, *, deliveries: Iterable[Delivery], pace: Pace) -> None:
        """Send them all, each when its time has come. What did not leave is in `counters.unsent_event_ids`."""
        threads = [
            threading.Thread(target=self._send_all, args=(waiting, client), name=f"bins-{number}", daemon=True)
            for number, (waiting, client) in enumerate(zip(self._queues, self._clients, strict=True))
        ]
        for thread in threads:
            thread.start()
        started_s = time.monotonic()
        try:
            for delivery in deliveries:
                wait_s = pace.wait_s(send_at=delivery.send_at, started_s=started_s)
                if self._stop.is_set() or (wait_s > 0 and self._stop.wait(wait_s)) or not self._hand_over(delivery):
                    self._leave(delivery)
        finally:
            for waiting in self._queues:
                waiting.put(None)
            for thread in threads:
                thread.join()

    def _hand_over(self, delivery: Delivery) -> bool:
        """Give it to its bin's thread; whether that took it."""
        waiting = self._queues[delivery.bin.number % len(self._queues)]
        while not self._stop.is_set():
            try:
                waiting.put(delivery, timeout=_POLL_S)
            except queue.Full:
                continue
            return True
        return False

    def _send_all(self, waiting: "queue.Queue[Delivery | None]", client: Client) -> None:
        sender = _Sender(client=client, keys=self._keys, run=self._run, counters=self.counters, is_fresh=self._is_fresh)
        for delivery in _until_none(waiting):
            if self._stop.is_set():
                self._leave(delivery)
                continue
            try:
                sender.send(delivery)
            except (DoorError, ValueError, KeyError, TypeError) as error:
                with self.counters.lock:
                    self.counters.failures.append(f"{type(error).__name__}: {error}")
                self._leave(delivery)
                self.stop()
        client.close()

    def _leave(self, delivery: Delivery) -> None:
        if delivery.kind is Kind.FIRST:
            with self.counters.lock:
                self.counters.unsent_event_ids.update(event["event_id"] for event in delivery.events)


class _Sender:
    """One thread's work: sends a delivery, and compares."""

    def __init__(
        self, *, client: Client, keys: Mapping[str, str], run: str, counters: Counters, is_fresh: bool
    ) -> None:
        self._client = client
        self._keys = keys
        self._run = run
        self._counters = counters
        self._is_fresh = is_fresh
        self._has_status_door = True
        self._first_answers: dict[int, bytes] = {}
        # By bin: boot id, the last sequence that was answered, how full it said it was.
        self._said: dict[str, tuple[str, int, float]] = {}

    def send(self, delivery: Delivery) -> None:
        """:raises DoorError: refused as a whole, or not answered."""
        sender = BinIdentity(code=delivery.bin.code, key=self._keys[delivery.bin.code])
        if delivery.kind is Kind.HEARTBEAT:
            self._beat(delivery=delivery, sender=sender)
            return
        body = batch_body(sender=sender, boot_id=delivery.boot_id, events=delivery.events)
        message_id = f"{self._run}-{delivery.message}"
        if delivery.is_dropped:
            self._client.hang_up(path=DOOR_PATH, sender=sender, body=body, message_id=message_id)
        content = self._client.exchange(path=DOOR_PATH, sender=sender, body=body, message_id=message_id)
        if delivery.kind is Kind.SAME_MESSAGE:
            self._compare_bytes(delivery=delivery, content=content)
            return
        if delivery.is_repeated:
            self._first_answers[delivery.message] = content
        last = delivery.events[-1]
        self._said[delivery.bin.code] = (delivery.boot_id, last["sequence"], last["fill_rate"])
        self._compare_fates(delivery=delivery, content=content)

    def _compare_bytes(self, *, delivery: Delivery, content: bytes) -> None:
        """The same message again must get the same answer."""
        with self._counters.lock:
            self._counters.messages += 1
            self._counters.same_answers += 1
            if content != self._first_answers.pop(delivery.message):
                self._counters.surprise(
                    f"桶 {delivery.bin.code}: 同一消息得到不同答复 (another answer to the same message)"
                )

    def _compare_fates(self, *, delivery: Delivery, content: bytes) -> None:
        results = read_answer(content=content).results
        counters = self._counters
        with counters.lock:
            counters.messages += 1
            if len(results) != len(delivery.events):
                counters.surprise(f"桶 {delivery.bin.code}: {len(delivery.events)} 条得到 {len(results)} 个结果")
            for event, (fate, code), result in zip(delivery.events, delivery.fates, results, strict=False):
                counters.sent += 1
                counters.fates[result.fate] += 1
                if result.fate in ("rejected", "conflict"):
                    counters.refused[result.code or result.fate] += 1
                is_known_before = not self._is_fresh and (fate, result.fate) == ("accepted", "duplicate")
                if (result.event_id, result.fate, result.code) != (
                    event["event_id"],
                    fate,
                    code,
                ) and not is_known_before:
                    counters.surprise(
                        f"桶 {delivery.bin.code} {event['event_id']}: 应为 {fate} {code or ''},"
                        f"答复 {result.fate} {result.code or ''} (not the fate that was due)"
                    )

    def _beat(self, *, delivery: Delivery, sender: BinIdentity) -> None:
        """How the bin is doing, of now: a heartbeat is never old."""
        boot_id, sequence, fill_rate = self._said.get(delivery.bin.code, ("", 0, 0.0))
        if not self._has_status_door or not boot_id:
            return
        document: dict[str, Any] = {
            "bin": sender.code,
            "boot_id": boot_id,
            "sent_at": dt.datetime.now(tz=dt.UTC).isoformat(),
            "last_sequence": sequence,
            "fill_rates": dict.fromkeys(delivery.bin.categories, fill_rate),
            "is_lid_open": False,
            "temperature_c": 18.5,
            "battery_rate": 0.8,
            "firmware": "simulated-1",
        }
        try:
            self._client.exchange(path=STATUS_PATH, sender=sender, body=json.dumps(document))
        except DoorError as error:
            self._has_status_door = error.status != 404  # a platform from before heartbeats
            with self._counters.lock:
                self._counters.heartbeats_refused += 1
                if error.status != 404:
                    self._counters.surprise(f"心跳 (heartbeat) {error}")
            return
        with self._counters.lock:
            self._counters.heartbeats += 1


def _until_none(waiting: "queue.Queue[Delivery | None]") -> Iterator[Delivery]:
    while (delivery := waiting.get()) is not None:
        yield delivery


def in_background(work: Callable[[], None], *, errors: list[BaseException]) -> threading.Event:
    """Start it in a thread of its own; the event is set when it is over, and what it raised is in `errors` by then."""
    # An event, not the thread's join(): Ctrl-C during a join can make Python take a running thread for a dead one.
    is_over = threading.Event()

    def guarded() -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)
        finally:
            is_over.set()

    threading.Thread(target=guarded, name="simulated-bins", daemon=True).start()
    return is_over
