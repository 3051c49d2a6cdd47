"""docs/api.md keeps its word: its program runs as it stands, and its figures are the code's."""

import datetime as dt
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from knox.models import AuthToken
from pytest_django.live_server_helper import LiveServer

from api.body import BODY_BYTES_MAX
from api.paging import PAGE_ROWS, PAGE_ROWS_MAX
from api.tokens import RESIDENT_LIFETIME, STAFF_LIFETIME
from households.models import Household
from people.services.misses import MISSES_MAX, WINDOW
from sorting.models import SmartBin
from tests.api.access_cast import resident_of
from tests.builders import make_drop_off
from tests.rewards import earn
from worker.tally import drain

GUIDE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf8")


@pytest.mark.django_db(transaction=True)
def test_the_guides_program_reads_the_zhang_households_points_from_a_real_server(
    live_server: LiveServer, bin_07: SmartBin, zhang: Household
) -> None:
    now = timezone.now()
    earn(households=[zhang], smart_bin=bin_07, points=100, now=now)
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=now, weight_g=2_000, is_tallied=False)
    drain(now=now)
    user = resident_of(household=zhang, name="zhang")
    token = AuthToken.objects.create(user=user, expiry=dt.timedelta(hours=1))[1]
    (program,) = re.findall(r"```python\n(.*?)```", GUIDE, flags=re.DOTALL)
    ran = subprocess.run(
        [sys.executable, "-c", program],
        env={"FENFEN_URL": live_server.url, "FENFEN_TOKEN": token},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = ran.stdout.splitlines()
    assert re.fullmatch(r"available 100 pending \d+", lines[0])
    assert re.fullmatch(r"FOOD 2000 \d+", lines[-2])
    assert lines[-1] == "not ours: not_found"


def test_the_guides_figures_are_the_codes() -> None:
    said = " ".join(GUIDE.split())
    assert f"{settings.API_REQUESTS_PER_S:.0f} times a second" in said
    assert f"{settings.API_REQUESTS_BURST} times at once" in said
    assert f"asks {MISSES_MAX} times in {WINDOW.seconds // 60} minutes" in said
    assert f"({PAGE_ROWS}, at most {PAGE_ROWS_MAX};" in said
    assert f"over {BODY_BYTES_MAX // 1024} KiB" in said
    assert f"| {STAFF_LIFETIME.seconds // 3600} hours |" in said
    assert f"| {RESIDENT_LIFETIME.days} days |" in said
