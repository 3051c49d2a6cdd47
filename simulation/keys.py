"""Keys for made-up bins: what a bin maker would put into them."""

import datetime as dt
from collections.abc import Iterable

from sorting.models import SmartBin


def bin_keys(*, bins: Iterable[SmartBin], now: dt.datetime) -> dict[str, str]:
    """A new key for each bin, by the bin's code."""
    raise NotImplementedError
