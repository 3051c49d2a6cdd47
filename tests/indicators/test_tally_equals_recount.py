"""What the tally builds up step by step equals the recount from raw drop-offs, after every step."""

import datetime as dt
import random

import pytest

from households.models import Card, CardKind, Household
from people.models import User
from sorting.models import Attribution, CollectionPoint, SmartBin
from tests.builders import at, make_drop_off, make_verification
from tests.conftest import NOON, TODAY
from tests.indicators.test_recompute import recompute
from worker.tally import drain

CATEGORIES = ["FOOD", "FOOD", "RECYCLABLE", "RESIDUAL", "HAZARDOUS"]
LATER = NOON + dt.timedelta(days=1)  # everything is due by then


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_step_of_the_tally_stands_up_to_the_recount(
    bin_07: SmartBin, zhang: Household, li: Household, wang: Household, chen: User, seed: int
) -> None:
    chance = random.Random(seed)
    west_gate = CollectionPoint.objects.create(community=wang.community, name="西门")
    bin_08 = SmartBin.objects.create(code="B-0008", point=west_gate, categories="FOOD", registered_at=NOON)
    drop_offs = []
    for _ in range(4):
        for _ in range(25):
            is_unknown = chance.random() < 0.3
            drop_off = make_drop_off(
                smart_bin=chance.choice([bin_07, bin_08]),
                household=None if is_unknown else chance.choice([zhang, li, wang]),
                card="A0000009" if is_unknown else "",
                category=chance.choice(CATEGORIES),
                weight_g=chance.choice([10, 49, 50, 199, 200, 1_620, 30_000]),
                occurred_at=at(on=TODAY - dt.timedelta(days=chance.randrange(3)), hour=chance.randrange(24)),
                is_in_window=chance.random() < 0.5,
                is_awarding=chance.random() < 0.8,
                is_tallied=False,
            )
            drop_offs.append(drop_off)
        for drop_off in chance.sample(drop_offs, 8):
            verdict = chance.choice(["CORRECT", "CONTAMINATED", "MISPLACED", "WITHDRAWN"])
            make_verification(drop_off=drop_off, guide=chen, verdict=verdict, is_tallied=False)
        drain(now=LATER)
        assert recompute("--check") == (0, {"ok": True, "differences": []})
    Card.objects.filter(household=li).update(valid_to=NOON)
    Card.objects.create(household=li, kind=CardKind.RFID, number="A0000009", number_key="a0000009", issued_at=NOON)
    drain(now=LATER)
    assert Attribution.objects.filter(household=li).exists()
    assert recompute("--check") == (0, {"ok": True, "differences": []})
