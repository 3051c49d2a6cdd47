"""Passes on that there are new notices, after they were committed: the row is the queue, and a worker empties it."""

import datetime as dt
from collections.abc import Callable

import structlog
from django.utils import timezone
from django.utils.crypto import salted_hmac

from households.models import Member, Notice
from lib.posting import SendingFailed
from people.notice_senders import NoticeSender, Told

PASSED_ON_WITHIN = dt.timedelta(hours=1)  # what is older is found in the inbox; nobody is woken for yesterday
NOTICES_A_RUN_MAX = 500
INBOX = "/my/notices"

log = structlog.get_logger(__name__)


def pass_on_notices(*, sender: NoticeSender, clock: Callable[[], dt.datetime]) -> int:
    """Tell the present members of what came lately, the oldest first; how many messages left.

    A notice is claimed before it is sent: two workers send it once, and what a gateway refuses is logged and not sent
    again. The notice itself is in the inbox, whatever happens here.
    """
    new = Notice.objects.filter(passed_on_at__isnull=True, at__gte=clock() - PASSED_ON_WITHIN).order_by("at", "pk")
    sent_count = 0
    for notice in new[:NOTICES_A_RUN_MAX]:
        if not Notice.objects.filter(pk=notice.pk, passed_on_at__isnull=True).update(passed_on_at=clock()):
            continue
        for member in Member.objects.filter(household=notice.household_id, left_at__isnull=True).order_by("pk"):
            told = Told(
                recipient=recipient_of(member=member),
                title=notice.get_kind_display(),
                at=timezone.localtime(notice.at),
                page=INBOX,
            )
            try:
                sender.send(told=told)
                sent_count += 1
            except SendingFailed as error:
                log.warning("notice_not_passed_on", reason=str(error)[:200])
    return sent_count


def recipient_of(*, member: Member) -> str:
    """The member's name at the gateway, the same for ever; it is no key of ours and cannot be turned back into one."""
    return salted_hmac("households.passing_on", str(member.pk), algorithm="sha256").hexdigest()[:32]
