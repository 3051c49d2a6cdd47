"""docs/device-protocol.md keeps its word: its program delivers, and its tables are the code's."""

import ast
import base64
import datetime as dt
import hmac
import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from pytest_django.live_server_helper import LiveServer
from standardwebhooks import Webhook

from api.device.envelope import BATCH_EVENTS_MAX
from api.device.photos import LINE_BYTES_MAX
from households.models import Household
from lib.errors import DomainError
from lib.picture_headers import PictureRefused
from lib.picture_turns import PicturesBusy
from lib.pictures import JPEG_PIXELS_MAX, PNG_PIXELS_MAX, PROGRESSIVE_PIXELS_MAX, WEBP_PIXELS_MAX
from sorting.categories import SubClass, WasteCategory
from sorting.models import DropOff, Fate, Method, SmartBin
from sorting.photo_files import PhotosUnwritable
from sorting.services.events import Rejection
from sorting.services.messages import MessageIdReused
from sorting.services.photos import BIN_PHOTOS_A_DAY_MAX, PHOTO_BYTES_MAX, NotKept, PhotoFate
from tests.own_server import OwnServer
from tests.sorting.test_recording import event

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "device-protocol.md").read_text(encoding="utf8")
VECTORS = re.findall(r"^\| `(whsec_\S+)` \| `(\S+)` \| (\d+) \| `(.*)` \| `(\S+)` \|$", GUIDE, flags=re.MULTILINE)


@pytest.mark.django_db(transaction=True)
def test_the_guides_program_delivers_its_drop_offs_to_a_real_server_once(
    live_server: LiveServer, bin_07: SmartBin, zhang: Household, key_07: str, tmp_path: Path
) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", GUIDE, flags=re.DOTALL)
    occurred_at = dt.datetime.now(dt.UTC).isoformat()
    events = [event(f"e-{number}", occurred_at=occurred_at) for number in range(3)] + [event("e-3", weight_g=0)]
    (tmp_path / "events.jsonl").write_text("\n".join(map(json.dumps, events)), encoding="utf8")
    environment = {"FENFEN_URL": live_server.url, "BIN_CODE": bin_07.code, "BIN_KEY": key_07}
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    }
    # The second run sends the same message and hears the same answer.
    assert outputs == {
        "[('e-0', 'accepted', None), ('e-1', 'accepted', None), ('e-2', 'accepted', None), "
        "('e-3', 'rejected', 'weight_out_of_range')]\n"
    }
    assert DropOff.objects.filter(household=zhang).count() == 3


@pytest.mark.parametrize(
    "word",
    [
        *(code for code in Rejection.values),
        *(fate.value for fate in Fate),
        *Method.values,
        *WasteCategory.values,
        *SubClass.values,
        *(fate.value for fate in PhotoFate),
        *(reason.value for reason in NotKept),
        f"{BATCH_EVENTS_MAX:,}",
        f"{LINE_BYTES_MAX:,} bytes",
        f"{BIN_PHOTOS_A_DAY_MAX:,} photos",
        f"{PHOTO_BYTES_MAX >> 20} MiB in all",
        *(f"{pixels / 1e6:g}" for pixels in (JPEG_PIXELS_MAX, PROGRESSIVE_PIXELS_MAX, PNG_PIXELS_MAX, WEBP_PIXELS_MAX)),
        "clock_off",
    ],
)
def test_the_guide_names_every_word_of_the_door(word: str) -> None:
    assert re.search(rf"\b{word}\b", GUIDE)


def test_the_worked_example_of_openssl_and_curl_delivers_once(own_server: OwnServer, tmp_path: Path) -> None:
    drop_offs, photo = re.findall(r"```bash\n(.*?)```", GUIDE, flags=re.DOTALL)
    first, status, again, status_again = run_as_it_stands(drop_offs, server=own_server, folder=tmp_path)
    assert (status, status_again, again) == ("200", "200", first)
    assert json.loads(first)["results"] == [{"event_id": "7f3a-41", "fate": "accepted", "code": None}]
    assert own_server.rows("SELECT weight_g FROM sorting_dropoff") == [(1620,)]

    # Over a megabyte curl first asks whether it may send at all (Expect: 100-continue).
    noise = Image.frombytes("RGB", (900, 700), random.Random(5).randbytes(900 * 700 * 3))
    noise.save(tmp_path / "photo.jpg", quality=100, subsampling=0)
    assert (tmp_path / "photo.jpg").stat().st_size > 1_100_000
    answer, status = run_as_it_stands(photo, server=own_server, folder=tmp_path)
    assert (status, json.loads(answer)["code"]) == ("200", "consent_missing")
    own_server.rows(
        "INSERT INTO households_consent (household_id, kind, is_given, at)"
        " SELECT household_id, 'PHOTO', 1, '2026-01-01 00:00:00' FROM sorting_dropoff"
    )
    answer, status = run_as_it_stands(photo, server=own_server, folder=tmp_path)
    assert (status, json.loads(answer)["fate"], json.loads(answer)["photo"]) == ("200", "accepted", "1")
    assert own_server.rows("SELECT event_id FROM sorting_photo") == [("7f3a-41",)]


def run_as_it_stands(program: str, *, server: OwnServer, folder: Path) -> list[str]:
    """A program of the guide in bash, as bin 07; the lines that it prints."""
    environment = {"FENFEN_URL": server.url, "BIN_CODE": "B-0007", "BIN_KEY": server.key}
    done = subprocess.run(
        ["bash", "-euc", program],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.parametrize(("key", "message_id", "timestamp", "body", "signature"), VECTORS)
def test_the_vectors_are_what_three_programs_sign(
    key: str, message_id: str, timestamp: str, body: str, signature: str, tmp_path: Path
) -> None:
    moment = dt.datetime.fromtimestamp(int(timestamp), dt.UTC)
    assert Webhook(key).sign(message_id, moment, body) == signature
    secret, signed = base64.b64decode(key.removeprefix("whsec_")), f"{message_id}.{timestamp}.{body}".encode()
    assert "v1," + base64.b64encode(hmac.digest(secret, signed, "sha256")).decode() == signature
    command = ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{secret.hex()}", "-binary"]
    digest = subprocess.run(command, input=signed, capture_output=True, check=True).stdout
    assert "v1," + base64.b64encode(digest).decode() == signature


def test_there_are_vectors() -> None:
    assert len(VECTORS) >= 4


def test_the_schedule_is_the_clients() -> None:
    (pauses,) = re.findall(r"^\| pause_s \| ([\d |]+) \|$", GUIDE, flags=re.MULTILINE)
    assert [int(pause) for pause in pauses.split(" | ")] == [min(300, 2**tries) for tries in range(10)]
    assert "min(PAUSE_S_MAX, 2 ** min(tries, 9))" in (ROOT / "examples" / "bin_client.py").read_text(encoding="utf8")


def test_every_code_that_the_door_refuses_with_is_explained() -> None:
    codes = {
        str(call.args[1].value)
        for path in (ROOT / "api" / "device").glob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf8")))
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "") == "Refused"
        and isinstance(call.args[1], ast.Constant)
    }
    assert len(codes) >= 7
    of_the_domain: list[type[DomainError]] = [MessageIdReused, PicturesBusy, PhotosUnwritable, PictureRefused]
    of_the_domain += PictureRefused.__subclasses__()
    codes |= {error.code for error in of_the_domain}
    assert len(codes) >= 15
    assert [code for code in codes | {"signature_invalid"} if f"`{code}`" not in GUIDE] == []
