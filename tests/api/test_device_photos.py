"""POST /api/v1/device/photos: a photo of a drop-off, and every answer that a bin can get."""

import base64
import datetime as dt
import gzip
import hmac
import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from PIL import Image
from pytest_django.fixtures import Settings

from api.device.photos import LINE_BYTES_MAX, PHOTO_BODY_BYTES_MAX
from api.device.rate import bin_rate
from households.models import ConsentKind, Household
from households.services import record_consent
from lib import picture_turns
from sorting.models import DeviceMessage, Photo, SmartBin
from tests.api.conftest import DOOR as DROP_OFFS
from tests.builders import make_drop_off
from tests.lib.test_pictures import CANARY, png_of_zeros, saved, scene
from tests.sorting.test_photos import files_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
DOOR = "/api/v1/device/photos"
PICTURE = saved(scene(width=160, height=120))


def photo_of(event_id: object = "e-1", picture: bytes = PICTURE, **others: object) -> bytes:
    """What bin 07 sends: a line of JSON, a line feed, the picture."""
    named = {"bin": "B-0007", "event_id": event_id} | others
    return json.dumps(named, ensure_ascii=False).encode() + b"\n" + picture


def headers_of(body: bytes, key: str, message_id: str = "photo-1", off_s: int = 0) -> dict[str, str]:
    """The three headers, signed as the protocol says, over bytes that are no text."""
    stamp = str(int(timezone.now().timestamp()) + off_s)
    secret = base64.b64decode(key.removeprefix("whsec_"))
    digest = hmac.digest(secret, f"{message_id}.{stamp}.".encode() + body, "sha256")
    signature = "v1," + base64.b64encode(digest).decode()
    return {"webhook-id": message_id, "webhook-timestamp": stamp, "webhook-signature": signature}


def post(client: Client, body: bytes, headers: dict[str, str], door: str = DOOR) -> HttpResponse:
    response: Any = client.post(door, data=body, content_type="application/octet-stream", headers=headers)
    return response  # type: ignore[no-any-return]


Send = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def send(client: Client, key_07: str, photos_dir: Path) -> Send:
    """Bin 07 sends a body; status and document of the answer."""

    def send(body: bytes, message_id: str = "photo-1", key: str = key_07, **others: int) -> tuple[int, dict[str, Any]]:
        response = post(client, body, headers_of(body, key, message_id, **others))
        return response.status_code, json.loads(response.content)

    return send


def nothing_is_kept(photos_dir: Path) -> bool:
    return not Photo.objects.exists() and not DeviceMessage.objects.exists() and files_of(photos_dir) == []


def test_a_photo_is_accepted_and_the_same_message_gets_the_same_answer(
    client: Client, key_07: str, bin_07: SmartBin, photos_dir: Path, now: dt.datetime
) -> None:
    body = photo_of(taken_at="2026-11-23T11:59:00+08:00", other="ignored")
    first = post(client, body, headers_of(body, key_07))
    photo = Photo.objects.get()
    assert (first.status_code, json.loads(first.content)) == (
        200,
        {
            "event_id": "e-1",
            "received_at": "2026-11-23T12:00:00.000+08:00",
            "photo": str(photo.pk),
            "fate": "accepted",
            "code": None,
        },
    )
    assert (photo.bin, photo.event_id, photo.taken_at) == (bin_07, "e-1", now - dt.timedelta(minutes=1))
    again = post(client, body, headers_of(body, key_07, off_s=60))
    assert (again.status_code, again.content) == (200, first.content)
    assert Photo.objects.count() == 1
    assert len(files_of(photos_dir)) == 2


def test_the_same_photo_under_another_id_is_a_duplicate_and_another_body_under_the_same_id_is_409(send: Send) -> None:
    photo = send(photo_of())[1]["photo"]
    status, answer = send(photo_of(), "photo-2")
    assert (status, answer["fate"], answer["photo"]) == (200, "duplicate", photo)
    status, answer = send(photo_of("e-2"))
    assert (status, answer["code"]) == (409, "message_id_reused")
    assert Photo.objects.count() == 1


def test_a_message_of_the_other_door_is_another_message(send: Send, client: Client, key_07: str) -> None:
    body = b'{"bin":"B-0007","event_id":"e-1","events":[]}\n'  # good at both doors, as far as its shape goes
    assert post(client, body, headers_of(body, key_07), door=DROP_OFFS).status_code == 200
    status, answer = send(body)
    assert (status, answer["code"]) == (409, "message_id_reused")
    body = photo_of()
    assert send(body, "photo-2")[0] == 200
    other = post(client, b'{"bin":"B-0007","events":[]}', {}, door=DROP_OFFS)
    assert other.status_code == 401


