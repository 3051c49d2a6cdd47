"""Sends prepared requests as fast as they are answered, or at a given rate, from processes of their own."""

import http.client
import multiprocessing
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Request = tuple[str, bytes, Mapping[str, str]]  # path, body, headers


@dataclass(frozen=True, slots=True)
class Load:
    """What a run gave: requests a second from the first start to the last end, and each request's seconds, sorted."""

    requests_per_s: float
    latencies_s: Sequence[float]
    answers: Sequence[bytes]

    def percentile_ms(self, percent: float) -> float:
        return 1_000 * self.latencies_s[min(len(self.latencies_s) - 1, int(len(self.latencies_s) * percent / 100))]


def send_all(*, port: int, requests: Sequence[Request], senders: int, rate_per_s: float | None = None) -> Load:
    """POST every request over `senders` connections that are kept open; with `rate_per_s`, spread evenly in time.

    At a given rate a request's time counts from the moment at which it should have been sent, so that a slow server
    cannot hide behind a sender that waits for it.

    :raises SystemExit: an answer was not 200.
    """
    context = multiprocessing.get_context("fork")
    results: multiprocessing.Queue[tuple[float, float, list[float], list[bytes], str]] = context.Queue()
    start = time.time() + 0.2
    processes = [
        context.Process(target=_send, args=(port, requests[each::senders], each, senders, rate_per_s, start, results))
        for each in range(senders)
    ]
    for process in processes:
        process.start()
    reports = [results.get(timeout=600) for _ in processes]
    for process in processes:
        process.join()
    for report in reports:
        if report[4]:
            raise SystemExit(f"bench=ingest: {report[4]}")
    seconds = max(report[1] for report in reports) - min(report[0] for report in reports)
    return Load(
        requests_per_s=len(requests) / seconds,
        latencies_s=sorted(latency for report in reports for latency in report[2]),
        answers=[answer for report in reports for answer in report[3]],
    )


def _send(
    port: int,
    requests: Sequence[Request],
    number: int,
    senders: int,
    rate_per_s: float | None,
    start: float,
    results: "multiprocessing.Queue[tuple[float, float, list[float], list[bytes], str]]",
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    latencies, answers, fault = [], [], ""
    time.sleep(max(0.0, start - time.time()))
    started = time.time()
    for position, (path, body, headers) in enumerate(requests):
        due = time.time()
        if rate_per_s is not None:
            due = start + (position * senders + number) / rate_per_s
            time.sleep(max(0.0, due - time.time()))
        connection.request("POST", path, body=body, headers=dict(headers))
        response = connection.getresponse()
        answer = response.read()
        latencies.append(time.time() - due)
        if response.status != 200:
            fault = f"{response.status} {answer[:200].decode(errors='replace')}"
            break
        answers.append(answer)
    results.put((started, time.time(), latencies, answers, fault))
