"""Photos at the wire, against granian itself: bombs, the largest that are allowed, bodies without an end."""

from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from pathlib import Path

import pytest
from PIL import Image

from tests.api.test_device_bodies import answer_of, chunks_of, connect, head, peak_mb
from tests.api.test_device_photos import DOOR, REFUSED, headers_of, photo_of
from tests.lib.test_pictures import CANARY, saved, scene
from tests.own_server import OwnServer

ENDLESS_BYTES = 200_000_000


def post(server: OwnServer, body: bytes, message_id: str) -> tuple[int, dict[str, object]]:
    signed = {name.replace("-", "_"): value for name, value in headers_of(body, server.key, message_id).items()}
    with connect(server) as connection:
        connection.sendall(head(DOOR, Content_Length=len(body), **signed) + body)
        return answer_of(connection)


def file_bytes(server: OwnServer) -> list[bytes]:
    return [path.read_bytes() for path in (server.folder / "photos").rglob("*.webp")]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads memory in /proc")
def test_bombs_are_refused_and_the_largest_are_taken_within_150_mb_and_without_their_place(
    own_server: OwnServer,
) -> None:
    assert post(own_server, photo_of("first"), "first")[0] == 200  # what is loaded for every photo is loaded
    before_mb, files_before = peak_mb(own_server), len(file_bytes(own_server))
    for number, (make, code) in enumerate(REFUSED.values()):
        assert post(own_server, photo_of("e-1", make()), f"refused-{number}")[1]["code"] == code
    assert len(file_bytes(own_server)) == files_before

    exif = Image.Exif()
    exif.get_ifd(0x8825)[29] = CANARY.decode()
    large = scene(width=8_660, height=5_773)  # 50 megapixels
    largest = [
        saved(large, exif=exif.tobytes(), comment=CANARY),
        saved(large.resize((4_080, 3_060)), progressive=True),
        saved(large.resize((3_340, 2_510)).convert("RGBA"), "PNG", compress_level=1),
        saved(large.resize((2_400, 1_870)).convert("RGBA"), "WEBP", method=0),
    ]

    def send(number: int) -> tuple[int, dict[str, object]]:
        return post(own_server, photo_of(f"large-{number}", largest[number]), f"large-{number}")

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(4)))
    # One is worked on, two wait; the fourth may be told to come again.
    waiting = [number for number, (status, _) in enumerate(answers) if status == 503]
    assert len(waiting) <= 1
    answers += [send(number) for number in waiting]
    assert [answer["fate"] for status, answer in answers if status == 200] == ["accepted"] * 4
    assert peak_mb(own_server) - before_mb < 150
    kept = file_bytes(own_server)
    assert len(kept) == files_before + 8
    assert not any(CANARY in each for each in kept)
    assert "Traceback" not in own_server.log.read_text(encoding="utf8")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads memory in /proc")
def test_a_photo_without_an_end_is_413_one_that_breaks_off_nothing_and_one_in_chunks_is_taken(
    own_server: OwnServer,
) -> None:
    before_mb = peak_mb(own_server)
    block = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    for headers in ({"Transfer_Encoding": "chunked"}, {"Content_Length": ENDLESS_BYTES}):
        with connect(own_server) as connection:
            connection.sendall(head(DOOR, **headers))
            try:
                for _ in range(ENDLESS_BYTES // len(block)):
                    connection.sendall(block)
                pytest.fail("the server took it all")
            except OSError:  # it hung up, after its answer
                status, answer = answer_of(connection)
        assert (status, answer["code"]) == (413, "body_too_large")
    assert peak_mb(own_server) - before_mb < 50

    body = photo_of("7f3a-41")
    signed = {name.replace("-", "_"): value for name, value in headers_of(body, own_server.key).items()}
    for sent_count in (len(body) // 2, 20):
        with connect(own_server) as connection:
            connection.sendall(head(DOOR, Content_Length=len(body), **signed) + body[:sent_count])
    with connect(own_server) as connection:
        connection.sendall(head(DOOR, Transfer_Encoding="chunked", **signed) + chunks_of(body, size=999))
        assert answer_of(connection)[1]["fate"] == "accepted"
    assert own_server.rows("SELECT event_id FROM sorting_photo") == [("7f3a-41",)]
    assert len(file_bytes(own_server)) == 2


def test_a_server_killed_at_any_moment_leaves_no_row_without_its_files(own_server: OwnServer) -> None:
    """The files are synced before their row: whichever rows there are, their files are whole."""
    bodies = [photo_of(f"e-{number}", saved(scene(seed=number))) for number in range(16)]
    answered: list[str] = []

    def send(number: int) -> None:
        try:
            status, _ = post(own_server, bodies[number], f"photo-{number}")
            answered.extend([f"e-{number}"] if status == 200 else [])
        except (OSError, AssertionError):  # nobody answered
            return

    for start in range(0, 16, 8):
        with ThreadPoolExecutor(2) as pool:
            sending = [pool.submit(send, number) for number in range(start, start + 8)]
            wait(sending, return_when=FIRST_COMPLETED)
            own_server.kill()
        own_server.start()
    rows = own_server.rows("SELECT event_id, large_name, small_name FROM sorting_photo")
    assert set(answered) <= {event_id for event_id, _, _ in rows}
    assert rows
    for _, *names in rows:
        for name in names:
            Image.open(own_server.folder / "photos" / str(name)).load()
