"""What every export command has in common: OUT.csv, and exit code 2 where it cannot be written."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lib.csv_output import OutputError, Value, require_writable, write_csv
from lib.progress import show_progress


class ExportCommand(BaseCommand):
    """A command that writes a table. A subclass gives `headings` and `export_rows`."""

    headings: ClassVar[Sequence[str]]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="OUT.csv", type=Path, help="写入此文件 (write to this file)")

    @abstractmethod
    def export_rows(self) -> Iterable[Sequence[Value]]:
        """The rows, as a stream, in the order of `headings`."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file.

        :raises CommandError: exit code 2 for a place that cannot be written.
        """
        path: Path = options["file"]
        try:
            require_writable(path=path)
            rows = show_progress(self.export_rows(), description=path.name, total=None)
            count = write_csv(path=path, headings=self.headings, rows=rows)
        except OutputError as error:
            raise CommandError(str(error), returncode=2) from error
        self.stderr.write(f"{count} 行 (rows) → {path}")
