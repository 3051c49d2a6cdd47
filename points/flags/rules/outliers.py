"""Outliers (积分离群): a household's points of a week against those of its community, by median and MAD."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from points.flags.thresholds import (
    OUTLIER_HOUSEHOLDS_MIN,
    OUTLIER_MAD_MIN,
    OUTLIER_POINTS_MIN,
    OUTLIER_SCALE,
    OUTLIER_SCORE_MIN,
)


@dataclass(frozen=True, slots=True)
class Outlier:
    """A household's points of a week beside what is usual; `mad_points` is the median distance from the median."""

    household_id: int
    points: int
    median_points: float
    mad_points: float
    score: float
    household_count: int


def find_outliers(*, points: Mapping[int, int]) -> list[Outlier]:
    """Judge one community's week: points by household, of those that earned any. Highest first."""
    earning = {household_id: earned for household_id, earned in points.items() if earned > 0}
    if len(earning) < OUTLIER_HOUSEHOLDS_MIN:
        return []
    middle = median(earning.values())
    mad = median(abs(earned - middle) for earned in earning.values())
    usual = max(mad, OUTLIER_MAD_MIN)
    found = [
        Outlier(
            household_id=household_id,
            points=earned,
            median_points=float(middle),
            mad_points=float(mad),
            score=round(OUTLIER_SCALE * (earned - middle) / usual, 1),
            household_count=len(earning),
        )
        for household_id, earned in earning.items()
        if earned >= OUTLIER_POINTS_MIN and OUTLIER_SCALE * (earned - middle) / usual >= OUTLIER_SCORE_MIN
    ]
    return sorted(found, key=lambda each: (-each.points, each.household_id))
