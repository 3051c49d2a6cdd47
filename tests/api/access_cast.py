"""Who calls, and what belongs to whom: Zhang, Li (next door) and Wang (another community) own one of everything."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils import timezone
from knox.models import AuthToken

from collection.models import Load
from guides.models import Appeal, Gathering, GuideTask, Problem, ProblemKind, RosterSlot, ScenePhoto, Shift
from guides.queries import community_ids_of_guide
from guides.services.appeals import open_appeal
from households.models import Card, Community, ConsentKind, Household, Member
from households.services import record_consent
from indicators.models import IndicatorValue, SurveyRound
from people.models import Role, RoleGrant, ScopeKind, User
from points import ledger
from points.models import (
    AccountKind,
    Flag,
    FlagKind,
    PointCorrection,
    Programme,
    Reason,
    Redemption,
    Reward,
    RunKind,
    Shop,
    ShopKind,
)
from points.programmes import rules_of
from points.services.corrections import propose_correction
from points.services.programmes import draft_programme
from sorting.models import Alert, AlertKind, CollectionPoint, DropOff, SmartBin, Verdict, VerificationSource
from sorting.services.photos import record_photo
from sorting.services.verdicts import verify_drop_off
from tests.builders import a_little_picture, make_drop_off, make_load
from tests.conftest import NOON, TODAY
from tests.lib.test_pictures import saved, scene
from tests.publishing import a_published_month, a_waiting_proposal
from tests.reports import a_made_report, make_reporter, report
from tests.rewards import make_reward, make_shop, make_shopkeeper, redeem

SINCE = dt.date(2026, 1, 1)


@dataclass(frozen=True, slots=True)
class Owned:
    """One of everything that one household owns, and where it lives. Add what a new route names in its address."""

    household: Household
    community: Community
    point: CollectionPoint
    smart_bin: SmartBin
    drop_off: DropOff
    token_prefix: str
    alert: Alert
    correction: PointCorrection
    card: Card
    redemption: Redemption
    shop: Shop
    problem: Problem
    appeal: Appeal
    roster_slot: RosterSlot
    task: GuideTask
    photo_id: int
    gathering: Gathering
    programme: Programme
    flag: Flag
    value: IndicatorValue
    load: Load
    survey_round: SurveyRound


# By the name of the parameter in the address, so call the same thing by the same name everywhere.
OBJECTS: Mapping[str, Callable[[Owned], object]] = {
    "household_id": lambda owned: owned.household.pk,
    "community_id": lambda owned: owned.community.pk,
    "subdistrict_id": lambda owned: owned.community.subdistrict_id,
    "figure_key": lambda owned: "landfill_kg",
    "point_id": lambda owned: owned.point.pk,
    "drop_off_id": lambda owned: owned.drop_off.pk,
    "token": lambda owned: "0123456789abcdef0123456789abcdef",  # nobody's card
    "token_prefix": lambda owned: owned.token_prefix,
    "alert_id": lambda owned: owned.alert.pk,
    "correction_id": lambda owned: owned.correction.pk,
    "redemption_id": lambda owned: owned.redemption.pk,
    "reward_id": lambda owned: owned.redemption.reward_id,
    "card_id": lambda owned: owned.card.pk,
    "member_id": lambda owned: owned.household.members.earliest("pk").pk,
    "shop_id": lambda owned: owned.shop.pk,
    "problem_id": lambda owned: owned.problem.pk,
    "appeal_id": lambda owned: owned.appeal.pk,
    "task_id": lambda owned: owned.task.pk,
    "roster_slot_id": lambda owned: owned.roster_slot.pk,
    "photo_id": lambda owned: owned.photo_id,
    "programme_id": lambda owned: owned.programme.pk,
    "flag_id": lambda owned: owned.flag.pk,
    "measure_id": lambda owned: owned.value.measure_id,
    "survey_round_id": lambda owned: owned.survey_round.pk,
    "load_id": lambda owned: owned.load.pk,
    "report_id": lambda owned: a_made_report().pk,
    "proposal_id": lambda owned: a_waiting_proposal().pk,
    "publication_number": lambda owned: a_published_month().number,
    "value_id": lambda owned: owned.value.pk,
    "file_name": lambda owned: f"{'0' * 32}-small.webp",  # no reward's picture
    "gathering_id": lambda owned: owned.gathering.pk,
    "gathering_token": lambda owned: owned.gathering.token,
    "file_format": lambda owned: "xlsx",
    "kind": lambda owned: "final",
    "month": lambda owned: "2026-10",  # not published
    "scene_photo_id": lambda owned: owned.problem.photo_id,
}


@dataclass(frozen=True, slots=True)
class Cast:
    """The seven callers (None: not signed in) with their API tokens, and the three owners by letter."""

    users: Mapping[str, User | None]
    tokens: Mapping[str, str]
    owned: Mapping[str, Owned]


def make_cast(*, zhang: Household, li: Household, wang: Household, chen: User, zhao: User, bin_07: SmartBin) -> Cast:
    """The cast of tests/conftest.py with logins, and one of everything for each of the three households."""
    west_bin = _bin_in(community=wang.community)
    shops = {
        "Z": make_shop(),
        "L": make_shop(name="东湖兑换点", kind=ShopKind.POINT, community=li.community),
        "W": make_shop(name="西园兑换点", kind=ShopKind.POINT, community=wang.community),
    }
    users: dict[str, User | None] = {
        "ANON": None,
        "ZHANG": resident_of(household=zhang, name="zhang"),
        "WANG": resident_of(household=wang, name="wang"),
        "CHEN": chen,
        "SHOP": make_shopkeeper(shop=shops["Z"]),
        "ZHAO": zhao,
        "ADMIN": _administrator(),
    }
    Shift.objects.create(guide=chen, point=bin_07.point, started_at=NOON - dt.timedelta(hours=1))
    tokens = {caller: _token_of(user=user) for caller, user in users.items() if user is not None}
    # Officer Qian proposed what Zhao may decide.
    qian = User.objects.create_user(username="qian")
    he = make_reporter()
    tokens_of = {
        "Z": tokens["ZHANG"],
        "L": _token_of(user=resident_of(household=li, name="li")),
        "W": tokens["WANG"],
    }
    reward = make_reward(shops=list(shops.values()), by=qian, now=NOON)
    _give_points(households=[zhang, li, wang])
    return Cast(
        users=users,
        tokens=tokens,
        owned={
            letter: _make_owned(
                household=household,
                smart_bin=smart_bin,
                token=tokens_of[letter],
                shop=shops[letter],
                reward=reward,
                people=(chen, qian),
                value=report(reporter=he, starts_on=dt.date(2025, month, 1), now=NOON),
            )
            for letter, household, smart_bin, month in (
                ("Z", zhang, bin_07, 1),
                ("L", li, bin_07, 2),
                ("W", wang, west_bin, 3),
            )
        },
    )


def resident_of(*, household: Household, name: str) -> User:
    """A user who is a present member of the household."""
    user = _user_with(name=name, role=Role.RESIDENT, kind=ScopeKind.HOUSEHOLD, scope_id=household.pk)
    Member.objects.create(household=household, user=user, name=name, joined_at=NOON)
    return user


def _user_with(*, name: str, role: Role, kind: ScopeKind, scope_id: int) -> User:
    user = User.objects.create_user(username=name, password=f"{name}-password-1", display_name=name)
    RoleGrant.objects.create(user=user, role=role, scope_kind=kind, scope_id=scope_id, starts_on=SINCE)
    return user


def _administrator() -> User:
    user = User.objects.create_superuser(username="admin", password="admin-password-1")
    RoleGrant.objects.create(user=user, role=Role.ADMINISTRATOR, scope_kind=ScopeKind.DISTRICT, starts_on=SINCE)
    return user


def _bin_in(*, community: Community) -> SmartBin:
    point = CollectionPoint.objects.create(community=community, name="西门")
    return SmartBin.objects.create(code="B-0011", point=point, categories="FOOD;RESIDUAL", registered_at=NOON)


def _token_of(*, user: User) -> str:
    # The calls are made at NOON, whenever the test runs.
    return str(AuthToken.objects.create(user=user, expiry=NOON + dt.timedelta(hours=1) - timezone.now())[1])


def _give_points(*, households: list[Household]) -> None:
    lines = [
        ledger.Line(
            household_id=household.pk,
            debit=AccountKind.ISSUED,
            credit=AccountKind.AVAILABLE,
            points=200,
            reason=Reason.BONUS,
            reference=f"given/{household.pk}",
        )
        for household in households
    ]
    ledger.post(lines=lines, kind=RunKind.POST, now=NOON)


def _make_owned(
    *,
    household: Household,
    smart_bin: SmartBin,
    token: str,
    shop: Shop,
    reward: Reward,
    people: tuple[User, User],
    value: IndicatorValue,
) -> Owned:
    guide, officer = people
    drop_off = make_drop_off(
        smart_bin=smart_bin, occurred_at=NOON - dt.timedelta(minutes=5), household=household, category="FOOD"
    )
    # Chen's verdict has its minute still: it may be taken back, or another one follow it.
    verify_drop_off(
        drop_off=drop_off,
        verdict=Verdict.CORRECT,
        guide=guide if household.community_id in community_ids_of_guide(guide=guide, on=TODAY) else officer,
        now=NOON,
        source=VerificationSource.FREE,
        client_id=f"judged-{household.code}",
    )
    return Owned(
        household=household,
        community=household.community,
        point=smart_bin.point,
        smart_bin=smart_bin,
        drop_off=drop_off,
        token_prefix=token[:15],
        alert=Alert.objects.create(
            bin=smart_bin, kind=AlertKind.FULL, subject=household.room, opened_at=NOON, last_seen_at=NOON
        ),
        correction=propose_correction(household=household, points=5, reason="来电", officer=officer, now=NOON),
        card=household.cards.get(),
        redemption=redeem(household=household, reward=reward, key="cast", now=NOON),
        shop=shop,
        problem=_problem_at(smart_bin=smart_bin, guide=guide),
        appeal=_appeal_of(household=household, smart_bin=smart_bin),
        roster_slot=RosterSlot.objects.create(
            guide=guide,
            point=smart_bin.point,
            on_date=TODAY + dt.timedelta(days=household.serial),
            starts_at=dt.time(18),
            ends_at=dt.time(20),
        ),
        task=GuideTask.objects.create(
            guide=guide if household.community_id in community_ids_of_guide(guide=guide, on=TODAY) else officer,
            point=smart_bin.point,
            text="擦桶",
            due_at=NOON + dt.timedelta(days=1),
            given_by=officer,
            given_at=NOON,
            client_id=f"task-{household.code}",
        ),
        photo_id=_photo_of(drop_off=drop_off, household=household),
        gathering=_gathering_of(household=household, guide=guide),
        programme=_programme_of(community=household.community, officer=officer),
        flag=_flag_of(household=household, drop_off=drop_off),
        value=value,
        load=make_load(
            community=household.community, category="FOOD", destination="COMPOSTING", weight_g=1_000, on=TODAY
        ),
        survey_round=SurveyRound.objects.get_or_create(
            name="秋季问卷", starts_on=TODAY, ends_on=TODAY, defaults={"opened_by": officer, "opened_at": NOON}
        )[0],
    )


def _problem_at(*, smart_bin: SmartBin, guide: User) -> Problem:
    return Problem.objects.create(
        point=smart_bin.point,
        kind=ProblemKind.DIRTY,
        photo=ScenePhoto.objects.create(
            community=smart_bin.point.community,
            taken_by=guide,
            received_at=NOON,
            large=b"x",
            small=a_little_picture(),
        ),
        found_by=guide,
        found_at=NOON,
        due_at=NOON + dt.timedelta(hours=4),
    )


def _gathering_of(*, household: Household, guide: User) -> Gathering:
    return Gathering.objects.create(
        community=household.community,
        guide=guide,
        kind="EVENT",
        topic="换大米",
        starts_at=NOON,
        ends_at=NOON + dt.timedelta(hours=4),
        token=f"token-of-{household.pk}",
    )


def _programme_of(*, community: Community, officer: User) -> Programme:
    return draft_programme(
        name="试行方案",
        community=community,
        holds_from=TODAY + dt.timedelta(days=7),
        rules=rules_of(programme=Programme.objects.get(drafted_by=None)),
        reason="试行",
        officer=officer,
        now=NOON,
    )


def _flag_of(*, household: Household, drop_off: DropOff) -> Flag:
    return Flag.objects.create(
        kind=FlagKind.SPLITTING,
        subject=f"household/{household.pk}/FOOD",
        occasion="2026-W48",
        community=household.community,
        household=household,
        starts_on=TODAY,
        ends_on=TODAY,
        figures={"bag_count": 7},
        drop_off_ids=[drop_off.pk],
        opened_at=NOON,
        last_seen_at=NOON,
    )


def _photo_of(*, drop_off: DropOff, household: Household) -> int:
    record_consent(household=household, kind=ConsentKind.PHOTO, is_given=True, now=NOON)
    recorded = record_photo(
        smart_bin=drop_off.bin,
        event_id=drop_off.event_id,
        data=saved(scene(width=64, height=48)),
        received_at=NOON,
    )
    assert recorded.photo_id is not None
    return recorded.photo_id


def _appeal_of(*, household: Household, smart_bin: SmartBin) -> Appeal:
    """Of a drop-off that nobody judged."""
    drop_off = make_drop_off(smart_bin=smart_bin, occurred_at=NOON - dt.timedelta(minutes=9), household=household)
    return open_appeal(
        household=household,
        drop_off_id=drop_off.pk,
        subject="WEIGHT",
        words="",
        by=household.members.earliest("pk").user or User.objects.get(username="qian"),
        now=NOON,
    )
