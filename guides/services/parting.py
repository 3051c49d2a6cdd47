"""A household leaves for good: also what it told guides, and what was written about it, is forgotten."""

import datetime as dt

from django.db import transaction

from guides.models import Appeal, HomeVisit, Problem
from households import services as households
from households.models import Household
from households.services.parting import GONE, homes_of
from lib.contention import retry_on_contention
from lib.errors import DomainError
from people.models import User
from points.models import Flag, FlagState, PointCorrection, Redemption, RedemptionStatus
from points.services.locks import lock_accounts
from sorting.models import Verification
from sorting.queries.own_drop_offs import drop_offs_of


class RedemptionsOpen(DomainError):
    """What was redeemed is neither handed out nor given back yet."""

    code = "redemptions_open"
    message = "还有没领取的兑换单，什么都没有改动。请先去领取，或者在“兑换”里取消，再来退出。"


@retry_on_contention
@transaction.atomic
def leave_programme(*, household: Household, by: User, now: dt.datetime) -> bool:
    """As households.services.leave_programme; what was counted stays as numbers, without anybody's words about it.

    Refused while a redemption waits at a shop: its points could never be spent again if they came back afterwards, so
    its people collect it or give it back first, and decide about the points while they still have them.

    :raises RedemptionsOpen: there is one; nothing is forgotten.
    :raises households.services.members.NotTheFirstMember: as there, and nothing is forgotten.
    """
    lock_accounts(household_ids=[household.pk])  # who redeems takes the same lock
    waiting = Redemption.objects.filter(household=household, status=RedemptionStatus.RESERVED, expires_at__gt=now)
    if waiting.exists():
        raise RedemptionsOpen
    has_left = households.leave_programme(household=household, by=by, now=now)
    if has_left:
        _forget_words(homes=homes_of(household=household))
    return has_left


def _forget_words(*, homes: list[int]) -> None:
    appeals = Appeal.objects.filter(household__in=homes)
    appeals.update(words="")
    appeals.exclude(answer="").update(answer=GONE)
    Problem.objects.filter(household__in=homes).update(note="")
    HomeVisit.objects.filter(household__in=homes).update(note="")
    Verification.objects.filter(drop_off__in=drop_offs_of(household_ids=homes)).exclude(note="").update(note="")
    corrections = PointCorrection.objects.filter(household__in=homes)
    corrections.update(reason=GONE)
    corrections.exclude(note="").update(note=GONE)
    Flag.objects.filter(household__in=homes).exclude(state=FlagState.OPEN).update(decision_reason=GONE)
