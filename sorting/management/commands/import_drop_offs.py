"""`import_drop_offs FILE [--award]`: the historical door, for any past day."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandParser

from lib.import_command import ImportCommand
from lib.import_report import ImportReport
from lib.tables import Column, Refusal, TableRow
from sorting.categories import WasteCategory
from sorting.models import Door, Fate, Method, SmartBin
from sorting.services import record_drop_offs
from sorting.services.recording import CONFLICT_CODE
from sorting.services.refusals import Refusal as KeptRefusal
from sorting.services.refusals import keep_refusals
from sorting.services.replaying import BIN_UNKNOWN_CODE, BIN_UNKNOWN_MESSAGE

BATCH_EVENTS_MAX = 1_000
BUFFER_ROWS_MAX = 20_000  # rows held to be grouped by bin, about 30 MB

_CODES = {label: code for code, label in (*WasteCategory.choices, *Method.choices)}
_WHOLE = re.compile(r"([+-]?[0-9]{1,20})(?:\.0*)?")
_NUMBER = re.compile(r"[+-]?[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]{1,3})?")


class Command(ImportCommand):
    help = "导入历史投放记录 (import drop-offs of any past day; points only with --award)"
    accepts_json_lines = True
    columns = (
        Column("bin", ("桶号", "智能桶")),
        Column("event_id", ("事件号",)),
        Column("card", ("卡", "卡号", "读到的卡"), is_required=False),
        Column("method", ("方式", "识别方式"), is_required=False),
        Column("category", ("类别", "垃圾类别")),
        Column("weight_g", ("重量(克)", "重量", "重量克")),
        Column("occurred_at", ("投放时间",), is_moment=True),
        Column("fill_rate", ("满溢率",), is_required=False),
        Column("sub_class", ("子类",), is_required=False),
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--award", action="store_true", help="计积分 (these drop-offs earn points)")

    def import_rows(
        self, *, rows: Iterator[TableRow], report: ImportReport, now: dt.datetime, options: dict[str, Any]
    ) -> None:
        """Group the rows by bin into calls of at most BATCH_EVENTS_MAX events; a bin's rows keep their order."""
        importer = _Importer(report=report, now=now, is_awarding=options["award"])
        for row in rows:
            importer.add(row)
        importer.flush()


class _Importer:
    """Holds rows until a bin has a full batch, or too many are held."""

    def __init__(self, *, report: ImportReport, now: dt.datetime, is_awarding: bool) -> None:
        self.report = report
        self.now = now
        self.is_awarding = is_awarding
        self._held: dict[str, list[TableRow]] = defaultdict(list)
        self._held_count = 0
        self._bins: dict[str, SmartBin | None] = {}

    def add(self, row: TableRow) -> None:
        bin_code = row.cells["bin"].strip()
        held = self._held[bin_code]
        held.append(row)
        self._held_count += 1
        if len(held) >= BATCH_EVENTS_MAX:
            self._record(bin_code=bin_code, rows=self._held.pop(bin_code))
        elif self._held_count >= BUFFER_ROWS_MAX:
            self.flush()

    def flush(self) -> None:
        """Record everything that is held."""
        held, self._held = self._held, defaultdict(list)
        for bin_code, rows in held.items():
            self._record(bin_code=bin_code, rows=rows)

    def _record(self, *, bin_code: str, rows: list[TableRow]) -> None:
        self._held_count -= len(rows)
        events = [_event_of(cells=row.cells) for row in rows]
        smart_bin = self._bin(code=bin_code)
        if smart_bin is None:
            self._refuse_unknown_bin(bin_code=bin_code, rows=rows, events=events)
            return
        batch = record_drop_offs(
            smart_bin=smart_bin, events=events, door=Door.IMPORT, received_at=self.now, is_awarding=self.is_awarding
        )
        for row, result in zip(rows, batch.results, strict=True):
            if result.fate is Fate.ACCEPTED:
                self.report.created += 1
            elif result.fate is Fate.DUPLICATE:
                self.report.unchanged += 1
            else:
                self.report.refuse(row=row, refusal=Refusal(result.code or CONFLICT_CODE, result.message))

    def _bin(self, *, code: str) -> SmartBin | None:
        if code not in self._bins:
            is_possible = 0 < len(code) <= 64 and code.isprintable()
            found = SmartBin.objects.select_related("point").filter(code=code).first() if is_possible else None
            self._bins[code] = found
        return self._bins[code]

    def _refuse_unknown_bin(self, *, bin_code: str, rows: list[TableRow], events: list[dict[str, object]]) -> None:
        keep_refusals(
            bin_code=bin_code,
            door=Door.IMPORT,
            received_at=self.now,
            refusals=[KeptRefusal(event, Fate.REJECTED, BIN_UNKNOWN_CODE, BIN_UNKNOWN_MESSAGE) for event in events],
        )
        for row in rows:
            self.report.refuse(row=row, refusal=Refusal(BIN_UNKNOWN_CODE, f"{BIN_UNKNOWN_MESSAGE}:{bin_code[:80]}"))


def _event_of(*, cells: dict[str, str]) -> dict[str, object]:
    """The event as a bin would have sent it; what cannot be read stays text, and is rejected as such."""
    text = {column.name: cells.get(column.name, "").strip() for column in Command.columns}
    whole, fill = _WHOLE.fullmatch(text["weight_g"]), text["fill_rate"]
    return {
        "event_id": text["event_id"],
        "card": text["card"] or None,
        "method": _CODES.get(text["method"], text["method"]) or None,
        "category": _CODES.get(text["category"], text["category"]),
        "sub_class": text["sub_class"] or None,
        "weight_g": int(whole[1]) if whole else text["weight_g"],
        "occurred_at": text["occurred_at"],
        "fill_rate": (float(fill) if _NUMBER.fullmatch(fill) else fill) if fill else None,
    }
