"""How heavy a resident's first screen is for a slow line."""

import re

import pytest
import time_machine
from django.test import Client

from households.models import Household
from sorting.models import SmartBin
from tests.builders import make_drop_off
from tests.conftest import NOON
from worker.tally import drain

pytestmark = pytest.mark.django_db
BYTES_MAX = 60 * 1024


def test_home_with_styles_and_icons_is_sixty_kilobytes_even_uncompressed(
    grandma: Client, zhang: Household, bin_07: SmartBin
) -> None:
    for category in ("FOOD", "RECYCLABLE", "HAZARDOUS", "RESIDUAL"):
        make_drop_off(
            smart_bin=bin_07,
            household=zhang,
            occurred_at=NOON.replace(hour=8),
            category=category,
            is_tallied=False,
        )
    drain(now=NOON)
    with time_machine.travel(NOON, tick=False):
        html = grandma.get("/my/").content
    named = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', html.decode()))
    bodies = {address: b"".join(grandma.get(address)) for address in named}
    assert len(bodies) >= 10  # four styles, four icons, the mark, the manifest
    for address, body in bodies.items():
        assert b"url(" not in body, f"{address} brings something of its own"
    assert len(html) + sum(map(len, bodies.values())) <= BYTES_MAX
