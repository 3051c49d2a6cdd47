"""The audit log: nobody changes it, and a change in the back office is told with the values before and after."""

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import UserAdmin
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from households.models import Community
from people.back_office import ReadOnlyAdmin
from people.models import User
from people.told_changes import TellsChanges
from tests.emptying import emptying_allowed

pytestmark = pytest.mark.django_db
STATEMENTS = ["UPDATE django_admin_log SET change_message = '[]'", "DELETE FROM django_admin_log"]


@pytest.fixture
def office(client: Client) -> Client:
    """The administrator's browser."""
    client.force_login(User.objects.create_superuser(username="admin", password="admin-password-1"))
    return client


@pytest.fixture
def written(office: Client, east_lake: Community) -> LogEntry:
    """The administrator put 420 households where 400 were, and took 东湖花园 out of the pilots."""
    form = {
        "subdistrict": east_lake.subdistrict_id,
        "name": "东湖花园",
        "is_urban_core": "on",
        "pilot_since": "",
        "sorted_collection_since": "2026-01-01",
        "sorted_transport_since": "2026-01-01",
        "household_count": "420",
        "resident_count": "1100",
    }
    answer = office.post(reverse("admin:households_community_change", args=[east_lake.pk]), form)
    assert answer.status_code == 302, answer.content.decode()
    return LogEntry.objects.get()


def test_a_changed_community_keeps_what_it_was_before(written: LogEntry) -> None:
    said = written.get_change_message()
    assert "户数:400 → 420" in said
    assert "是 → 否" in said


def test_a_new_password_is_told_of_and_never_told(office: Client, zhao: User) -> None:
    passwords = {"password1": "zhao-password-2", "password2": "zhao-password-2", "usable_password": "true"}
    assert office.post(reverse("admin:auth_user_password_change", args=[zhao.pk]), passwords).status_code == 302
    assert "zhao-password" not in str(LogEntry.objects.values().get())


@pytest.mark.parametrize("statement", STATEMENTS)
def test_nobody_changes_the_log_of_the_back_office(written: LogEntry, statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    with transaction.atomic():
        with emptying_allowed(), connection.cursor() as cursor:
            cursor.execute(statement)  # goes through once the trigger is gone
        transaction.set_rollback(True)
    assert LogEntry.objects.get().change_message == written.change_message


@pytest.mark.postgres
def test_nor_is_the_log_truncated() -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE django_admin_log")


def test_every_screen_of_ours_on_which_rows_change_tells_the_values() -> None:
    ours = [
        screen
        for model, screen in admin.site._registry.items()
        if model.__module__.split(".")[0] not in ("axes", "otp")
    ]
    silent = [each for each in ours if not isinstance(each, TellsChanges | ReadOnlyAdmin)]
    assert silent == []
    assert any(isinstance(each, UserAdmin) for each in ours)
