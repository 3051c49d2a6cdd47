"""The officers' first screen: every figure with what it rests on, nothing invented where there is no data."""

import csv
import datetime as dt
import io
import re
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from python_calamine import CalamineWorkbook

from households.models import Community, Household, Subdistrict
from indicators.catalogue import COMPUTED
from indicators.definitions import DEFINITIONS
from indicators.facts import Period
from indicators.queries.series import DayWeight
from pages.bureau.dashboard.trend import buckets_of, trend_of
from people.models import Role, RoleGrant, ScopeKind, User
from sorting.models import Alert, AlertKind, SmartBin
from tests.builders import (
    make_batch,
    make_community_day,
    make_drop_off,
    make_household_day,
    make_load,
    make_verification,
)
from tests.indicators.test_recompute import recompute

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 11, 23)
NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}
QUERIES_MAX = 20


@pytest.fixture
def officer(client: Client, zhao: User) -> Client:
    """Officer Zhao's browser."""
    client.force_login(zhao)
    return client


def text_of(client: Client, address: str = "/bureau/", **parameters: str) -> str:
    """The words of a page, without its tags, with one space between."""
    response = client.get(address, parameters or NOVEMBER)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def test_a_district_without_data_shows_dashes_and_no_rate(officer: Client, east_lake: Community) -> None:
    text = text_of(officer)
    assert "试点小区回收利用率(过磅) — 目标 ≥ 35.0 % 没有数据" in text
    assert "投放准确率(随机抽样) — 没有数据 样本 0" in text
    # Only what the register knows is a rate: who is served, and that no hazardous load left.
    shown = [each for each in re.findall(r"(\S+) (\d+\.\d %)", text) if each[0] not in ("≥", "≤")]
    assert shown == [
        ("中心城区生活垃圾分类覆盖率", "100.0 %"),
        ("中心城区分类收运系统覆盖率", "0.0 %"),
        ("中心城区有害垃圾收集处置覆盖率", "0.0 %"),
    ], shown
    assert "这段日期没有清运过磅" in text
    assert "这段日期和上一期都没有投放记录" in text


def test_weighed_and_bin_side_recovery_stand_apart_with_what_each_covers(
    officer: Client, east_lake: Community, west_park: Community
) -> None:
    Community.objects.filter(pk=west_park.pk).update(is_pilot=True)
    make_load(community=east_lake, category="FOOD", destination="COMPOSTING", weight_g=400_000, on=MONDAY)
    make_load(community=east_lake, category="RESIDUAL", destination="INCINERATION", weight_g=600_000, on=MONDAY)
    for community in (east_lake, west_park):
        make_community_day(community=community, on=MONDAY, category="FOOD", weight_g=20_000)
        make_community_day(community=community, on=MONDAY, category="RESIDUAL", weight_g=80_000)
    text = text_of(officer)
    assert "(过磅) 40.0 % 目标 ≥ 35.0 % 差距 +5.0 百分点 ✓ 达标 清运过磅;2 个小区中 1 个有数据" in text
    assert "(桶端估算) 20.0 % 没有定目标 投放记录;2 个小区中 2 个有数据" in text
    assert "清运过磅只到 11月23日" in text


def test_the_accuracy_comes_with_its_sample_and_interval(
    officer: Client, bin_07: SmartBin, zhang: Household, chen: User, now: dt.datetime
) -> None:
    for verdict in ("CORRECT", "CORRECT", "CORRECT", "CONTAMINATED"):
        drop_off = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=now)
        make_verification(drop_off=drop_off, guide=chen, verdict=verdict)
    recompute()
    assert "投放准确率(随机抽样) 75.0 % 没有定目标 样本 4,95 % 区间 30.1 – 95.4 %" in text_of(officer)


def test_the_funnel_says_how_far_the_pilot_households_came(officer: Client, zhang: Household, li: Household) -> None:
    make_household_day(household=zhang, on=MONDAY)
    text = text_of(officer)
    assert "登记 2 100.0 % 发卡 2 100.0 % 第一次投放 1 50.0 %" in text
    assert "30 天内有投放 1 50.0 %" in text
    assert "30 天内判过且都合格 — —" in text, "nobody was judged: that is no zero"
    assert "2019 年 6,000 户还差 5,998;2020 年 10,000 户还差 9,998" in text


