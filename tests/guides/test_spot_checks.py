"""查 N 错 M, and what is wrong at a point until somebody puts it right."""

import datetime as dt
import io

import pytest
from django.db import IntegrityError, transaction
from PIL import Image

from guides.models import Problem, ScenePhoto
from guides.queries.problems import overdue_problems, problems_in_communities
from guides.services.problems import (
    AlreadyRectified,
    ProblemConflict,
    ProblemInvalid,
    ProblemNotFound,
    rectify_problem,
    report_problem,
)
from guides.services.scene_photos import ScenePhotosTooMany, keep_scene_photo, make_scene_pictures
from guides.services.shifts import PointNotFound
from guides.services.spot_checks import Looked, SpotCheckConflict, SpotCheckInvalid, record_spot_check
from households.models import Community, Household
from lib.picture_headers import PictureRefused
from people.models import User
from sorting.models import CollectionPoint, SmartBin, SpotCheck

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def west_gate(wang: Household) -> CollectionPoint:
    """A point in Wang's community."""
    return CollectionPoint.objects.create(community=wang.community, name="西门")


def a_photo() -> bytes:
    """A picture as a phone sends it."""
    out = io.BytesIO()
    Image.linear_gradient("L").resize((640, 480)).save(out, format="JPEG")
    return out.getvalue()


def test_ten_bags_two_wrong_sent_twice_are_one_spot_check(chen: User, bin_07: SmartBin, now: dt.datetime) -> None:
    looked = Looked(looked_at_count=10, wrong_count=2, category="FOOD", purity_rate=0.85, is_staffed=False, note="袋")
    for _ in range(2):
        row = record_spot_check(guide=chen, point_id=bin_07.point_id, looked=looked, now=now, client_id="check-1")
    assert SpotCheck.objects.get() == row
    assert (row.looked_at_count, row.wrong_count, row.purity_rate, row.is_staffed) == (10, 2, 0.85, False)
    with pytest.raises(SpotCheckConflict):
        record_spot_check(guide=chen, point_id=bin_07.point_id, looked=Looked(10, 3), now=now, client_id="check-1")


def test_a_spot_check_made_before_midnight_without_a_network_is_of_that_day(
    chen: User, bin_07: SmartBin, now: dt.datetime
) -> None:
    row = record_spot_check(
        guide=chen,
        point_id=bin_07.point_id,
        looked=Looked(10, 0),
        now=now,
        client_id="check-1",
        checked_at=now - 13 * HOUR,
    )
    assert row.checked_on == dt.date(2026, 11, 22)


@pytest.mark.parametrize(
    "looked",
    [
        Looked(10, 11),
        Looked(0, 0),
        Looked(201, 0),
        Looked(10, -1),
        Looked(10, 0, purity_rate=1.01),
        Looked(10, 0, category="PAPER"),
        Looked(10, 0, note="长" * 201),
    ],
)
def test_a_spot_check_that_cannot_be_is_not_recorded(
    looked: Looked, chen: User, bin_07: SmartBin, now: dt.datetime
) -> None:
    with pytest.raises(SpotCheckInvalid):
        record_spot_check(guide=chen, point_id=bin_07.point_id, looked=looked, now=now, client_id="check-1")


def test_chen_checks_and_reports_nothing_at_wangs_gate(
    chen: User, west_gate: CollectionPoint, now: dt.datetime
) -> None:
    with pytest.raises(PointNotFound):
        record_spot_check(guide=chen, point_id=west_gate.pk, looked=Looked(10, 0), now=now, client_id="c")
    with pytest.raises(PointNotFound):
        report_problem(guide=chen, point_id=west_gate.pk, kind="DIRTY", now=now, client_id="c")


