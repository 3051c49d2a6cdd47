"""What must hold after every fault: the promises of the design, checked from the outside."""

import json
from collections.abc import Iterable
from io import StringIO

from django.core.management import CommandError, call_command
from django.db.models import Sum

from indicators.models import CommunityDay
from points.audit import verify_ledger
from points.models import Account
from sorting.models import DropOff, DropOffBatch, SetAside


def broken_promises(*, sent_event_ids: Iterable[str]) -> list[str]:
    """Every promise that does not hold, in words; nothing set aside is taken for an excuse."""
    broken = []
    stored = sorted(DropOff.objects.values_list("event_id", flat=True))
    if stored != sorted(sent_event_ids):
        broken.append(f"stored {len(stored)} events, not those that were accepted")
    if waiting := DropOffBatch.objects.filter(tallied_at=None).count():
        broken.append(f"{waiting} batches are untallied")
    if aside := SetAside.objects.count():
        broken.append(f"{aside} drop-offs are set aside")
    counted = CommunityDay.objects.aggregate(count=Sum("drop_off_count"), weight_g=Sum("weight_g"))
    arrived = DropOff.objects.aggregate(weight_g=Sum("weight_g"))
    if (counted["count"], counted["weight_g"]) != (len(stored) or None, arrived["weight_g"]):
        broken.append(f"community days hold {counted}, arrived {len(stored)} with {arrived}")
    broken += [f"{fault.kind}: {fault.row} {fault.message}" for fault in verify_ledger().faults]
    if not recount_is_equal():
        broken.append("recompute --check differs")
    if Account.objects.filter(balance_points__lt=0).exists():
        broken.append("a balance is negative")
    return broken


def recount_is_equal() -> bool:
    """Whether every rollup equals the recount from raw drop-offs."""
    out = StringIO()
    try:
        call_command("recompute", "--check", "--json", stdout=out)
    except (SystemExit, CommandError):
        return False
    return bool(json.loads(out.getvalue())["ok"])
