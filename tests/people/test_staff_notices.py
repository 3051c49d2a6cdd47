"""People at work are told once of a thing, and read their own inbox only."""

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client

from people.models import StaffNotice, StaffNoticeKind, User
from people.queries import unread_notice_count
from people.services.staff_notices import notify_staff
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


def tell(*users: User, text: str = "明早东门由您值班", about: str = "roster/1") -> None:
    notify_staff(
        user_ids=[user.pk for user in users], kind=StaffNoticeKind.ROSTER, text=text, reference=about, now=NOON
    )


def test_chen_is_told_once_and_zhao_apart_however_often_it_is_said(chen: User, zhao: User) -> None:
    tell(chen, chen)
    tell(chen, zhao, text="再说一遍")
    assert list(StaffNotice.objects.order_by("pk").values_list("user", "text")) == [
        (chen.pk, "明早东门由您值班"),
        (zhao.pk, "再说一遍"),
    ]
    with pytest.raises(IntegrityError, match=r"staff_notice_once|UNIQUE"), transaction.atomic():
        StaffNotice.objects.create(user=chen, kind="ROSTER", text="x", reference="roster/1", at=NOON)


def test_a_long_text_is_cut_and_an_empty_one_refused(chen: User) -> None:
    tell(chen, text="长" * 400)
    assert len(StaffNotice.objects.get().text) == 300
    with pytest.raises(IntegrityError, match="staff_notice_says_something"), transaction.atomic():
        StaffNotice.objects.create(user=chen, kind="ROSTER", text="", reference="b", at=NOON)


@time_machine.travel(NOON, tick=False)
def test_chen_sees_the_number_opens_the_inbox_and_reads_nothing_of_zhaos(
    client: Client, chen: User, zhao: User
) -> None:
    tell(chen)
    tell(zhao, text="赵科长的消息", about="roster/2")
    client.force_login(chen)
    assert "1 条新消息" in client.get("/guide/duty").content.decode()
    page = client.get("/guide/notices").content.decode()
    assert "<strong>新</strong>" in page
    assert "明早东门由您值班" in page
    assert 'href="/guide/duty">去看' in page
    assert "赵科长的消息" not in page
    again = client.get("/guide/notices").content.decode()
    assert "明早东门由您值班" in again
    assert "<strong>新</strong>" not in again
    assert "条新消息" not in again
    assert (unread_notice_count(user=chen), unread_notice_count(user=zhao)) == (0, 1)
    client.force_login(zhao)
    assert "消息 <b>1</b>" in client.get("/bureau/problems").content.decode()
    assert "赵科长的消息" in client.get("/bureau/notices").content.decode()
    assert "消息 <b>" not in client.get("/bureau/problems").content.decode()
