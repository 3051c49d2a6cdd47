"""manage.py import_households FILE [--codes OUT.csv]: households with phone and card from a table."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from households.queries import HOUSEHOLD_CODE_HEADINGS, household_code_rows
from households.services import HOUSEHOLD_COLUMNS, import_households
from lib.csv_output import write_csv
from lib.import_command import ImportCommand
from lib.import_report import ImportReport
from lib.tables import TableRow


class Command(ImportCommand):
    """Key: community, building, unit and room. Other values change the household; another rfid replaces the card."""

    help = "导入住户 (import households)"
    columns = HOUSEHOLD_COLUMNS

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--codes", metavar="OUT.csv", type=Path, help="户码写入此文件 (write their codes here)")

    def output_paths(self, *, options: dict[str, Any]) -> list[Path]:
        """The report, and the codes."""
        return [*super().output_paths(options=options), *([options["codes"]] if options["codes"] else [])]

    def import_rows(
        self, *, rows: Iterator[TableRow], report: ImportReport, now: dt.datetime, options: dict[str, Any]
    ) -> None:
        """Load the rows."""
        self._household_ids = import_households(rows=rows, report=report, now=now)

    def after_import(self, *, options: dict[str, Any]) -> None:
        """Write the codes of the file's households, in its order."""
        if options["codes"]:
            rows = household_code_rows(household_ids=self._household_ids)
            write_csv(path=options["codes"], headings=HOUSEHOLD_CODE_HEADINGS, rows=rows)
