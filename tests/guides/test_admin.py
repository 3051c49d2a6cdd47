"""The back office of the guides: an assignment twice is refused in words, and the roster has one door."""

import pytest
from django.test import Client
from django.urls import reverse

from guides.models import GuideAssignment, RosterSlot
from guides.services.rosters import name_substitute
from people.models import User
from tests.conftest import NOON
from tests.guides.test_rosters import chens_tuesday  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


def test_an_assignment_that_is_there_is_refused_in_words(admin_client: Client, chen: User) -> None:
    given = GuideAssignment.objects.get()
    form = {"guide": chen.pk, "community": given.community_id, "starts_on": "2026-01-01", "ends_on": ""}
    answer = admin_client.post(reverse("admin:guides_guideassignment_add"), form)
    assert answer.status_code == 200
    assert GuideAssignment.objects.get() == given


@pytest.mark.usefixtures("chens_tuesday")
def test_a_substitutes_day_and_a_planned_shift_are_only_read(admin_client: Client, ming: User, zhao: User) -> None:
    slot = RosterSlot.objects.get()
    name_substitute(slot_id=slot.pk, guide_id=ming.pk, reach=None, officer=zhao, now=NOON)
    day = GuideAssignment.objects.get(is_stand_in=True)
    for kind, pk in (("guideassignment", day.pk), ("rosterslot", slot.pk)):
        address = reverse(f"admin:guides_{kind}_change", args=[pk])
        assert admin_client.get(address).status_code == 200
        assert admin_client.post(address, {"ends_on": "2027-01-01"}).status_code == 403
    assert admin_client.post(reverse("admin:guides_rosterslot_delete", args=[slot.pk])).status_code == 403
