"""How a truck's net weight is shared among communities, to the gram. Pure: no ORM."""

from collections.abc import Sequence


def share_by(*, net_g: int, parts: Sequence[int]) -> list[int]:
    """The net weight in proportion to these parts (households), whole grams that add up to it exactly.

    What rounding down leaves goes, a gram each, to those who lost most by it; among equals to the first.

    :raises ValueError: no parts, a part that is not positive, or a negative weight.
    """
    if net_g < 0 or not parts or min(parts) <= 0:
        raise ValueError(f"cannot share {net_g} among {parts}")
    whole = sum(parts)
    shares = [net_g * part // whole for part in parts]
    lost = sorted(range(len(parts)), key=lambda index: (-(net_g * parts[index] % whole), index))
    for index in lost[: net_g - sum(shares)]:
        shares[index] += 1
    return shares
