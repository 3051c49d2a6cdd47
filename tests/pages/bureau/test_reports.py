"""He reports for the 科工局 on a screen, Qian reviews, Zhao sets deadlines; another department sees none of it."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from households.models import Community
from indicators.models import IndicatorValue, ReportDeadline, ValueReview
from indicators.services.reporting import review_value, set_deadline
from lib.evidence import EVIDENCE_BYTES_MAX
from people.models import Role, RoleGrant, ScopeKind, User
from tests.conftest import NOON, TODAY
from tests.pages.bureau.test_published import make_officer
from tests.reports import PDF, YEAR, make_reporter, make_reviewer, measure_of, report

pytestmark = pytest.mark.django_db
LIST, DEADLINES = "/bureau/reports/", "/bureau/reports/deadlines"


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """The server's clock stands at noon."""
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def he(db: None) -> User:
    """Reporter He of the 科工局."""
    return make_reporter()


def browser_of(user: User) -> Client:
    """Signed in."""
    client = Client()
    client.force_login(user)
    return client


def enter_page(*, number: int = 5) -> str:
    return f"/bureau/reports/enter/{measure_of(number=number).pk}"


def form(*, file: bytes = PDF, name: str = "年报.pdf", **changed: Any) -> dict[str, Any]:
    said = {"starts_on": "2025-01-01", "ends_on": "2025-12-31", "value": "81.5", "note": "年报第 3 页"}
    return said | {"evidence": SimpleUploadedFile(name, file)} | changed


def test_he_enters_qian_returns_he_enters_again_qian_accepts(he: User) -> None:
    hes, qians = browser_of(he), browser_of(make_reviewer())
    assert hes.get("/start")["Location"] == LIST
    assert "81.5 %" in hes.post(enter_page(), form(), follow=True).content.decode()
    value = IndicatorValue.objects.get()
    assert "等待审核" in qians.get(LIST).content.decode()
    address = f"{LIST}{value.pk}"
    assert "退回要写明理由" in qians.post(address, {"verdict": "return"}, follow=True).content.decode()
    assert not ValueReview.objects.exists()
    said = qians.post(address, {"verdict": "return", "reason": "与年报不符"}, follow=True).content.decode()
    assert "已退回" in said
    page = hes.get(address).content.decode()
    assert "与年报不符" in page
    assert "这一期再填一次" in page
    hes.post(enter_page(), form(value="80.1"))
    second = IndicatorValue.objects.get(attempt=2)
    page = qians.get(f"{LIST}{second.pk}").content.decode()
    assert "第 2 次" in page
    assert "81.5 %" in page, "what was returned stays on record"
    assert "已通过" in qians.post(f"{LIST}{second.pk}", {"verdict": "accept"}, follow=True).content.decode()


