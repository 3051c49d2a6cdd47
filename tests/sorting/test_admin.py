"""Bins in the back office: their alerts, keys, special days, and what was refused."""

import datetime as dt

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from people.models import User
from sorting.models import Alert, AlertKind, SmartBin

pytestmark = pytest.mark.django_db

ALERTS = "admin:sorting_alert_changelist"


@pytest.fixture
def office(zhao: User, client: Client) -> Client:
    """Officer Zhao's browser, where Zhao may open the whole back office."""
    zhao.is_staff = zhao.is_superuser = True
    zhao.save()
    client.force_login(zhao)
    return client


def open_alert(*, smart_bin: SmartBin, kind: AlertKind, at: dt.datetime) -> Alert:
    return Alert.objects.create(bin=smart_bin, kind=kind, detail=f"细节 {kind}", opened_at=at, last_seen_at=at)


def test_open_alerts_come_first_and_say_where(office: Client, bin_07: SmartBin, now: dt.datetime) -> None:
    over = open_alert(smart_bin=bin_07, kind=AlertKind.FULL, at=now)
    Alert.objects.filter(pk=over.pk).update(closed_at=now + dt.timedelta(hours=1))
    still = open_alert(smart_bin=bin_07, kind=AlertKind.OFFLINE, at=now - dt.timedelta(days=2))
    answer = office.get(reverse(ALERTS))
    assert list(answer.context["cl"].queryset) == [still, over]
    assert "东湖花园 / 东门" in answer.content.decode()
    for state, shown in (("open", [still]), ("unseen", [still]), ("closed", [over])):
        assert list(office.get(reverse(ALERTS), {"state": state}).context["cl"].queryset) == shown


def test_officer_zhao_acknowledges_what_nobody_had_acknowledged(
    office: Client, bin_07: SmartBin, zhao: User, chen: User, now: dt.datetime
) -> None:
    seen = open_alert(smart_bin=bin_07, kind=AlertKind.FULL, at=now)
    Alert.objects.filter(pk=seen.pk).update(acknowledged_at=now, acknowledged_by=chen)
    new = open_alert(smart_bin=bin_07, kind=AlertKind.OFFLINE, at=now)
    answer = office.post(reverse(ALERTS), {"action": "acknowledge", "_selected_action": [seen.pk, new.pk]}, follow=True)
    assert "已确认 1 条告警,1 条此前已有人确认" in answer.content.decode()
    new.refresh_from_db()
    seen.refresh_from_db()
    assert (new.acknowledged_by, seen.acknowledged_by) == (zhao, chen)
    assert new.acknowledged_at is not None


def test_an_alert_is_only_read_and_acknowledged_by_whoever_may(
    office: Client, bin_07: SmartBin, zhao: User, now: dt.datetime
) -> None:
    alert = open_alert(smart_bin=bin_07, kind=AlertKind.OFFLINE, at=now)
    page = reverse("admin:sorting_alert_change", args=[alert.pk])
    assert office.get(page).status_code == 200
    assert office.post(page, {"detail": "别的"}).status_code == 403
    zhao.is_superuser = False
    zhao.save()
    office.post(reverse(ALERTS), {"action": "acknowledge", "_selected_action": [alert.pk]})
    give(zhao, "view_alert")
    assert office.get(reverse(ALERTS)).status_code == 200
    office.post(reverse(ALERTS), {"action": "acknowledge", "_selected_action": [alert.pk]})
    alert.refresh_from_db()
    assert alert.acknowledged_at is None


def give(user: User, codename: str) -> None:
    user.user_permissions.add(Permission.objects.get(codename=codename, content_type__app_label="sorting"))
