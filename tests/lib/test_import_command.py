"""What every import command does alike, as a shell sees it."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from households.models import Community
from lib.import_command import in_own_transaction
from lib.import_report import ImportReport
from lib.progress import show_progress
from lib.tables import Refusal, TableRow
from tests.importing import write_table

ROOT = Path(__file__).parents[2]
HEADINGS = "subdistrict,community,is_urban_core,is_pilot,备注"


def manage(*arguments: str, state_dir: Path) -> subprocess.CompletedProcess[str]:
    """A management command as a shell runs it, on an empty SQLite."""
    environment = {**os.environ, "STATE_DIR": str(state_dir), "DATABASE_URL": "", "FENFEN_DEMO": "1"}
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=ROOT)


@pytest.mark.parametrize(
    "arguments", [["import_loads"], ["import_loads", "none.csv"], ["import_loads", "none.csv", "--what"]]
)
def test_wrong_usage_is_2_and_says_nothing_on_stdout(tmp_path: Path, arguments: list[str]) -> None:
    done = manage(*arguments, state_dir=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.django_db
def test_stdout_is_one_json_document_and_the_rest_is_on_stderr(tmp_path: Path) -> None:
    path = write_table(tmp_path / "c.csv", HEADINGS, "东城街道,东湖花园,1,1,好", "东城街道,西园新村,2,1,坏")
    out, err, report_path = io.StringIO(), io.StringIO(), tmp_path / "report.json"
    with pytest.raises(CommandError) as caught:
        call_command("import_communities", str(path), "--json", report=report_path, stdout=out, stderr=err)
    assert caught.value.returncode == 1
    report = json.loads(out.getvalue())
    assert report == json.loads(report_path.read_bytes())
    assert report["refused"] == [
        {
            "line": 3,
            "code": "not_yes_or_no",
            "message": "“中心城区”“2”应为 是 或 否",
            "row": {"subdistrict": "东城街道", "community": "西园新村", "is_urban_core": "2", "is_pilot": "1"},
        }
    ]
    assert "备注" in err.getvalue()
    assert "第3行" in err.getvalue()


@pytest.mark.django_db
def test_without_json_a_person_reads_one_line(tmp_path: Path) -> None:
    out = io.StringIO()
    path = write_table(tmp_path / "c.csv", HEADINGS, "东城街道,东湖花园,1,1,")
    call_command("import_communities", str(path), stdout=out, stderr=io.StringIO())
    assert out.getvalue() == "新增 1 · 更改 0 · 未变 0 · 拒收 0 (created, changed, unchanged, refused)\n"
    assert Community.objects.count() == 1


@pytest.mark.django_db
def test_a_chunk_that_another_import_got_in_the_way_of_is_tried_again_from_its_start(east_lake: Community) -> None:
    attempts: list[int] = []

    def work() -> str:
        attempts.append(Community.objects.count())
        # What a chunk writes before it collides must be gone when it begins again.
        Community.objects.create(subdistrict=east_lake.subdistrict, name="南山小区")
        if len(attempts) == 1:
            Community.objects.create(subdistrict=east_lake.subdistrict, name=east_lake.name)
        return "done"

    assert in_own_transaction(work) == "done"
    assert attempts == [1, 1]

    def never() -> None:
        Community.objects.create(subdistrict=east_lake.subdistrict, name=east_lake.name)

    with pytest.raises(IntegrityError):
        in_own_transaction(never)


def test_a_report_holds_whatever_a_file_held() -> None:
    report = ImportReport()
    report.refuse(row=TableRow(2, {"a": "东\0\ud800\n"}), refusal=Refusal("control_character", "…"))
    assert json.loads(report.as_json())["refused"][0]["row"] == {"a": "东\0\ud800\n"}


def test_the_bar_is_silent_where_nobody_looks_and_passes_everything_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(show_progress(range(1_000), description="rows", total=None)) == list(range(1_000))
    assert capsys.readouterr() == ("", "")