def test_zhangs_photo_without_consent_is_answered_for_good_and_not_kept(
    send: Send, bin_07: SmartBin, zhang: Household, photos_dir: Path, now: dt.datetime
) -> None:
    make_drop_off(smart_bin=bin_07, occurred_at=now, household=zhang, event_id="e-1")
    expected = {
        "event_id": "e-1",
        "received_at": "2026-11-23T12:00:00.000+08:00",
        "photo": None,
        "fate": "not_kept",
        "code": "consent_missing",
    }
    assert send(photo_of()) == (200, expected)
    record_consent(household=zhang, kind=ConsentKind.PHOTO, is_given=True, now=now)
    assert send(photo_of()) == (200, expected)  # the same message
    assert not Photo.objects.exists()
    assert files_of(photos_dir) == []
    assert send(photo_of(), "photo-2")[1]["fate"] == "accepted"


TWO = {"save_all": True, "append_images": [scene(seed=2)]}
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "bomb of 178 megapixels": (lambda: png_of_zeros(width=13_344, height=13_344), "photo_too_many_pixels"),
    "two pictures": (lambda: saved(scene(), "MPO", **TWO), "photo_format_refused"),
    "animated PNG": (lambda: saved(scene(), "PNG", **TWO), "photo_format_refused"),
    "animated WebP": (lambda: saved(scene(), "WEBP", **TWO), "photo_format_refused"),
    "GIF": (lambda: saved(scene(), "GIF"), "photo_format_refused"),
    "TIFF": (lambda: saved(scene(width=300, height=200), "TIFF"), "photo_format_refused"),
    "SVG": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "photo_format_refused"),
    "CMYK": (lambda: saved(scene().convert("CMYK")), "photo_format_refused"),
    "nothing": (lambda: b"", "photo_format_refused"),
    "half": (lambda: PICTURE[: len(PICTURE) // 2], "photo_damaged"),
    "its head only": (lambda: PICTURE[:30], "photo_damaged"),
    "two files at once": (lambda: PICTURE + b"PK\x03\x04 an archive", "photo_trailing_data"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_picture_is_400_with_a_code_and_leaves_nothing(send: Send, photos_dir: Path, kind: str) -> None:
    make, code = REFUSED[kind]
    picture = make()
    assert len(picture) < 600_000
    status, answer = send(photo_of(picture=picture))
    assert (status, answer["code"]) == (400, code)
    assert nothing_is_kept(photos_dir)


def test_where_it_was_taken_and_by_what_is_gone(send: Send, photos_dir: Path) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8825)[29] = CANARY.decode()
    picture = saved(scene(), exif=exif.tobytes(), comment=CANARY)
    assert picture.count(CANARY) == 2
    assert send(photo_of(picture=picture))[0] == 200
    files = [photos_dir / name for name in files_of(photos_dir)]
    assert len(files) == 2
    assert all(CANARY not in path.read_bytes() for path in files)


@pytest.mark.parametrize(
    ("named", "wrong"),
    [
        ({"event_id": None}, ["event_id"]),
        ({"event_id": ""}, ["event_id"]),
        ({"event_id": "x" * 65}, ["event_id"]),
        ({"event_id": "a\x00"}, ["event_id"]),
        ({"event_id": 7}, ["event_id"]),
        ({"event_id": "e-1", "taken_at": "noon"}, ["taken_at"]),
        ({"event_id": [], "taken_at": 1795406400}, ["event_id", "taken_at"]),
    ],
)
def test_a_wrong_field_is_400_and_named(
    send: Send, photos_dir: Path, named: dict[str, object], wrong: list[str]
) -> None:
    status, answer = send(photo_of(**named))  # type: ignore[arg-type]
    assert (status, answer["code"], list(answer["fields"])) == (400, "field_invalid", wrong)
    assert nothing_is_kept(photos_dir)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\n" + PICTURE,
        PICTURE,
        b"[]\n" + PICTURE,
        b'{"event_id":"e-1"}\n' + PICTURE,
        b'{"bin":"B-0007","event_id":"e-1"}' + PICTURE.replace(b"\n", b""),
        photo_of(padding="x" * LINE_BYTES_MAX),
        b"[" * 20_000 + b"\n" + PICTURE,
    ],
)
def test_without_its_line_a_picture_is_400(send: Send, photos_dir: Path, body: bytes) -> None:
    status, answer = send(body)
    assert (status, answer["code"]) == (400, "body_invalid")
    assert nothing_is_kept(photos_dir)


