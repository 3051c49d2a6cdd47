"""All 47 indicators in one table, as the plan prints them; what nobody entered has no value."""

import csv
import datetime as dt
import io
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from households.models import Community
from indicators.models import IndicatorMeasure, IndicatorValue
from indicators.services.reporting import review_value
from people.models import User
from tests.builders import make_load
from tests.conftest import NOON
from tests.pages.bureau.test_overview import MONDAY, NOVEMBER
from tests.reports import make_reporter, make_reviewer, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client: Client, zhao: User) -> Client:
    """Officer Zhao's browser."""
    client.force_login(zhao)
    return client


def rows_of(client: Client) -> list[dict[str, str]]:
    """The table as it is downloaded."""
    answer = client.get("/bureau/plan", NOVEMBER | {"format": "csv"})
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_numbers_baselines_targets_departments_and_sources_are_those_of_the_published_plan(
    officer: Client, real_data: Path
) -> None:
    with (real_data / "indicators.csv").open(encoding="utf8") as file:
        published = {row["number"]: row for row in csv.DictReader(file)}
    shown = rows_of(officer)
    assert {row["序号"] for row in shown} == set(published)
    for row in shown:
        plan = published[row["序号"]]
        assert row["责任部门"] == plan["departments"].replace(";", "、")
        # Two measures of one row share its words: each has its part of them.
        assert row["基线"] in (plan["baseline_text"] or "—")
        assert row["2020 年目标"] in plan["target_2020_text"]
        assert (row["基线"], row["2020 年目标"]) == (plan["baseline_text"] or "—", plan["target_2020_text"]) or (
            row["序号"] in {"16", "17", "23"}
        )
        assert row["来源"] == {"platform": "平台计算", "reported": "部门填报"}[plan["source"]]


def test_the_platforms_figures_are_computed_and_the_others_have_no_value_yet(
    officer: Client, east_lake: Community
) -> None:
    make_load(community=east_lake, category="FOOD", destination="COMPOSTING", weight_g=500_000, on=MONDAY)
    make_load(community=east_lake, category="RESIDUAL", destination="LANDFILL", weight_g=500_000, on=MONDAY)
    rows = {row["序号"]: row for row in rows_of(officer)}
    assert (rows["7"]["数值"], rows["7"]["状态"]) == ("50.0 %", "✓ 达标")
    assert (rows["11"]["数值"], rows["11"]["状态"]) == ("0.5 吨", "✗ 未达标")
    assert (rows["5"]["数值"], rows["5"]["状态"]) == ("—", "没有数据")


def test_a_department_s_latest_accepted_value_stands_against_its_target_with_who_and_when(officer: Client) -> None:
    he, qian = make_reporter(), make_reviewer()
    for year, value in ((2024, "70"), (2025, "81.5")):
        entered = report(
            reporter=he, value=Decimal(value), starts_on=dt.date(year, 1, 1), ends_on=dt.date(year, 12, 31)
        )
        review_value(value=entered, is_accepted=True, reason="", reviewer=qian, now=NOON)
    report(reporter=he, value=Decimal(99))  # waits
    row = next(row for row in rows_of(officer) if row["序号"] == "5")
    assert (row["数值"], row["期间"], row["状态"]) == ("81.5 %", "2025-01-01 至 2025-12-31", "✓ 达标")
    assert row["填报和审核"] == "区科工局 he填报员 2026-11-23 填报,qian审核员 2026-11-23 通过"
    page = officer.get("/bureau/plan").content.decode()
    assert f'<a href="/bureau/reports/{entered.pk}">81.5 %</a>' in page
    assert "99" not in row["数值"]


def test_what_the_back_office_entered_without_a_reviewer_does_not_show(officer: Client, now: dt.datetime) -> None:
    IndicatorValue.objects.create(
        measure=IndicatorMeasure.objects.get(indicator__number=5),
        starts_on=dt.date(2019, 1, 1),
        ends_on=dt.date(2019, 12, 31),
        value=Decimal(70),
        recorded_at=now,
    )
    assert next(row for row in rows_of(officer) if row["序号"] == "5")["数值"] == "—"


def test_the_assessment_says_what_is_reached_what_is_not_and_who_answers_for_it(
    officer: Client, east_lake: Community
) -> None:
    make_load(community=east_lake, category="FOOD", destination="COMPOSTING", weight_g=500_000, on=MONDAY)
    make_load(community=east_lake, category="RESIDUAL", destination="LANDFILL", weight_g=500_000, on=MONDAY)
    answer = officer.get("/bureau/plan/mid-term.xlsx", NOVEMBER)
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    assert book.sheet_names == ["指标完成情况", "未达标和没有数值的", "平台计算的数从哪里来"]
    whole, lacking, figures = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    assert whole[0][0] == "生活垃圾分类中期评估 · 指标完成情况"
    # Recovery is reached, landfill and a person's waste are not known to be; the rest nobody entered.
    states = [row[6] for row in whole if isinstance(row[0], float)]
    assert f"达标 {states.count('✓ 达标')}、未达标 {states.count('✗ 未达标')}" in str(whole[2][0])
    assert states.count("没有数据") >= 38
    named = {int(row[1]): row[5] for row in lacking if isinstance(row[1], float)}
    assert named[11] == "✗ 未达标"
    assert 7 not in named
    assert sorted(row[0] for row in lacking if isinstance(row[1], float)) == [
        row[0] for row in lacking if isinstance(row[1], float)
    ]
    recovery = next(row for row in figures if row[0] == "试点小区回收利用率(过磅)")
    assert recovery[1:5] == [50.0, "%", 500.0, 1000.0]
    paper = officer.get("/bureau/plan/final.pdf", NOVEMBER)
    assert (paper["Content-Type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    assert officer.get("/bureau/plan/luck.pdf").status_code == 404
    assert officer.get("/bureau/plan/final.docx").status_code == 404
    assert officer.get("/bureau/plan/final.pdf", {"from": "yesterday"}).status_code == 400