def test_an_overflowing_bin_is_due_in_four_hours_then_overdue_then_put_right_with_a_photo(
    chen: User, bin_07: SmartBin, east_lake: Community, now: dt.datetime
) -> None:
    for _ in range(2):
        problem = report_problem(
            guide=chen,
            point_id=bin_07.point_id,
            bin_id=bin_07.pk,
            kind="OVERFLOW",
            now=now,
            client_id="problem-1",
            photo=a_photo(),
        )
    assert Problem.objects.get() == problem
    assert ScenePhoto.objects.count() == 1
    assert list(overdue_problems(now=problem.due_at)) == []
    assert list(overdue_problems(now=now + HOUR * 4 + HOUR / 60)) == [problem]
    rectified = rectify_problem(guide=chen, problem_id=problem.pk, now=now + HOUR * 5, note="已清运", photo=a_photo())
    assert rectified.rectified_photo is not None
    assert bytes(rectified.rectified_photo.small)[:4] == b"RIFF"
    assert list(overdue_problems(now=now + HOUR * 6)) == []
    seen = problems_in_communities(community_ids=[east_lake.pk], since=now)
    assert list(seen) == [problem]
    assert list(problems_in_communities(community_ids=[east_lake.pk], since=now + HOUR * 6)) == []
    with pytest.raises(AlreadyRectified):
        rectify_problem(guide=chen, problem_id=problem.pk, now=now + HOUR * 6)


def test_a_problem_says_what_it_is(chen: User, bin_07: SmartBin, wang: Household, now: dt.datetime) -> None:
    for kind, note in (("NOISE", ""), ("OTHER", " "), ("DIRTY", "长" * 201)):
        with pytest.raises(ProblemInvalid):
            report_problem(guide=chen, point_id=bin_07.point_id, kind=kind, note=note, now=now, client_id="p")
    north = CollectionPoint.objects.create(community=bin_07.point.community, name="北门")
    with pytest.raises(ProblemInvalid):
        report_problem(guide=chen, point_id=north.pk, bin_id=bin_07.pk, kind="DIRTY", now=now, client_id="p")
    report_problem(guide=chen, point_id=north.pk, kind="DIRTY", now=now, client_id="p")
    with pytest.raises(ProblemConflict):
        report_problem(guide=chen, point_id=north.pk, kind="OVERFLOW", now=now, client_id="p")


def test_a_broken_photo_leaves_no_problem_behind(chen: User, bin_07: SmartBin, now: dt.datetime) -> None:
    with pytest.raises(PictureRefused):
        report_problem(
            guide=chen, point_id=bin_07.point_id, kind="DIRTY", now=now, client_id="p", photo=a_photo()[:200]
        )
    assert not Problem.objects.exists()


def test_wangs_problem_is_not_there_for_chen(
    chen: User, zhao: User, west_gate: CollectionPoint, now: dt.datetime
) -> None:
    problem = Problem.objects.create(
        point=west_gate, kind="DIRTY", found_by=zhao, found_at=now, due_at=now + HOUR, client_id="p"
    )
    for problem_id in (problem.pk, 999_999):
        with pytest.raises(ProblemNotFound):
            rectify_problem(guide=chen, problem_id=problem_id, now=now)


def test_a_problem_is_rectified_whole_or_not_at_all(chen: User, bin_07: SmartBin, now: dt.datetime) -> None:
    problem = report_problem(guide=chen, point_id=bin_07.point_id, kind="DIRTY", now=now, client_id="p")
    problem.rectified_note = "扫过了"
    with pytest.raises(IntegrityError, match="problem_rectified_whole"), transaction.atomic():
        problem.save()


def test_forty_photos_a_day_are_enough(chen: User, east_lake: Community, now: dt.datetime) -> None:
    ScenePhoto.objects.bulk_create(
        ScenePhoto(community=east_lake, taken_by=chen, received_at=now, large=b"x", small=b"x") for _ in range(40)
    )
    pictures = make_scene_pictures(data=a_photo())
    with pytest.raises(ScenePhotosTooMany):
        keep_scene_photo(community=east_lake, taken_by=chen, pictures=pictures, now=now)
    assert keep_scene_photo(community=east_lake, taken_by=chen, pictures=pictures, now=now + HOUR * 12)
