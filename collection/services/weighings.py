"""Weighings by hand: a truck on the scale, its net weight shared among communities; a correction is another row."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from collection.models import Load, Sharing, Weighing
from collection.sharing import share_by
from collection.weights import WEIGHT_KG_MAX, WeightTooFine, grams_of
from households.models import Community
from lib.dialect import wait_in_line
from lib.errors import DomainError
from people.models import User

WEIGHING_LINE = 0x776569676820  # numbers and revisions are given one after the other
TRUCK_KG_MAX = 100_000  # twice the heaviest truck on the road: a zero too many is seen
NUMBER_LENGTH_MAX = 100
COMMUNITIES_MAX = 12  # of one round; the form has as many lines


class NumberMissing(DomainError):
    """No number."""

    code = "number_missing"
    message = "请填磅单号,和纸质磅单上的一样"


class NumberTaken(DomainError):
    """It is on record."""

    code = "number_taken"
    message = "这个磅单号已经登记过。同一张不用再登;登错了,请打开那一张更正。"


class CollectedInFuture(DomainError):
    """After today."""

    code = "collected_in_future"
    message = "清运日期在今天之后,请看日期是不是填错了"


class WeightWrong(DomainError):
    """Finer than a gram, none, or more than a truck weighs."""

    code = "weight_wrong"
    message = "毛重不对,单位是千克"


class TareNotBelowGross(DomainError):
    """An empty truck weighs less than a full one."""

    code = "tare_not_below_gross"
    message = "皮重不比毛重小,请看两个数是不是填反了"


class SharesWrong(DomainError):
    """The communities' weights do not add up, or cannot be found."""

    code = "shares_wrong"
    message = "请至少填一个小区"


class AlreadyCorrected(DomainError):
    """Somebody else corrected it meanwhile."""

    code = "already_corrected"
    message = "这张磅单刚被别人更正过。没有保存您的更正,请看最新的一张再决定。"


class CorrectionReasonMissing(DomainError):
    """A correction says why."""

    code = "correction_reason_missing"
    message = "请写明为什么更正,以后查账看得到"


@dataclass(frozen=True, slots=True)
class Share:
    """A community's part of the net weight; None: in proportion to its households."""

    community: Community
    weight_kg: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Slip:
    """What stands on the slip of the weighbridge. Weights in kilograms, up to three decimals."""

    collected_on: dt.date
    category: str
    destination: str
    gross_kg: Decimal
    tare_kg: Decimal
    shares: Sequence[Share]
    vehicle: str = ""


@transaction.atomic
def record_weighing(*, number: str, slip: Slip, clerk: User, now: dt.datetime) -> Weighing:
    """Write down a weighing and one load a community.

    :raises NumberMissing: no number. :raises NumberTaken: it is on record, as a weighing or an imported load.
    :raises CollectedInFuture: after today. :raises WeightWrong: the gross weight is not that of a truck.
    :raises TareNotBelowGross: no net weight. :raises SharesWrong: the communities' weights do not add up.
    """
    number = number.strip()
    if not number or len(number) > NUMBER_LENGTH_MAX:
        raise NumberMissing(f"磅单号最多 {NUMBER_LENGTH_MAX} 个字" if number else None)
    _check_truck(gross_kg=slip.gross_kg)
    wait_in_line(key=WEIGHING_LINE)
    ids = [_load_id(number=number, revision=0, place=place, of=len(slip.shares)) for place in range(len(slip.shares))]
    if Weighing.objects.filter(number=number).exists() or Load.objects.filter(load_id__in=[number, *ids]).exists():
        raise NumberTaken
    return _write(weighing=Weighing(number=number), slip=slip, clerk=clerk, now=now)


@transaction.atomic
def correct_weighing(
    *, replaces: Weighing | Load, slip: Slip, reason: str, clerk: User, now: dt.datetime, is_void: bool = False
) -> Weighing:
    """Put another weighing in the place of one, or of an imported load; what was before stays on record.

    `is_void`: there was no such load; the slip's weights are kept and count nowhere.

    :raises CorrectionReasonMissing: no reason. :raises AlreadyCorrected: something replaces it.
    :raises CollectedInFuture: and the others as `record_weighing` has them.
    """
    if not reason.strip():
        raise CorrectionReasonMissing
    wait_in_line(key=WEIGHING_LINE)
    key = {"replaces_load": replaces} if isinstance(replaces, Load) else {"replaces": replaces}
    if Weighing.objects.filter(**key).exists():
        raise AlreadyCorrected
    # By the same number, so that the paper finds all of it.
    weighing = Weighing(
        number=replaces.load_id if isinstance(replaces, Load) else replaces.number,
        revision=1 if isinstance(replaces, Load) else replaces.revision + 1,
        reason=reason.strip(),
        is_void=is_void,
        **key,
    )
    # What is imported may be the sum of many trucks; what was weighed here is one.
    if not isinstance(replaces, Load):
        _check_truck(gross_kg=slip.gross_kg)
    return _write(weighing=weighing, slip=slip, clerk=clerk, now=now)


