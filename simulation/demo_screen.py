"""What the demo prints: Chinese with English beside it, readable at 80 columns and without colour."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TextIO

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from indicators.formulas import Number
from indicators.queries import IndicatorRow
from simulation.demo_promises import Promises
from simulation.demo_summary import CommunityFigures

WIDTH_MAX = 100
WIDTH_WITHOUT_TERMINAL = 80
_FATES = (
    ("accepted", "接收 accepted"),
    ("duplicate", "重复 duplicate"),
    ("conflict", "冲突 conflict"),
    ("rejected", "拒收 rejected"),
)
_STAGES = {
    "district": "建区 district",
    "sending": "发送 sending",
    "tally": "等结算 tally",
    "recount": "重算 recount",
    "total": "共 total",
}
_UNITS = {"kg/person/day": "kg/人·日"}
_PROMISES = {
    "every_event_once": "每条投放只计一次 every event once",
    "nothing_untallied": "没有未结算的记录 nothing untallied",
    "balances_equal_transfers": "余额等于划转之和 balances equal transfers",
    "points_equal_facts": "积分等于按事实重算 points equal facts",
    "tallies_equal_recount": "汇总等于逐条重数 tallies equal recount",
    "no_negative_balance": "没有负余额 no negative balance",
}


class DemoScreen:
    """Prints the parts of the summary, one after the other."""

    def __init__(self, *, file: TextIO) -> None:
        width = min(Console(file=file).width, WIDTH_MAX) if file.isatty() else WIDTH_WITHOUT_TERMINAL
        self._console = Console(file=file, width=width, highlight=False)

    def show_events(self, *, events: Mapping[str, int], awarded_points: int, places: str) -> None:
        """Events by fate, and the points that came of them."""
        self._title("一天的投放", "A day of drop-offs")
        self._say(places)
        self._say(f"发送 sent {events['sent']:,} · 发放积分 points awarded {awarded_points:,}")
        self._say(" · ".join(f"{label} {events[fate]:,}" for fate, label in _FATES))

    def show_communities(self, *, communities: Sequence[CommunityFigures]) -> None:
        """A row a community, rates in per cent; — where nothing was observed."""
        self._title("各小区", "Communities")
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        table.add_column("小区\ncommunity", no_wrap=True)
        for zh, en in (
            ("住户", "homes"),
            ("参与率", "active"),
            ("厨余分出", "food sep."),
            ("回收利用", "recovery"),
            ("投放", "bags"),
            ("千克", "kg"),
            ("积分", "points"),
        ):
            table.add_column(f"{zh}\n{en}", justify="right", no_wrap=True)
        for each in communities:
            table.add_row(
                f"{each.community}{'·试点' if each.is_pilot else ''}",
                f"{each.households:,}",
                _percent(each.participation_rate),
                _percent(each.food_separation_rate),
                _percent(each.recovery_rate),
                f"{each.drop_offs:,}",
                f"{each.weight_g / 1000:,.0f}",
                f"{each.points:,}",
            )
        self._print_indented(table)
        self._say("试点 a pilot · 参与率 active: 当天有投放的住户 ÷ 住户 homes with a drop-off")
        self._say("厨余分出 food sep.: 厨余 ÷ (厨余 + 其他) food ÷ (food + residual), by weight")
        self._say("回收利用 recovery: (可回收 + 厨余) ÷ 全部, 桶端估算 bin-side estimate")

    def show_indicators(self, *, rows: Sequence[IndicatorRow]) -> None:
        """Each indicator against its target: ✓ reached, ✗ not, — no data or no target."""
        self._title("指标与目标", "Indicators against their targets")
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        table.add_column("指标 indicator")
        table.add_column("数值 value", justify="right", no_wrap=True)
        table.add_column("目标 target", justify="right", no_wrap=True)
        table.add_column("", no_wrap=True)
        for row in rows:
            target = row.computed.target(row.period.ends_on)
            unit = row.computed.unit
            table.add_row(
                f"{row.computed.name_zh}\n[dim]{row.computed.name_en}[/dim]",
                _shown(row.figure.value, unit=unit),
                _shown(target, unit=unit),
                _mark(row=row, target=target),
            )
        self._print_indented(table)
        self._say("— 没有数据或没有目标 no data, or no target")
        self._say("试点漏斗 登记→有卡→首投→30天活跃→分对 pilot funnel, enrolled to sorting right:")
        self._say("  " + _funnel(rows=rows))

    def show_promises(self, *, promises: Promises) -> None:
        """Each promise and whether the recount agrees."""
        self._title("当场重算", "Recounted on the spot from raw rows")
        for name, is_kept in promises.as_json().items():
            self._say(f"{'✓' if is_kept else '✗ 不符 BROKEN:'} {_PROMISES[name]}")

    def show_seconds(self, *, seconds: Mapping[str, float]) -> None:
        """Where the time went."""
        self._title("用时", "Seconds")
        stages = [f"{_STAGES.get(stage, stage)} {took:.1f}" for stage, took in seconds.items()]
        self._say(" · ".join(stages[:-1]))
        self._say(stages[-1])

    def show_next(self, *, links: Sequence[tuple[str, str]]) -> None:
        """Where to look next."""
        self._title("接下来看什么", "Where to look next")
        for label, where in links:
            self._say(f"{label}: {where}")

    def _title(self, zh: str, en: str) -> None:
        self._console.print()
        self._console.print(f"[bold]{zh}[/bold] {en}")

    def _say(self, text: str) -> None:
        self._print_indented(Text(text))

    def _print_indented(self, what: RenderableType) -> None:
        self._console.print(Padding(what, (0, 0, 0, 2), expand=False))


def _percent(found: float | None) -> str:
    return "—" if found is None else f"{found * 100:.1f} %"


def _shown(number: Number | Decimal | None, *, unit: str) -> str:
    if number is None:
        return "—"
    if unit == "rate":
        return f"{float(number) * 100:.1f} %"
    if unit == "households":
        return f"{int(number):,} 户"
    return f"{float(number):,.3f}".rstrip("0").rstrip(".") + f" {_UNITS.get(unit, unit)}"


def _mark(*, row: IndicatorRow, target: Decimal | None) -> str:
    value = row.figure.value
    if value is None or target is None:
        return "—"
    is_reached = value <= target if row.computed.is_less_better else value >= target
    return "✓" if is_reached else "✗"


def _funnel(*, rows: Sequence[IndicatorRow]) -> str:
    stages = next((row.figure.stages for row in rows if row.figure.stages is not None), None) or {}
    return " → ".join("—" if count is None else f"{count:,}" for count in stages.values())
