"""The back office: read-mostly, without phones, and a household opens only with a reason that is kept."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from households.models import Household, Member
from people import secrets
from people.models import AccessLog, User
from sorting.models import Door, Fate, RefusedEvent, SmartBin

PHONE = "13800000001"
READ_ONLY = ("sorting.DropOff", "sorting.DropOffBatch", "points.Transfer", "points.TallyRun", "people.AccessLog")


@pytest.fixture
def administrator(db: None) -> User:
    """Somebody who may open the whole back office."""
    return User.objects.create_superuser(username="admin", password="admin-password-1")


@pytest.fixture
def office(administrator: User, client: Client) -> Client:
    """The administrator's browser."""
    client.force_login(administrator)
    return client


@pytest.fixture
def zhang_page(zhang: Household) -> str:
    """The address of the Zhang household, one of whose members has a phone."""
    Member.objects.create(
        household=zhang,
        name="张",
        phone_encrypted=secrets.encrypt(text=PHONE),
        phone_lookup=secrets.lookup_digest(text=PHONE),
        joined_at=timezone.now(),
    )
    return reverse("admin:households_household_change", args=[zhang.pk])


def test_every_list_of_the_back_office_opens(office: Client, zhang: Household, bin_07: SmartBin) -> None:
    models = [model for model in admin.site._registry if model._meta.app_label != "axes"]
    assert len(models) >= 15
    for model in models:
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        assert office.get(address).status_code == 200, address
    assert office.get(reverse("admin:sorting_smartbin_change", args=[bin_07.pk])).status_code == 200


def test_no_heading_of_the_back_office_is_a_word_of_the_code(office: Client) -> None:
    for model, screen in admin.site._registry.items():
        if model._meta.app_label != "axes":
            for name in screen.list_display:
                heading = str(label_for_field(name, model, screen))
                assert not heading.isascii() or heading == "ID", (model, heading)


def test_a_refused_events_reason_stays_beside_a_very_long_event_id(office: Client) -> None:
    RefusedEvent.objects.create(
        bin_code="B-0007",
        door=Door.HTTP,
        event_id="x" * 200,
        fate=Fate.REJECTED,
        code="event_id_invalid",
        message="事件号超过 64 个字符",
        payload={},
        payload_digest="0" * 64,
        first_received_at=timezone.now(),
        last_received_at=timezone.now(),
    )
    text = office.get(reverse("admin:sorting_refusedevent_changelist")).content.decode()
    assert "事件号超过 64 个字符" in text
    assert "x" * 21 not in text


@pytest.mark.parametrize("label", READ_ONLY)
def test_rows_that_programs_write_cannot_be_added_here(label: str, office: Client) -> None:
    model = apps.get_model(label)
    assert office.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")).status_code == 403


def test_keys_of_bins_are_nowhere_in_the_back_office() -> None:
    assert not admin.site.is_registered(apps.get_model("sorting.BinKey"))


def test_a_household_asks_why_before_it_opens(office: Client, zhang_page: str) -> None:
    text = office.get(zhang_page).content.decode()
    assert "查阅理由" in text
    assert "A0000001" not in text
    assert "101" not in text
    assert AccessLog.objects.count() == 0


def test_a_reason_opens_the_household_and_is_kept(
    office: Client, zhang: Household, zhang_page: str, administrator: User
) -> None:
    answer = office.post(zhang_page, {"reason": "住户来电核对卡号"}, follow=True)
    assert zhang.code in answer.content.decode()
    kept = AccessLog.objects.get()
    assert (kept.user, kept.subject_kind, kept.subject_id) == (administrator, "household", zhang.pk)
    assert kept.reason == "住户来电核对卡号"


def test_an_empty_reason_opens_nothing(office: Client, zhang_page: str) -> None:
    assert "请写明理由" in office.post(zhang_page, {"reason": "  "}).content.decode()
    assert AccessLog.objects.count() == 0


def test_a_reason_for_zhang_does_not_open_wang(office: Client, zhang_page: str, wang: Household) -> None:
    office.post(zhang_page, {"reason": "住户来电核对卡号"})
    text = office.get(reverse("admin:households_household_change", args=[wang.pk])).content.decode()
    assert "查阅理由" in text


def test_phones_and_whole_card_numbers_are_never_shown(office: Client, zhang_page: str) -> None:
    text = office.post(zhang_page, {"reason": "住户来电核对卡号"}, follow=True).content.decode()
    assert "…0001" in text
    for hidden in (PHONE, secrets.lookup_digest(text=PHONE), "A0000001", "a0000001"):
        assert hidden not in text


def test_officer_zhao_without_a_staff_login_stays_outside(client: Client, zhao: User, zhang_page: str) -> None:
    client.force_login(zhao)
    answer = client.post(zhang_page, {"reason": "好奇"})
    assert answer.status_code == 302
    assert AccessLog.objects.count() == 0


def test_five_wrong_passwords_pause_the_sign_in(administrator: User, client: Client) -> None:
    login = reverse("admin:login")
    for _ in range(4):
        assert client.post(login, {"username": "admin", "password": "wrong"}).status_code == 200
    paused = client.post(login, {"username": "admin", "password": "wrong"})
    assert paused.status_code == 429
    assert "登录已暂停" in paused.content.decode()
    assert client.post(login, {"username": "admin", "password": "admin-password-1"}).status_code == 429


def test_another_address_is_not_locked_out_with_the_attacker(administrator: User, client: Client) -> None:
    login = reverse("admin:login")
    for _ in range(5):
        client.post(login, {"username": "admin", "password": "wrong"}, REMOTE_ADDR="192.0.2.7")
    answer = client.post(login, {"username": "admin", "password": "admin-password-1"}, REMOTE_ADDR="192.0.2.8")
    assert answer.status_code == 302
