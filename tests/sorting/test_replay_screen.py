"""Officer Zhao replays what a bin with a wrong clock sent: states the shift, sees what it would do, and does it."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from households.models import Household
from people.models import User
from sorting.models import Door, DropOff, RefusedEvent, SmartBin
from sorting.services import record_drop_offs
from tests.sorting.test_admin import give
from tests.sorting.test_recording import event
from tests.sorting.test_replay_refused import HOURS_AHEAD_S, refuse_as_in_the_future

pytestmark = pytest.mark.django_db

LIST = "admin:sorting_refusedevent_changelist"
PAGE = "admin:sorting_refusedevent_replay"
THREE_HOURS_AHEAD = {"direction": "AHEAD", "days": "0", "hours": "3", "minutes": "0", "seconds": "0"}
WHY = {"reason": "现场看到桶上是 15:00,实际 12:00"}


def send(office: Client, **form: str) -> Any:
    """Send the page of all refused events, as the browser would."""
    ids = ",".join(str(pk) for pk in RefusedEvent.objects.order_by("pk").values_list("pk", flat=True))
    return office.post(reverse(PAGE), {"events": ids, **THREE_HOURS_AHEAD, **WHY, **form})


def test_zhao_sees_what_the_shift_would_do_and_only_then_does_it(
    office: Client,
    bin_07: SmartBin,
    zhang: Household,
    zhao: User,
    now: dt.datetime,
) -> None:
    refuse_as_in_the_future(bin_07, now)
    record_drop_offs(smart_bin=bin_07, events=[event("e-2", weight_g=0)], door=Door.HTTP, received_at=now)
    chosen = list(RefusedEvent.objects.order_by("pk").values_list("pk", flat=True))
    asked = office.post(reverse(LIST), {"action": "replay", "_selected_action": chosen})
    assert "B-0007 的 2 条拒收事件" in asked.content.decode()
    seen = send(office)
    text = seen.content.decode()
    assert "可接收 1 条,已有 0 条,仍被拒收 1 条" in text
    assert ("2026-11-23 15:00:00" in text, "2026-11-23 12:00:00" in text) == (True, True)
    assert "不是因时间被拒收,时移不能解决" in text
    # It was a look: nothing is there yet.
    assert (DropOff.objects.count(), RefusedEvent.objects.filter(replayed_at__isnull=False).count()) == (0, 0)
    done = send(office, foreseen=seen.context["foreseen"])
    assert done.status_code == 302
    drop_off = DropOff.objects.get()
    assert (drop_off.event_id, drop_off.occurred_at, drop_off.household) == ("e-1", now, zhang)
    kept = RefusedEvent.objects.get(event_id="e-1")
    assert (kept.replay_shift_s, kept.replayed_by, kept.replay_reason) == (-HOURS_AHEAD_S, zhao, WHY["reason"])
    written = LogEntry.objects.get()
    assert (written.user, written.object_id) == (zhao, str(kept.pk))
    assert WHY["reason"] in written.get_change_message()
    # Sent once more from the same page, it does nothing, and says so.
    again = send(office, foreseen=seen.context["foreseen"])
    assert (again.status_code, "本次没有做任何事" in again.content.decode()) == (200, True)
    assert DropOff.objects.count() == 1


def test_another_shift_than_the_one_that_was_shown_is_shown_first(
    office: Client,
    bin_07: SmartBin,
    now: dt.datetime,
) -> None:
    refuse_as_in_the_future(bin_07, now)
    seen = send(office)
    answer = send(office, hours="4", foreseen=seen.context["foreseen"])
    assert (answer.status_code, "时移改过了" in answer.content.decode()) == (200, True)
    assert "2026-11-23 11:00:00" in answer.content.decode()
    assert DropOff.objects.count() == 0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"hours": "0"}, "不能是 0"),
        ({"reason": ""}, "errorlist"),
        ({"days": "99999"}, "小于或等于"),
    ],
)
def test_a_shift_of_nothing_or_without_a_reason_is_asked_for_again(
    office: Client,
    bin_07: SmartBin,
    now: dt.datetime,
    wrong: dict[str, str],
    said: str,
) -> None:
    refuse_as_in_the_future(bin_07, now)
    assert said in send(office, **wrong).content.decode()
    assert DropOff.objects.count() == 0


def test_a_clock_is_of_one_bin(office: Client, bin_07: SmartBin, now: dt.datetime) -> None:
    other = SmartBin.objects.create(code="B-0008", point=bin_07.point, categories="FOOD", registered_at=now)
    refuse_as_in_the_future(bin_07, now)
    refuse_as_in_the_future(other, now)
    chosen = list(RefusedEvent.objects.values_list("pk", flat=True))
    answer = office.post(reverse(LIST), {"action": "replay", "_selected_action": chosen}, follow=True)
    assert "请只选同一个桶的事件" in answer.content.decode()
    assert send(office).status_code == 302  # nor by its page alone
    assert DropOff.objects.count() == 0


def test_who_may_only_read_replays_nothing(
    office: Client,
    bin_07: SmartBin,
    zhao: User,
    now: dt.datetime,
) -> None:
    refuse_as_in_the_future(bin_07, now)
    foreseen = send(office).context["foreseen"]
    zhao.is_superuser = False
    zhao.save()
    give(zhao, "view_refusedevent")
    assert office.get(reverse(LIST)).status_code == 200
    chosen = list(RefusedEvent.objects.values_list("pk", flat=True))
    assert "时移" not in office.post(reverse(LIST), {"action": "replay", "_selected_action": chosen}).content.decode()
    assert send(office, foreseen=foreseen).status_code == 403
    assert DropOff.objects.count() == 0
