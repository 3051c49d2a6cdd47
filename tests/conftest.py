"""The cast: households Zhang, Li and Wang; guide Chen; officers Zhao and Qian; bin 07 at the east gate.

Zhang and Li live in 东湖花园, given to guide Chen. Wang lives in 西园新村: Chen must never see Wang.
"""

import datetime as dt
import os
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from pytest_django.fixtures import Settings

from guides.models import GuideAssignment
from households.models import Card, CardKind, Community, Household, Subdistrict
from people.models import Role, RoleGrant, ScopeKind, User
from sorting.models import CollectionPoint, OpenWindow, SmartBin
from tests.emptying import tables_can_be_emptied  # noqa: F401 - an autouse fixture
from tests.halves import (  # noqa: F401 - hooks of pytest, and a fixture
    pytest_addoption,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_make_collect_report,
    pytest_runtest_makereport,
    pytest_sessionfinish,
    pytest_terminal_summary,
    pytest_testnodedown,
    real_data,
)
from tests.migrated import django_db_modify_db_settings  # noqa: F401 - in place of the plugin's
from tests.one_at_a_time import _one_request_at_a_time  # noqa: F401 - an autouse fixture
from tests.own_server import own_server, small_district  # noqa: F401 - fixtures
from tests.servers import own_valkey, valkey_url  # noqa: F401 - fixtures

# The demo's keys are allowed here, and in processes that tests start.
os.environ["FENFEN_DEMO"] = "1"
settings.DEMO = True
# A real hasher is slow on purpose, and every test that makes a person would pay for it.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Every client would read the list of all static files anew; so they are looked up when somebody asks for one.
settings.WHITENOISE_AUTOREFRESH = True

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = dt.datetime(2026, 11, 23, 12, 0, tzinfo=SHANGHAI)
TODAY = NOON.date()


@pytest.fixture
def now() -> dt.datetime:
    """Monday 23 November 2026, noon in Shanghai: the moment at which the stories begin."""
    return NOON


@pytest.fixture
def east_lake(db: None) -> Community:
    """东湖花园: urban core, a pilot, sorted collection and transport since 2026-01-01."""
    subdistrict = Subdistrict.objects.create(name="东城街道")
    since = dt.date(2026, 1, 1)
    return Community.objects.create(
        subdistrict=subdistrict,
        name="东湖花园",
        is_urban_core=True,
        is_pilot=True,
        sorted_collection_since=since,
        sorted_transport_since=since,
        household_count=400,
        resident_count=1_100,
    )


@pytest.fixture
def west_park(db: None) -> Community:
    """西园新村: another subdistrict, no pilot."""
    subdistrict = Subdistrict.objects.create(name="西关街道")
    return Community.objects.create(subdistrict=subdistrict, name="西园新村")


def make_household(*, community: Community, serial: int, code: str, room: str, rfid: str) -> Household:
    """A household enrolled on 1 January 2026, with an RFID card valid at all times."""
    household = Household.objects.create(
        community=community,
        serial=serial,
        code=code,
        building="1",
        unit="1",
        room=room,
        resident_count=3,
        enrolled_on=dt.date(2026, 1, 1),
    )
    Card.objects.create(household=household, kind=CardKind.RFID, number=rfid, number_key=rfid.lower(), issued_at=NOON)
    return household


@pytest.fixture
def zhang(east_lake: Community) -> Household:
    """The Zhang household, card A0000001."""
    return make_household(community=east_lake, serial=1, code="411003000000018", room="101", rfid="A0000001")


@pytest.fixture
def li(east_lake: Community) -> Household:
    """The Li household, card A0000002."""
    return make_household(community=east_lake, serial=2, code="411003000000026", room="102", rfid="A0000002")


@pytest.fixture
def wang(west_park: Community) -> Household:
    """The Wang household in the other community, card A0000003."""
    return make_household(community=west_park, serial=3, code="411003000000034", room="201", rfid="A0000003")


@pytest.fixture
def bin_07(east_lake: Community) -> SmartBin:
    """Bin 07 at the east gate of 东湖花园: all four categories, open 07:00-09:00 and 18:00-20:00."""
    point = CollectionPoint.objects.create(community=east_lake, name="东门")
    for starts, ends in ((7, 9), (18, 20)):
        OpenWindow.objects.create(point=point, starts_at=dt.time(starts), ends_at=dt.time(ends))
    return SmartBin.objects.create(
        code="B-0007", point=point, categories="RECYCLABLE;HAZARDOUS;FOOD;RESIDUAL", registered_at=NOON
    )


@pytest.fixture
def photos_dir(tmp_path: Path, settings: Settings) -> Path:
    """A folder for the photos of one test."""
    settings.PHOTOS_DIR = tmp_path / "photos"
    return tmp_path / "photos"


@pytest.fixture
def chen(east_lake: Community) -> User:
    """Guide Chen, given 东湖花园 only."""
    user = User.objects.create_user(username="chen", password="chen-password-1", display_name="陈督导")
    RoleGrant.objects.create(
        user=user, role=Role.GUIDE, scope_kind=ScopeKind.COMMUNITY, scope_id=east_lake.pk, starts_on=dt.date(2026, 1, 1)
    )
    GuideAssignment.objects.create(guide=user, community=east_lake, starts_on=dt.date(2026, 1, 1))
    return user


@pytest.fixture
def ming(west_park: Community) -> User:
    """Guide Ming, given 西园新村 only: who comes in Chen's place."""
    user = User.objects.create_user(username="ming", password="ming-password-1", display_name="李明")
    RoleGrant.objects.create(
        user=user, role=Role.GUIDE, scope_kind=ScopeKind.COMMUNITY, scope_id=west_park.pk, starts_on=dt.date(2026, 1, 1)
    )
    GuideAssignment.objects.create(guide=user, community=west_park, starts_on=dt.date(2026, 1, 1))
    return user


@pytest.fixture
def zhao(db: None) -> User:
    """Officer Zhao of the bureau."""
    user = User.objects.create_user(username="zhao", password="zhao-password-1", display_name="赵科长")
    RoleGrant.objects.create(user=user, role=Role.OFFICER, scope_kind=ScopeKind.DISTRICT, starts_on=dt.date(2026, 1, 1))
    return user


@pytest.fixture
def qian(db: None) -> User:
    """Officer Qian, Zhao's colleague."""
    user = User.objects.create_user(username="qian", password="qian-password-1", display_name="钱科员")
    RoleGrant.objects.create(user=user, role=Role.OFFICER, scope_kind=ScopeKind.DISTRICT, starts_on=dt.date(2026, 1, 1))
    return user
