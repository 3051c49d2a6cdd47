"""What every import command has in common: FILE, --report, --strict, --json, the exit code, the progress bar."""

import datetime as dt
import os
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError, transaction
from django.utils import timezone

from lib.csv_output import OutputError, require_writable
from lib.import_report import ImportReport
from lib.progress import show_progress
from lib.tables import Column, Table, TableError, TableRow, open_table

Item = TypeVar("Item")
Result = TypeVar("Result")
CHUNK_ROWS = 2_000  # rows loaded in one transaction
ATTEMPTS_MAX = 3  # of a chunk that another import got in the way of
REFUSED_SHOWN_MAX = 20


class ImportCommand(BaseCommand):
    """A command that loads a table. A subclass gives `columns` and `import_rows`."""

    columns: ClassVar[Sequence[Column]]
    accepts_json_lines: ClassVar[bool] = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="CSV (UTF-8, GB18030) 或 xlsx")
        parser.add_argument("--report", metavar="FILE.json", type=Path, help="结果写入此文件 (write the report here)")
        parser.add_argument("--strict", action="store_true", help="有一行错误就全部不导入 (all rows or none)")
        parser.add_argument("--json", action="store_true", help="标准输出只有一个JSON (the report on stdout)")

    @abstractmethod
    def import_rows(
        self, *, rows: Iterator[TableRow], report: ImportReport, now: dt.datetime, options: dict[str, Any]
    ) -> None:
        """Load the rows and say in `report` what became of each. Rows with a `refusal` are kept back already.

        Called inside one transaction with `--strict`, outside of any without.
        """

    def after_import(self, *, options: dict[str, Any]) -> None:
        """What is to be done once the rows stand; not called when `--strict` took everything back."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Open, load, report.

        :raises CommandError: exit code 2 for a file that cannot be used, 1 where rows were refused.
        """
        table = self._open(options=options)
        report = ImportReport()
        shown = show_progress(table.rows, description=options["file"].name, total=table.row_count_about)
        rows = _keep_back_refused(shown, report=report)
        is_loaded = self._load(rows=rows, report=report, options=options)
        report.sort()
        if is_loaded:
            self.after_import(options=options)
        if options["report"]:
            report.write(path=options["report"])
        self._print(report=report, options=options)
        if report.refused:
            raise CommandError(f"{len(report.refused)} 行被拒收 (rows refused)", returncode=1)

    def output_paths(self, *, options: dict[str, Any]) -> list[Path]:
        """The files that this run will write."""
        return [options["report"]] if options["report"] else []

    def _open(self, *, options: dict[str, Any]) -> Table:
        try:
            for path in self.output_paths(options=options):
                require_writable(path=path)
                if path.exists() and options["file"].exists() and os.path.samefile(path, options["file"]):
                    raise OutputError(f"{path} 是导入文件本身 (that is the file to import)")
            table = open_table(path=options["file"], columns=self.columns, accepts_json_lines=self.accepts_json_lines)
        except (TableError, OutputError) as error:
            raise CommandError(str(error), returncode=2) from error
        if table.ignored:
            self.stderr.write(f"未使用的列 (columns not used): {', '.join(table.ignored)}")
        return table

    def _load(self, *, rows: Iterator[TableRow], report: ImportReport, options: dict[str, Any]) -> bool:
        """Whether the rows were loaded; with `--strict` one refused row takes all of them back."""
        now = timezone.now()
        if not options["strict"]:
            self.import_rows(rows=rows, report=report, now=now, options=options)
            return True
        with transaction.atomic():
            self.import_rows(rows=rows, report=report, now=now, options=options)
            if not report.refused:
                return True
            transaction.set_rollback(True)
        report.take_back()
        return False

    def _print(self, *, report: ImportReport, options: dict[str, Any]) -> None:
        for refused in report.refused[:REFUSED_SHOWN_MAX]:
            self.stderr.write(f"第{refused['line']}行 {refused['message']} [{refused['code']}]".replace("\0", "␀"))
        if len(report.refused) > REFUSED_SHOWN_MAX:
            self.stderr.write(f"… 还有 {len(report.refused) - REFUSED_SHOWN_MAX} 行 (more; see --report)")
        if report.refused and options["strict"]:
            self.stderr.write("--strict：没有导入任何一行 (nothing was loaded)")
        self.stdout.write(report.as_json().decode("utf8") if options["json"] else report.summary())


def in_chunks(items: Iterable[Item], *, size: int = CHUNK_ROWS) -> Iterator[list[Item]]:
    """The items in lists of `size`, the last one shorter."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def in_own_transaction(work: Callable[[], Result]) -> Result:
    """Run `work` in a transaction (a savepoint inside one); again where another import took a unique value first.

    :raises IntegrityError: it failed every time.
    """
    for attempt in range(1, ATTEMPTS_MAX + 1):
        try:
            with transaction.atomic():
                return work()
        except IntegrityError:
            if attempt == ATTEMPTS_MAX:
                raise
    raise AssertionError("not reached")


def _keep_back_refused(rows: Iterable[TableRow], *, report: ImportReport) -> Iterator[TableRow]:
    for row in rows:
        if row.refusal:
            report.refuse(row=row, refusal=row.refusal)
        else:
            yield row
