"""Officer Zhao watches the district through the API: aggregates, alerts, a household for a reason, corrections."""

import base64
import datetime as dt
import json
from io import StringIO

import pytest
from django.core.management import call_command

from households.models import Community, Household, Member, Subdistrict
from people.models import AccessLog, Role, RoleGrant, ScopeKind, User
from points.models import CorrectionState, PointCorrection
from points.queries.holdings import read_holdings
from sorting.models import Alert, AlertKind, SmartBin
from tests.api.asking import Asker
from tests.builders import make_community_day
from tests.conftest import NOON, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
PERIOD = {"from": "2026-11-01", "to": "2026-11-30"}


@pytest.fixture
def officer(zhao: User) -> Asker:
    return Asker(user=zhao)


@pytest.fixture
def sun(west_park: Community) -> User:
    """Officer Sun, of the subdistrict of 西园新村 only."""
    user = User.objects.create_user(username="sun")
    RoleGrant.objects.create(
        user=user,
        role=Role.OFFICER,
        scope_kind=ScopeKind.SUBDISTRICT,
        scope_id=west_park.subdistrict_id,
        starts_on=TODAY,
    )
    return user


def test_the_indicators_are_those_of_the_command(officer: Asker, zhang: Household, west_park: Community) -> None:
    make_community_day(community=zhang.community, on=TODAY)
    printed = StringIO()
    call_command("indicators", "--from", PERIOD["from"], "--to", PERIOD["to"], "--json", stdout=printed)
    assert officer.get("bureau/indicators", **PERIOD).json() == {"items": json.loads(printed.getvalue())}
    of_west_park = officer.get("bureau/indicators", **PERIOD, community="西园新村").json()["items"]
    assert {row["community"] for row in of_west_park} == {"西园新村"}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "2026-11-02", "to": "2026-11-01"}, "to"),
        ({"from": "2026-11-02"}, "to"),
        ({"from": "0001-01-01", "to": "9999-12-31"}, "from"),
        ({"from": "today", "to": "2026-11-01"}, "from"),
        ({**PERIOD, "community": "\x00"}, "community"),
    ],
)
def test_a_period_that_is_none_is_refused_by_its_field(officer: Asker, query: dict[str, str], field: str) -> None:
    answer = officer.get("bureau/indicators", **query)
    assert answer.status_code == 400
    assert field in answer.json()["fields"]


def test_officer_sun_watches_one_subdistrict_and_no_more(
    sun: User, zhang: Household, wang: Household, bin_07: SmartBin
) -> None:
    asker = Asker(user=sun)
    for community in (zhang.community, wang.community):
        make_community_day(community=community, on=TODAY)
    alert = Alert.objects.create(bin=bin_07, kind=AlertKind.OFFLINE, opened_at=NOON, last_seen_at=NOON)
    assert [each["name"] for each in asker.all_items("bureau/communities")] == ["西园新村"]
    days = asker.all_items("bureau/community-days", **PERIOD)
    assert {day["community"] for day in days} == {"西园新村"}
    assert asker.all_items("bureau/community-days", **PERIOD, community_id=zhang.community_id) == []
    assert asker.all_items("bureau/alerts") == []
    assert asker.post(f"bureau/alerts/{alert.pk}/acknowledgement").status_code == 404
    assert asker.get("bureau/indicators", **PERIOD).json()["code"] == "beyond_your_scope"
    assert asker.get("bureau/indicators", **PERIOD, community="东湖花园").status_code == 404
    assert asker.get("bureau/indicators", **PERIOD, community="西园新村").status_code == 200
    for household, status in ((zhang, 404), (wang, 201)):
        opened = asker.post(f"bureau/households/{household.pk}/openings", reason="核对")
        proposed = asker.post("bureau/corrections", household_code=household.code, points=5, reason="来电")
        assert (opened.status_code, proposed.status_code) == (status, status)
    assert [each["household_code"] for each in asker.all_items("bureau/corrections")] == [wang.code]
    assert AccessLog.objects.get().subject_id == wang.pk


def test_days_come_page_by_page_each_once_in_order(officer: Asker, east_lake: Community) -> None:
    other = Community.objects.create(name="南苑", subdistrict=Subdistrict.objects.create(name="南街"))
    for number in range(3):
        for community in (east_lake, other):
            for category in ("FOOD", "RESIDUAL"):
                make_community_day(community=community, on=TODAY - dt.timedelta(days=number), category=category)
    whole = officer.all_items("bureau/community-days", **PERIOD)
    assert officer.all_items("bureau/community-days", **PERIOD, limit=5) == whole
    keys = [(day["occurred_on"], day["community_id"], day["category"]) for day in whole]
    assert keys == sorted(set(keys))
    assert len(keys) == 12


