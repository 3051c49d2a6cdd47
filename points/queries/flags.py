"""Flags for those who watch over communities, and the drop-offs behind one."""

import datetime as dt

from django.db.models import QuerySet

from households.models import Community
from points.models import CorrectionState, Flag
from sorting.models import DropOff


def flags_in_communities(*, communities: QuerySet[Community]) -> QuerySet[Flag]:
    """The flags there, with community, bin, who decided and the correction; the newest first."""
    return (
        Flag.objects.filter(community__in=communities)
        .select_related(
            *("community", "bin", "household", "person", "decided_by"),
            *("correction__household", "correction__proposed_by", "correction__decided_by"),
        )
        .order_by("-opened_at", "-pk")
    )


# Beside the states of a flag: those whose correction waits for the second officer.
CORRECTION_WAITS = "CORRECTION"


def narrowed(
    *, flags: QuerySet[Flag], state: str, kind: str, community_id: int | None, opened_before: dt.datetime | None
) -> QuerySet[Flag]:
    """Those of a state (or CORRECTION_WAITS), a kind, a community and an age; what is empty does not narrow."""
    if state == CORRECTION_WAITS:
        flags = flags.filter(correction__state=CorrectionState.PROPOSED)
    elif state:
        flags = flags.filter(state=state)
    if kind:
        flags = flags.filter(kind=kind)
    if community_id is not None:
        flags = flags.filter(community=community_id)
    if opened_before is not None:
        flags = flags.filter(opened_at__lt=opened_before)
    return flags


def drop_offs_of_flag(*, flag: Flag) -> QuerySet[DropOff]:
    """The rows behind a flag, with bin and point, in the order of the day."""
    return DropOff.objects.filter(pk__in=flag.drop_off_ids).select_related("bin__point").order_by("occurred_at", "pk")
