"""Mrs Zhang reports a full bin: guide Chen puts it right without learning who she is, and she is told."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from guides.models import Problem, ScenePhoto
from guides.services.parting import leave_programme
from guides.services.problems import ProblemConflict, ProblemInvalid, rectify_problem
from guides.services.resident_problems import PlaceUnknown, ReportsTooMany, report_as_resident
from households.models import Household, Notice
from pages.my.export import own_data
from people.models import User
from sorting.models import CollectionPoint, SmartBin
from tests.conftest import NOON
from tests.guides.test_spot_checks import a_photo
from tests.pages.my.conftest import make_resident
from tests.worker.test_retry_faults import elsewhere

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def mrs_zhang(zhang: Household) -> User:
    """A member of the Zhang household."""
    return make_resident(household=zhang, name="张奶奶", phone="13800000001", now=NOON - 24 * HOUR)


def say(
    *,
    household: Household,
    by: User,
    smart_bin: SmartBin,
    client_id: str = "a",
    kind: str = "OVERFLOW",
    note: str = "",
    photo: bytes = b"",
    now: dt.datetime = NOON,
) -> Problem:
    """Bin 07 is full, unless said otherwise."""
    return report_as_resident(
        household=household,
        by=by,
        point_id=smart_bin.point_id,
        bin_id=smart_bin.pk,
        kind=kind,
        note=note,
        photo=photo,
        client_id=client_id,
        now=now,
    )


def test_chen_sees_a_resident_s_report_with_its_deadline_and_mrs_zhang_hears_what_became_of_it(
    zhang: Household, mrs_zhang: User, chen: User, bin_07: SmartBin
) -> None:
    problem = say(household=zhang, by=mrs_zhang, smart_bin=bin_07, note="满了", photo=a_photo())
    assert (problem.due_at - problem.found_at, problem.finder) == (4 * HOUR, "住户")
    assert ScenePhoto.objects.get() == problem.photo
    rectify_problem(guide=chen, problem_id=problem.pk, now=NOON + HOUR, note="已清运")
    told = Notice.objects.get(reference=f"problem/{problem.pk}/rectified")
    assert (told.household, told.text) == (zhang, "您报告的“东门 桶满外溢”已经整改好了,谢谢。")


def test_neither_chen_nor_zhao_reads_whose_report_it_is(
    client: Client, zhang: Household, mrs_zhang: User, chen: User, zhao: User, bin_07: SmartBin
) -> None:
    problem = say(household=zhang, by=mrs_zhang, smart_bin=bin_07)
    for user, address in ((chen, f"/guide/problems/{problem.pk}"), (zhao, "/bureau/problems")):
        client.force_login(user)
        page = client.get(address).content.decode()
        assert "住户" in page
        assert not [word for word in ("张奶奶", mrs_zhang.username, zhang.code) if word in page]


def test_a_report_sent_twice_is_one_and_another_under_its_id_is_refused(
    zhang: Household, mrs_zhang: User, bin_07: SmartBin
) -> None:
    first = say(household=zhang, by=mrs_zhang, smart_bin=bin_07)
    assert say(household=zhang, by=mrs_zhang, smart_bin=bin_07) == first
    with pytest.raises(ProblemConflict):
        say(household=zhang, by=mrs_zhang, smart_bin=bin_07, kind="BIN_BROKEN")
    assert Problem.objects.count() == 1


def test_the_zhangs_report_three_a_day_until_one_is_put_right(
    zhang: Household, li: Household, mrs_zhang: User, chen: User, bin_07: SmartBin
) -> None:
    son = make_resident(household=zhang, name="小张", phone="13800000002", now=NOON)
    for number, by in enumerate((mrs_zhang, son, son)):
        problem = say(household=zhang, by=by, smart_bin=bin_07, client_id=f"{number}")
    with pytest.raises(ReportsTooMany):
        say(household=zhang, by=mrs_zhang, smart_bin=bin_07, client_id="4")
    mr_li = make_resident(household=li, name="李先生", phone="13800000003", now=NOON)
    say(household=li, by=mr_li, smart_bin=bin_07)
    rectify_problem(guide=chen, problem_id=problem.pk, now=NOON + HOUR)
    say(household=zhang, by=mrs_zhang, smart_bin=bin_07, client_id="4", now=NOON + HOUR)
    with pytest.raises(ReportsTooMany):
        say(household=zhang, by=mrs_zhang, smart_bin=bin_07, client_id="5", now=NOON + HOUR)
    say(household=zhang, by=mrs_zhang, smart_bin=bin_07, client_id="6", now=NOON + 24 * HOUR)


def test_residents_report_full_and_broken_bins_of_their_own_community_only(
    wang: Household, mrs_zhang: User, zhang: Household, bin_07: SmartBin
) -> None:
    with pytest.raises(PlaceUnknown):
        say(household=wang, by=mrs_zhang, smart_bin=bin_07)
    north = CollectionPoint.objects.create(community=zhang.community, name="北门")
    with pytest.raises(PlaceUnknown):
        report_as_resident(
            household=zhang, by=mrs_zhang, point_id=north.pk, bin_id=bin_07.pk, kind="OVERFLOW", client_id="b", now=NOON
        )
    wrongs: tuple[dict[str, Any], ...] = ({"kind": "DIRTY"}, {"note": "满" * 201}, {"client_id": ""})
    for wrong in wrongs:
        with pytest.raises(ProblemInvalid):
            say(household=zhang, by=mrs_zhang, smart_bin=bin_07, **wrong)
    problem = say(household=zhang, by=mrs_zhang, smart_bin=bin_07)
    with pytest.raises(IntegrityError, match=r"problem_kind_of_a_resident"), transaction.atomic():
        Problem.objects.filter(pk=problem.pk).update(kind="DIRTY")


def test_the_zhangs_export_holds_their_reports_and_leaving_forgets_the_words(
    zhang: Household, mrs_zhang: User, bin_07: SmartBin
) -> None:
    problem = say(household=zhang, by=mrs_zhang, smart_bin=bin_07, note="我是101的")
    assert [each["note"] for each in own_data(household=zhang, now=NOON)["problems_reported"]] == ["我是101的"]
    leave_programme(household=zhang, by=mrs_zhang, now=NOON + HOUR)
    problem.refresh_from_db()
    assert (problem.note, problem.kind) == ("", "OVERFLOW")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_phones_of_the_zhangs_only_one_sends_the_third_report(
    zhang: Household, mrs_zhang: User, bin_07: SmartBin
) -> None:
    for number in "12":
        say(household=zhang, by=mrs_zhang, smart_bin=bin_07, client_id=number)
    with elsewhere() as pool:
        with transaction.atomic():
            say(household=zhang, by=mrs_zhang, smart_bin=bin_07, client_id="3")
            other = pool.submit(say, household=zhang, by=mrs_zhang, smart_bin=bin_07, client_id="4")
            with pytest.raises(TimeoutError):
                other.result(timeout=0.3)
        with pytest.raises(ReportsTooMany):
            other.result(timeout=30)
    assert Problem.objects.count() == 3