def test_what_the_register_and_the_loads_know_stands_against_its_target(
    officer: Client, bin_07: SmartBin, zhang: Household, li: Household, wang: Household
) -> None:
    since = {"sorted_collection_since": MONDAY, "sorted_transport_since": MONDAY}
    Community.objects.update(is_urban_core=True)
    Community.objects.filter(pk=zhang.community_id).update(resident_count=200, household_count=900, **since)
    Community.objects.filter(pk=wang.community_id).update(household_count=100)
    SmartBin.objects.filter(pk=bin_07.pk).update(categories="FOOD HAZARDOUS")
    make_household_day(household=zhang, on=MONDAY)
    for category, destination, weight_g in (
        ("HAZARDOUS", "HAZARDOUS_TREATMENT", 500),
        ("RESIDUAL", "LANDFILL", 5_999_500),
    ):
        make_load(community=zhang.community, category=category, destination=destination, weight_g=weight_g, on=MONDAY)
    text = text_of(officer)
    assert "生活垃圾填埋量 6.0 吨 目标 ≤ 0.0 吨 差距 +6.0 吨 ✗ 未达标" in text
    assert "人均生活垃圾日产量 1.00 千克/人·日 目标 ≤ 0.90 千克/人·日 差距 +0.10 千克/人·日 ✗ 未达标" in text
    assert "中心城区有害垃圾收集处置覆盖率 50.0 % 目标 ≥ 30.0 % 差距 +20.0 百分点 ✓ 达标" in text
    assert "中心城区生活垃圾分类覆盖率 90.0 % 目标 ≥ 30.0 % 差距 +60.0 百分点 ✓ 达标" in text
    assert "参与率 33.3 % 没有定目标" in text


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"from": "yesterday"}, "“yesterday”不是日期"),
        ({"from": "2026-11-30", "to": "2026-11-01"}, "开始日期 2026-11-30 晚于结束日期 2026-11-01"),
        ({"from": "2020-01-01", "to": "2026-11-01"}, "一次最多看 366 天"),
        ({"to": "9999-12-31"}, "年份不可用"),
        ({"by": "hour"}, "按日、按周或按月"),
        ({"scope": "c999999"}, "没有这个街道或小区"),
        ({"sort": "luck"}, "没有这种排名"),
    ],
)
def test_an_address_that_asks_wrongly_is_told_why(officer: Client, parameters: dict[str, str], said: str) -> None:
    response = officer.get("/bureau/", parameters)
    assert response.status_code == 400
    assert said in response.content.decode()


def test_the_scope_of_an_address_leaves_the_other_communities_out(
    officer: Client, east_lake: Community, west_park: Community
) -> None:
    make_community_day(community=east_lake, on=MONDAY, weight_g=11_000)
    make_community_day(community=west_park, on=MONDAY, weight_g=22_000)
    whole = text_of(officer)
    assert "厨余垃圾 33.0" in whole
    part = text_of(officer, scope=f"c{west_park.pk}", **NOVEMBER)
    assert "厨余垃圾 22.0" in part
    assert "所选范围里没有试点小区" in part


