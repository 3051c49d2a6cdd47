"""Who sees the picture of a photo, for how long a browser keeps it, and the reason that opens it to officer Zhao."""

import datetime as dt
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from households.models import ConsentKind, Household
from households.services import record_consent
from people.models import AccessLog, RoleGrant, ScopeKind, User
from sorting.models import DropOff, Photo, SmartBin
from sorting.services.photos import record_photo
from tests.api.access_cast import resident_of
from tests.builders import make_drop_off
from tests.lib.test_pictures import saved, scene

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(now: dt.datetime) -> Iterator[time_machine.Traveller]:
    """The server's clock stands at noon."""
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


@pytest.fixture
def of_zhang(zhang: Household, bin_07: SmartBin, now: dt.datetime) -> DropOff:
    """A drop-off of the Zhang household, which agrees to photos."""
    record_consent(household=zhang, kind=ConsentKind.PHOTO, is_given=True, now=now)
    return make_drop_off(smart_bin=bin_07, occurred_at=now, household=zhang, event_id="e-1", weight_g=1_620)


@pytest.fixture
def photo(of_zhang: DropOff, photos_dir: Path, now: dt.datetime) -> Photo:
    """Its photo."""
    data = saved(scene(width=2_000, height=1_500))
    record_photo(smart_bin=of_zhang.bin, event_id="e-1", data=data, received_at=now)
    return Photo.objects.get()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_zhang_gets_both_sizes_for_five_minutes_and_for_nobody_elses_cache(zhang: Household, photo: Photo) -> None:
    client = signed_in(resident_of(household=zhang, name="zhang"))
    for size, width in (("large", 1_600), ("small", 320)):
        answer = client.get(reverse(f"photo-{size}", args=[photo.pk]))
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
        assert answer["Cache-Control"] == "private, max-age=300"
        assert "Cookie" in answer["Vary"]
        assert Image.open(BytesIO(answer.content)).width == width
        again = client.get(reverse(f"photo-{size}", args=[photo.pk]), headers={"If-None-Match": answer["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert not {part for part in (photo.large_name, photo.small_name) if part in str(answer.headers)}


def test_a_consent_that_is_withdrawn_closes_the_photo_to_guide_chen_though_she_has_its_etag(
    zhang: Household, photo: Photo, chen: User, now: dt.datetime
) -> None:
    client, address = signed_in(chen), reverse("photo-small", args=[photo.pk])
    seen = client.get(address)
    assert seen.status_code == 200
    record_consent(household=zhang, kind=ConsentKind.PHOTO, is_given=False, now=now)
    assert client.get(address, headers={"If-None-Match": seen["ETag"]}).status_code == 404


def test_a_guide_whose_role_has_ended_sees_no_photo_though_the_community_is_still_hers(
    photo: Photo, chen: User
) -> None:
    client, address = signed_in(chen), reverse("photo-small", args=[photo.pk])
    assert client.get(address).status_code == 200
    RoleGrant.objects.filter(user=chen).delete()
    assert client.get(address).status_code == 404


def test_a_member_who_moved_out_sees_it_no_longer(zhang: Household, photo: Photo, now: dt.datetime) -> None:
    client = signed_in(resident_of(household=zhang, name="zhang"))
    zhang.members.update(left_at=now)
    assert client.get(reverse("photo-large", args=[photo.pk])).status_code == 404


def test_a_file_that_is_missing_is_404(zhang: Household, photo: Photo, photos_dir: Path) -> None:
    (photos_dir / photo.small_name).unlink()
    client = signed_in(resident_of(household=zhang, name="zhang"))
    assert client.get(reverse("photo-small", args=[photo.pk])).status_code == 404
    assert client.get(reverse("photo-large", args=[photo.pk])).status_code == 200


def test_officer_zhao_says_why_is_on_record_and_sees_it_for_a_quarter_of_an_hour(
    photo: Photo, zhao: User, clock: time_machine.Traveller, now: dt.datetime
) -> None:
    client, page, picture = (
        signed_in(zhao),
        reverse("bureau-photo", args=[photo.pk]),
        reverse("photo-large", args=[photo.pk]),
    )
    asked = client.get(page).content.decode()
    assert "查看理由" in asked
    assert "1.62 千克" in asked
    assert picture not in asked
    assert client.get(picture).status_code == 404
    empty = client.post(page, {"reason": "   "})
    assert (empty.status_code, "查看照片要写明理由" in empty.content.decode()) == (422, True)
    assert not AccessLog.objects.exists()

    shown = client.post(page, {"reason": "与西门的照片核对"}, follow=True).content.decode()
    assert picture in shown
    assert client.get(picture).status_code == 200
    log = AccessLog.objects.get(subject_kind="photo")
    assert (log.user, log.subject_kind, log.subject_id, log.reason, log.at) == (
        zhao,
        "photo",
        photo.pk,
        "与西门的照片核对",
        now,
    )
    clock.shift(15 * 60)
    assert client.get(picture).status_code == 404
    assert "查看理由" in client.get(page).content.decode()


def test_a_reason_outlives_neither_the_role_nor_its_reach(
    photo: Photo, zhao: User, wang: Household, zhang: Household
) -> None:
    client, picture = signed_in(zhao), reverse("photo-large", args=[photo.pk])
    client.post(reverse("bureau-photo", args=[photo.pk]), {"reason": "核对"})
    assert client.get(picture).status_code == 200
    grants = RoleGrant.objects.filter(user=zhao)
    grants.update(scope_kind=ScopeKind.COMMUNITY, scope_id=wang.community_id)
    assert client.get(picture).status_code == 404
    assert client.get(reverse("bureau-photo", args=[photo.pk])).status_code == 404
    grants.update(scope_id=zhang.community_id)
    assert client.get(picture).status_code == 200
    grants.delete()
    assert client.get(picture).status_code == 404


def test_photos_that_look_alike_are_listed_without_their_pictures_and_their_households(
    photo: Photo, zhao: User, bin_07: SmartBin, zhang: Household, wang: Household, now: dt.datetime
) -> None:
    data = saved(scene(width=2_000, height=1_500))
    make_drop_off(smart_bin=bin_07, occurred_at=now, event_id="e-2")
    other = record_photo(smart_bin=bin_07, event_id="e-2", data=data, received_at=now).photo_id
    client = signed_in(zhao)
    for address in (reverse("bureau-photos"), reverse("bureau-photo", args=[photo.pk])):
        text = client.get(address).content.decode()
        assert "完全相同" in text
        assert "东湖花园 · 东门" in text
        assert reverse("bureau-photo", args=[other]) in text
        for hidden in (zhang.code, "101", ".webp", photo.large_name, photo.content_digest):
            assert hidden not in text
    RoleGrant.objects.filter(user=zhao).update(scope_kind=ScopeKind.COMMUNITY, scope_id=wang.community_id)
    assert "没有相似的照片" in client.get(reverse("bureau-photos")).content.decode()


def test_the_list_asks_as_often_for_ten_pairs_as_for_one(
    photo: Photo, zhao: User, bin_07: SmartBin, now: dt.datetime
) -> None:
    client, counts = signed_in(zhao), []
    data = saved(scene(width=2_000, height=1_500))
    for number in range(2, 6):
        record_photo(smart_bin=bin_07, event_id=f"e-{number}", data=data, received_at=now)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("bureau-photos"))
        counts.append(len(queries))
    assert counts[0] == counts[-1]


def test_the_back_office_lists_likenesses_and_names_no_file(photo: Photo, bin_07: SmartBin, now: dt.datetime) -> None:
    data = saved(scene(width=2_000, height=1_500))
    record_photo(smart_bin=bin_07, event_id="e-2", data=data, received_at=now)
    office = signed_in(User.objects.create_superuser(username="admin", password="admin-password-1"))
    text = office.get(reverse("admin:sorting_photolikeness_changelist")).content.decode()
    assert "完全相同" in text
    assert "东湖花园 / 东门" in text
    for address in ("admin:sorting_photo_changelist", "admin:sorting_photolikeness_changelist"):
        assert ".webp" not in office.get(reverse(address)).content.decode()
    assert ".webp" not in office.get(reverse("admin:sorting_photo_change", args=[photo.pk])).content.decode()
