"""import_drop_offs: the historical door. Any past day, the same answers as the device door."""

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.management import CommandError, call_command

from households.models import Household
from sorting.models import Door, DropOff, DropOffBatch, RefusedEvent, SmartBin
from sorting.services import record_drop_offs
from tests.sorting.test_recording import event

pytestmark = pytest.mark.django_db
HEADINGS = "bin,event_id,card,method,category,weight_g,occurred_at,fill_rate,sub_class"
GOOD = "B-0007,e-1,A0000001,CARD,FOOD,1620,2019-03-02T07:12:33+08:00,0.4,HOME_FOOD"


def run_import(path: Path, *options: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the report."""
    out = io.StringIO()
    try:
        call_command("import_drop_offs", str(path), "--json", *options, stdout=out, stderr=io.StringIO())
    except CommandError as error:
        return error.returncode, json.loads(out.getvalue()) if out.getvalue() else {}
    return 0, json.loads(out.getvalue())


def csv_file(tmp_path: Path, *lines: str, headings: str = HEADINGS) -> Path:
    path = tmp_path / "drop_offs.csv"
    path.write_text("\n".join((headings, *lines)) + "\n", encoding="utf8")
    return path


def counts(report: dict[str, Any]) -> tuple[int, int, int, list[tuple[int, str]]]:
    return (
        report["created"],
        report["changed"],
        report["unchanged"],
        [(refused["line"], refused["code"]) for refused in report["refused"]],
    )


def test_a_file_of_2019_is_recorded_without_points_and_repeating_it_changes_nothing(
    bin_07: SmartBin, zhang: Household, tmp_path: Path
) -> None:
    path = csv_file(tmp_path, GOOD, GOOD.replace("e-1", "e-2"))
    code, report = run_import(path)
    assert (code, counts(report)) == (0, (2, 0, 0, []))
    drop_off = DropOff.objects.get(event_id="e-1")
    assert (drop_off.household_id, drop_off.weight_g, drop_off.fill_rate) == (zhang.pk, 1620, 0.4)
    assert (drop_off.sub_class, drop_off.occurred_on, drop_off.is_in_window) == (
        "HOME_FOOD",
        dt.date(2019, 3, 2),
        True,
    )
    batch = DropOffBatch.objects.get()
    assert (batch.door, batch.is_awarding, batch.event_count) == (Door.IMPORT, False, 2)
    code, report = run_import(path)
    assert (code, counts(report)) == (0, (0, 0, 2, []))
    assert DropOff.objects.count() == 2


def test_with_award_the_batch_earns_points(bin_07: SmartBin, tmp_path: Path) -> None:
    run_import(csv_file(tmp_path, GOOD), "--award")
    assert DropOffBatch.objects.get().is_awarding


def test_bad_rows_name_their_line_and_reason_and_the_good_ones_load(bin_07: SmartBin, tmp_path: Path) -> None:
    path = csv_file(
        tmp_path,
        GOOD,
        GOOD.replace("1620", "50001").replace("e-1", "e-2"),
        GOOD.replace("1620", "1621"),
        GOOD.replace("B-0007", "B-9999"),
        GOOD.replace("2019", "2099").replace("e-1", "e-3"),
        GOOD.replace("e-1", "e-4").replace("1620", "1.5 kg"),
        GOOD.replace("e-1", "e-5").replace("0.4", "nan"),
        GOOD.replace("e-1", "e-6"),
    )
    report_path = tmp_path / "report.json"
    code, report = run_import(path, "--report", str(report_path))
    refused = [
        (3, "weight_out_of_range"),
        (4, "conflict"),
        (5, "bin_unknown"),
        (6, "occurred_in_future"),
        (7, "weight_out_of_range"),
        (8, "field_invalid"),
    ]
    assert (code, counts(report)) == (1, (2, 0, 0, refused))
    assert all(entry["message"] and entry["row"]["event_id"] for entry in report["refused"])
    assert json.loads(report_path.read_bytes()) == report
    assert set(RefusedEvent.objects.values_list("code", "bin_code")) == {
        ("weight_out_of_range", "B-0007"),
        ("conflict", "B-0007"),
        ("bin_unknown", "B-9999"),
        ("occurred_in_future", "B-0007"),
        ("field_invalid", "B-0007"),
    }


def test_strict_loads_none_if_one_is_bad(bin_07: SmartBin, tmp_path: Path) -> None:
    code, report = run_import(csv_file(tmp_path, GOOD, GOOD.replace("FOOD", "GLASS")), "--strict")
    assert (code, counts(report)) == (1, (0, 0, 0, [(3, "category_unknown")]))
    assert not DropOff.objects.exists()
    assert not DropOffBatch.objects.exists()


def test_chinese_headings_and_words_in_gb18030_without_the_optional_columns(
    bin_07: SmartBin, zhang: Household, tmp_path: Path
) -> None:
    path = tmp_path / "投放.csv"
    lines = "桶号,事件号,类别,重量(克),投放时间,方式\nB-0007,e-1,厨余垃圾,1620,2019-03-02 07:12,未识别\n"
    path.write_bytes(lines.encode("gb18030"))
    assert counts(run_import(path)[1]) == (1, 0, 0, [])
    drop_off = DropOff.objects.get()
    assert (drop_off.category, drop_off.method, drop_off.card) == ("FOOD", "NONE", "")
    assert drop_off.occurred_at == dt.datetime.fromisoformat("2019-03-02T07:12:00+08:00")


def test_xlsx_with_numbers_and_dates_and_json_lines_are_the_same_facts(
    bin_07: SmartBin, zhang: Household, tmp_path: Path
) -> None:
    path = tmp_path / "drop_offs.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADINGS.split(","))
    sheet.write_row(1, 0, ["B-0007", "e-1", "A0000001", "CARD", "FOOD", 1620])
    sheet.write_datetime(1, 6, dt.datetime(2019, 3, 2, 7, 12, 33), book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))  # noqa: DTZ001
    sheet.write_row(1, 7, [0.4, "HOME_FOOD"])
    book.close()
    assert counts(run_import(path)[1]) == (1, 0, 0, [])
    lines = tmp_path / "drop_offs.jsonl"
    document = event(occurred_at="2019-03-02T07:12:33+08:00", sub_class="HOME_FOOD", bin="B-0007")
    lines.write_text(json.dumps(document) + "\n", encoding="utf8")
    assert counts(run_import(lines)[1]) == (0, 0, 1, [])


def test_what_came_through_the_device_door_is_unchanged_in_a_file(
    bin_07: SmartBin, zhang: Household, tmp_path: Path, now: dt.datetime
) -> None:
    record_drop_offs(smart_bin=bin_07, events=[event()], door=Door.HTTP, received_at=now)
    row = "B-0007,e-1,A0000001,CARD,FOOD,1620,2026-11-23T07:12:33,,"
    assert counts(run_import(csv_file(tmp_path, row))[1]) == (0, 0, 1, [])


@pytest.mark.parametrize("content", ["bin,event_id\nB-0007,e-1\n", "", None])
def test_a_file_that_cannot_be_used_is_exit_2(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "drop_offs.csv"
    if content is not None:
        path.write_text(content, encoding="utf8")
    assert run_import(path)[0] == 2


def test_more_rows_than_one_batch_of_two_bins_mixed_keep_every_row(
    bin_07: SmartBin, tmp_path: Path, now: dt.datetime
) -> None:
    SmartBin.objects.create(code="B-0008", point=bin_07.point, categories="FOOD", registered_at=now)
    rows = [
        f"B-000{7 + number % 2},e-{number},A0000001,CARD,FOOD,{1 + number},2019-03-02T07:12:33,,"
        for number in range(2_500)
    ]
    assert counts(run_import(csv_file(tmp_path, *rows))[1]) == (2_500, 0, 0, [])
    assert sorted(DropOffBatch.objects.values_list("event_count", flat=True)) == [250, 250, 1_000, 1_000]
    assert dict(DropOff.objects.values_list("event_id", "weight_g")) == {f"e-{each}": each + 1 for each in range(2_500)}
