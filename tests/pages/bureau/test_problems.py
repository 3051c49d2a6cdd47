"""问题与整改 before the officers: what is overdue stands first and says so."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from guides.services.problems import rectify_problem, report_problem
from people.models import User
from sorting.models import SmartBin
from tests.conftest import NOON
from tests.guides.test_spot_checks import a_photo

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def noon() -> Iterator[time_machine.Traveller]:
    """It is Monday noon until a story lets time pass."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def test_zhao_sees_what_is_overdue_and_then_how_it_was_put_right(
    client: Client, chen: User, zhao: User, bin_07: SmartBin, noon: time_machine.Traveller
) -> None:
    dirty, overflow = (
        report_problem(guide=chen, point_id=bin_07.point_id, kind=kind, now=NOON, client_id=kind, photo=a_photo())
        for kind in ("DIRTY", "OVERFLOW")
    )
    client.force_login(zhao)
    address = reverse("bureau-problems")
    assert "超期</strong>" not in client.get(address).content.decode().replace("0 个超期", "")
    noon.move_to(NOON + 5 * HOUR)
    text = client.get(address).content.decode()
    assert "1 个超期" in text
    assert text.index("桶满外溢") < text.index("地面脏乱")
    rectify_problem(guide=chen, problem_id=overflow.pk, now=NOON + 5 * HOUR, note="已清运", photo=a_photo())
    assert "桶满外溢" not in client.get(address).content.decode()
    text = client.get(f"{address}?done").content.decode()
    assert "已清运" in text
    assert "地面脏乱" not in text
    photo = client.get(reverse("bureau-scene-photo", args=[dirty.photo_id]) + "?small")
    assert photo.content[:4] == b"RIFF"
