"""Bodies at the wire, against granian itself: chunked, endless, broken off, compressed, slow."""

import gzip
import json
import re
import socket
from pathlib import Path

import pytest

from api.device.envelope import BODY_BYTES_MAX
from tests.api.conftest import DOOR, body_of, headers_of
from tests.own_server import OwnServer
from tests.sorting.test_recording import event

MEGABYTE = 1_000_000
ENDLESS_BYTES = 200 * MEGABYTE


def connect(server: OwnServer) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", server.port))
    connection.settimeout(30)
    return connection


def head(door: str = DOOR, /, **headers: object) -> bytes:
    lines = [f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items()]
    return f"POST {door} HTTP/1.1\r\nHost: 127.0.0.1\r\n{''.join(lines)}\r\n".encode()


def chunks_of(body: bytes, *, size: int) -> bytes:
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in [*parts, b""])


def answer_of(connection: socket.socket) -> tuple[int, dict[str, object]]:
    received = b""
    while b"\r\n\r\n" not in received:
        part = connection.recv(65_536)
        assert part, received
        received += part
    before, _, content = received.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", before.lower())
    while length and len(content) < int(length[1]):
        content += connection.recv(65_536)
    return int(before.split()[1]), json.loads(content or b"{}")


def peak_mb(server: OwnServer) -> float:
    """The most memory that one of the server's processes ever held."""
    statuses = [Path(f"/proc/{process_id}/status").read_text(encoding="ascii") for process_id in server.process_ids]
    return max(int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) for status in statuses) / 1024


def signed(server: OwnServer, body: bytes) -> dict[str, str]:
    return {name.replace("-", "_"): value for name, value in headers_of(body, server.key).items()}


def test_a_batch_in_chunks_without_a_length_is_taken(own_server: OwnServer) -> None:
    body = body_of([event("e-1", occurred_at=None)])
    with connect(own_server) as connection:
        connection.sendall(head(Transfer_Encoding="chunked", **signed(own_server, body)) + chunks_of(body, size=7))
        status, answer = answer_of(connection)
    assert (status, answer["results"]) == (
        200,
        [{"event_id": "e-1", "fate": "rejected", "code": "occurred_at_invalid"}],
    )


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads memory in /proc")
@pytest.mark.parametrize("headers", [{"Transfer_Encoding": "chunked"}, {"Content_Length": ENDLESS_BYTES}])
def test_a_body_without_an_end_is_413_and_is_not_held_in_memory(
    own_server: OwnServer, headers: dict[str, object]
) -> None:
    before_mb = peak_mb(own_server)
    block = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    with connect(own_server) as connection:
        connection.sendall(head(**headers))
        try:
            for _ in range(ENDLESS_BYTES // len(block)):
                connection.sendall(block)
            pytest.fail("the server took it all")
        except OSError:  # it hung up, after its answer
            status, answer = answer_of(connection)
    assert (status, answer["code"]) == (413, "body_too_large")
    assert peak_mb(own_server) - before_mb < 50


def test_chunks_of_exactly_the_limit_are_read_and_one_byte_more_is_not(own_server: OwnServer) -> None:
    for length, expected in ((BODY_BYTES_MAX, (400, "body_invalid")), (BODY_BYTES_MAX + 1, (413, "body_too_large"))):
        with connect(own_server) as connection:
            connection.sendall(head(Transfer_Encoding="chunked") + chunks_of(b"x" * length, size=50_000))
            status, answer = answer_of(connection)
        assert (status, answer["code"]) == expected


def test_a_compressed_body_is_refused_and_not_unpacked(own_server: OwnServer) -> None:
    bomb = gzip.compress(b"[" * 100 * MEGABYTE)
    assert len(bomb) < BODY_BYTES_MAX
    for name in ("gzip", "br", "deflate", "identity, gzip", "GZIP"):
        with connect(own_server) as connection:
            connection.sendall(head(Content_Encoding=name, Content_Length=len(bomb)) + bomb)
            status, answer = answer_of(connection)
        assert (status, answer["code"]) == (400, "body_invalid")
    assert peak_mb(own_server) < 300


def test_a_body_that_breaks_off_stores_nothing_and_the_next_one_is_taken(own_server: OwnServer) -> None:
    body = body_of([event("e-1", occurred_at=None)])
    for headers, part in (
        ({"Content_Length": len(body)}, body[:50]),
        ({"Transfer_Encoding": "chunked"}, chunks_of(body, size=7)[:50]),
        ({"Transfer_Encoding": "chunked"}, b"zz\r\nnot a chunk"),
    ):
        with connect(own_server) as connection:
            connection.sendall(head(**headers, **signed(own_server, body)) + part)
    with connect(own_server) as connection:
        connection.sendall(head(Content_Length=len(body), **signed(own_server, body)) + body)
        assert answer_of(connection)[0] == 200
    assert own_server.rows("SELECT count(*) FROM sorting_devicemessage") == [(1,)]
    assert "Traceback" not in own_server.log.read_text(encoding="utf8")


def test_two_lengths_are_no_way_to_smuggle_a_second_request(own_server: OwnServer) -> None:
    smuggled = b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with connect(own_server) as connection:
        connection.sendall(head(Content_Length=len(smuggled), Transfer_Encoding="chunked") + smuggled)
        received = b""
        while part := connection.recv(65_536):
            received += part
    assert received.startswith(b"HTTP/1.1 400")
    assert received.count(b"HTTP/1.1") == 1
    assert b"connection: close" in received
