"""Chinese first, English by switch: the cookie decides, the way back is our own, people at work stay Chinese."""

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from households.models import Card, CardKind, Household
from people.models import User
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
TOKEN = "9f86d081884c7d659a2feaa0c55ad015"


def switch(client: Client, *, language: str = "en", after: str = "/my/sign-in") -> str:
    """Press the button; where it leads."""
    answer = client.post("/my/language", {"language": language, "next": after})
    assert answer.status_code == 302
    return answer["Location"]


def language_of(client: Client, address: str) -> str:
    """What the page says of itself, in its head and in its header."""
    answer = client.get(address)
    found = re.search(r'<html lang="([\w-]+)"', answer.content.decode())
    assert found
    assert answer.get("Content-Language", "zh-hans") == {"en": "en", "zh-CN": "zh-hans"}[found[1]]
    return found[1]


def test_a_phone_with_english_menus_sees_chinese_until_somebody_switches(grandma: Client, zhang: Household) -> None:
    Card.objects.create(household=zhang, kind=CardKind.QR, number=TOKEN, number_key=TOKEN, issued_at=NOON)
    pages = ("/", "/my/", "/my/records", f"/c/{TOKEN}", "/what-is-it", "/my/sign-in", "/no-such-page")
    for page in pages:
        answer = grandma.get(page, headers={"Accept-Language": "en-GB,en"})
        assert '<html lang="zh-CN"' in answer.content.decode(), page
    assert switch(grandma) == "/my/sign-in"
    assert [language_of(grandma, page) for page in pages] == ["en"] * len(pages)
    switch(grandma, language="zh-hans")
    assert [language_of(grandma, page) for page in pages] == ["zh-CN"] * len(pages)


def test_each_page_of_a_resident_has_the_switch_and_it_leads_back_to_the_page(grandma: Client) -> None:
    for page in ("/", "/my/", "/my/statement?month=2026-11", "/my/sign-in", "/what-is-it?q=dianchi"):
        text = grandma.get(page).content.decode()
        form = re.search(r'<form class="language".*?</form>', text, re.DOTALL)
        assert form, page
        assert f'name="next" value="{page}"' in form[0]
        assert "English</button>" in form[0]
        switch(grandma)
        assert "中文</button>" in grandma.get(page).content.decode()
        switch(grandma, language="zh-hans")


@pytest.mark.parametrize("after", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "evil", ""])
def test_the_switch_leads_to_our_own_pages_only(after: str, client: Client) -> None:
    assert switch(client, after=after) == "/"
    assert client.cookies["language"].value == "en"


def test_the_switch_wants_a_post_with_a_token(client: Client) -> None:
    assert client.get("/my/language").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/my/language", {"language": "en"}).status_code == 403
    assert "language" not in strict.cookies


@pytest.mark.parametrize("cookie", ["fr", "zh-hans", "EN", "en' --", ""])
def test_another_cookie_is_chinese(cookie: str, client: Client) -> None:
    client.cookies["language"] = cookie
    assert language_of(client, "/my/sign-in") == "zh-CN"


def test_officers_guides_and_programs_stay_chinese(zhao: User, chen: User) -> None:
    for user, address in ((zhao, "/bureau/"), (chen, "/guide/")):
        client = Client()
        client.force_login(user)
        switch(client)
        assert '<html lang="zh-CN"' in client.get(address, follow=True).content.decode()
    strange = Client()
    switch(strange)
    assert "没有这个地址" in strange.get("/api/nothing").content.decode()
    assert '<html lang="zh-CN"' in strange.get("/sign-in").content.decode()


def test_a_page_kept_by_somebody_is_kept_by_its_cookies(client: Client) -> None:
    answer = client.get("/what-is-it")
    assert {each.strip() for each in answer["Vary"].split(",")} >= {"Cookie", "HX-Request"}


def test_home_in_english_asks_no_more_of_the_database(
    grandma: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    switch(grandma)
    with django_assert_max_num_queries(6):
        text = grandma.get("/my/").content.decode()
    assert "Points available" in text
