"""Officer Zhao enters opening windows and makes claim codes in the back office."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from people.models import User
from sorting.models import BinClaim, OpenWindow, SmartBin
from sorting.services.claims import ClaimState, present_claim
from tests.sorting.test_admin import give

pytestmark = pytest.mark.django_db

CLAIM_ADD = "admin:sorting_binclaim_add"
CODE = re.compile(r"<output id=\"code\"><code>([^<]+)</code>")


def save_windows(office: Client, smart_bin: SmartBin, *windows: tuple[str, str]) -> str:
    """Send the point's page with these windows, as the browser would; what the page then says."""
    point = smart_bin.point
    OpenWindow.objects.filter(point=point).delete()
    form = {"community": str(point.community_id), "name": point.name}
    for prefix, total in (("open_windows", len(windows)), ("special_days", 0)):
        form |= {f"{prefix}-TOTAL_FORMS": str(total), f"{prefix}-INITIAL_FORMS": "0"}
    for number, (starts_at, ends_at) in enumerate(windows):
        row = {"id": "", "point": str(point.pk), "starts_at": starts_at, "ends_at": ends_at}
        form |= {f"open_windows-{number}-{name}": value for name, value in row.items()}
    page = reverse("admin:sorting_collectionpoint_change", args=[point.pk])
    return office.post(page, form, follow=True).content.decode()


def test_windows_are_entered_as_people_write_them(office: Client, bin_07: SmartBin) -> None:
    assert "成功" in save_windows(office, bin_07, ("18:00", "20:00"), ("22:00", "24:00"))
    kept = OpenWindow.objects.order_by("starts_at").values_list("starts_at", "ends_at")
    assert [(f"{start:%H:%M}", f"{end:%H:%M}") for start, end in kept] == [("18:00", "20:00"), ("22:00", "23:59")]
    page = reverse("admin:sorting_collectionpoint_change", args=[bin_07.point_id])
    assert 'value="24:00"' in office.get(page).content.decode()


@pytest.mark.parametrize(
    ("windows", "said"),
    [
        ([("20:00", "18:00")], "结束须在开始之后;跨夜请写成两段"),
        ([("07:00", "09:00"), ("08:00", "10:00")], "时段重叠:08:00 在前一时段结束之前"),
        ([("07:00", "09:00"), ("07:00", "08:00")], "时段重叠:07:00 在前一时段结束之前"),
        ([("7点半", "09:00")], "没有这样的时刻。请填写时刻,例如 07:00"),
        ([("07:00", "")], "请填写时刻,例如 07:00"),
        ([(f"{hour:02}:{half}", f"{hour:02}:{half + 9}") for hour in range(24) for half in (10, 30)], "时段超过"),
    ],
)
def test_wrong_windows_are_said_in_the_officers_words(
    office: Client,
    bin_07: SmartBin,
    windows: list[tuple[str, str]],
    said: str,
) -> None:
    text = save_windows(office, bin_07, *windows)
    assert said in text
    assert "约束" not in text  # nor the name of a constraint beside it
    assert not OpenWindow.objects.exists()


def ask_for_code(office: Client, smart_bin: SmartBin, bin_code: str = "B-0009") -> str:
    form = {"point": str(smart_bin.point_id), "bin_code": bin_code, "categories": ["RESIDUAL", "FOOD"]}
    return office.post(reverse(CLAIM_ADD), form).content.decode()


def test_zhao_makes_a_code_reads_it_once_and_a_machine_claims_with_it(
    office: Client,
    bin_07: SmartBin,
    zhao: User,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    assert "东湖花园" in office.get(reverse(CLAIM_ADD)).content.decode()
    (code,) = CODE.findall(ask_for_code(office, bin_07))
    claim = BinClaim.objects.get()
    assert (claim.bin_code, claim.point, claim.categories) == ("B-0009", bin_07.point, "FOOD;RESIDUAL")
    secret = "machine-secret-0123456789"
    shown = present_claim(code=code, serial_number="SN-9", model_name="X1", secret=secret, now=timezone.now())
    assert shown.state is ClaimState.WAITING
    assert LogEntry.objects.get().user == zhao
    listed = office.get(reverse("admin:sorting_binclaim_changelist")).content.decode()
    places = (listed, caplog.text, str(BinClaim.objects.values().get()), str(LogEntry.objects.values().get()))
    assert not any(code in place for place in places)


def test_a_code_that_a_bin_has_already_is_refused_beside_its_field(office: Client, bin_07: SmartBin) -> None:
    text = ask_for_code(office, bin_07, bin_code="B-0007")
    assert (CODE.findall(text), "errorlist" in text, BinClaim.objects.count()) == ([], True, 0)


def test_who_may_not_register_bins_makes_no_code(office: Client, bin_07: SmartBin, zhao: User) -> None:
    zhao.is_superuser = False
    zhao.save()
    give(zhao, "view_binclaim")
    assert office.get(reverse("admin:sorting_binclaim_changelist")).status_code == 200
    form = {"point": str(bin_07.point_id), "bin_code": "B-0009", "categories": ["FOOD"]}
    answers = (office.get(reverse(CLAIM_ADD)), office.post(reverse(CLAIM_ADD), form))
    assert [answer.status_code for answer in answers] == [403, 403]
    assert BinClaim.objects.count() == 0
