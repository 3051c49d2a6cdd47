"""Mrs Zhang's screen for full and broken bins: reported, waited for, put right."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from guides.models import Problem
from guides.services.problems import rectify_problem
from people.models import User
from sorting.models import SmartBin
from tests.conftest import NOON
from tests.guides.test_spot_checks import a_photo

pytestmark = pytest.mark.django_db
ADDRESS = "/my/problems"


@pytest.fixture(autouse=True)
def noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def test_mrs_zhang_reports_a_full_bin_with_a_photo_and_reads_what_became_of_it(
    grandma: Client, wang_client: Client, chen: User, bin_07: SmartBin, noon: time_machine.Traveller
) -> None:
    assert ADDRESS in grandma.get("/my/").content.decode()
    assert f'value="{bin_07.point_id}.{bin_07.pk}"' in grandma.get(ADDRESS).content.decode()
    said = {"place": f"{bin_07.point_id}.{bin_07.pk}", "kind": "OVERFLOW", "client_id": "a"}
    sent = said | {"photo": SimpleUploadedFile("bin.jpg", a_photo(), content_type="image/jpeg")}
    answer = grandma.post(ADDRESS, sent, follow=True).content.decode()
    assert "已记下，11月23日 16:00前处理" in answer
    assert "等处理，11月23日 16:00前" in answer
    problem = Problem.objects.get()
    assert (problem.bin, problem.photo is None) == (bin_07, False)
    assert "B-0007" not in wang_client.get(ADDRESS).content.decode()
    noon.move_to(NOON + dt.timedelta(minutes=10))
    rectify_problem(guide=chen, problem_id=problem.pk, now=NOON + dt.timedelta(minutes=10), note="已清运")
    text = " ".join(grandma.get(ADDRESS).content.decode().split())
    assert "✓ 11月23日 12:10 处理好了：已清运" in text
    assert "已经整改好了" in grandma.get("/my/notices").content.decode()


def test_a_fourth_report_is_refused_in_words_and_a_strange_place_is_not_there(
    grandma: Client, wang_client: Client, bin_07: SmartBin
) -> None:
    said = {"place": f"{bin_07.point_id}", "kind": "BIN_BROKEN"}
    for number in range(4):
        answer = grandma.post(ADDRESS, said | {"client_id": f"{number}"}, follow=True).content.decode()
    assert "今天您家报告的 3 个问题还没处理完" in answer
    assert Problem.objects.count() == 3
    assert wang_client.post(ADDRESS, said | {"client_id": "w"}).status_code == 404
    assert grandma.post(ADDRESS, said | {"place": "9" * 30, "client_id": "x"}).status_code == 404
