"""manage.py import_communities FILE: subdistricts and communities from a table."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from households.services import COMMUNITY_COLUMNS, import_communities
from lib.import_command import ImportCommand
from lib.import_report import ImportReport
from lib.tables import TableRow


class Command(ImportCommand):
    """Key: community. Other values change it."""

    help = "导入街道和小区 (import subdistricts and communities)"
    columns = COMMUNITY_COLUMNS

    def import_rows(
        self, *, rows: Iterator[TableRow], report: ImportReport, now: dt.datetime, options: dict[str, Any]
    ) -> None:
        """Load the rows."""
        import_communities(rows=rows, report=report)
