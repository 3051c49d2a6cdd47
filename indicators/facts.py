"""What the formulas read: plain values of one period, parts only. Made by indicators.queries."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class HouseholdFacts:
    """Counts of a community's households that are enrolled on the period's last day, and how far they came.

    `active_30_days_count` and `sorting_right_count` look at the 30 days that end with the period;
    `judged_count` counts those of whom at least one drop-off was ever judged.
    """

    enrolled_count: int = 0
    card_issued_count: int = 0
    first_drop_off_count: int = 0
    active_30_days_count: int = 0
    participating_count: int = 0
    judged_count: int = 0
    sorting_right_count: int = 0


@dataclass(frozen=True, slots=True)
class SampleFacts:
    """How many were looked at, and how many of them were right."""

    looked_at_count: int = 0
    right_count: int = 0


@dataclass(frozen=True, slots=True)
class CommunityFacts:
    """One community in the period. Weights in grams: loads by (category, destination), drop-offs by category.

    What is declared, `is_pilot`, `is_urban_core` and `has_sorted_service` are as of the period's last day.
    """

    community_id: int
    name: str
    is_urban_core: bool
    is_pilot: bool
    has_sorted_service: bool
    declared_household_count: int | None
    declared_resident_count: int | None
    has_hazardous_bin: bool = False
    households: HouseholdFacts = HouseholdFacts()
    load_weights_g: Mapping[tuple[str, str], int] = field(default_factory=dict)
    drop_off_weights_g: Mapping[str, int] = field(default_factory=dict)
    random_sample: SampleFacts = SampleFacts()
    spot_checks: SampleFacts = SampleFacts()

    @property
    def household_count(self) -> int:
        """The households of the community: declared, else enrolled."""
        if self.declared_household_count is None:
            return self.households.enrolled_count
        return self.declared_household_count


@dataclass(frozen=True, slots=True)
class Period:
    """Local days, both ends included."""

    starts_on: dt.date
    ends_on: dt.date

    @property
    def day_count(self) -> int:
        """How many days; 1 where it starts and ends on the same day."""
        return (self.ends_on - self.starts_on).days + 1
