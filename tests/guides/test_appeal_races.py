"""Two guides answer Zhang's appeal at once: the first answer stands. Without the lock the second one goes over it."""

import datetime as dt

import pytest
from django.db import transaction

from guides.models import GuideAssignment
from guides.services.appeals import AppealAnswered, answer_appeal
from households.models import Community, Household, Notice
from people.models import Role, RoleGrant, ScopeKind, User
from sorting.models import DropOff, Verdict, Verification
from tests.guides.test_appeals import appeal, bag, grandma, sun  # noqa: F401 - fixtures
from tests.worker.test_retry_faults import elsewhere

SINCE = dt.date(2026, 1, 1)


@pytest.fixture
def wu(east_lake: Community) -> User:
    """Guide Wu, of 东湖花园 too."""
    user = User.objects.create_user(username="wu", display_name="吴督导")
    RoleGrant.objects.create(
        user=user, role=Role.GUIDE, scope_kind=ScopeKind.COMMUNITY, scope_id=east_lake.pk, starts_on=SINCE
    )
    GuideAssignment.objects.create(guide=user, community=east_lake, starts_on=SINCE)
    return user


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_guides_who_answer_at_once_the_second_hears_so_and_withdraws_no_verdict(
    bag: DropOff,  # noqa: F811
    zhang: Household,
    grandma: User,  # noqa: F811
    sun: User,  # noqa: F811
    wu: User,
    now: dt.datetime,
) -> None:
    opened = appeal(bag=bag, zhang=zhang, by=grandma, now=now)
    with elsewhere() as pool:
        with transaction.atomic():
            answer_appeal(appeal_id=opened.pk, is_upheld=False, answer="有塑料袋", by=sun, now=now)
            other = pool.submit(answer_appeal, appeal_id=opened.pk, is_upheld=True, answer="照片清楚", by=wu, now=now)
            with pytest.raises(TimeoutError):
                other.result(timeout=0.3)
        with pytest.raises(AppealAnswered):
            other.result(timeout=30)
    opened.refresh_from_db()
    assert (opened.outcome, opened.answered_by) == ("REJECTED", sun)
    assert Verification.objects.get().verdict == Verdict.CONTAMINATED
    assert Notice.objects.filter(reference=f"appeal/{opened.pk}").count() == 1
