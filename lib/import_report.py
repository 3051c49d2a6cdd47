"""What became of the rows of an imported file."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lib.tables import Refusal, TableRow


@dataclass(slots=True)
class ImportReport:
    """Counts of rows by what they did, and the refused ones with line, code, message and the row as it was read."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, *, row: TableRow, refusal: Refusal) -> None:
        """Keep a row that was not taken."""
        self.refused.append(
            {"line": row.line, "code": refusal.code, "message": refusal.message, "row": dict(row.cells)}
        )

    def add(self, other: "ImportReport") -> None:
        """Take over what became of some more rows."""
        self.created += other.created
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.refused.extend(other.refused)

    def take_back(self) -> None:
        """Nothing was loaded after all (`--strict`): only the refusals stay."""
        self.created = self.changed = self.unchanged = 0

    def sort(self) -> None:
        """The refused rows in the order of the file."""
        self.refused.sort(key=lambda refused: refused["line"])

    def as_dict(self) -> dict[str, Any]:
        """The report as the contract has it."""
        return {
            "created": self.created,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "refused": self.refused,
        }

    def as_json(self) -> bytes:
        """The same as one JSON document in UTF-8. Half a surrogate pair, should a row hold one, is escaped."""
        return json.dumps(self.as_dict(), ensure_ascii=False, indent=1).encode("utf8", "backslashreplace") + b"\n"

    def write(self, *, path: Path) -> None:
        """Write the report."""
        path.write_bytes(self.as_json())

    def summary(self) -> str:
        """One line for a person."""
        return (
            f"新增 {self.created} · 更改 {self.changed} · 未变 {self.unchanged} · 拒收 {len(self.refused)} "
            f"(created, changed, unchanged, refused)"
        )
