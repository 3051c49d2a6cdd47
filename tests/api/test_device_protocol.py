"""docs/device-protocol.md keeps its word: its program delivers, and its tables are the code's."""

import datetime as dt
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from api.device.envelope import BATCH_EVENTS_MAX
from households.models import Household
from sorting.categories import SubClass, WasteCategory
from sorting.models import DropOff, Fate, Method, SmartBin
from sorting.services.events import Rejection
from tests.sorting.test_recording import event

GUIDE = (Path(__file__).parents[2] / "docs" / "device-protocol.md").read_text(encoding="utf8")


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
        f"{BATCH_EVENTS_MAX:,}",
        "clock_off",
    ],
)
def test_the_guide_names_every_word_of_the_door(word: str) -> None:
    assert re.search(rf"\b{word}\b", GUIDE)
