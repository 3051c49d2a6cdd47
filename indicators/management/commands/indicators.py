"""`manage.py indicators`: the indicators of a period against their targets."""

import argparse
import datetime as dt
import json
from decimal import Decimal
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from indicators.facts import Period
from indicators.formulas import Figure, Number
from indicators.queries import IndicatorRow, UnknownCommunity, read_indicators, read_plan, row_as_json

EXIT_WRONG_USAGE = 2
TABLE_WIDTH = 140  # where the output is no terminal that says its own
YEARS = range(1900, 2201)  # the 30 days before and the midnight after stay inside the calendar


def local_date(text: str) -> dt.date:
    """YYYY-MM-DD.

    :raises ArgumentTypeError: anything else.
    """
    try:
        date = dt.datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} 不是日期 YYYY-MM-DD (not a date)") from None
    if date.year not in YEARS:
        raise argparse.ArgumentTypeError(f"{text!r} 的年份不可用 (no such year here)")
    return date


class Command(BaseCommand):
    """Prints every indicator the platform computes, with its parts."""

    help = "指标:某段日期内各项指标与目标 (indicators of a period against their targets)"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="starts_on", type=local_date, metavar="D", help="第一天")
        parser.add_argument("--to", dest="ends_on", type=local_date, metavar="D", help="最后一天(含)")
        parser.add_argument("--community", metavar="NAME", help="只算这个小区 (this community alone)")
        parser.add_argument("--plan", action="store_true", help="列出方案的 47 项指标 (list the plan's indicators)")
        parser.add_argument("--json", action="store_true", help="JSON")

    def handle(self, **options: Any) -> None:
        if options["plan"]:
            self._write_plan(is_json=options["json"])
            return
        if options["starts_on"] is None or options["ends_on"] is None:
            raise CommandError("缺少 --from 或 --to (both days are needed)", returncode=EXIT_WRONG_USAGE)
        period = Period(starts_on=options["starts_on"], ends_on=options["ends_on"])
        if period.day_count < 1:
            raise CommandError("--from 晚于 --to (the period ends before it begins)", returncode=EXIT_WRONG_USAGE)
        try:
            rows = read_indicators(period=period, community=options["community"], now=timezone.now())
        except UnknownCommunity as error:
            raise CommandError(f"{error.text} (no such community)", returncode=EXIT_WRONG_USAGE) from error
        if options["json"]:
            self.stdout.write(json.dumps([row_as_json(row=row) for row in rows], ensure_ascii=False, indent=1))
        else:
            self._write_table(rows=rows)

    def _write_plan(self, *, is_json: bool) -> None:
        plan = read_plan()
        if is_json:
            self.stdout.write(json.dumps(plan, ensure_ascii=False, indent=1))
            return
        table = Table("号", "指标 Indicator", "目标 Target", "来源 Source", title="“无废城区”建设指标")
        for indicator in plan:
            for measure in cast(list[dict[str, str]], indicator["measures"]):
                table.add_row(
                    f"{indicator['number']}", measure["name"], measure["target_text"], f"{indicator['source']}"
                )
        self._console().print(table)

    def _console(self) -> Console:
        width = None if self.stdout.isatty() else TABLE_WIDTH
        return Console(file=cast(IO[str], self.stdout), width=width)

    def _write_table(self, *, rows: list[IndicatorRow]) -> None:
        period = rows[0].period
        table = Table(title=f"{rows[0].community or '全区'} {period.starts_on} – {period.ends_on}")
        table.add_column("号")
        table.add_column("指标 Indicator", no_wrap=True)
        for heading in ("数值 Value", "目标 Target", "差距 Gap", "分子/分母 Parts", "样本 n"):
            table.add_column(heading, justify="right")
        for row in rows:
            table.add_row(*_cells(row=row))
        console = self._console()
        console.print(table)
        console.print("— = 没有数据 (no data). 分子、分母 = numerator, denominator.")
        if rows[0].is_stale:
            console.print("本期还有未结算的记录,数字会变动。 Untallied rows remain: figures may still move.")


def _cells(*, row: IndicatorRow) -> tuple[str, ...]:
    figure, target = row.figure, row.computed.target(row.period.ends_on)
    return (
        str(row.computed.number or "–"),
        f"{row.computed.name_zh}\n{row.computed.name_en}",
        _shown(number=figure.value, unit=row.computed.unit),
        _shown(number=target, unit=row.computed.unit),
        _gap(row=row, target=target),
        _parts(figure=figure),
        "" if figure.sample_count is None else f"{figure.sample_count:,}",
    )


def _shown(*, number: Number | Decimal | None, unit: str) -> str:
    if number is None:
        return "—"
    if unit == "rate":
        return f"{float(number * 100):.1f} %"
    digits = 0 if number == int(number) else 3
    return f"{float(number):,.{digits}f} {'户' if unit == 'households' else unit}"


def _gap(*, row: IndicatorRow, target: Decimal | None) -> str:
    if row.figure.value is None or target is None:
        return "—"
    gap = float(row.figure.value) - float(target)
    is_reached = gap <= 0 if row.computed.is_less_better else gap >= 0
    shown = f"{gap * 100:+.1f} 百分点" if row.computed.unit == "rate" else f"{gap:+,.3f}".rstrip("0").rstrip(".")
    return f"{shown} {'✓' if is_reached else '✗'}"


def _parts(*, figure: Figure) -> str:
    if figure.stages is not None:
        return " → ".join("—" if count is None else f"{count:,}" for count in figure.stages.values())
    parts = [part for part in (figure.numerator, figure.denominator) if part is not None]
    return " / ".join(f"{float(part):,.3f}".rstrip("0").rstrip(".") for part in parts)
