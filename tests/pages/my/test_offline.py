"""What the residents' screens give a phone for its home screen and for the time without a network."""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from PIL import Image

from households.models import Household
from people.models import User
from sorting.models import SmartBin
from tests.builders import make_drop_off
from tests.conftest import NOON
from worker.tally import drain

pytestmark = pytest.mark.django_db
STATIC = Path(settings.BASE_DIR) / "pages" / "static" / "pages"
MANIFEST = json.loads((STATIC / "my" / "my.webmanifest").read_text())


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def token(*, name: str, scheme: str) -> str:
    """A colour of tokens.css."""
    light, dark = (STATIC / "tokens.css").read_text().split("@media (prefers-color-scheme: dark)")
    found = re.search(rf"--{name}: (#[0-9a-f]{{6}});", light if scheme == "light" else dark)
    assert found
    return found[1]


def test_the_manifest_bears_our_colours_and_icons_that_are_as_large_as_it_says(client: Client) -> None:
    assert MANIFEST["background_color"] == token(name="paper", scheme="light")
    assert MANIFEST["theme_color"] == token(name="brand", scheme="light")
    for icon in MANIFEST["icons"]:
        answer = client.get(icon["src"])
        assert answer["Content-Type"] == icon["type"]
        with Image.open(io.BytesIO(answer.content)) as picture:
            assert "{}x{}".format(*picture.size) == icon["sizes"]
            colours = {colour for count, colour in picture.getcolors(maxcolors=1 << 16) or () if count > 1_000}
    assert colours == {(0x1B, 0x63, 0x38), (0xFF, 0xFF, 0xFF)}  # the mark in the brand's green
    for place in [MANIFEST["start_url"], *(each["url"] for each in MANIFEST["shortcuts"])]:
        assert client.get(place).status_code == 302  # to sign in


def test_a_round_mask_cuts_nothing_off_the_icon(client: Client) -> None:
    with Image.open(io.BytesIO(client.get("/my/icon-192.png").content)) as picture:
        white = [
            (x, y) for x in range(192) for y in range(192) if picture.convert("RGB").getpixel((x, y)) == (255, 255, 255)
        ]
    assert max((x - 95.5) ** 2 + (y - 95.5) ** 2 for x, y in white) <= (0.4 * 192) ** 2


def test_the_bar_of_the_phone_has_the_colour_of_the_card(grandma: Client) -> None:
    text = grandma.get("/my/").content.decode()
    colours = dict(re.findall(r'content="(#\w+)" media="\(prefers-color-scheme: (\w+)\)"', text))
    assert colours == {token(name="card", scheme=scheme): scheme for scheme in ("light", "dark")}


def test_the_service_worker_names_files_that_are_there_and_nobody(client: Client, grandma: Client) -> None:
    answer = client.get("/my/worker.js")
    assert answer["Content-Type"] == "text/javascript"
    named = re.findall(r'"(/static/[^"]+)"', answer.content.decode())
    for name in named:
        assert client.get(name).status_code == 200, name
    # All that home is made of, so that the page without a network looks like it.
    home = grandma.get("/my/").content.decode()
    assert set(re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"', home)) <= set(named)
    assert grandma.get("/my/worker.js").content == answer.content
    assert grandma.get("/my/offline").content == client.get("/my/offline").content


def test_only_home_says_what_is_kept_and_every_screen_says_whose_it_is(
    grandma: Client, wang_client: Client, zhang: Household, bin_07: SmartBin
) -> None:
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=NOON.replace(hour=8), is_tallied=False)
    drain(now=NOON)
    home = grandma.get("/my/")
    assert json.loads(home["X-Seen"]) == {"available": "0", "pending": "10", "at": "2026-11-23T12:00:00+08:00"}
    records = grandma.get("/my/records")
    assert "X-Seen" not in records
    assert records["X-Resident"] == home["X-Resident"]
    assert wang_client.get("/my/")["X-Resident"] != home["X-Resident"]
    signed_out = Client().get("/my/")
    assert signed_out.status_code == 302
    assert not {"X-Seen", "X-Resident"} & set(signed_out.headers)


def test_an_officer_leaves_nothing_in_the_browser_and_a_guide_what_others_have_to_send(zhao: User, chen: User) -> None:
    said = []
    for user in (zhao, chen):
        client = Client()
        client.force_login(user)
        said.append(client.post("/sign-out").headers.get("Clear-Site-Data"))
    assert said == ['"cache", "storage"', '"cache"']
