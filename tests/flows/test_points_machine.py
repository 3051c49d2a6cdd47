"""Any order of arriving, repeating, tallying, judging, releasing, binding late and redeeming ends as it should."""

import datetime as dt

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule, run_state_machine_as_test

from households.models import Card, CardKind, Household
from indicators.models import CommunityDay
from people.models import User
from points.audit import verify_ledger
from points.models import Account, PointRule, Programme, RuleUnit
from points.release import release_due
from points.services import Counter
from sorting.models import Door, DropOff, Fate, SmartBin, Verdict
from sorting.services import record_drop_offs
from tests.builders import make_verification
from tests.conftest import NOON, SHANGHAI
from tests.flows.points_model import CONTRACT, RICHER, Model, ModelDrop, Terms
from tests.flows.reward_steps import CATALOGUE, RewardSteps, new_rewards_model
from tests.points.programmes import make_programme
from tests.rewards import make_reward, make_shop, make_shopkeeper
from worker.tally import drain

HOURS = (6, 7, 8, 12, 18, 19, 22)  # inside the windows 07:00-09:00 and 18:00-20:00, and outside
WEIGHTS = (1, 49, 50, 199, 200, 1_620, 9_999, 10_001, 50_000)
UNKNOWN = ("X0000001", "X0000002")


class PointsMachine(RewardSteps):
    """Households Zhang and Li, bin 07, guide Chen; the cast is handed in by the test."""

    smart_bin: SmartBin
    guide: User
    terms: Terms

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.model = Model(terms=self.terms)
        self.rewards_model = new_rewards_model(points=self.model)
        self.now = NOON
        self.sent: list[dict[str, object]] = []
        # card: (owner, valid from, valid to); the cast's own cards were valid at all times
        self.cards: dict[str, tuple[str, dt.datetime | None, dt.datetime | None]] = {
            "A0000001": ("zhang", None, None),
            "A0000002": ("li", None, None),
        }

    def teardown(self) -> None:
        """Nothing of one run is left for the next."""
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    @initialize(owners=st.sampled_from((("zhang", "li"), ("zhang", "li"), ("zhang",), ())))
    def begin(self, owners: tuple[str, ...]) -> None:
        """Some households come with 499 points."""
        for owner in owners:
            card = {"zhang": "A0000001", "li": "A0000002"}[owner]
            self.arrive(card=card, kind="RECYCLABLE", weight_g=9_999, days_ago=1, hour=8)
        self.wait_and_release(hours=49)

    def _send(self, events: list[dict[str, object]]) -> list[Fate]:
        recorded = record_drop_offs(smart_bin=self.smart_bin, events=events, door=Door.HTTP, received_at=self.now)
        return [result.fate for result in recorded.results]

    @rule(
        card=st.sampled_from(("A0000001", "A0000002", *UNKNOWN)),
        kind=st.sampled_from(("FOOD", "FOOD", "RECYCLABLE", "RECYCLABLE/METAL", "HAZARDOUS", "RESIDUAL")),
        weight_g=st.sampled_from(WEIGHTS),
        days_ago=st.integers(1, 3),
        hour=st.sampled_from(HOURS),
    )
    def arrive(self, card: str, kind: str, weight_g: int, days_ago: int, hour: int) -> None:
        """A drop-off of some earlier day arrives."""
        category, _, sub_class = kind.partition("/")
        on = (self.now - dt.timedelta(days=days_ago)).astimezone(SHANGHAI).date()
        occurred_at = dt.datetime.combine(on, dt.time(hour), tzinfo=SHANGHAI)
        event_id = f"e{len(self.sent)}"
        event: dict[str, object] = {
            "event_id": event_id,
            "card": card,
            "method": "CARD",
            "category": category,
            "sub_class": sub_class or None,
            "weight_g": weight_g,
            "occurred_at": occurred_at.isoformat(),
        }
        assert self._send([event]) == [Fate.ACCEPTED]
        self.sent.append(event)
        owner, valid_from, valid_to = self.cards.get(card, ("", None, None))
        if (valid_from and occurred_at < valid_from) or (valid_to and occurred_at >= valid_to):
            owner = ""
        self.model.drops[event_id] = ModelDrop(
            owner=owner,
            card=card,
            on=on,
            category=category,
            weight_g=weight_g,
            inside=hour in (7, 8, 18, 19),
            sub_class=sub_class,
            received_at=self.now,
        )

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        """Some of what was sent is sent again, in any order, with one altered weight."""
        again = data.draw(st.permutations(self.sent))[:5]
        assert self._send(again) == [Fate.DUPLICATE] * len(again)
        altered = {**again[0], "weight_g": int(str(again[0]["weight_g"])) % 50_000 + 1}
        assert self._send([altered]) == [Fate.CONFLICT]

    @rule()
    def tally(self) -> None:
        """The worker tallies all that is waiting."""
        drain(now=self.now)
        for drop in self.model.drops.values():
            drop.is_tallied = True
        for owner in self.households:
            self.model.settle(owner=owner, now=self.now)
        self.compare()

    @precondition(lambda self: self.sent)
    @rule(
        data=st.data(),
        verdict=st.sampled_from((Verdict.CORRECT, Verdict.CONTAMINATED, Verdict.MISPLACED, Verdict.WITHDRAWN)),
    )
    def judge(self, data: st.DataObject, verdict: Verdict) -> None:
        """Chen judges a drop-off, or thinks again; the tally that follows at once takes it in."""
        event_id = str(data.draw(st.sampled_from(self.sent))["event_id"])
        make_verification(
            drop_off=DropOff.objects.get(event_id=event_id), guide=self.guide, verdict=verdict, is_tallied=False
        )
        self.model.drops[event_id].verdict = "" if verdict == Verdict.WITHDRAWN else verdict.value
        self.tally()

    @rule(hours=st.sampled_from((1, 5, 13, 49)))
    def wait_and_release(self, hours: int) -> None:
        """Time passes, and what is past checking is released. What arrived is tallied before."""
        self.pass_time(by=dt.timedelta(hours=hours, seconds=2))

    def pass_time(self, *, by: dt.timedelta) -> None:
        """As the workers see it."""
        self.tally()
        self.now += by
        release_due(now=self.now)
        for owner in self.households:
            self.model.settle(owner=owner, now=self.now)
        self.compare()

    @precondition(lambda self: UNKNOWN[-1] not in self.cards)
    @rule(owner=st.sampled_from(("zhang", "li")))
    def bind_late(self, owner: str) -> None:
        """An unknown card turns out to be a household's: what came with it before is given to the household."""
        number = next(each for each in UNKNOWN if each not in self.cards)
        for card, (holder, valid_from, valid_to) in self.cards.items():
            if holder == owner and valid_to is None:
                self.cards[card] = (holder, valid_from, self.now)
        Card.objects.filter(household=self.households[owner], valid_to=None).update(valid_to=self.now)
        Card.objects.create(
            household=self.households[owner],
            kind=CardKind.RFID,
            number=number,
            number_key=number.lower(),
            issued_at=self.now,
            valid_from=self.now,
        )
        self.cards[number] = (owner, self.now, None)
        for drop in self.model.drops.values():
            drop.owner = owner if drop.card == number else drop.owner
        self.now += dt.timedelta(seconds=1)
        self.tally()

    def compare(self) -> None:
        """What the households hold and the communities weigh is the model's."""
        for name, household in self.households.items():
            held = dict(Account.objects.filter(household=household).values_list("kind", "balance_points"))
            assert held.get("PENDING", 0) == self.model.pending(name), name
            assert held.get("AVAILABLE", 0) == self.model.available.get(name, 0), name
        counted = sum(CommunityDay.objects.values_list("weight_g", flat=True))
        assert counted == sum(drop.weight_g for drop in self.model.drops.values() if drop.is_tallied)

    @invariant()
    def the_ledger_is_whole(self) -> None:
        """After every step."""
        assert verify_ledger().faults == []


