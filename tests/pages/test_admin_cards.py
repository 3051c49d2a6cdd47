"""Cards printed in the back office: from the form to the file."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from households.models import Card, CardKind, CardPrinting, Community, Household
from people.models import User
from tests.signing_in import sign_in_with_factor
from tests.sorting.test_card_faces import links_on_sheets

MAKE = reverse("admin:households_cardprinting_make")


@pytest.fixture
def desk(client: Client, db: None) -> Client:
    """An administrator at the back office."""
    client.force_login(User.objects.create_superuser(username="admin", password="admin-password-1"))
    return client


def test_an_administrator_prints_the_cards_of_east_lake_and_the_sheet_reads_as_their_links(
    desk: Client, east_lake: Community, zhang: Household, li: Household, wang: Household
) -> None:
    asked = {"community": east_lake.pk, "reason": "集中发卡", "only_without": "on", "shows_door": "on"}
    page = desk.post(MAKE, asked, follow=True)
    assert "下载 A4 印张" in page.text
    printing = CardPrinting.objects.get()
    sheet = desk.post(reverse("admin:households_cardprinting_take", args=[printing.pk, "pdf"]))
    cards = Card.objects.filter(kind=CardKind.QR).order_by("household__room")
    assert links_on_sheets(pdf=sheet.content) == [f"http://testserver/c/{card.number}" for card in cards]
    assert {card.household for card in cards} == {zhang, li}  # Wang lives elsewhere


def test_a_file_is_taken_by_post_only_so_that_each_taking_is_written_down(desk: Client, zhang: Household) -> None:
    desk.post(MAKE, {"chosen": str(zhang.pk), "reason": "补办", "is_replacing": "on"})
    address = reverse("admin:households_cardprinting_take", args=[CardPrinting.objects.get().pk, "png"])
    assert desk.get(address).status_code == 405
    assert desk.post(address)["Content-Type"] == "application/zip"


def test_the_list_of_households_leads_to_the_page_that_asks_why(desk: Client, zhang: Household) -> None:
    chosen = {"action": "print_chosen", "_selected_action": [zhang.pk]}
    page = desk.post(reverse("admin:households_household_changelist"), chosen, follow=True)
    assert "已选中 1 户" in page.text
    assert desk.post(MAKE, {"chosen": str(zhang.pk)}).status_code == 422  # no reason
    assert not CardPrinting.objects.exists()


def test_no_card_is_printed_with_an_address_without_tls(desk: Client, zhang: Household, settings: Settings) -> None:
    sign_in_with_factor(client=desk, user=User.objects.get(username="admin"), now=timezone.now())
    settings.DEMO = False
    refused = desk.post(MAKE, {"chosen": str(zhang.pk), "reason": "发卡"})
    assert (refused.status_code, CardPrinting.objects.count()) == (422, 0)


def test_a_clerk_without_a_district_wide_role_finds_no_printer(client: Client, chen: User) -> None:
    User.objects.filter(pk=chen.pk).update(is_staff=True)
    client.force_login(chen)
    assert client.get(MAKE).status_code == 403
