"""Distances within a district. Pure."""

import math

_M_A_DEGREE = 111_195.0  # of latitude, on a sphere of the earth's mean radius

Place = tuple[float, float]  # latitude and longitude in WGS 84 degrees


def metres_between(*, here: Place, there: Place) -> float:
    """Along a straight line on a flat map: within a district it is right to less than one in a thousand."""
    (latitude, longitude), (other_latitude, other_longitude) = here, there
    narrowing = math.cos(math.radians((latitude + other_latitude) / 2))
    return _M_A_DEGREE * math.hypot(other_latitude - latitude, (other_longitude - longitude) * narrowing)
