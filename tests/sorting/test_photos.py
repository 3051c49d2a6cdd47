"""Photos of drop-offs: kept only as their household agrees, compared with others, gone when their time is over."""

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from guides.queries import photo_for_guide
from households.models import Community, ConsentKind, Household
from households.services import record_consent
from lib.picture_headers import PictureRefused
from people.models import User
from sorting.models import DropOff, Photo, PhotoLikeness, SmartBin
from sorting.photo_files import PhotosUnwritable, files_kept
from sorting.queries.photos import photo_for_household, photo_ids_of_drop_offs, photo_in_communities
from sorting.services.photo_clearing import clear_photos, sweep_photo_files
from sorting.services.photos import (
    BIN_PHOTOS_A_DAY_MAX,
    EVENT_PHOTOS_MAX,
    PHOTO_BYTES_MAX,
    NotKept,
    PhotoFate,
    PhotoRecorded,
    PhotoTooLarge,
    record_photo,
)
from tests.builders import make_attribution, make_drop_off
from tests.lib.test_pictures import saved, scene

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)

Send = Callable[..., PhotoRecorded]


@pytest.fixture
def send(bin_07: SmartBin, photos_dir: Path, now: dt.datetime) -> Send:
    """Bin 07 sends a photo, of the scene `seed` where not said otherwise."""

    def send(event_id: str, *, seed: int = 1, data: bytes | None = None, **others: object) -> PhotoRecorded:
        picture = saved(scene(width=320, height=240, seed=seed)) if data is None else data
        given = {"smart_bin": bin_07, "received_at": now} | others
        return record_photo(event_id=event_id, data=picture, **given)  # type: ignore[arg-type]

    return send


@pytest.fixture
def zhang_agrees(zhang: Household, now: dt.datetime) -> None:
    """The Zhang household agrees to photos."""
    record_consent(household=zhang, kind=ConsentKind.PHOTO, is_given=True, now=now - DAY)


@pytest.fixture
def of_zhang(zhang: Household, bin_07: SmartBin, now: dt.datetime) -> DropOff:
    """A drop-off of the Zhang household."""
    return make_drop_off(smart_bin=bin_07, occurred_at=now, household=zhang)


