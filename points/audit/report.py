"""What an audit found."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Fault:
    """One row that is not as it should be: which kind, which row, and what is wrong with it."""

    kind: str
    row: str
    message: str

    def as_json(self) -> dict[str, str]:
        """As the command prints it."""
        return {"kind": self.kind, "row": self.row, "message": self.message}


@dataclass(slots=True)
class AuditReport:
    """All faults, and how much was looked at."""

    transfer_count: int = 0
    household_count: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults

    def add(self, *, kind: str, row: str, message: str) -> None:
        """Note a fault."""
        self.faults.append(Fault(kind=kind, row=row, message=message))
