"""Who was invited says whether this is their home: anybody may type anybody's number."""

import datetime as dt

from django.db import transaction

from households.models import Member, NoticeKind
from households.services.members import close_membership
from households.services.notices import notify_household


def is_asked(*, member: Member) -> bool:
    """Whether the member was invited and has not answered yet."""
    return member.invited_by_id is not None and member.accepted_at is None


def accept_invitation(*, member: Member, now: dt.datetime) -> bool:
    """The member says that this is their home; False where they had, or nobody asked."""
    asked = Member.objects.filter(
        pk=member.pk, invited_by__isnull=False, accepted_at__isnull=True, left_at__isnull=True
    )
    return bool(asked.update(accepted_at=now))


@transaction.atomic
def decline_invitation(*, member: Member, now: dt.datetime) -> bool:
    """Not their home: the membership ends, name and phone are forgotten, the household reads it; False if answered."""
    asked = Member.objects.select_for_update(of=("self",)).filter(pk=member.pk, left_at__isnull=True)
    found = asked.select_related("household").first()
    if found is None or not is_asked(member=found) or not close_membership(member=found, now=now):
        return False
    notify_household(
        household=found.household,
        kind=NoticeKind.ACCOUNT,
        text=f"您邀请的{found.name or '家里人'}说这不是自己家，没有加入，手机号已删除。号码输错了可以重新邀请。",
        reference=f"invitation/{found.pk}",
        now=now,
    )
    return True