def test_a_reporter_s_bar_has_only_what_a_reporter_may_open(he: User, zhao: User) -> None:
    assert browser_of(he).get(LIST).content.decode().count("/bureau/") < 40
    page = browser_of(he).get(LIST).content.decode()
    nav = page[page.index("bureau-nav") : page.index("</nav>")]
    assert nav.count("<a ") == 1
    assert browser_of(he).get("/bureau/").status_code == 403
    page = browser_of(zhao).get(LIST).content.decode()
    assert page[page.index("bureau-nav") : page.index("</nav>")].count("<a ") > 5


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"value": ""}, "该字段是必填项"),
        ({"value": "1e400"}, "确保该值小于"),
        ({"value": "NaN"}, "输入一个数"),
        ({"ends_on": "2027-01-01"}, "这一期还没有结束"),
        ({"ends_on": "2024-01-01"}, "不能早于第一天"),
        ({"starts_on": "去年"}, "输入一个有效的日期"),
        ({"file": b"MZ\x90", "name": "年报.pdf"}, "只收 PDF"),
        ({"file": b"%PDF-" + b"0" * EVIDENCE_BYTES_MAX}, "文件超过 8 MB"),
        ({"evidence": ""}, "该字段是必填项"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_is_kept(he: User, changed: dict[str, Any], words: str) -> None:
    answer = browser_of(he).post(enter_page(), form(**changed))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not IndicatorValue.objects.exists()


def test_an_indicator_in_words_is_entered_in_words(he: User) -> None:
    browser_of(he).post(enter_page(number=30), form(value="", value_text="示范各完成 1 项"))
    assert IndicatorValue.objects.get().value_text == "示范各完成 1 项"


def test_another_department_s_indicator_value_and_file_are_not_there(he: User) -> None:
    value = report(reporter=he)
    sun = browser_of(make_reporter(name="sun", department="区卫健委"))
    for address in (f"{LIST}{value.pk}", f"{LIST}{value.pk}/evidence", enter_page(), enter_page(number=11)):
        assert sun.get(address).status_code == 404, address
    assert sun.post(f"{LIST}{value.pk}", {"verdict": "accept"}).status_code == 404
    assert sun.post(enter_page(), form()).status_code == 404
    assert "81.5" not in sun.get(LIST).content.decode()
    assert sun.get(DEADLINES).status_code == 403
    colleague = browser_of(make_reporter(name="tao"))
    assert colleague.get(f"{LIST}{value.pk}").status_code == 200
    assert colleague.post(f"{LIST}{value.pk}", {"verdict": "accept"}).status_code == 403


def test_the_file_comes_back_whole_and_only_as_a_download(he: User, zhao: User) -> None:
    value = report(reporter=he)
    for user in (he, zhao, make_reviewer()):
        answer = browser_of(user).get(f"{LIST}{value.pk}/evidence")
        assert answer.content == PDF
        assert answer["Content-Disposition"] == "attachment; filename*=utf-8''%E5%B9%B4%E6%8A%A5.pdf"
        assert answer["Content-Type"] == "application/pdf"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer["Cache-Control"]


def test_who_reports_and_reviews_does_not_review_their_own(he: User) -> None:
    RoleGrant.objects.create(user=he, role=Role.REVIEWER, scope_kind=ScopeKind.DISTRICT, starts_on=dt.date(2026, 1, 1))
    value = report(reporter=he)
    client = browser_of(he)
    page = client.get(f"{LIST}{value.pk}").content.decode()
    assert "请另一位审核员审核" in page
    assert 'value="accept"' not in page
    assert "不能审核自己填的数" in client.post(f"{LIST}{value.pk}", {"verdict": "accept"}, follow=True).content.decode()
    assert not ValueReview.objects.exists()


def test_zhao_sets_a_deadline_and_he_sees_what_is_overdue(he: User, zhao: User) -> None:
    zhaos = browser_of(zhao)
    said = {"indicator": "5", "starts_on": "2025-01-01", "ends_on": "2025-12-31", "due_on": "2026-11-20"}
    early = zhaos.post(DEADLINES, said | {"due_on": "2025-06-01"})
    assert (early.status_code, "不能早于期间的最后一天" in early.content.decode()) == (422, True)
    assert "期限已设定" in zhaos.post(DEADLINES, said, follow=True).content.decode()
    page = browser_of(he).get(LIST).content.decode()
    assert "1 项逾期" in page
    assert "✗ 逾期 3 天 · 未填报" in page
    assert f"{enter_page()}?from=2025-01-01&amp;to=2025-12-31" in page
    assert 'value="2025-12-31"' in browser_of(he).get(f"{enter_page()}?from=2025-01-01&to=2025-12-31").content.decode()
    browser_of(he).post(enter_page(), form())
    assert "0 项逾期" in browser_of(he).get(LIST).content.decode()
    page = zhaos.get(LIST).content.decode()
    assert "待审核 · 晚报 3 天" in page
    review_value(value=IndicatorValue.objects.get(), is_accepted=True, reason="", reviewer=make_reviewer(), now=NOON)
    assert "1 / 1 项已通过" in zhaos.get(LIST).content.decode()


def test_an_officer_of_one_estate_and_a_reviewer_look_at_deadlines_and_set_none(east_lake: Community) -> None:
    officer = make_officer(name="sun", kind=ScopeKind.COMMUNITY, scope_id=east_lake.pk)
    for user in (officer, make_reviewer()):
        client = browser_of(user)
        assert "由负责全区的城管局同事设定" in client.get(DEADLINES).content.decode()
        said = {"starts_on": "2025-01-01", "ends_on": "2025-12-31", "due_on": "2026-11-20"}
        assert client.post(DEADLINES, said).status_code == 403
    assert not ReportDeadline.objects.exists()


def test_the_list_takes_as_many_queries_with_much_as_with_little(
    he: User, zhao: User, django_assert_max_num_queries: Any
) -> None:
    set_deadline(indicator=None, starts_on=YEAR[0], ends_on=YEAR[1], due_on=TODAY, officer=zhao, now=NOON)
    for number in (2, 3, 4, 5):
        report(reporter=he, number=number)
    client = browser_of(zhao)
    with django_assert_max_num_queries(11):
        client.get(LIST)
