"""manage.py import_loads FILE: loads, their weights and destinations from a table."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from collection.services import LOAD_COLUMNS, import_loads
from lib.import_command import ImportCommand
from lib.import_report import ImportReport
from lib.tables import TableRow


class Command(ImportCommand):
    """Key: load_id. Other facts under the same id are a conflict, refused."""

    help = "导入清运单 (import loads)"
    columns = LOAD_COLUMNS

    def import_rows(
        self, *, rows: Iterator[TableRow], report: ImportReport, now: dt.datetime, options: dict[str, Any]
    ) -> None:
        """Load the rows."""
        import_loads(rows=rows, report=report, now=now)