def test_an_officer_of_one_subdistrict_never_sees_another(
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
    make_community_day(community=east_lake, on=MONDAY, weight_g=11_000)
    make_community_day(community=west_park, on=MONDAY, weight_g=22_000)
    text = text_of(client)
    assert "我负责的全部小区" in text
    assert "厨余垃圾 22.0" in text
    assert "东湖花园" not in text
    assert client.get("/bureau/", {"scope": f"c{east_lake.pk}"}).status_code == 400


def test_the_ranking_puts_those_without_data_last_and_gives_them_no_place(
    officer: Client, east_lake: Community, west_park: Community
) -> None:
    make_community_day(community=west_park, on=MONDAY, category="RESIDUAL", weight_g=5_000)
    text = text_of(officer)
    assert text.index("1 西园新村") < text.index("— 东湖花园")
    assert "西园新村 西关街道 5.0 0.0 %" in text
    assert "1 西关街道 1 个小区 5.0 0.0 %" in text
    assert "— 东城街道 1 个小区 — —" in text


def test_equals_share_a_place_and_the_next_one_comes_after_them(
    officer: Client, east_lake: Community, west_park: Community
) -> None:
    south = Community.objects.create(subdistrict=east_lake.subdistrict, name="南苑")
    for community in (east_lake, west_park):
        make_community_day(community=community, on=MONDAY, category="FOOD", weight_g=5_000)
    make_community_day(community=south, on=MONDAY, category="RESIDUAL", weight_g=5_000)
    text = text_of(officer, "/bureau/ranking").split("属于")[-1]
    assert "1 东湖花园" in text
    assert "1 西园新村" in text
    assert "3 南苑" in text


def test_the_ranking_has_a_screen_and_files_of_all_of_them(officer: Client, east_lake: Community) -> None:
    for number in range(24):
        Community.objects.create(subdistrict=east_lake.subdistrict, name=f"小区 {number:02}")
    make_community_day(community=east_lake, on=MONDAY, category="FOOD", weight_g=5_500)
    asked = NOVEMBER | {"sort": "participation"}
    assert text_of(officer, "/bureau/ranking", **asked).count("小区 ") >= 24
    answer = officer.get("/bureau/ranking", asked | {"format": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 25
    assert [row["投放千克"] for row in rows if row["名称"] == "东湖花园"] == ["5.5"]
    answer = officer.get("/bureau/ranking", asked | {"format": "xlsx", "table": "subdistricts"})
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert sheet[-1][:4] == ["—", "东城街道", "25 个小区", 5.5]


def test_what_was_asked_stays_through_the_links_of_the_page(officer: Client, east_lake: Community) -> None:
    page = officer.get("/bureau/", NOVEMBER | {"sort": "accuracy", "by": "week"}).content.decode()
    assert '<input type="hidden" name="sort" value="accuracy">' in page
    assert f"?scope=c{east_lake.pk}&amp;from=2026-11-01&amp;to=2026-11-30&amp;by=week&amp;sort=accuracy" in page
    assert "by=week&amp;sort=accuracy&amp;wall=1" in page


def test_a_wall_moves_on_with_the_days_unless_days_were_asked_for(officer: Client, east_lake: Community) -> None:
    wall = officer.get("/bureau/", {"wall": "1"}).content.decode()
    renewed = re.search(r'hx-get="([^"]*)" hx-trigger="every 60s" hx-select="#dashboard" hx-swap="outerHTML"', wall)
    assert renewed is not None
    assert "from=" not in renewed[1]
    assert "wall=1" in renewed[1]
    asked = officer.get("/bureau/", NOVEMBER | {"wall": "1"}).content.decode()
    assert 'hx-get="/bureau/?from=2026-11-01&amp;to=2026-11-30&amp;' in asked


def test_the_live_corner_asks_again_and_a_page_whose_session_ended_goes_to_sign_in(
    officer: Client, client: Client, east_lake: Community
) -> None:
    page = officer.get("/bureau/").content.decode()
    assert re.search(r'hx-get="/bureau/live\?[^"]*"\s+hx-trigger="every 30s"\s+hx-swap="outerHTML"', page)
    client.logout()
    asking = {"HX-Request": "true", "HX-Current-URL": "https://fenfen.test/bureau/?by=week&wall=1"}
    answer = client.get("/bureau/live", headers=asking)
    assert (answer.status_code, answer.content) == (401, b"")
    assert answer["HX-Redirect"] == "/sign-in?next=/bureau/%3Fby%3Dweek%26wall%3D1"


def test_bins_alerts_and_the_queue_are_renewed_on_their_own(officer: Client, bin_07: SmartBin) -> None:
    now = timezone.now()
    for kind, subject in ((AlertKind.FULL, "FOOD"), (AlertKind.OFFLINE, "")):
        Alert.objects.create(bin=bin_07, kind=kind, subject=subject, opened_at=now, last_seen_at=now)
    SmartBin.objects.update(registered_at=now)
    waiting_since = now - dt.timedelta(minutes=12)
    make_batch(community=bin_07.point.community, received_at=waiting_since, is_tallied=False)
    text = text_of(officer, "/bureau/live")
    assert "在用 1 在线 0 不在线 1" in text
    assert "已满 1" in text
    assert "离线 1" in text
    assert "最早一批已等 12 分钟" in text
    elsewhere = Community.objects.create(subdistrict=bin_07.point.community.subdistrict, name="南苑")
    assert "在用 0 在线 0" in text_of(officer, "/bureau/live", scope=f"c{elsewhere.pk}")


def test_the_screen_takes_at_most_twenty_queries_however_many_communities(
    officer: Client, east_lake: Community
) -> None:
    counts = []
    for size in (2, 30):
        subdistrict = Subdistrict.objects.create(name=f"街道 {size}")
        for number in range(size):
            community = Community.objects.create(subdistrict=subdistrict, name=f"{size}-{number}", is_pilot=True)
            make_community_day(community=community, on=MONDAY, weight_g=1_000 + number)
        with CaptureQueriesContext(connection) as queries:
            assert officer.get("/bureau/", NOVEMBER).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= QUERIES_MAX


def test_a_long_ranking_shows_both_ends_and_says_how_many_are_left_out(officer: Client, east_lake: Community) -> None:
    for number in range(24):
        Community.objects.create(subdistrict=east_lake.subdistrict, name=f"小区 {number:02}")
    assert "只列出前 10 和后 10 个小区,中间 5 个没有列出" in text_of(officer)


def test_the_trend_by_month_stands_in_a_table_beside_the_period_before(officer: Client, east_lake: Community) -> None:
    make_community_day(community=east_lake, on=MONDAY, category="FOOD", weight_g=30_000)
    make_community_day(community=east_lake, on=MONDAY, category="RESIDUAL", weight_g=90_000)
    make_community_day(community=east_lake, on=dt.date(2026, 9, 23), category="FOOD", weight_g=10_000)
    asked = {"from": "2026-10-01", "to": "2026-11-30", "by": "month"}
    text = text_of(officer, **asked)
    assert "2026-10-01 至 10-31 — — —" in text
    assert "2026-11-01 至 11-30 120.0 10.0 25.0 %" in text
    assert "厨余垃圾 30.0 25.0 % 100.0 %" in text
    answer = officer.get("/bureau/", asked | {"table": "trend", "format": "csv"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[1:] == [
        ["2026-10-01", "2026-10-31", "—", "—", "—"],
        ["2026-11-01", "2026-11-30", "120.0", "10.0", "25.0"],
    ]


def test_weeks_begin_on_monday_and_stand_beside_as_many_days_before() -> None:
    period = Period(starts_on=dt.date(2026, 11, 19), ends_on=dt.date(2026, 11, 25))
    rows = [
        DayWeight(on=dt.date(2026, 11, 12), category="FOOD", weight_g=7),
        DayWeight(on=dt.date(2026, 11, 22), category="FOOD", weight_g=10),
        DayWeight(on=dt.date(2026, 11, 22), category="RESIDUAL", weight_g=30),
    ]
    first, second = buckets_of(period=period, step="week", rows=rows)
    assert (first.starts_on.day, first.ends_on.day, first.all_g, first.before_g) == (19, 22, 40, 7)
    assert first.recoverable_rate == 0.25
    assert (second.starts_on.day, second.ends_on.day, second.recoverable_rate) == (23, 25, None)


def test_a_step_without_drop_offs_breaks_the_line_instead_of_falling_to_zero() -> None:
    period = Period(starts_on=dt.date(2026, 11, 1), ends_on=dt.date(2026, 11, 5))
    rows = [DayWeight(on=dt.date(2026, 11, day), category="FOOD", weight_g=10) for day in (1, 2, 4, 5)]
    trend = trend_of(buckets=buckets_of(period=period, step="day", rows=rows))
    assert len(trend.lines) == 2
    assert trend.rows[2][1:] == ("—", "—", "—")


def test_every_computed_figure_is_defined_in_words() -> None:
    assert {(each.code, each.measure) for each in COMPUTED} == set(DEFINITIONS)


def test_the_page_has_no_script_or_style_of_its_own() -> None:
    folder = Path("pages/templates/pages/bureau")
    for template in folder.rglob("*.html"):
        text = template.read_text(encoding="utf8")
        assert "style=" not in text, template
        assert "<style" not in text, template
