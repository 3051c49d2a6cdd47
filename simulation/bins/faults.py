"""The faults that a simulated bin can have, and how often. Pure data; the rates are ASSUMED, chosen to be seen."""

from enum import StrEnum


class Fault(StrEnum):
    """One kind of fault, as `--faults` names it."""

    REPEAT = "repeat"
    REORDER = "reorder"
    LATE = "late"
    OFFLINE = "offline"
    CONFLICT = "conflict"
    CLOCK = "clock"
    RESET = "reset"
    IMPOSSIBLE = "impossible"
    UNKNOWN_CARD = "unknown_card"
    DROP = "drop"
    KILL = "kill"


REPEAT_RATE = 0.05  # of batches
REPEAT_AFTER_S_MAX = 6 * 3600
REORDER_RATE = 0.10  # of batches, sent after the next one
LATE_RATE = 0.03  # of batches
LATE_S_MIN, LATE_S_MAX = 3600, 4 * 86_400
OFFLINE_RATE = 0.04  # of machine-days on which it begins
OFFLINE_S_MIN, OFFLINE_S_MAX = 3 * 3600, 3 * 86_400
CONFLICT_RATE = 0.005  # of events
CONFLICT_MORE_G = 10
CLOCK_RATE = 0.03  # of machine-days
# Past the 45 days that a bin may be late with, so that it lies in the future whenever the day is sent.
CLOCK_AHEAD_DAYS = 60
RESET_RATE = 0.04  # of machine-days
IMPOSSIBLE_RATE_OF_A_DAY = 0.5  # of the events of an impossible machine-day
DROP_RATE = 0.03  # of batches


class UnknownFault(ValueError):
    """`--faults` names something that is no fault."""


def parse_faults(*, text: str, can_kill: bool) -> frozenset[Fault]:
    """The faults of a comma list; `all` is every one that is possible here.

    :raises UnknownFault: no such fault, or `kill` where the server is not ours to kill.
    """
    names = {name.strip() for name in text.split(",") if name.strip()}
    if names == {"all"}:
        return frozenset(Fault) - (frozenset() if can_kill else {Fault.KILL})
    if unknown := names - set(Fault):
        raise UnknownFault(f"不认识的故障 (no such fault): {', '.join(sorted(unknown))};{', '.join(Fault)}, all")
    if Fault.KILL in names and not can_kill:
        raise UnknownFault("kill 只用于自己启动的服务 (kill is for the server that this command starts)")
    return frozenset(Fault(name) for name in names)
