"""Bins in the back office: their alerts, keys, special days, and what was refused."""

import datetime as dt
import html
import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from people.models import User
from sorting.admin.special_days import KEPT_MESSAGE, PAST_MESSAGE
from sorting.models import (
    Alert,
    AlertKind,
    BinKey,
    BinStatus,
    CollectionPoint,
    Door,
    Fate,
    FillReading,
    RefusedEvent,
    SmartBin,
    SpecialDay,
)
from sorting.queries.first_look import signing_bin
from sorting.services.bin_keys import make_bin_key

pytestmark = pytest.mark.django_db

ALERTS = "admin:sorting_alert_changelist"


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


KEY = re.compile(r"whsec_[A-Za-z0-9+/=]+")


def key_page(*, smart_bin: SmartBin, step: str) -> str:
    return reverse("admin:sorting_smartbin_key", args=[smart_bin.pk, step])


def confirm(office: Client, page: str) -> HttpResponse:
    """Open the page that asks, and press its button."""
    answer: HttpResponse = office.post(page, {"state": office.get(page).context["state"]})  # type: ignore[assignment]
    return answer


def test_a_new_key_is_shown_once_by_the_answer_that_made_it_and_kept_nowhere_else(
    office: Client, bin_07: SmartBin, zhao: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    answer = confirm(office, key_page(smart_bin=bin_07, step="rotate"))
    (key,) = KEY.findall(html.unescape(answer.content.decode()))
    assert signing_bin(code=bin_07.code, now=timezone.now())[1] == [key]
    assert (answer.status_code, "no-store" in answer["Cache-Control"], "Location" in answer) == (200, True, False)
    secret = key.removeprefix("whsec_")
    written = LogEntry.objects.get()
    assert (written.user, written.object_id, written.get_change_message()) == (zhao, str(bin_07.pk), "密钥:生成新密钥")
    later = [office.get(page).content.decode() for page in (bin_page(bin_07), history_page(bin_07), "/admin/")]
    kept = [str(dict(office.session)), *(str(LogEntry.objects.values().get()), caplog.text, *later)]
    assert not any(secret in html.unescape(place) for place in kept)
    assert messages_of(office, bin_07) == []


def bin_page(smart_bin: SmartBin) -> str:
    return reverse("admin:sorting_smartbin_change", args=[smart_bin.pk])


def history_page(smart_bin: SmartBin) -> str:
    return reverse("admin:sorting_smartbin_history", args=[smart_bin.pk])


def messages_of(office: Client, smart_bin: SmartBin) -> list[str]:
    return [str(message) for message in office.get(bin_page(smart_bin)).context["messages"]]


def test_a_page_that_is_sent_twice_makes_no_second_key(office: Client, bin_07: SmartBin) -> None:
    first = make_bin_key(smart_bin=bin_07, now=timezone.now()).key
    page = key_page(smart_bin=bin_07, step="rotate")
    state = office.get(page).context["state"]
    assert office.post(page, {"state": state}).status_code == 200
    again = office.post(page, {"state": state})
    assert (again.status_code, KEY.findall(again.content.decode())) == (409, [])
    # The machine still signs with the first until somebody has brought it the second.
    assert first in signing_bin(code=bin_07.code, now=timezone.now())[1]
    assert BinKey.objects.count() == 2
    assert "旧密钥有效至" in again.content.decode()


def test_a_bin_is_revoked_at_once_and_comes_back_with_a_new_key(office: Client, bin_07: SmartBin) -> None:
    old = make_bin_key(smart_bin=bin_07, now=timezone.now()).key
    assert "重新启用" not in office.get(bin_page(bin_07)).content.decode()
    confirm(office, key_page(smart_bin=bin_07, step="revoke"))
    assert signing_bin(code=bin_07.code, now=timezone.now())[1] == []
    page = office.get(bin_page(bin_07)).content.decode()
    assert ("重新启用" in page, "生成新密钥" in page) == (True, False)
    # Its own form does not bring it back, nor does a new key.
    form = {"code": bin_07.code, "point": bin_07.point_id, "categories": "FOOD", "registered_at_0": "2026-11-23"}
    office.post(bin_page(bin_07), form | {"registered_at_1": "12:00", "revoked_at_0": "", "revoked_at_1": ""})
    bin_07.refresh_from_db()
    assert (bin_07.revoked_at is None, bin_07.categories) == (False, "FOOD")
    assert "此桶已停用" in confirm(office, key_page(smart_bin=bin_07, step="rotate")).content.decode()
    answer = confirm(office, key_page(smart_bin=bin_07, step="reinstate"))
    keys = signing_bin(code=bin_07.code, now=timezone.now())[1]
    assert keys == KEY.findall(html.unescape(answer.content.decode()))
    assert old not in keys
    said = {entry.get_change_message() for entry in LogEntry.objects.all()}
    assert {"密钥:停用", "密钥:重新启用"} <= said


@pytest.mark.parametrize("step", ["rotate", "revoke", "reinstate"])
def test_keys_are_only_for_whoever_may_change_bins_and_only_by_post(
    office: Client, bin_07: SmartBin, zhao: User, step: str
) -> None:
    make_bin_key(smart_bin=bin_07, now=timezone.now())
    page = key_page(smart_bin=bin_07, step=step)
    assert office.get(page).status_code == 200
    assert office.get(key_page(smart_bin=bin_07, step="sell")).status_code == 404
    zhao.is_superuser = False
    zhao.save()
    give(zhao, "view_smartbin")
    assert "密钥" not in office.get(bin_page(bin_07)).content.decode()
    state = f"{BinKey.objects.get().pk}-in-service"
    assert (office.get(page).status_code, office.post(page, {"state": state}).status_code) == (403, 403)
    assert (BinKey.objects.count(), LogEntry.objects.count()) == (1, 0)
    bin_07.refresh_from_db()
    assert bin_07.revoked_at is None


def give(user: User, codename: str) -> None:
    user.user_permissions.add(Permission.objects.get(codename=codename, content_type__app_label="sorting"))


def save_special_day(office: Client, point: CollectionPoint, day: SpecialDay, **changed: str) -> str:
    """Send the point's page with one row of special days, as the browser would; what the page then says."""
    prefixes = {"open_windows": 0, "special_days": 0 if day.pk is None else 1}
    form = {"community": str(point.community_id), "name": point.name}
    for prefix, initial in prefixes.items():
        total = 1 if prefix == "special_days" else 0
        form |= {f"{prefix}-TOTAL_FORMS": str(total), f"{prefix}-INITIAL_FORMS": str(initial)}
    row = {"id": str(day.pk or ""), "point": str(point.pk), "on_date": str(day.on_date), **changed}
    form |= {f"special_days-0-{name}": value for name, value in row.items()}
    page = reverse("admin:sorting_collectionpoint_change", args=[point.pk])
    return office.post(page, form, follow=True).content.decode()


def test_a_special_day_is_entered_for_today_or_later_and_never_for_a_day_that_is_over(
    office: Client, bin_07: SmartBin
) -> None:
    today = timezone.localdate()
    point = bin_07.point
    assert PAST_MESSAGE in save_special_day(office, point, SpecialDay(on_date=today - dt.timedelta(days=1)))
    assert SpecialDay.objects.count() == 0
    save_special_day(office, point, SpecialDay(on_date=today), note="国庆")
    assert (SpecialDay.objects.get().on_date, SpecialDay.objects.get().starts_at) == (today, None)
    half = save_special_day(office, point, SpecialDay(on_date=today), starts_at="09:00")
    assert "要么都填" in half
    turned = save_special_day(office, point, SpecialDay(on_date=today), starts_at="09:00", ends_at="08:00")
    assert "结束须在开始之后" in turned
    assert SpecialDay.objects.count() == 1


@pytest.mark.parametrize("change", [{"note": "别的"}, {"on_date": "2999-01-01"}, {"DELETE": "on"}])
def test_a_special_day_that_is_over_stays_as_it_was_and_visible(
    office: Client, bin_07: SmartBin, change: dict[str, str]
) -> None:
    past = timezone.localdate() - dt.timedelta(days=3)
    day = SpecialDay.objects.create(point=bin_07.point, on_date=past)
    page = reverse("admin:sorting_collectionpoint_change", args=[bin_07.point_id])
    assert str(past) in office.get(page).content.decode()
    assert KEPT_MESSAGE in save_special_day(office, bin_07.point, day, **change)
    # Untouched, it does not stand in the way of saving the point.
    assert "成功" in save_special_day(office, bin_07.point, day)
    assert SpecialDay.objects.values_list("on_date", "note").get() == (past, "")


def test_the_list_of_bins_says_how_each_is_doing(office: Client, bin_07: SmartBin) -> None:
    moment = timezone.now()
    BinStatus.objects.create(
        bin=bin_07, received_at=moment, signed_at=moment, said_at=moment, clock_skew_s=412.4, firmware="2.4.1"
    )
    open_alert(smart_bin=bin_07, kind=AlertKind.CLOCK_WRONG, at=moment)
    over = open_alert(smart_bin=bin_07, kind=AlertKind.FULL, at=moment)
    Alert.objects.filter(pk=over.pk).update(closed_at=moment)
    never = SmartBin.objects.create(code="B-0008", point=bin_07.point, categories="FOOD", registered_at=moment)
    answer = office.get(reverse("admin:sorting_smartbin_changelist"))
    screen = answer.context["cl"].model_admin
    rows = {row.code: row for row in answer.context["cl"].result_list}
    columns = ("online", "heard_at", "firmware", "clock_skew", "open_alert_count")
    shown = {code: [getattr(screen, name)(row) for name in columns] for code, row in rows.items()}
    assert shown == {"B-0007": [True, moment, "2.4.1", "+412", 1], never.code: [False, None, None, None, 0]}


def test_a_bins_status_says_when_it_will_be_full_and_a_dash_where_nobody_can_tell(
    office: Client, bin_07: SmartBin
) -> None:
    moment = timezone.now()
    status = BinStatus.objects.create(bin=bin_07, received_at=moment, signed_at=moment, said_at=moment, clock_skew_s=0)
    for hours, rate in ((6, 0.1), (4, 0.3), (2, 0.5), (0, 0.7)):  # a tenth an hour: full in two
        read_at = moment - dt.timedelta(hours=hours)
        FillReading.objects.create(bin=bin_07, category="FOOD", fill_rate=rate, read_at=read_at)
        FillReading.objects.create(bin=bin_07, category="RESIDUAL", fill_rate=0.4, read_at=read_at)
    page = office.get(reverse("admin:sorting_binstatus_change", args=[status.pk])).content.decode()
    full_at = timezone.localtime(moment + dt.timedelta(hours=2))
    assert f"厨余垃圾 {full_at:%m-%d %H:%M};其他垃圾 —" in page


def test_the_list_of_bins_asks_no_more_of_the_database_for_30_bins_than_for_3(
    office: Client, bin_07: SmartBin, now: dt.datetime
) -> None:
    def add_bins(first: int, end: int) -> None:
        for number in range(first, end):
            smart_bin = SmartBin.objects.create(
                code=f"B-1{number:03}", point=bin_07.point, categories="FOOD", registered_at=now
            )
            if number % 2:
                BinStatus.objects.create(bin=smart_bin, received_at=now, signed_at=now, said_at=now, clock_skew_s=0)
            open_alert(smart_bin=smart_bin, kind=AlertKind.OFFLINE, at=now)

    def count_queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            text = office.get(reverse("admin:sorting_smartbin_changelist")).content.decode()
        assert text.count("B-1") >= SmartBin.objects.count() - 1
        return len(asked)

    add_bins(0, 2)
    with_three = count_queries()
    add_bins(2, 29)
    assert (SmartBin.objects.count(), count_queries()) == (30, with_three)


def test_a_replayed_event_shows_the_shift_and_who_stated_it(office: Client, zhao: User, now: dt.datetime) -> None:
    kept = RefusedEvent.objects.create(
        bin_code="B-0007",
        door=Door.HTTP,
        boot_id="7f3a",
        event_id="e-1",
        fate=Fate.REJECTED,
        code="occurred_in_future",
        message="投放时间在未来",
        payload={},
        payload_digest="0" * 64,
        first_received_at=now,
        last_received_at=now,
        replayed_at=now,
        replay_shift_s=-10_800,
        replayed_by=zhao,
    )
    page = office.get(reverse("admin:sorting_refusedevent_change", args=[kept.pk]))
    shown = re.sub(r"[,\s]", "", page.content.decode())
    assert all(value in shown for value in ("7f3a", "-10800", f'<divclass="readonly"><ahref="{user_page(zhao)}">'))


def user_page(user: User) -> str:
    return reverse("admin:people_user_change", args=[user.pk])