def _check_truck(*, gross_kg: Decimal) -> None:
    if gross_kg > TRUCK_KG_MAX:
        raise WeightWrong(f"毛重 {gross_kg:,f} 千克,比一辆车还重。单位是千克,请看是不是多写了 0。")


def _write(*, weighing: Weighing, slip: Slip, clerk: User, now: dt.datetime) -> Weighing:
    if slip.collected_on > timezone.localdate(now):
        raise CollectedInFuture
    gross_g, tare_g = _grams(weight_kg=slip.gross_kg, name="毛重"), _grams(weight_kg=slip.tare_kg, name="皮重")
    if tare_g >= gross_g:
        raise TareNotBelowGross
    sharing, weights_g = _shared(slip=slip, net_g=gross_g - tare_g)
    weighing.collected_on, weighing.category, weighing.destination = slip.collected_on, slip.category, slip.destination
    weighing.vehicle, weighing.gross_g, weighing.tare_g = slip.vehicle.strip(), gross_g, tare_g
    weighing.sharing, weighing.recorded_by, weighing.recorded_at = sharing, clerk, now
    weighing.save(force_insert=True)
    if not weighing.is_void:
        Load.objects.bulk_create(
            Load(
                load_id=_load_id(number=weighing.number, revision=weighing.revision, place=place, of=len(slip.shares)),
                collected_on=slip.collected_on,
                community=share.community,
                category=slip.category,
                weight_g=weight_g,
                destination=slip.destination,
                received_at=now,
                weighing=weighing,
            )
            for place, (share, weight_g) in enumerate(zip(slip.shares, weights_g, strict=True))
        )
    return weighing


def _shared(*, slip: Slip, net_g: int) -> tuple[Sharing, list[int]]:
    shares = slip.shares
    if not shares:
        raise SharesWrong
    if len(shares) > COMMUNITIES_MAX:
        raise SharesWrong(f"一张磅单最多分给 {COMMUNITIES_MAX} 个小区")
    name, count = Counter(share.community.name for share in shares).most_common(1)[0]
    if count > 1:
        raise SharesWrong(f"“{name}”填了 {count} 次,请合成一行")
    typed = [share.weight_kg for share in shares if share.weight_kg is not None]
    if not typed and len(shares) == 1:
        return Sharing.ONE, [net_g]
    if not typed:
        return Sharing.HOUSEHOLDS, _by_households(shares=shares, net_g=net_g)
    if len(typed) < len(shares):
        raise SharesWrong("有的小区填了重量,有的没有:请都填上,或者都空着,按户数分摊")
    weights_g = [_grams(weight_kg=weight_kg, name="小区的重量") for weight_kg in typed]
    if min(weights_g) <= 0:
        raise SharesWrong("每个小区的重量要大于 0;没有收的小区请去掉")
    if sum(weights_g) != net_g:
        gap = sum(weights_g) - net_g
        raise SharesWrong(
            f"各小区合计 {_kg(sum(weights_g))} 千克,净重是 {_kg(net_g)} 千克,"
            f"{'多' if gap > 0 else '少'}了 {_kg(abs(gap))} 千克。请改到一样,或者都空着,按户数分摊。"
        )
    return Sharing.ONE if len(shares) == 1 else Sharing.TYPED, weights_g


def _by_households(*, shares: Sequence[Share], net_g: int) -> list[int]:
    enrolled = dict(
        Community.objects.filter(pk__in=[share.community.pk for share in shares])
        .annotate(enrolled=Count("households", filter=Q(households__left_on__isnull=True)))
        .values_list("pk", "enrolled")
    )
    counts = []
    for share in shares:
        declared = share.community.household_count
        count = declared if declared is not None else enrolled[share.community.pk]
        if not count:
            raise SharesWrong(f"“{share.community.name}”没有户数,不能按户数分摊:请填每个小区的重量")
        counts.append(count)
    weights_g = share_by(net_g=net_g, parts=counts)
    if min(weights_g) <= 0:
        raise SharesWrong("净重太小,不够分给这些小区")
    return weights_g


def _grams(*, weight_kg: Decimal, name: str) -> int:
    if weight_kg < 0 or weight_kg > WEIGHT_KG_MAX:
        raise WeightWrong(f"{name}不对,单位是千克")
    try:
        return grams_of(weight_kg=weight_kg)
    except WeightTooFine:
        raise WeightWrong(f"{name}最多三位小数,即精确到克") from None


def _load_id(*, number: str, revision: int, place: int, of: int) -> str:
    """The number itself where it can be; its revisions and parts are told by what no number of a slip contains."""
    return number + (f"~{revision}" if revision else "") + (f"/{place + 1}" if of > 1 else "")


def _kg(grams: int) -> str:
    return f"{Decimal(grams).scaleb(-3).normalize():,f}"