@pytest.mark.parametrize(
    "after",
    [
        "nonsense",
        "é",
        *(
            base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
            for text in ("{}", '["2026-11-01",1]', '["2026-11-01",99999999999999999999,"FOOD"]', "[" * 90)
        ),
        base64.urlsafe_b64encode(b'["2026-11-01",1,"\\u0000"]').decode(),
    ],
)
def test_a_cursor_that_is_none_of_ours_is_refused(officer: Asker, after: str) -> None:
    answer = officer.get("bureau/community-days", **PERIOD, after=after)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["after"])


def test_an_alert_is_seen_once_and_stays_open(officer: Asker, zhao: User, bin_07: SmartBin) -> None:
    alert = Alert.objects.create(bin=bin_07, kind=AlertKind.FULL, subject="FOOD", opened_at=NOON, last_seen_at=NOON)
    over = Alert.objects.create(bin=bin_07, kind=AlertKind.OFFLINE, opened_at=NOON, last_seen_at=NOON, closed_at=NOON)
    (open_one,) = officer.all_items("bureau/alerts")
    assert (open_one["bin"], open_one["point"], open_one["kind"]) == ("B-0007", "东门", "FULL")
    both = officer.all_items("bureau/alerts", is_open="false", limit=1)
    assert [each["alert_id"] for each in both] == [over.pk, alert.pk]
    seen = officer.post(f"bureau/alerts/{alert.pk}/acknowledgement").json()
    assert (seen["acknowledged_at"], seen["closed_at"]) == ("2026-11-23T12:00:00+08:00", None)
    alert.refresh_from_db()
    assert alert.acknowledged_by == zhao


def test_a_household_opens_for_a_reason_that_stays_and_shows_no_phone_and_no_whole_card(
    officer: Asker, zhao: User, zhang: Household, now: dt.datetime
) -> None:
    Member.objects.create(household=zhang, name="张明", joined_at=now, phone_encrypted=b"x", phone_lookup="y" * 64)
    address = f"bureau/households/{zhang.pk}/openings"
    for empty in ({}, {"reason": ""}, {"reason": "  "}, {"reason": None}):
        assert officer.post(address, **empty).status_code == 400
    assert not AccessLog.objects.exists()
    opened = officer.post(address, reason=" 住户来电核对卡号 ")
    record = opened.json()
    assert (record["code"], record["room"], record["community"]) == (zhang.code, "101", "东湖花园")
    assert [card["ending"] for card in record["cards"]] == ["0001"]
    assert [member["name"] for member in record["members"]] == ["张明"]
    assert {consent["kind"]: consent["is_given"] for consent in record["consents"]}["PHOTO"] is False
    assert "A0000001" not in opened.content.decode()
    assert "phone" not in opened.content.decode()
    assert AccessLog.objects.filter(
        user=zhao, subject_kind="household", subject_id=zhang.pk, reason="住户来电核对卡号", at=now
    ).exists()


def test_a_correction_needs_a_second_officer_and_moves_points_once(
    officer: Asker, zhao: User, zhang: Household
) -> None:
    proposed = officer.post("bureau/corrections", household_code="411003-0000 0001-8", points=50, reason="桶称错了")
    correction = PointCorrection.objects.get()
    assert (proposed.status_code, proposed.json()["state"]) == (201, "PROPOSED")
    own = officer.post(f"bureau/corrections/{correction.pk}/decision", is_approved=True)
    assert (own.status_code, own.json()["code"]) == (409, "second_person_needed")
    qian = User.objects.create_user(username="qian")
    RoleGrant.objects.create(user=qian, role=Role.OFFICER, scope_kind=ScopeKind.DISTRICT, starts_on=TODAY)
    decided = Asker(user=qian).post(f"bureau/corrections/{correction.pk}/decision", is_approved=True)
    assert (decided.json()["decided_by"], decided.json()["moved_points"]) == ("qian", 50)
    again = Asker(user=qian).post(f"bureau/corrections/{correction.pk}/decision", is_approved=True)
    assert (again.status_code, again.json()["code"]) == (409, "correction_decided")
    assert read_holdings(household=zhang).available_points == 50
    assert officer.all_items("bureau/corrections", state=CorrectionState.PROPOSED) == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"points": 0}, 422),
        ({"points": 10**9}, 400),
        ({"points": 1.5}, 400),
        ({"reason": "  "}, 400),
        ({"household_code": "411003000000026"}, 404),
        ({"household_code": "'; DROP TABLE points_transfer --"}, 404),
    ],
)
def test_a_correction_that_says_too_little_is_refused(
    officer: Asker, zhang: Household, body: dict[str, object], status: int
) -> None:
    whole = {"household_code": zhang.code, "points": 5, "reason": "来电", **body}
    assert officer.post("bureau/corrections", **whole).status_code == status
    assert not PointCorrection.objects.exists()
