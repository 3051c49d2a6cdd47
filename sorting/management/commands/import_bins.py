"""manage.py import_bins FILE: collection points, their windows and bins from a table."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from lib.import_command import ImportCommand
from lib.import_report import ImportReport
from lib.tables import TableRow
from sorting.services.bin_file import BIN_COLUMNS, import_bins


class Command(ImportCommand):
    """Key: bin. Other values change the bin, or its point."""

    help = "导入投放点和智能桶 (import collection points and bins)"
    columns = BIN_COLUMNS

    def import_rows(
        self, *, rows: Iterator[TableRow], report: ImportReport, now: dt.datetime, options: dict[str, Any]
    ) -> None:
        """Load the rows."""
        import_bins(rows=rows, report=report, now=now)
