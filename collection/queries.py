"""Which loads stand, and what became of one."""

from django.db.models import Q, QuerySet

from collection.models import Load, Weighing
from households.models import Community


def standing_loads() -> QuerySet[Load]:
    """What trucks took as far as is known: neither corrected nor void. Every figure is made of these."""
    # Corrections are few: looking each load up among them costs little, joining every load to its weighing much.
    replaced = Weighing.objects.filter(replaces__isnull=False).values("replaces")
    replaced_loads = Weighing.objects.filter(replaces_load__isnull=False).values("replaces_load")
    return Load.objects.exclude(pk__in=replaced_loads).exclude(weighing__in=replaced)


def number_of(*, load: Load) -> str:
    """The number under which its weighing and all corrections stand: the imported load's own, or the weighing's."""
    return load.weighing.number if load.weighing else load.load_id


def weighings_of(*, number: str) -> list[Weighing]:
    """The weighing and its corrections with their loads, the first one first."""
    return list(
        Weighing.objects.filter(number=number)
        .select_related("recorded_by")
        .prefetch_related("loads__community")
        .order_by("revision")
    )


def imported_load(*, number: str) -> Load | None:
    """The imported load of this number, where corrections began with one."""
    return Load.objects.filter(load_id=number, weighing__isnull=True).select_related("community").first()


def corrections_of_communities(*, communities: QuerySet[Community]) -> QuerySet[Weighing]:
    """Corrections of what came from one of these communities, before or after, the newest first."""
    loads = Load.objects.filter(community__in=communities)
    return (
        Weighing.objects.filter(
            Q(pk__in=loads.values("weighing"))
            | Q(replaces__in=loads.filter(weighing__isnull=False).values("weighing"))
            | Q(replaces_load__in=loads),
            revision__gt=0,
        )
        .select_related("recorded_by", "replaces")
        .prefetch_related("loads", "replaces__loads")
        .order_by("-recorded_at", "-pk")
    )
