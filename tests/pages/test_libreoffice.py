"""What the bureau takes along opens in LibreOffice with the right sums, and nothing in it is run."""

import csv
import datetime as dt
import itertools
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client

from households.models import Community
from indicators.services.monthly import make_next_report, request_report
from indicators.services.publishing import month_of
from people.models import User
from tests.builders import make_community_day, make_load
from tests.conftest import NOON
from tests.halves import OFFICE_ABSENT

pytestmark = pytest.mark.django_db
OCTOBER = {"from": "2026-10-01", "to": "2026-10-31"}
MID_OCTOBER = dt.date(2026, 10, 15)
EVERY_SHEET = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
TIMEOUT_S = 180


@pytest.fixture
def office() -> str:
    """The program; where it is not installed the test is left out aloud."""
    found = shutil.which("soffice")
    if found is None:
        pytest.skip(OFFICE_ABSENT)
    return found


def opened(*, office: str, files: dict[str, bytes], folder: Path) -> dict[str, list[list[str]]]:
    """Every sheet of every file as LibreOffice reads it: "name-sheet" → rows of texts."""
    for name, data in files.items():
        (folder / name).write_bytes(data)
    subprocess.run(
        [
            office,
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--convert-to",
            EVERY_SHEET,
            "--outdir",
            str(folder / "read"),
            *(str(folder / name) for name in files),
        ],
        check=True,
        capture_output=True,
        timeout=TIMEOUT_S,
    )
    return {
        path.stem: list(csv.reader(path.read_text(encoding="utf8").splitlines()))
        for path in sorted((folder / "read").glob("*.csv"))
    }


def column(rows: list[list[str]], heading: str) -> list[str]:
    """The cells below a heading, to the first row that has none."""
    at = next(number for number, row in enumerate(rows) if heading in row)
    place = rows[at].index(heading)
    return [row[place] for row in itertools.takewhile(lambda row: row and row[0], rows[at + 1 :])]


def total(cells: list[str]) -> Decimal:
    return sum((Decimal(cell.replace(",", "")) for cell in cells if cell not in ("", "—")), Decimal(0))


def test_every_file_opens_with_its_sums_and_runs_nothing(
    office: str, client: Client, zhao: User, east_lake: Community, west_park: Community, tmp_path: Path
) -> None:
    Community.objects.filter(pk=west_park.pk).update(name="=1+1", is_pilot=True)
    for community, weight_g in ((east_lake, 12_345), (west_park, 24_690)):
        make_community_day(community=community, on=MID_OCTOBER, category="FOOD", weight_g=weight_g)
        make_load(
            community=community,
            category="FOOD",
            destination="COMPOSTING",
            weight_g=weight_g * 100,
            on=MID_OCTOBER,
        )
    client.force_login(zhao)
    request_report(month=month_of(day=MID_OCTOBER), officer=zhao, now=NOON)
    report = make_next_report(clock=lambda: NOON)
    assert report is not None

    def file_of(address: str, **parameters: str) -> bytes:
        answer = client.get(address, OCTOBER | {"format": "xlsx"} | parameters)
        assert answer.status_code == 200, address
        return answer.content

    files = {
        "ranking.xlsx": file_of("/bureau/ranking"),
        "figure.xlsx": file_of("/bureau/figures/recovery_rate.weighed"),
        "loads.xlsx": file_of("/bureau/loads/"),
        "days.xlsx": file_of(f"/bureau/communities/{east_lake.pk}", table="days"),
        "trend.xlsx": file_of("/bureau/", table="trend"),
        "plan.xlsx": file_of("/bureau/plan"),
        "quality.xlsx": file_of("/bureau/quality"),
        "monthly.xlsx": bytes(report.xlsx),
    }
    sheets = opened(office=office, files=files, folder=tmp_path)
    assert {name.partition("-")[0] for name in sheets} == {name.removesuffix(".xlsx") for name in files}
    assert total(column(sheets["ranking-表格"], "投放千克")) == Decimal("37.035")
    assert total(column(sheets["figure-表格"], "分母")) == Decimal("3703.5")
    assert total(column(sheets["loads-表格"], "千克")) == Decimal("3703.5")
    assert total(column(sheets["days-表格"], "千克")) == Decimal("12.345")
    assert total(column(sheets["trend-表格"], "投放千克")) == Decimal("37.035")
    assert len(column(sheets["plan-表格"], "序号")) >= 47
    *communities, everything = column(sheets["monthly-各小区"], "清运(千克)")
    assert total(communities) == total([everything]) == Decimal("3703.5")
    cells = [cell for rows in sheets.values() for row in rows for cell in row]
    assert "'=1+1" in cells
    assert "2" not in column(sheets["ranking-表格"], "名称"), "nothing was run"
