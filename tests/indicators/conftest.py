"""October, and how it was published."""

import pytest

from households.models import Community
from indicators.models import Publication, Stage
from people.models import User
from tests.builders import make_community_day, make_load
from tests.publishing import A_DAY_OF_OCTOBER, OCTOBER, confirm, on_day, propose


@pytest.fixture
def october(east_lake: Community, west_park: Community) -> None:
    """东湖花园 recovered 300 kg of 1,000 kg in October, 西园新村 nothing of 500.001 kg."""
    for community, destination, weight_g in (
        (east_lake, "RECYCLING", 300_000),
        (east_lake, "LANDFILL", 700_000),
        (west_park, "LANDFILL", 500_001),
    ):
        make_load(
            community=community,
            category="RECYCLABLE",
            destination=destination,
            weight_g=weight_g,
            on=A_DAY_OF_OCTOBER,
        )
    make_community_day(community=east_lake, on=A_DAY_OF_OCTOBER)


@pytest.fixture
def provisional(october: None, zhao: User, qian: User) -> Publication:
    """October as Zhao proposed and Qian confirmed it on 2 November."""
    proposal = propose(month=OCTOBER, stage=Stage.PROVISIONAL, officer=zhao, now=on_day(11, 1))
    return confirm(proposal=proposal, officer=qian, now=on_day(11, 2))