def files_of(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.webp"))


@pytest.mark.usefixtures("zhang_agrees")
def test_a_photo_is_kept_as_two_files_that_only_the_platform_reads(
    send: Send, of_zhang: DropOff, photos_dir: Path, now: dt.datetime
) -> None:
    recorded = send(of_zhang.event_id, taken_at=now - MINUTE)
    photo = Photo.objects.get()
    assert recorded == PhotoRecorded(fate=PhotoFate.ACCEPTED, photo_id=photo.pk)
    assert (photo.event_id, photo.taken_at, photo.received_at) == (of_zhang.event_id, now - MINUTE, now)
    assert (photo.width, photo.height, photo.is_flat, photo.sent_by) == (320, 240, False, None)
    assert files_of(photos_dir) == sorted([photo.large_name, photo.small_name])
    assert photo.large_name.startswith("2026-11-23/")
    for path in photos_dir.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("zhang_agrees")
def test_zhang_sees_it_and_guide_chen_and_the_bureau_may_and_nobody_else(
    send: Send, of_zhang: DropOff, zhang: Household, li: Household, chen: User, zhao: User, now: dt.datetime
) -> None:
    photo_id = send(of_zhang.event_id).photo_id
    assert photo_id is not None
    assert photo_for_household(photo_id=photo_id, household=zhang)
    assert photo_for_household(photo_id=photo_id, household=li) is None
    assert photo_for_guide(photo_id=photo_id, guide=chen, on=now.date())
    assert photo_for_guide(photo_id=photo_id, guide=chen, on=dt.date(2025, 12, 31)) is None
    assert photo_for_guide(photo_id=photo_id, guide=zhao, on=now.date()) is None
    assert photo_in_communities(photo_id=photo_id, communities=Community.objects.all())
    assert photo_ids_of_drop_offs(drop_offs=[of_zhang]) == {of_zhang.pk: [photo_id]}


def test_guide_chen_never_sees_a_photo_of_wang(
    send: Send, wang: Household, chen: User, bin_07: SmartBin, now: dt.datetime
) -> None:
    record_consent(household=wang, kind=ConsentKind.PHOTO, is_given=True, now=now - DAY)
    point = bin_07.point
    point.pk, point.community = None, wang.community
    point.save(force_insert=True)
    west = SmartBin.objects.create(code="B-0011", point=point, categories="FOOD", registered_at=now)
    drop_off = make_drop_off(smart_bin=west, occurred_at=now, household=wang)
    photo_id = send(drop_off.event_id, smart_bin=west).photo_id
    assert photo_id is not None
    assert photo_for_guide(photo_id=photo_id, guide=chen, on=now.date()) is None
    assert photo_for_household(photo_id=photo_id, household=wang)


def test_without_zhangs_consent_the_photo_is_not_even_looked_at(
    send: Send, of_zhang: DropOff, zhang: Household, chen: User, photos_dir: Path
) -> None:
    refused = PhotoRecorded(fate=PhotoFate.NOT_KEPT, reason=NotKept.CONSENT_MISSING)
    assert send(of_zhang.event_id) == refused
    assert send(of_zhang.event_id, data=b"no picture") == refused
    assert send(of_zhang.event_id, sent_by=chen) == refused  # nor does a guide's own camera change that
    assert not Photo.objects.exists()
    assert files_of(photos_dir) == []


def test_a_photo_before_its_drop_off_is_shown_to_nobody_and_then_goes_by_the_consent(
    send: Send, zhang: Household, li: Household, chen: User, bin_07: SmartBin, photos_dir: Path, now: dt.datetime
) -> None:
    record_consent(household=li, kind=ConsentKind.PHOTO, is_given=True, now=now)
    ids = [send("early-zhang", seed=1).photo_id, send("early-li", seed=2).photo_id]
    assert not any(
        photo_in_communities(photo_id=photo_id, communities=Community.objects.all()) for photo_id in ids if photo_id
    )
    assert clear_photos(now=now) == 0
    for event_id, household in (("early-zhang", zhang), ("early-li", li)):
        make_drop_off(smart_bin=bin_07, occurred_at=now, household=household, event_id=event_id)
    seen = [photo_for_guide(photo_id=photo_id, guide=chen, on=now.date()) for photo_id in ids if photo_id]
    assert [photo and photo.event_id for photo in seen] == [None, "early-li"]
    assert clear_photos(now=now) == 1
    kept = Photo.objects.get()
    assert kept.event_id == "early-li"
    assert files_of(photos_dir) == sorted([kept.large_name, kept.small_name])


def test_a_photo_whose_drop_off_never_comes_goes_when_that_would_be_refused(send: Send, now: dt.datetime) -> None:
    send("never")
    assert clear_photos(now=now + 46 * DAY) == 0
    assert clear_photos(now=now + 46 * DAY + MINUTE) == 1


def test_a_photo_of_an_unknown_card_is_nobodys_until_it_is_lis(
    send: Send, li: Household, chen: User, bin_07: SmartBin, now: dt.datetime
) -> None:
    drop_off = make_drop_off(smart_bin=bin_07, occurred_at=now, card="B0000009")
    photo_id = send(drop_off.event_id).photo_id
    assert photo_id is not None
    assert photo_for_guide(photo_id=photo_id, guide=chen, on=now.date())
    make_attribution(drop_off=drop_off, household=li)
    assert photo_for_guide(photo_id=photo_id, guide=chen, on=now.date()) is None
    assert photo_ids_of_drop_offs(drop_offs=[drop_off]) == {}
    assert photo_for_household(photo_id=photo_id, household=li)
    assert send(drop_off.event_id, seed=2).reason is NotKept.CONSENT_MISSING
    assert clear_photos(now=now) == 1


@pytest.mark.usefixtures("zhang_agrees")
def test_a_withdrawn_consent_hides_the_photo_at_once_and_removes_it(
    send: Send, of_zhang: DropOff, zhang: Household, chen: User, photos_dir: Path, now: dt.datetime
) -> None:
    photo_id = send(of_zhang.event_id).photo_id
    assert photo_id is not None
    record_consent(household=zhang, kind=ConsentKind.PHOTO, is_given=False, now=now + MINUTE)
    assert photo_for_guide(photo_id=photo_id, guide=chen, on=now.date()) is None
    assert photo_in_communities(photo_id=photo_id, communities=Community.objects.all()) is None
    assert clear_photos(now=now + MINUTE) == 1
    assert not Photo.objects.exists()
    assert files_of(photos_dir) == []


@pytest.mark.usefixtures("zhang_agrees")
def test_photos_go_after_their_time_and_their_likenesses_with_them(
    send: Send, of_zhang: DropOff, bin_07: SmartBin, photos_dir: Path, now: dt.datetime, settings: Settings
) -> None:
    settings.PHOTO_KEPT_DAYS = 10
    send(of_zhang.event_id)
    other = make_drop_off(smart_bin=bin_07, occurred_at=now)
    send(other.event_id, received_at=now + 5 * DAY)
    assert PhotoLikeness.objects.count() == 1
    assert clear_photos(now=now + 10 * DAY) == 0
    assert clear_photos(now=now + 10 * DAY + MINUTE) == 1
    assert Photo.objects.get().event_id == other.event_id
    assert not PhotoLikeness.objects.exists()
    assert len(files_of(photos_dir)) == 2


def test_the_same_photo_of_the_same_event_is_a_duplicate_and_of_another_is_flagged(
    send: Send, photos_dir: Path, now: dt.datetime
) -> None:
    first = send("e-1")
    assert send("e-1") == PhotoRecorded(fate=PhotoFate.DUPLICATE, photo_id=first.photo_id)
    assert Photo.objects.count() == 1
    assert len(files_of(photos_dir)) == 2
    assert not PhotoLikeness.objects.exists()
    second = send("e-2", received_at=now + MINUTE)
    found = PhotoLikeness.objects.get()
    assert (found.photo_id, found.earlier_id) == (second.photo_id, first.photo_id)
    assert (found.distance, found.is_identical, found.found_at) == (0, True, now + MINUTE)


def test_nearly_the_same_photo_is_flagged_and_another_is_not(send: Send) -> None:
    send("e-1")
    send("e-2", data=saved(scene(width=320, height=240).resize((300, 225)), quality=50))
    send("e-3", seed=2)
    found = PhotoLikeness.objects.get()
    assert (found.photo.event_id, found.earlier.event_id, found.is_identical) == ("e-2", "e-1", False)
    assert found.distance <= 3


def test_the_dark_is_like_nothing(send: Send) -> None:
    for number, shade in enumerate((3, 3, 5, 128)):
        send(f"e-{number}", data=saved(scene().resize((64, 48)).point(lambda _, shade=shade: shade), "PNG"))
    assert Photo.objects.filter(is_flat=True).count() == 4
    assert not PhotoLikeness.objects.exists()


def test_one_event_has_four_photos_at_most_and_guide_chen_four_of_her_own(send: Send, chen: User) -> None:
    for sent_by in (None, chen):
        fates = [
            send("e-1", seed=seed + (0 if sent_by is None else 50), sent_by=sent_by)
            for seed in range(EVENT_PHOTOS_MAX + 1)
        ]
        assert [each.fate for each in fates] == [PhotoFate.ACCEPTED] * EVENT_PHOTOS_MAX + [PhotoFate.NOT_KEPT]
        assert fates[-1].reason is NotKept.EVENT_FULL


def test_a_bin_gone_mad_does_not_fill_the_disk(send: Send, bin_07: SmartBin, now: dt.datetime) -> None:
    send("e-0")
    (row,) = Photo.objects.values()
    others = [row | {"id": None, "event_id": f"e-{number}"} for number in range(1, BIN_PHOTOS_A_DAY_MAX)]
    Photo.objects.bulk_create(Photo(**each) for each in others)
    assert send("e-new", seed=2).reason is NotKept.BIN_FULL
    assert send("e-new", seed=2, received_at=now + DAY).fate is PhotoFate.ACCEPTED


def test_what_is_no_picture_or_too_large_leaves_nothing(send: Send, photos_dir: Path) -> None:
    with pytest.raises(PictureRefused):
        send("e-1", data=b"no picture")
    with pytest.raises(PhotoTooLarge):
        send("e-1", data=b"x" * (PHOTO_BYTES_MAX + 1))
    assert not Photo.objects.exists()
    assert files_of(photos_dir) == []


def test_a_disk_that_takes_nothing_is_said_and_leaves_no_row(
    send: Send, photos_dir: Path, tmp_path: Path, settings: Settings
) -> None:
    (tmp_path / "full").write_text("no folder")
    settings.PHOTOS_DIR = tmp_path / "full"
    with pytest.raises(PhotosUnwritable):
        send("e-1")
    assert not Photo.objects.exists()


def test_a_crash_between_files_and_row_leaves_files_that_are_swept_and_no_others(
    send: Send, photos_dir: Path, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    send("e-1")
    kept = files_of(photos_dir)

    def crash(**_: object) -> None:
        raise SystemExit(9)

    monkeypatch.setattr("sorting.services.photos.keep_photo", crash)
    with pytest.raises(SystemExit):
        send("e-2", seed=2)
    assert Photo.objects.count() == 1
    orphans = set(files_of(photos_dir)) - set(kept)
    assert len(orphans) == 2

    for name in files_of(photos_dir):
        os.utime(photos_dir / name, times=(now.timestamp(), now.timestamp()))
    assert sweep_photo_files(now=now + 59 * MINUTE) == 0  # its row may still be on the way
    assert sweep_photo_files(now=now + 61 * MINUTE) == 2
    assert files_of(photos_dir) == kept


def test_while_a_backup_reads_the_files_they_stay_and_the_sweep_takes_them_later(
    send: Send, photos_dir: Path, now: dt.datetime
) -> None:
    send("e-1")
    for name in files_of(photos_dir):
        os.utime(photos_dir / name, times=(now.timestamp(), now.timestamp()))
    later = now + 200 * DAY
    with files_kept():
        assert clear_photos(now=later) == 1
        assert sweep_photo_files(now=later) == 0
        assert len(files_of(photos_dir)) == 2
    assert sweep_photo_files(now=later) == 2
    assert [path.name for path in photos_dir.iterdir()] == [".in-use"]  # the day's folder is gone too
