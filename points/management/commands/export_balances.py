"""manage.py export_balances OUT.csv: what every household holds."""

from collections.abc import Iterable, Sequence

from lib.csv_output import Value
from lib.export_command import ExportCommand
from points.balances import BALANCE_HEADINGS, balance_rows


class Command(ExportCommand):
    """One row a household."""

    help = "导出积分余额 (export balances)"
    headings = BALANCE_HEADINGS

    def export_rows(self) -> Iterable[Sequence[Value]]:
        """The balances."""
        return balance_rows()
