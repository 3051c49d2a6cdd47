"""Chen's phone, and what lies at the point where Chen is on duty at Monday noon."""

import datetime as dt

import pytest
from django.test import Client

from guides.models import Shift
from guides.services.shifts import start_shift
from households.models import Household
from people.models import User
from sorting.models import DropOff, SmartBin
from tests.builders import make_drop_off
from tests.conftest import NOON

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def phone(client: Client, chen: User) -> Client:
    """Chen's phone, signed in."""
    client.force_login(chen)
    return client


@pytest.fixture
def on_duty(chen: User, bin_07: SmartBin) -> Shift:
    """Chen is on duty at the east gate since eleven."""
    return start_shift(guide=chen, point_id=bin_07.point_id, now=NOON - MINUTE * 65)


@pytest.fixture
def zhangs_bag(zhang: Household, bin_07: SmartBin) -> DropOff:
    """Zhang's food waste of a minute ago."""
    return make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=NOON - MINUTE, weight_g=1_620)
