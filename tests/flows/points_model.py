"""The contract's points in plain Python, and those of a richer programme: independent models of what must come out.

They share no code with points.rules or the settlement SQL.
"""

import datetime as dt
from dataclasses import dataclass, field

CHECKING_WINDOW = dt.timedelta(hours=48)


@dataclass(frozen=True)
class Terms:
    """What the programme says beside the contract's rules; all 0 is the contract.

    `metal_points`: so many points a kilogram of metal, up to 300 a day, instead of what other recyclables earn.
    """

    metal_points: int = 0
    contaminated_points: int = 0
    streak_days: int = 0
    streak_points: int = 0


CONTRACT = Terms()
RICHER = Terms(metal_points=100, contaminated_points=3, streak_days=2, streak_points=4)


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
    sub_class: str = ""
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

    terms: Terms = CONTRACT
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

    def _good(self, *, owner: str, on: dt.date) -> list[ModelDrop]:
        facts = [d for d in self.drops.values() if d.owner == owner and d.on == on and d.is_tallied]
        return [d for d in facts if d.verdict not in ("CONTAMINATED", "MISPLACED")]

    def _streak(self, *, owner: str, on: dt.date) -> int:
        """The streak's points, where each of the last days brought something."""
        last_days = [on - dt.timedelta(days=each) for each in range(self.terms.streak_days)]
        earning = [earned(self._good(owner=owner, on=day), self.terms) > 0 for day in last_days]
        return self.terms.streak_points if all(earning) else 0

    def _settle_day(self, *, owner: str, on: dt.date, now: dt.datetime) -> list[tuple[ModelDay, str, int]]:
        facts = [d for d in self.drops.values() if d.owner == owner and d.on == on and d.is_tallied]
        good = self._good(owner=owner, on=on)
        checked = [d for d in good if d.verdict == "CORRECT" or d.received_at + CHECKING_WINDOW <= now]
        streak = self._streak(owner=owner, on=on)
        day = self.days.setdefault((owner, on), ModelDay())
        released = earned(checked, self.terms)
        new = {
            "release": released + streak if released else 0,
            "bonus": 5 if earned([d for d in good if d.verdict == "CORRECT"], self.terms) else 0,
            "penalty": 10 * sum(d.verdict == "MISPLACED" for d in facts)
            + self.terms.contaminated_points * sum(d.verdict == "CONTAMINATED" for d in facts),
        }
        old = {"release": day.released, "bonus": day.bonus, "penalty": day.penalty}
        day.awarded = earned(good, self.terms) + streak
        day.released, day.bonus, day.penalty = new["release"], new["bonus"], new["penalty"]
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


def earned(drops: list[ModelDrop], terms: Terms = CONTRACT) -> int:
    """The points of a household's day, before the streak."""
    food = sorted((10 if d.inside else 5 for d in drops if d.category == "FOOD" and d.weight_g >= 200), reverse=True)
    recyclables = [d for d in drops if d.category == "RECYCLABLE"]
    metal = [d for d in recyclables if d.sub_class == "METAL" and terms.metal_points]
    kilos = sum(d.weight_g * 50 // 1000 for d in recyclables if d.weight_g >= 50 and d not in metal)
    metal_kilos = sum(d.weight_g * terms.metal_points // 1000 for d in metal)
    hazardous = 20 if any(d.category == "HAZARDOUS" for d in drops) else 0
    return sum(food[:2]) + min(500, kilos) + min(300, metal_kilos) + hazardous