@pytest.fixture
def cast(zhang: Household, li: Household, bin_07: SmartBin, chen: User, zhao: User) -> None:
    """Hand the machine its households, bin, guide and shop."""
    shop = make_shop()
    PointsMachine.rewards = {
        name: make_reward(shops=[shop], by=zhao, name=name, points=points, stock=stock, household_limit=a_month)
        for name, (points, stock, a_month) in CATALOGUE.items()
    }
    PointsMachine.shop_counter = Counter(shop=shop, by=make_shopkeeper(shop=shop))
    PointsMachine.households = {"zhang": zhang, "li": li}
    PointsMachine.smart_bin = bin_07
    PointsMachine.guide = chen


@pytest.mark.django_db
def test_points_follow_the_contract_in_any_order(cast: None) -> None:
    run_machine(terms=CONTRACT)


@pytest.mark.django_db
def test_points_follow_a_richer_programme_in_any_order(cast: None, zhang: Household) -> None:
    """Sub-classes, a penalty for mixing, and a streak that late, attributed and judged bags make and break."""
    default = Programme.objects.get()
    rules = list(default.rules.all())
    for rule_ in rules:
        rule_.pk = None
    rules.append(
        PointRule(
            category="RECYCLABLE",
            sub_class="METAL",
            unit=RuleUnit.KG,
            points=RICHER.metal_points,
            points_outside=RICHER.metal_points,
            points_a_day_max=300,
        )
    )
    make_programme(
        name="更丰富的方案",
        community=zhang.community,
        holds_from=default.holds_from,
        verdict_bonus_points=default.verdict_bonus_points,
        misplaced_penalty_points=default.misplaced_penalty_points,
        contaminated_penalty_points=RICHER.contaminated_points,
        streak_days=RICHER.streak_days,
        streak_bonus_points=RICHER.streak_points,
        checking_window_s=default.checking_window_s,
        rules=rules,
    )
    run_machine(terms=RICHER)


def run_machine(*, terms: Terms) -> None:
    PointsMachine.terms = terms
    run_state_machine_as_test(
        PointsMachine,
        settings=settings(
            max_examples=15,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
            phases=(Phase.explicit, Phase.reuse, Phase.generate),  # a failing run is short enough to read unshrunk
        ),
    )
