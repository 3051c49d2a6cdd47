"""What a conformance run found, rule by rule."""

from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

NOT_REACHED = "没有走到这一步 (not reached): 请让桶里有至少 12 条待传记录 (have at least 12 drop-offs waiting)"


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule of docs/device-protocol.md; `reason` says what was seen instead, empty where it passed."""

    rule: str
    text: str
    reason: str = ""

    @property
    def is_passed(self) -> bool:
        return not self.reason

    def as_json(self) -> dict[str, Any]:
        """For --json."""
        return asdict(self) | {"passed": self.is_passed}


def print_findings(*, findings: list[Finding], console: Console) -> None:
    """A table: rule, 通过 or 未通过, and why."""
    table = Table("", "规则 rule", "结果 result", "原因 reason", show_lines=False)
    for number, finding in enumerate(findings, 1):
        result = "[green]通过 passed[/]" if finding.is_passed else "[red]未通过 failed[/]"
        table.add_row(str(number), f"{finding.text}\n[dim]{finding.rule}[/]", result, finding.reason)
    console.print(table)
