"""Every figure opens into its parts, down to the drop-off; a household stays masked until somebody says why."""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from households.models import Community, Household
from people.models import AccessLog, Role, RoleGrant, ScopeKind, User
from sorting.models import SmartBin
from tests.builders import make_attribution, make_community_day, make_drop_off, make_load
from tests.pages.bureau.test_overview import MONDAY, NOVEMBER, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client: Client, zhao: User) -> Client:
    """Officer Zhao's browser."""
    client.force_login(zhao)
    return client


def test_a_figure_opens_to_its_parts_its_source_and_its_communities(
    officer: Client, east_lake: Community, west_park: Community
) -> None:
    make_load(community=east_lake, category="FOOD", destination="COMPOSTING", weight_g=400_500, on=MONDAY)
    make_load(community=east_lake, category="RESIDUAL", destination="LANDFILL", weight_g=600_000, on=MONDAY)
    text = text_of(officer, "/bureau/figures/recovery_rate.weighed")
    assert "分子 400.5 可回收物和厨余垃圾中去往" in text
    assert "分母 1000.5 全部清运千克数" in text
    assert "方案》(2019—2020 年)第 7 项" in text
    assert "公式第 1 版" in text
    assert "东湖花园 东城街道 40.0 400.5 1000.5" in text
    assert "西园新村" not in text.split("各小区")[-1], "it is no pilot"


def test_the_parts_of_the_communities_add_up_to_the_whole_in_the_file(
    officer: Client, east_lake: Community, west_park: Community
) -> None:
    Community.objects.filter(pk=west_park.pk).update(name="=西园新村")
    for community, weight_g in ((east_lake, 300_001), (west_park, 500_002)):
        make_load(community=community, category="RESIDUAL", destination="LANDFILL", weight_g=weight_g, on=MONDAY)
    answer = officer.get("/bureau/figures/landfill_kg", NOVEMBER | {"format": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert sum(Decimal(row["分子"]) for row in rows) == Decimal("800.003")
    assert {row["小区"] for row in rows} == {"东湖花园", "'=西园新村"}, "no cell begins a formula"


def test_an_unknown_figure_is_not_found(officer: Client) -> None:
    assert officer.get("/bureau/figures/luck").status_code == 404


def test_a_day_shows_what_was_tallied_and_says_of_nobody_who_it_was(
    officer: Client, bin_07: SmartBin, zhang: Household, li: Household, now: dt.datetime
) -> None:
    make_community_day(community=zhang.community, on=MONDAY, weight_g=6_000, drop_off_count=3)
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=now, weight_g=1_001)
    later = make_drop_off(smart_bin=bin_07, occurred_at=now + dt.timedelta(minutes=1), weight_g=1_002)
    make_attribution(drop_off=later, household=li)
    make_drop_off(smart_bin=bin_07, occurred_at=now + dt.timedelta(minutes=2), weight_g=1_003)
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=now, weight_g=1_004, is_tallied=False)
    text = text_of(officer, f"/bureau/communities/{zhang.community_id}", on="2026-11-23", **NOVEMBER)
    assert "1.001 第 1 户" in text
    assert "1.002 第 2 户" in text
    assert "1.003 未识别" in text
    assert "1.004" not in text, "it waits to be tallied"
    for secret in (zhang.code, "101", "A0000001"):
        assert secret not in text


def test_a_household_opens_for_a_reason_that_is_kept(officer: Client, zhao: User, zhang: Household) -> None:
    address = f"/bureau/households/{zhang.pk}"
    assert zhang.code not in officer.get(address).content.decode()
    refused = officer.post(address, {"reason": "  "})
    assert (refused.status_code, AccessLog.objects.count()) == (422, 0)
    assert zhang.code in officer.post(address, {"reason": "核对 11 月 23 日的投诉"}).content.decode()
    kept = AccessLog.objects.get()
    assert (kept.user, kept.subject_id, kept.reason) == (zhao, zhang.pk, "核对 11 月 23 日的投诉")


def test_a_communitys_days_and_loads_stand_on_its_screen_and_in_files_that_add_up(
    officer: Client,
    east_lake: Community,
    bin_07: SmartBin,
    zhang: Household,
    now: dt.datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_community_day(community=east_lake, on=MONDAY, category="FOOD", weight_g=6_001, drop_off_count=3)
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=now, weight_g=6_001)
    for weight_g in (400_500, 600_001):
        make_load(community=east_lake, category="FOOD", destination="COMPOSTING", weight_g=weight_g, on=MONDAY)
    address = f"/bureau/communities/{east_lake.pk}"
    text = text_of(officer, address)
    assert "2026-11-23 厨余垃圾 3 6.0 1" in text
    assert "厨余垃圾 堆肥 400.500" in text
    assert "只列出" not in text
    monkeypatch.setattr("pages.bureau.community.ROWS_MAX", 1)
    assert "只列出最近 1 单,文件里是全部" in text_of(officer, address)

    def file_of(table: str, file_format: str, **parameters: str) -> bytes:
        answer = officer.get(address, NOVEMBER | parameters | {"table": table, "format": file_format})
        assert answer.status_code == 200
        return answer.content

    rows = list(csv.DictReader(io.StringIO(file_of("loads", "csv").decode("utf-8-sig"))))
    assert sum(Decimal(row["千克"]) for row in rows) == Decimal("1000.501")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(file_of("days", "xlsx"))).get_sheet_by_index(0).to_python()
    assert sheet[-1] == [MONDAY, "厨余垃圾", 3.0, 6.001, 1.0]
    lines = file_of("lines", "csv", on="2026-11-23").decode("utf-8-sig")
    assert lines.splitlines()[1].endswith(",B-0007,厨余垃圾,6.001,第 1 户")
    assert zhang.code not in lines
    assert officer.get(address, NOVEMBER | {"table": "luck", "format": "csv"}).status_code == 404


def test_an_officer_of_another_subdistrict_finds_neither_community_nor_household(
    client: Client, zhang: Household, west_park: Community
) -> None:
    sun = User.objects.create_user(username="sun", password="sun-password-1")
    RoleGrant.objects.create(
        user=sun,
        role=Role.OFFICER,
        scope_kind=ScopeKind.COMMUNITY,
        scope_id=west_park.pk,
        starts_on=dt.date(2026, 1, 1),
    )
    client.force_login(sun)
    assert client.get(f"/bureau/communities/{zhang.community_id}").status_code == 404
    assert client.post(f"/bureau/households/{zhang.pk}", {"reason": "好奇"}).status_code == 404
    assert not AccessLog.objects.exists()
    assert "东湖花园" not in text_of(client, "/bureau/figures/participation_rate")


def test_a_day_outside_the_period_is_told_so(officer: Client, east_lake: Community) -> None:
    answer = officer.get(f"/bureau/communities/{east_lake.pk}", NOVEMBER | {"on": "2026-12-24"})
    assert answer.status_code == 400
    assert "2026-12-24 不在" in answer.content.decode()