def test_unsigned_altered_late_or_another_bins_is_401_and_not_looked_at(
    client: Client, send: Send, bin_07: SmartBin, key_07: str, photos_dir: Path
) -> None:
    body = photo_of()
    altered = bytearray(body)
    altered[-20] ^= 1
    assert post(client, body, {}).status_code == 401
    assert post(client, bytes(altered), headers_of(body, key_07)).status_code == 401
    # The event id is signed with the picture.
    assert post(client, photo_of("e-2"), headers_of(body, key_07)).status_code == 401
    assert send(body, key="whsec_" + base64.b64encode(b"k" * 32).decode())[1]["code"] == "signature_invalid"
    assert send(body, off_s=-301)[1]["code"] == "clock_off"
    assert send(photo_of("e-1", bin="B-0008"))[0] == 401
    assert send(photo_of(picture=b"no picture"), off_s=-301)[0] == 401
    assert nothing_is_kept(photos_dir)


def test_the_limit_is_for_this_address_alone(client: Client, send: Send, key_07: str, photos_dir: Path) -> None:
    line = photo_of(picture=b"")
    largest = line + PICTURE + bytes(PHOTO_BODY_BYTES_MAX - len(line) - len(PICTURE))  # cameras fill up with zeros
    assert send(largest)[0] == 200
    status, answer = send(largest + b"\x00", "photo-2")
    assert (status, answer["code"]) == (413, "body_too_large")
    assert post(client, largest, headers_of(largest, key_07), door=DROP_OFFS).status_code == 413
    assert Photo.objects.count() == 1


def test_compressed_is_400_a_get_is_405_and_too_often_is_429(client: Client, key_07: str, photos_dir: Path) -> None:
    body = photo_of()
    headers = headers_of(body, key_07) | {"Content-Encoding": "gzip"}
    assert post(client, gzip.compress(body), headers).status_code == 400
    assert client.get(DOOR).status_code == 405
    in_an_hour_s = time.monotonic() + 3_600  # nothing is poured in until then, however long a step here takes
    while bin_rate.wait_s(key=SmartBin.objects.get().pk, now_s=in_an_hour_s) == 0:
        pass
    refused = post(client, body, headers_of(body, key_07))
    assert (refused.status_code, json.loads(refused.content)["code"]) == (429, "too_many_requests")
    assert int(refused["Retry-After"]) >= 1
    assert nothing_is_kept(photos_dir)


def test_a_full_disk_too_many_at_once_and_a_database_that_is_away_are_503(
    client: Client, send: Send, key_07: str, photos_dir: Path, settings: Settings, tmp_path: Path
) -> None:
    body = photo_of()
    (tmp_path / "full").write_text("no folder")
    settings.PHOTOS_DIR = tmp_path / "full"
    assert send(body)[1]["code"] == "photos_unwritable"
    settings.PHOTOS_DIR = photos_dir

    with ExitStack() as places:
        for _ in range(1 + picture_turns.WAITING_MAX):
            assert picture_turns._places.acquire(blocking=False)
            places.callback(picture_turns._places.release)
        refused = post(client, body, headers_of(body, key_07))
    assert (refused.status_code, json.loads(refused.content)["code"]) == (503, "photos_busy")
    assert int(refused["Retry-After"]) >= 1

    def fail(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        if 'INSERT INTO "sorting_photo"' in sql:
            raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail):
        assert send(body)[1]["code"] == "unavailable"
    assert not Photo.objects.exists()
    assert not DeviceMessage.objects.exists()
    status, answer = send(body)
    assert (status, answer["fate"]) == (200, "accepted")


def test_a_photo_may_come_before_its_drop_off(
    client: Client, send: Send, key_07: str, at_noon: time_machine.Traveller
) -> None:
    assert send(photo_of("7f3a-41"))[1]["fate"] == "accepted"
    event = {"event_id": "7f3a-41", "category": "FOOD", "weight_g": 900, "occurred_at": "2026-11-23T11:59:00+08:00"}
    body = json.dumps({"bin": "B-0007", "events": [event]}).encode()
    assert post(client, body, headers_of(body, key_07, "msg-1"), door=DROP_OFFS).status_code == 200
    assert send(photo_of("7f3a-41", saved(scene(seed=3))), "photo-2")[1]["fate"] == "accepted"
    assert Photo.objects.filter(event_id="7f3a-41").count() == 2
