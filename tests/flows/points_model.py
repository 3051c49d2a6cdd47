"""The contract's points in plain Python: an independent model that the platform is held against.

It shares no code with points.rules or the settlement SQL.
"""

import datetime as dt
from dataclasses import dataclass, field

CHECKING_WINDOW = dt.timedelta(hours=48)


@dataclass
class ModelDrop:
    """One drop-off as the model remembers it. `owner` is a household's name, or "" while nobody's."""

    owner: str
    card: str
    on: dt.date
    category: str
    weight_g: int
    inside: bool
    received_at: dt.datetime
    verdict: str = ""
    is_tallied: bool = False


@dataclass
class ModelDay:
    """What one household-day was last settled to, and what could not be taken."""

    awarded: int = 0
    released: int = 0
    bonus: int = 0
    penalty: int = 0
    release_missing: int = 0
    bonus_missing: int = 0
    penalty_missing: int = 0


@dataclass
class Model:
    """Every drop-off by event id, and what each household holds."""

    drops: dict[str, ModelDrop] = field(default_factory=dict)
    days: dict[tuple[str, dt.date], ModelDay] = field(default_factory=dict)
    available: dict[str, int] = field(default_factory=dict)

    def pending(self, owner: str) -> int:
        """What is still to be checked."""
        return sum(day.awarded - day.released for (name, _), day in self.days.items() if name == owner)

    def settle(self, *, owner: str, now: dt.datetime) -> None:
        """Settle all days of a household at once: first what comes in, then what is taken, day after day."""
        wanted: list[tuple[ModelDay, str, int]] = []
        days = sorted({drop.on for drop in self.drops.values() if drop.owner == owner and drop.is_tallied})
        for on in days:
            wanted += self._settle_day(owner=owner, on=on, now=now)
        for day, what, points in wanted:
            taken = min(points, self.available.get(owner, 0))
            self.available[owner] = self.available.get(owner, 0) - taken
            setattr(day, f"{what}_missing", getattr(day, f"{what}_missing") + points - taken)

    def _settle_day(self, *, owner: str, on: dt.date, now: dt.datetime) -> list[tuple[ModelDay, str, int]]:
        facts = [d for d in self.drops.values() if d.owner == owner and d.on == on and d.is_tallied]
        good = [d for d in facts if d.verdict not in ("CONTAMINATED", "MISPLACED")]
        checked = [d for d in good if d.verdict == "CORRECT" or d.received_at + CHECKING_WINDOW <= now]
        day = self.days.setdefault((owner, on), ModelDay())
        new = {
            "release": earned(checked),
            "bonus": 5 if earned([d for d in good if d.verdict == "CORRECT"]) else 0,
            "penalty": 10 * sum(d.verdict == "MISPLACED" for d in facts),
        }
        old = {"release": day.released, "bonus": day.bonus, "penalty": day.penalty}
        day.awarded, day.released, day.bonus, day.penalty = earned(good), new["release"], new["bonus"], new["penalty"]
        wanted = []
        for what in ("release", "bonus", "penalty"):
            gain = new[what] - old[what] if what != "penalty" else old[what] - new[what]
            if gain >= 0:
                absorbed = min(gain, getattr(day, f"{what}_missing"))
                setattr(day, f"{what}_missing", getattr(day, f"{what}_missing") - absorbed)
                self.available[owner] = self.available.get(owner, 0) + gain - absorbed
            else:
                wanted.append((day, what, -gain))
        return wanted


def earned(drops: list[ModelDrop]) -> int:
    """The contract's points of a household's day."""
    food = sorted((10 if d.inside else 5 for d in drops if d.category == "FOOD" and d.weight_g >= 200), reverse=True)
    kilos = sum(d.weight_g * 50 // 1000 for d in drops if d.category == "RECYCLABLE" and d.weight_g >= 50)
    hazardous = 20 if any(d.category == "HAZARDOUS" for d in drops) else 0
    return sum(food[:2]) + min(500, kilos) + hazardous
