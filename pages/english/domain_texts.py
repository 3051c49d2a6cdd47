"""Everything that a resident's screen takes from the domain as it stands: refusals, names of choices, the guide."""

from collections.abc import Iterator

from django.db.models import TextChoices

from guides.models import AppealOutcome, AppealSubject, GatheringKind, ProblemKind
from guides.services import appeals, parting, problems, resident_problems, scene_photos, teaching
from households.models import CardKind, NoticeKind
from households.services import PinSignInRefused, members, phone_changes, pins
from indicators.models import Satisfaction
from indicators.services import surveys
from lib import picture_headers
from lib.errors import DomainError
from points.ledger import InsufficientPoints
from points.models import LimitPeriod, RedemptionStatus
from points.services import closing, redeeming
from sorting.categories import SubClass, WasteCategory
from sorting.models import Verdict
from sorting.waste_items import SpecialKind, waste_items

REFUSALS: tuple[type[DomainError], ...] = (
    DomainError,
    PinSignInRefused,
    InsufficientPoints,
    appeals.AppealInvalid,
    appeals.AppealTooLate,
    appeals.AppealExists,
    closing.RedemptionCollected,
    closing.RedemptionExpired,
    closing.RedemptionCancelled,
    members.PhoneUnreadable,
    members.AccountsStopped,
    members.AlreadyMember,
    members.TooManyMembers,
    members.NotTheFirstMember,
    parting.RedemptionsOpen,
    phone_changes.PhoneUnproved,
    pins.PinMistyped,
    pins.PinWrong,
    pins.PinTooSimple,
    pins.PinsDiffer,
    picture_headers.PictureRefused,
    picture_headers.PictureFormatRefused,
    picture_headers.PictureTooLarge,
    picture_headers.PictureHasTrailer,
    problems.ProblemInvalid,
    problems.ProblemConflict,
    redeeming.RewardNotOffered,
    redeeming.RewardSoldOut,
    redeeming.RewardLimitReached,
    redeeming.QuantityOutOfRange,
    redeeming.IdempotencyKeyUnfit,
    redeeming.IdempotencyConflict,
    resident_problems.PlaceUnknown,
    resident_problems.ReportsTooMany,
    scene_photos.ScenePhotoTooLarge,
    scene_photos.ScenePhotosTooMany,
    surveys.NoSurveyOpen,
    surveys.AlreadyAnswered,
    surveys.AnswerIncomplete,
    teaching.SignInClosed,
)
CHOICES: tuple[type[TextChoices], ...] = (
    AppealOutcome,
    AppealSubject,
    CardKind,
    GatheringKind,
    LimitPeriod,
    NoticeKind,
    ProblemKind,
    RedemptionStatus,
    Satisfaction,
    SubClass,
    Verdict,
    WasteCategory,
)


def domain_texts() -> Iterator[str]:
    """Each text once or more often."""
    for refusal in REFUSALS:
        yield refusal.message
    for choices in CHOICES:
        yield from (str(label) for label in choices.labels)
    yield from (kind.label for kind in SpecialKind)
    for item in waste_items():
        yield item.reason
        yield item.first
