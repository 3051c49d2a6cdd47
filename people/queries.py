"""What somebody at work was told."""

from django.db.models import QuerySet

from people.models import StaffNotice, User


def staff_notices_of(*, user: User) -> QuerySet[StaffNotice]:
    """The user's own inbox, the newest first."""
    return StaffNotice.objects.filter(user=user).order_by("-at", "-pk")


def unread_notice_count(*, user: User) -> int:
    """How many of them the user has not seen. One query."""
    return StaffNotice.objects.filter(user=user, read_at__isnull=True).count()
