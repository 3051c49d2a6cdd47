"""Files as clerks make them, and import commands run as a person runs them."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter
from django.core.management import CommandError, call_command


def run_import(command: str, path: Path, *options: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the report (empty where the file could not be used)."""
    out = io.StringIO()
    try:
        call_command(command, str(path), "--json", *options, stdout=out, stderr=io.StringIO())
    except CommandError as error:
        return error.returncode, json.loads(out.getvalue()) if out.getvalue() else {}
    return 0, json.loads(out.getvalue())


def outcome(report: dict[str, Any]) -> tuple[int, int, int, list[tuple[int, str]]]:
    """Created, changed, unchanged, and the refused rows by line and code."""
    refused = [(row["line"], row["code"]) for row in report["refused"]]
    return report["created"], report["changed"], report["unchanged"], refused


def write_table(path: Path, *lines: str, encoding: str = "utf8") -> Path:
    """A CSV file of these lines."""
    path.write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
    return path


def write_workbook(path: Path, *rows: Sequence[Any]) -> Path:
    """An xlsx file whose first sheet holds these rows; dates are typed as dates."""
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        workbook.add_worksheet().write(0, 0, "not this one")
    return path


def read_table(path: Path) -> list[dict[str, str]]:
    """A CSV file that we wrote."""
    with path.open(encoding="utf8", newline="") as file:
        return list(csv.DictReader(file))
