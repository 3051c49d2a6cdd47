"""Keys for made-up bins: what a bin maker would put into them."""

import datetime as dt
from collections.abc import Iterable

from sorting.models import SmartBin
from sorting.services.bin_keys import make_bin_key, valid_keys


def bin_keys(*, bins: Iterable[SmartBin], now: dt.datetime) -> dict[str, str]:
    """A valid key of each bin by the bin's code: the newest that it has, else a new one."""
    return {
        smart_bin.code: next(iter(valid_keys(smart_bin=smart_bin, now=now)), "")
        or make_bin_key(smart_bin=smart_bin, now=now).key
        for smart_bin in bins
    }
