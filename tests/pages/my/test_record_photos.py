"""Photos in Mrs Zhang's records: those of her own drop-offs, while her consent holds."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from households.models import ConsentKind, Household
from households.services import record_consent
from sorting.models import DropOff, Photo, SmartBin
from sorting.services.photos import record_photo
from tests.builders import make_drop_off
from tests.conftest import NOON
from tests.lib.test_pictures import saved, scene

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def photo(zhang: Household, bin_07: SmartBin, photos_dir: Path) -> Photo:
    """The photo of one of two bags of the Zhang household, which agrees to photos."""
    record_consent(household=zhang, kind=ConsentKind.PHOTO, is_given=True, now=NOON)
    for event_id in ("e-1", "e-2"):
        make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=NOON, event_id=event_id)
    record_photo(smart_bin=bin_07, event_id="e-1", data=saved(scene()), received_at=NOON)
    return Photo.objects.get()


def pictures(client: Client) -> list[str]:
    """The addresses of the photos in the records."""
    return re.findall(r'(?:href|src)="(/photos/[^"]+)"', client.get("/my/records").content.decode())


def test_mrs_zhang_sees_the_photo_beside_its_bag_and_wang_nowhere(
    grandma: Client, wang_client: Client, photo: Photo
) -> None:
    large, small = pictures(grandma)
    assert (large, small) == (f"/photos/{photo.pk}/large.webp", f"/photos/{photo.pk}/small.webp")
    assert grandma.get(small)["Content-Type"] == "image/webp"
    assert pictures(wang_client) == []
    assert [wang_client.get(each).status_code for each in (large, small)] == [404, 404]


def test_a_consent_that_is_withdrawn_takes_the_photo_out(grandma: Client, zhang: Household, photo: Photo) -> None:
    record_consent(household=zhang, kind=ConsentKind.PHOTO, is_given=False, now=NOON)
    assert pictures(grandma) == []
    assert DropOff.objects.filter(household=zhang).count() == 2
    assert grandma.get("/my/records").content.decode().count("有疑问") == 2  # the bags stay


def test_records_ask_as_often_for_many_photos_as_for_one(
    grandma: Client, zhang: Household, bin_07: SmartBin, photo: Photo, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(8):
        assert len(pictures(grandma)) == 2
    for number in range(3, 7):
        make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=NOON, event_id=f"e-{number}")
        record_photo(smart_bin=bin_07, event_id=f"e-{number}", data=saved(scene(seed=number)), received_at=NOON)
    with django_assert_num_queries(8):
        assert len(pictures(grandma)) == 10
