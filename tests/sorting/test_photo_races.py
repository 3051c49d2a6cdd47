"""Photos that arrive at the same moment: one row, one pair of files, and no likeness missed."""

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest
from django.db import transaction

from sorting.models import Photo, PhotoLikeness, SmartBin
from sorting.services.photo_clearing import clear_photos
from sorting.services.photos import (
    PhotoFate,
    PhotoRecorded,
    SentPhoto,
    WrittenPhoto,
    keep_photo,
    prepare_photo,
    record_photo,
)
from tests.lib.test_pictures import saved, scene
from tests.sorting.test_photos import files_of
from tests.sorting.test_racing import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_the_same_photo_sent_by_three_at_once_is_one_row_and_one_pair_of_files(
    bin_07: SmartBin, photos_dir: Path, now: dt.datetime
) -> None:
    data = saved(scene(width=320, height=240))

    def send(_: int) -> PhotoRecorded:
        return record_photo(smart_bin=bin_07, event_id="e-1", data=data, received_at=now)

    for _ in range(5):
        Photo.objects.all().delete()
        recorded = at_once(senders=3, work=send)
        photo = Photo.objects.get()
        assert Counter(each.fate for each in recorded) == {PhotoFate.ACCEPTED: 1, PhotoFate.DUPLICATE: 2}
        assert {each.photo_id for each in recorded} == {photo.pk}
        assert {photo.large_name, photo.small_name} <= set(files_of(photos_dir))
    assert len(files_of(photos_dir)) == 2 * 5  # those of the rows that the test itself deleted among them


def test_of_six_events_with_one_photo_at_once_each_pair_is_flagged(
    bin_07: SmartBin, photos_dir: Path, now: dt.datetime
) -> None:
    data = saved(scene(width=320, height=240))
    written = [
        prepare_photo(sent=SentPhoto(smart_bin=bin_07, event_id=f"e-{number}", data=data, received_at=now))
        for number in range(6)
    ]

    def keep(number: int) -> PhotoRecorded:
        photo = written[number]
        assert isinstance(photo, WrittenPhoto)
        with transaction.atomic():
            return keep_photo(written=photo)

    assert {each.fate for each in at_once(senders=6, work=keep)} == {PhotoFate.ACCEPTED}
    assert PhotoLikeness.objects.count() == 6 * 5 // 2


def test_a_photo_that_is_deleted_while_its_like_arrives_breaks_neither(
    bin_07: SmartBin, photos_dir: Path, now: dt.datetime
) -> None:
    data = saved(scene(width=320, height=240))
    old = now - dt.timedelta(days=100)

    def work(number: int) -> object:
        if number == 0:
            return clear_photos(now=now)
        return record_photo(smart_bin=bin_07, event_id=f"e-{number}", data=data, received_at=now)

    for _ in range(5):
        PhotoLikeness.objects.all().delete()
        Photo.objects.all().delete()
        record_photo(smart_bin=bin_07, event_id="old", data=data, received_at=old)
        at_once(senders=3, work=work)
        assert set(Photo.objects.values_list("event_id", flat=True)) == {"e-1", "e-2"}
