"""manage.py export_community_days OUT.csv: every community's days, by category."""

from collections.abc import Iterable, Sequence

from indicators.queries.day_rows import COMMUNITY_DAY_HEADINGS, community_day_rows
from lib.csv_output import Value
from lib.export_command import ExportCommand


class Command(ExportCommand):
    """One row a community, local date and reported category."""

    help = "导出小区日汇总 (export community days)"
    headings = COMMUNITY_DAY_HEADINGS

    def export_rows(self) -> Iterable[Sequence[Value]]:
        """The days."""
        return community_day_rows()
