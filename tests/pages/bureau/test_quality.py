"""Officers see how far each community's figures can be trusted, and take the table along."""

import csv
import datetime as dt
import io
import re

import pytest
from django.test import Client

from households.models import Community, Household
from people.models import Role, RoleGrant, ScopeKind, User
from sorting.models import SmartBin
from tests.builders import make_community_day, make_load
from tests.conftest import TODAY
from tests.indicators.test_quality import make_refused

pytestmark = pytest.mark.django_db
PAGE = "/bureau/quality"
NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}


def words(client: Client, **parameters: str) -> str:
    """The page's words, with one space between."""
    response = client.get(PAGE, NOVEMBER | parameters)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def test_zhao_sees_every_part_beside_the_score_and_a_dash_where_there_is_no_data(
    client: Client, zhao: User, bin_07: SmartBin, zhang: Household, west_park: Community
) -> None:
    client.force_login(zhao)
    make_community_day(community=bin_07.point.community, on=TODAY, drop_off_count=3)
    make_refused(bin_code="B-0007", code="occurred_in_future", number=1)
    make_refused(bin_code="nobody", code="weight_out_of_range", number=2)
    text = words(client)
    # Received 3/4, silent 0/1 (nothing ever came through the door), weights 1, in time 1, loads 0/1, observed 0/3.
    assert (
        "东湖花园 东城街道 45.8 6 项 75.0 % 3 / 4 0.0 % 0 / 1 — 100.0 % 3 / 3 100.0 % 3 / 3 0.0 % 0 / 1 0.0 %" in text
    )
    assert "投放次数 3、抽样核验数 0、登记户数 1 整段没有清运单" in text
    assert "西园新村 西关街道 — 0 项" in text
    assert "投放时间在将来 1 0 0" in text
    assert "重量不可能(不在 1 克至 50 千克) 1 0 1" in text
    assert "没有拒收" in words(client, scope=f"c{west_park.pk}")


def test_the_table_is_kept_as_csv_and_no_name_is_run_as_a_formula(
    client: Client, zhao: User, east_lake: Community
) -> None:
    client.force_login(zhao)
    Community.objects.create(subdistrict=east_lake.subdistrict, name="=1+1")
    make_load(community=east_lake, category="FOOD", destination="COMPOSTING", weight_g=1_000, on=TODAY)
    answer = client.get(PAGE, NOVEMBER | {"format": "csv"})
    assert answer["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[:4] for row in rows[1:]] == [
        ["东湖花园", "东城街道", "0.0", "1"],
        ["'=1+1", "东城街道", "—", "0"],
    ]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert {len(row) for row in rows} == {26}


def test_an_officer_of_one_subdistrict_sees_no_other(
    client: Client, east_lake: Community, west_park: Community
) -> None:
    sun = User.objects.create_user(username="sun", password="sun-password-1")
    RoleGrant.objects.create(
        user=sun,
        role=Role.OFFICER,
        scope_kind=ScopeKind.SUBDISTRICT,
        scope_id=west_park.subdistrict_id,
        starts_on=dt.date(2026, 1, 1),
    )
    client.force_login(sun)
    make_community_day(community=east_lake, on=TODAY)
    make_refused(bin_code="nobody", code="weight_out_of_range", number=1)
    text = words(client)
    assert "西园新村" in text
    assert "东湖花园" not in text
    assert "没有拒收" in text, "bins that nobody knows are the district's"
    assert client.get(PAGE, NOVEMBER | {"scope": f"c{east_lake.pk}"}).status_code == 400
