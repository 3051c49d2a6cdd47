"""Which verdicts count: tallied ones, of drop-offs that are tallied and not set aside."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from sorting.models import SetAside, Verdict, Verification, VerificationSource


def verdicts_in_force() -> QuerySet[Verification]:
    """The verdict that holds of each drop-off that counts: the last tallied one, unless that one is WITHDRAWN."""
    later = Verification.objects.filter(
        drop_off_id=OuterRef("drop_off_id"), pk__gt=OuterRef("pk"), batch__tallied_at__isnull=False
    )
    return verifications_that_count().exclude(verdict=Verdict.WITHDRAWN).filter(~Exists(later))


def verifications_that_count() -> QuerySet[Verification]:
    """Tallied verifications of drop-offs that are tallied and not set aside."""
    return Verification.objects.filter(
        ~Exists(SetAside.objects.filter(drop_off_id=OuterRef("drop_off_id"))),
        batch__tallied_at__isnull=False,
        drop_off__batch__tallied_at__isnull=False,
    )


def verdicts_of_sample() -> QuerySet[Verification]:
    """The last verdict from the random sample of each sampled drop-off; withdrawn, from wherever, it has none."""
    of_sample = Q(source=VerificationSource.RANDOM_SAMPLE) | Q(verdict=Verdict.WITHDRAWN)
    later = verifications_that_count().filter(of_sample, drop_off_id=OuterRef("drop_off_id"), pk__gt=OuterRef("pk"))
    return (
        verifications_that_count()
        .filter(~Exists(later), source=VerificationSource.RANDOM_SAMPLE)
        .exclude(verdict=Verdict.WITHDRAWN)
    )
