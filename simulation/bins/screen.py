"""Shows a simulation while it runs: a live table at a terminal, a line now and then anywhere else. On stderr."""

import sys
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.table import Table

LINE_EVERY_S = 10.0


@dataclass(frozen=True, slots=True)
class Figures:
    """One moment. None where it cannot be known: another platform's tables are not ours to read."""

    seconds: float
    simulated_to: str
    sent: int
    accepted: int
    duplicate: int
    conflict: int
    refused: int
    retries: int
    heartbeats: int
    oldest_untallied_s: float | None
    points: int | None

    @property
    def events_a_second(self) -> float:
        return self.sent / self.seconds if self.seconds else 0.0

    def labelled(self) -> list[tuple[str, str]]:
        """Each figure with its name."""
        oldest, points = self.oldest_untallied_s, self.points
        return [
            ("模拟到 simulated to", self.simulated_to),
            ("发送 sent", f"{self.sent:,}"),
            ("接收 accepted", f"{self.accepted:,}"),
            ("重复 duplicate", f"{self.duplicate:,}"),
            ("冲突 conflict", f"{self.conflict:,}"),
            ("拒收 refused", f"{self.refused:,}"),
            ("重试 retries", f"{self.retries:,}"),
            ("心跳 heartbeats", f"{self.heartbeats:,}"),
            ("最久未结算 oldest untallied", "—" if oldest is None else f"{oldest:.1f} s"),
            ("积分 points", "—" if points is None else f"{points:,}"),
            ("每秒 events/s", f"{self.events_a_second:,.0f}"),
        ]


class SimulationScreen:
    """Use it in a `with`; `show` as often as you like."""

    def __init__(self) -> None:
        self._live = Live(console=Console(stderr=True), auto_refresh=False) if sys.stderr.isatty() else None
        self._next_line_s = time.monotonic() + LINE_EVERY_S

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def show(self, figures: Figures, *, is_last: bool = False) -> None:
        """Draw the table again; elsewhere write a line when it is time, and the last one always."""
        if self._live:
            self._live.update(_table(figures), refresh=True)
        elif is_last or time.monotonic() >= self._next_line_s:
            self._next_line_s = time.monotonic() + LINE_EVERY_S
            sys.stderr.write(" · ".join(f"{label} {value}" for label, value in figures.labelled()) + "\n")
            sys.stderr.flush()


def _table(figures: Figures) -> Table:
    table = Table(title=f"模拟智能桶 simulated bins · {figures.seconds:,.0f} s", box=None, padding=(0, 2, 0, 0))
    table.add_column("", no_wrap=True)
    table.add_column("", justify="right", no_wrap=True)
    for label, value in figures.labelled():
        table.add_row(label, value)
    return table
