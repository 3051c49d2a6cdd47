"""Impossible weights (重量异常): more than a person carries or a container holds."""

from dataclasses import dataclass

from points.flags.thresholds import BAG_G_MAX, CONTAINER_L_ASSUMED, DENSITY_G_A_L_MAX, EMPTYINGS_A_DAY_MAX


@dataclass(frozen=True, slots=True)
class TooHeavy:
    """A weight and the most that it could be, in grams."""

    weight_g: int
    weight_g_max: int


def container_g_max(*, category: str, capacity_l: int | None) -> int:
    """What one container holds at most. An unknown capacity counts as CONTAINER_L_ASSUMED."""
    return (capacity_l or CONTAINER_L_ASSUMED) * DENSITY_G_A_L_MAX[category]


def find_heavy_bag(*, category: str, weight_g: int, capacity_l: int | None) -> TooHeavy | None:
    """Judge one drop-off: no heavier than a person carries, nor than its container holds."""
    most = min(BAG_G_MAX, container_g_max(category=category, capacity_l=capacity_l))
    return TooHeavy(weight_g=weight_g, weight_g_max=most) if weight_g > most else None


def find_full_bin(*, category: str, weight_g: int, capacity_l: int | None) -> TooHeavy | None:
    """Judge the sum of one container's local day: no more than it holds, EMPTYINGS_A_DAY_MAX times."""
    most = EMPTYINGS_A_DAY_MAX * container_g_max(category=category, capacity_l=capacity_l)
    return TooHeavy(weight_g=weight_g, weight_g_max=most) if weight_g > most else None
