"""Small builders: rows as the doors and the tally leave them, for tests that start in the middle."""

import datetime as dt
import io
import itertools

from django.utils import timezone
from PIL import Image

from collection.models import Load
from households.models import Community, Household
from indicators.models import CommunityDay
from people.models import User
from points.models import HouseholdDay
from sorting.models import (
    Attribution,
    BatchKind,
    Door,
    DropOff,
    DropOffBatch,
    Method,
    SmartBin,
    Verdict,
    Verification,
    VerificationSource,
)

_numbers = itertools.count(1)


def at(*, on: dt.date, hour: int = 8, minute: int = 0) -> dt.datetime:
    """A moment of a local day."""
    return timezone.make_aware(dt.datetime.combine(on, dt.time(hour, minute)))


def a_little_picture() -> bytes:
    """A WebP as `lib.pictures` makes them."""
    out = io.BytesIO()
    Image.new("RGB", (8, 6), "green").save(out, format="WEBP")
    return out.getvalue()


def make_batch(
    *,
    community: Community,
    received_at: dt.datetime,
    kind: str = BatchKind.DROP_OFFS,
    smart_bin: SmartBin | None = None,
    is_tallied: bool = True,
    is_awarding: bool = True,
    due_at: dt.datetime | None = None,
) -> DropOffBatch:
    """A batch of one event, tallied where not said otherwise and due when it is received."""
    return DropOffBatch.objects.create(
        kind=kind,
        door=Door.HTTP,
        bin=smart_bin,
        community=community,
        received_at=received_at,
        due_at=due_at or received_at,
        event_count=1,
        is_awarding=is_awarding,
        tallied_at=received_at if is_tallied else None,
    )


def make_drop_off(
    *,
    smart_bin: SmartBin,
    occurred_at: dt.datetime,
    household: Household | None = None,
    category: str = "FOOD",
    sub_class: str = "",
    weight_g: int = 1_000,
    is_in_window: bool = True,
    card: str = "",
    batch: DropOffBatch | None = None,
    is_tallied: bool = True,
    is_awarding: bool = True,
    event_id: str = "",
) -> DropOff:
    """A drop-off, in a batch of its own where none is given. The day's tallies are not touched."""
    community = smart_bin.point.community
    return DropOff.objects.create(
        batch=batch
        or make_batch(
            community=community,
            smart_bin=smart_bin,
            received_at=occurred_at,
            is_tallied=is_tallied,
            is_awarding=is_awarding,
        ),
        bin=smart_bin,
        community=community,
        household=household,
        event_id=event_id or f"e-{next(_numbers)}",
        card=card,
        card_key=card.lower(),
        method=Method.CARD if household or card else Method.NONE,
        category=category,
        sub_class=sub_class,
        weight_g=weight_g,
        occurred_at=occurred_at,
        occurred_on=timezone.localdate(occurred_at),
        is_in_window=is_in_window,
    )


def make_attribution(*, drop_off: DropOff, household: Household, is_tallied: bool = True) -> Attribution:
    """The drop-off belongs to the household after all."""
    batch = make_batch(
        community=drop_off.community,
        kind=BatchKind.ATTRIBUTIONS,
        received_at=drop_off.occurred_at,
        is_tallied=is_tallied,
    )
    return Attribution.objects.create(
        drop_off=drop_off,
        batch=batch,
        household=household,
        occurred_on=drop_off.occurred_on,
        since=drop_off.occurred_at,
    )


def make_verification(
    *,
    drop_off: DropOff,
    guide: User,
    verdict: str,
    source: str = VerificationSource.RANDOM_SAMPLE,
    is_tallied: bool = True,
) -> Verification:
    """The guide's verdict, in a batch of its own."""
    batch = make_batch(
        community=drop_off.community,
        kind=BatchKind.VERIFICATIONS,
        received_at=drop_off.occurred_at,
        is_tallied=is_tallied,
    )
    return Verification.objects.create(
        drop_off=drop_off,
        batch=batch,
        verdict=verdict,
        actual_category="RESIDUAL" if verdict == Verdict.MISPLACED else "",
        source=source,
        guide=guide,
        verified_at=drop_off.occurred_at,
        in_force_at=drop_off.occurred_at,
    )


def make_load(
    *,
    community: Community,
    category: str,
    destination: str,
    weight_g: int,
    on: dt.date,
    received_at: dt.datetime | None = None,
) -> Load:
    """A load that a truck took on a day, entered on its afternoon where not said otherwise."""
    return Load.objects.create(
        load_id=f"load-{next(_numbers)}",
        collected_on=on,
        community=community,
        category=category,
        weight_g=weight_g,
        destination=destination,
        received_at=received_at or at(on=on, hour=16),
    )


def make_community_day(
    *,
    community: Community,
    on: dt.date,
    category: str = "FOOD",
    weight_g: int = 1_000,
    drop_off_count: int = 1,
    household_count: int = 1,
) -> CommunityDay:
    """A day's tally of a community, as it stands."""
    return CommunityDay.objects.create(
        community=community,
        occurred_on=on,
        category=category,
        weight_g=weight_g,
        drop_off_count=drop_off_count,
        household_count=household_count,
    )


def make_household_day(
    *,
    household: Household,
    on: dt.date,
    category: str = "FOOD",
    weight_g: int = 1_000,
    drop_off_count: int = 1,
    points: int = 10,
) -> HouseholdDay:
    """A day's tally of a household, as it stands."""
    return HouseholdDay.objects.create(
        household=household,
        occurred_on=on,
        category=category,
        weight_g=weight_g,
        drop_off_count=drop_off_count,
        points=points,
    )
