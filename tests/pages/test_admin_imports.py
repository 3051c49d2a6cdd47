"""Imports on screen: tried out first, loaded once and whole, the refused rows handed back."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from collection.models import Load
from households.models import Community, Household
from pages.back_office.uploads import KEPT_FOR, ROWS_MAX, UploadOver, load_upload, try_upload
from people.models import ImportUpload, User

START = reverse("back-office-imports")
COMMUNITIES = "街道,小区,中心城区,试点,户数\n东城街道,南湾小区,是,是,120\n东城街道,北湾小区,也许,是,80\n"
HOUSEHOLDS = "街道,小区,楼栋,单元,室,手机号\n东城街道,东湖花园,9,1,901,13800000009\n"
LOADS = (
    "清运单号,清运日期,小区,类别,重量,去向\n"
    "L-1,2026-11-02,东湖花园,FOOD,120,COMPOSTING\n"
    "L-2,2026-11-02,无名小区,FOOD,1,COMPOSTING\n"
)


@pytest.fixture
def administrator(db: None) -> User:
    """Somebody who may import."""
    return User.objects.create_superuser(username="admin", password="admin-password-1")


@pytest.fixture
def desk(client: Client, administrator: User) -> Client:
    """The administrator's browser."""
    client.force_login(administrator)
    return client


def send(desk: Client, *, kind: str, text: str) -> ImportUpload:
    """Upload a table; the try-out that it became."""
    file = SimpleUploadedFile("表.csv", text.encode("gb18030"))
    assert desk.post(START, {"kind": kind, "file": file}).status_code == 302
    return ImportUpload.objects.latest("pk")


def test_a_table_is_tried_out_before_anything_is_written_and_loaded_by_the_second_click(desk: Client) -> None:
    upload = send(desk, kind="COMMUNITIES", text=COMMUNITIES)
    page = desk.get(reverse("back-office-import", args=[upload.pk])).text
    assert "还没有写入任何一行" in page
    assert "新增 1，更改 0，未变 0，拒收 1" in page
    assert not Community.objects.exists()
    done = desk.post(reverse("back-office-import-load", args=[upload.pk]), follow=True).text
    assert "已导入" in done
    assert Community.objects.get().name == "南湾小区"
    again = desk.post(reverse("back-office-import-load", args=[upload.pk]))
    assert (again.status_code, "已经导入过" in again.text) == (422, True)


def test_the_refused_rows_come_back_with_the_reason_under_the_headings_they_had(desk: Client) -> None:
    upload = send(desk, kind="COMMUNITIES", text=COMMUNITIES)
    file = desk.get(reverse("back-office-refused", args=[upload.pk]))
    heading, row, *rest = file.content.decode("utf-8-sig").splitlines()
    assert heading.startswith('"街道/乡镇","小区"')
    assert heading.endswith('"原因"')
    assert '"北湾小区"' in row
    assert "中心城区" in row
    assert rest == []


def test_loads_and_households_go_the_same_way(desk: Client, east_lake: Community) -> None:
    for kind, text in (("HOUSEHOLDS", HOUSEHOLDS), ("LOADS", LOADS)):
        upload = send(desk, kind=kind, text=text)
        desk.post(reverse("back-office-import-load", args=[upload.pk]))
    assert Household.objects.get().room == "901"
    assert Load.objects.get().load_id == "L-1"
    assert ImportUpload.objects.latest("pk").refused_count == 1


def test_no_phone_lies_in_the_open_and_after_a_day_nothing_of_the_file_is_kept(
    desk: Client, administrator: User, east_lake: Community, now: dt.datetime
) -> None:
    upload = try_upload(kind="HOUSEHOLDS", file_name="户.csv", content=HOUSEHOLDS.encode(), by=administrator, now=now)
    assert b"13800000009" not in bytes(upload.content_encrypted)
    later = now + KEPT_FOR + dt.timedelta(seconds=1)
    try_upload(kind="COMMUNITIES", file_name="区.csv", content=COMMUNITIES.encode(), by=administrator, now=later)
    upload.refresh_from_db()
    assert bytes(upload.content_encrypted) == b""
    with pytest.raises(UploadOver):
        load_upload(upload=upload, now=later)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"no,such,heading\n1,2,3\n", "缺少标题"),
        (b"\xd0\xcf\x11\xe0old", "旧的xls"),
        (b"PK\x03\x04broken", "xlsx"),
        (COMMUNITIES.encode() + b"a,b,c,d,1\n" * ROWS_MAX, "请分成几个"),
    ],
)
def test_a_file_that_cannot_be_used_says_why_and_writes_nothing(desk: Client, content: bytes, word: str) -> None:
    page = desk.post(START, {"kind": "COMMUNITIES", "file": SimpleUploadedFile("x.csv", content)})
    assert (page.status_code, word in page.text) == (422, True)
    assert not ImportUpload.objects.exists()


def test_another_administrators_file_is_nobody_elses_and_a_guide_imports_nothing(
    desk: Client, client: Client, chen: User
) -> None:
    upload = send(desk, kind="COMMUNITIES", text=COMMUNITIES)
    client.force_login(User.objects.create_superuser(username="other", password="other-password-1"))
    assert client.get(reverse("back-office-refused", args=[upload.pk])).status_code == 404
    User.objects.filter(pk=chen.pk).update(is_staff=True)
    client.force_login(chen)
    assert client.get(START).status_code == 403
