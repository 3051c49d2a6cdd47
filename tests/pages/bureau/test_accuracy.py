"""Officers see the rate of the random sample with its interval and what nobody judged, and the rest apart from it."""

import csv
import datetime as dt
import io
import re

import pytest
from django.test import Client

from guides.models import Shift
from guides.queries.sampling import is_in_sample
from households.models import Community, Household
from people.models import User
from sorting.models import DropOff, SmartBin, SpotCheck, VerificationSource
from tests.builders import at, make_drop_off, make_verification
from tests.conftest import TODAY
from tests.guides.test_accuracy import sampled

pytestmark = pytest.mark.django_db
PAGE = "/bureau/accuracy"
NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}


def rows_of(client: Client, **asked: str) -> list[list[str]]:
    """The rows of a file, without its headings."""
    answer = client.get(PAGE, NOVEMBER | {"format": "csv"} | asked)
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))[1:]


def test_zhao_sees_the_rate_its_interval_and_the_non_response_and_the_rest_apart(
    client: Client, zhao: User, chen: User, bin_07: SmartBin, wang: Household, now: dt.datetime
) -> None:
    drawn = sampled(smart_bin=bin_07, count=5)
    for drop_off, verdict in zip(drawn, ("CORRECT", "CORRECT", "CONTAMINATED"), strict=False):
        make_verification(drop_off=drop_off, guide=chen, verdict=verdict)
    for source, verdict in (("SUGGESTED", "CORRECT"), ("SUGGESTED", "MISPLACED"), ("FREE", "CORRECT")):
        make_verification(
            drop_off=_not_drawn(smart_bin=bin_07), guide=chen, verdict=verdict, source=VerificationSource(source)
        )
    SpotCheck.objects.create(
        point=bin_07.point, guide=chen, checked_at=now, checked_on=TODAY, looked_at_count=10, wrong_count=3
    )
    Shift.objects.create(
        guide=chen, point=bin_07.point, started_at=at(on=TODAY, hour=6), ended_at=at(on=TODAY, hour=17, minute=59)
    )
    staffed = sum(1 for drop_off in drawn[3:] if drop_off.occurred_at < at(on=TODAY, hour=17, minute=59))
    client.force_login(zhao)
    sample = [["东湖花园", "5", "3", "2", "66.7", "20.8–93.9", "2", f"{staffed}"], ["西园新村", *"000——00"]]
    others = [
        ["东湖花园", "2", "1", "50.0", "1", "1", "100.0", "10", "7", "70.0"],
        ["西园新村", *"00—00—00—"],
    ]
    assert rows_of(client, table="sample") == sample
    assert rows_of(client, table="others") == others
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", client.get(PAGE, NOVEMBER).content.decode()))
    rest = f"95% 区间 20.8–93.9 % 抽中 5 次 已核验 3 次 未核验 2 次 其中有人值班时 {staffed} 次"
    assert f"准确率(随机抽样) 66.7 % {rest}" in text
    assert text.index("66.7") < text.index("其他核验:不是准确率") < text.index("50.0")
    assert "西园新村 0 0 0 — — 0 0" in text


def test_an_officer_sees_the_communities_in_reach_only(
    client: Client, zhao: User, east_lake: Community, west_park: Community
) -> None:
    client.force_login(zhao)
    assert [row[0] for row in rows_of(client, scope=f"c{west_park.pk}")] == ["西园新村"]
    assert client.get(PAGE, {"scope": "c0"}).status_code == 400


def _not_drawn(*, smart_bin: SmartBin) -> DropOff:
    """A bag of this morning that is not in the sample."""
    for _ in range(100):
        drop_off = make_drop_off(smart_bin=smart_bin, occurred_at=at(on=TODAY))
        if not is_in_sample(drop_off=drop_off):
            return drop_off
        drop_off.delete()
    raise AssertionError("all drawn")
