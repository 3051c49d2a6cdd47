"""When something was done that a phone kept and sends now."""

import datetime as dt

from lib.errors import DomainError

# What a phone without a network kept. Older than the longest shift and a night, it is no longer what was seen.
KEPT_ON_PHONE = dt.timedelta(hours=48)


class KeptTooLong(DomainError):
    """The phone kept it longer than it may."""

    code = "kept_too_long"
    message = "这一条在手机里放了超过 48 小时,没有记上。"


def sent_moment(*, made_at: dt.datetime | None, now: dt.datetime) -> dt.datetime:
    """When something was done that is sent now: never later than `now`.

    :raises KeptTooLong: before KEPT_ON_PHONE.
    """
    moment = min(made_at or now, now)
    if moment < now - KEPT_ON_PHONE:
        raise KeptTooLong
    return moment
