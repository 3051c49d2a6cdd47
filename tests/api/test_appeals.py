"""Zhang appeals through the API, Chen's colleague Sun answers, officer Zhao decides the second time."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from households.models import Community, Household
from people.models import Role, RoleGrant, ScopeKind, User
from points.models import PointCorrection
from sorting.models import DropOff, SmartBin
from tests.api.access_cast import resident_of
from tests.api.asking import Asker
from tests.builders import make_drop_off
from tests.conftest import NOON
from tests.guides.test_appeals import sun  # noqa: F401 - a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.fixture
def bag(zhang: Household, bin_07: SmartBin) -> DropOff:
    """Zhang's paper of this morning, which nobody judged."""
    return make_drop_off(
        smart_bin=bin_07, household=zhang, occurred_at=NOON - dt.timedelta(hours=3), category="RECYCLABLE"
    )


@pytest.fixture
def zhangs(zhang: Household) -> Asker:
    return Asker(user=resident_of(household=zhang, name="zhang"))


def test_an_appeal_goes_from_zhang_to_sun_and_back_and_on_to_zhao(
    zhangs: Asker,
    zhang: Household,
    bag: DropOff,
    chen: User,
    sun: User,  # noqa: F811
    zhao: User,
) -> None:
    address = f"resident/households/{zhang.pk}/appeals"
    said = {"drop_off_id": bag.pk, "subject": "WEIGHT", "words": "两公斤"}
    opened = zhangs.post(address, **said)
    first = opened.json()
    assert (opened.status_code, first["level"], first["outcome"]) == (201, 1, "OPEN")
    assert (zhangs.post(address, **said).status_code, zhangs.post(address, **said).json()["code"]) == (
        409,
        "appeal_exists",
    )
    guide, officer = Asker(user=sun), Asker(user=zhao)
    (listed,) = guide.all_items("guide/appeals")
    assert (listed["appeal_id"], listed["point"], listed["words"]) == (first["appeal_id"], "东门", "两公斤")
    assert zhang.code not in str(listed)
    answer = f"guide/appeals/{first['appeal_id']}/answer"
    incomplete = guide.post(answer, is_upheld=True, answer="秤坏了")
    assert (incomplete.status_code, incomplete.json()["code"]) == (422, "answer_incomplete")
    assert officer.post(f"bureau/appeals/{first['appeal_id']}/answer", is_upheld=True, answer="x").status_code == 404
    assert guide.post(answer, is_upheld=False, answer="秤是好的").json()["outcome"] == "REJECTED"
    again = Asker(user=chen).post(answer, is_upheld=True, answer="秤坏了", points=20)
    assert (again.status_code, again.json()["code"]) == (409, "appeal_answered")
    assert guide.all_items("guide/appeals") == []

    second = zhangs.post(address, **said).json()
    told = [(each["level"], each["answer"]) for each in zhangs.all_items(address, limit=1)]
    assert told == [(2, ""), (1, "秤是好的")]
    assert guide.post(f"guide/appeals/{second['appeal_id']}/answer", is_upheld=True, answer="x").status_code == 404
    assert [each["appeal_id"] for each in officer.all_items("bureau/appeals", is_waiting=True)] == [second["appeal_id"]]
    assert len(officer.all_items("bureau/appeals", limit=1)) == 2
    decided = officer.post(
        f"bureau/appeals/{second['appeal_id']}/answer", is_upheld=True, answer="秤确实坏了", points=20
    )
    assert (decided.status_code, decided.json()["outcome"]) == (200, "UPHELD")
    proposed = PointCorrection.objects.get()
    assert (proposed.household, proposed.points, proposed.state) == (zhang, 20, "PROPOSED")
    assert officer.all_items("bureau/appeals", is_waiting=True) == []


def test_chen_is_refused_an_appeal_against_chens_own_verdict_and_reads_it_in_no_list(
    zhangs: Asker,
    zhang: Household,
    bag: DropOff,
    chen: User,
    sun: User,  # noqa: F811
) -> None:
    judged = Asker(user=chen).post(f"guide/drop-offs/{bag.pk}/verdicts", client_id="v", verdict="CONTAMINATED")
    assert judged.status_code == 201
    opened = zhangs.post(f"resident/households/{zhang.pk}/appeals", drop_off_id=bag.pk, subject="CATEGORY").json()
    assert Asker(user=chen).all_items("guide/appeals") == []
    own = Asker(user=chen).post(f"guide/appeals/{opened['appeal_id']}/answer", is_upheld=False, answer="维持")
    assert (own.status_code, own.json()["code"]) == (409, "not_your_appeal")
    (listed,) = Asker(user=sun).all_items("guide/appeals")
    assert [each["verdict"] for each in listed["verdicts"]] == ["CONTAMINATED"]


def test_zhang_appeals_for_no_bag_of_wangs_and_not_without_a_subject(
    zhangs: Asker, zhang: Household, wang: Household, bin_07: SmartBin
) -> None:
    address = f"resident/households/{zhang.pk}/appeals"
    wangs = make_drop_off(smart_bin=bin_07, household=wang, occurred_at=NOON - dt.timedelta(hours=1))
    assert zhangs.post(address, drop_off_id=wangs.pk, subject="POINTS").status_code == 404
    unreadable = zhangs.post(address, drop_off_id=wangs.pk, subject="COLOUR")
    assert (unreadable.status_code, set(unreadable.json()["fields"])) == (400, {"subject"})
    assert zhangs.get(f"resident/households/{wang.pk}/appeals").status_code == 404


def test_a_list_of_appeals_costs_no_more_queries_the_longer_it_is(
    zhang: Household,
    bin_07: SmartBin,
    zhangs: Asker,
    sun: User,  # noqa: F811
) -> None:
    for hour in range(1, 6):
        drop_off = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=NOON - dt.timedelta(hours=hour))
        zhangs.post(f"resident/households/{zhang.pk}/appeals", drop_off_id=drop_off.pk, subject="POINTS")
    guide = Asker(user=sun)
    counts = []
    for limit in (2, 5):
        with CaptureQueriesContext(connection) as asked:
            assert len(guide.get("guide/appeals", limit=limit).json()["items"]) == limit
        counts.append(len(asked))
    assert counts[0] == counts[1]
    pages = guide.all_items("guide/appeals", limit=2)
    assert len({each["appeal_id"] for each in pages}) == 5


def test_an_officer_of_the_west_reads_nothing_of_the_east(
    zhangs: Asker, zhang: Household, bag: DropOff, west_park: Community
) -> None:
    zhangs.post(f"resident/households/{zhang.pk}/appeals", drop_off_id=bag.pk, subject="POINTS")
    west = User.objects.create_user(username="zhou")
    RoleGrant.objects.create(
        user=west,
        role=Role.OFFICER,
        scope_kind=ScopeKind.COMMUNITY,
        scope_id=west_park.pk,
        starts_on=dt.date(2026, 1, 1),
    )
    assert Asker(user=west).all_items("bureau/appeals") == []
