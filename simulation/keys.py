"""Keys for made-up bins: what a bin maker would put into them."""

import datetime as dt
from collections.abc import Iterable

from sorting.models import SmartBin
from sorting.queries.first_look import signing_bin
from sorting.services.bin_keys import make_bin_key


def bin_keys(*, bins: Iterable[SmartBin], now: dt.datetime) -> dict[str, str]:
    """A valid key of each bin by the bin's code: the newest that it has, else a new one."""
    return {
        smart_bin.code: next(iter(signing_bin(code=smart_bin.code, now=now)[1]), "")
        or make_bin_key(smart_bin=smart_bin, now=now).key
        for smart_bin in bins
    }
