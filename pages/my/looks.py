"""Who looked at a household's record, and why: one line a look, read by its own people."""

from collections.abc import Callable

from django.db.models import QuerySet
from django.utils.translation import gettext, gettext_noop

from households.models import Household, Member
from households.services.opening import SUBJECT_KIND
from people.models import AccessLog, User

OWN_PEOPLE = gettext_noop("家里人")
STAFF = gettext_noop("工作人员")


def looks_at(*, household: Household) -> QuerySet[AccessLog]:
    """The looks at the record and at photos of its drop-offs, with who looked."""
    return AccessLog.objects.filter(subject_kind=SUBJECT_KIND, subject_id=household.pk).select_related("user")


def who_looked(*, household: Household) -> Callable[[User], str]:
    """How to name who looked. Who has left the home has no name any more and is still one of its own people."""
    own = set(Member.objects.filter(household=household, user__isnull=False).values_list("user_id", flat=True))
    return lambda user: user.display_name or gettext(OWN_PEOPLE if user.pk in own else STAFF)
