"""Large text: Mrs Zhang switches it on herself, before or after signing in, and it stays."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
LARGE = 'data-text="large"'


def test_mrs_zhang_switches_to_large_text_and_back(grandma: Client) -> None:
    assert LARGE not in grandma.get("/my/").content.decode()
    assert "换成大字" in grandma.get("/my/me").content.decode()
    assert grandma.post("/my/text-size", {"large": "1", "next": "/my/me"})["Location"] == "/my/me"
    for address in ("/my/", "/my/me", "/my/records", "/what-is-it"):
        text = grandma.get(address).content.decode()
        assert LARGE in text
        assert "large_text.css" in text
    assert "换回标准字" in grandma.get("/my/me").content.decode()
    grandma.post("/my/text-size", {"large": "0", "next": "/my/me"})
    assert LARGE not in grandma.get("/my/").content.decode()


def test_it_is_switched_on_before_signing_in_and_outlives_signing_out(grandma: Client) -> None:
    stranger = Client()
    assert "换成大字" in stranger.get("/my/sign-in?next=/my/records").content.decode()
    back = stranger.post("/my/text-size", {"large": "1", "next": "/my/sign-in?next=/my/records"})
    assert back["Location"] == "/my/sign-in?next=/my/records"
    assert stranger.cookies["large_text"]["httponly"]
    assert LARGE in stranger.get("/my/sign-in").content.decode()
    grandma.post("/my/text-size", {"large": "1"})
    grandma.post("/my/sign-out")
    assert LARGE in grandma.get("/my/sign-in").content.decode()


def test_the_switch_leads_nowhere_else_and_is_no_link() -> None:
    client = Client()
    assert client.post("/my/text-size", {"next": "https://elsewhere.example/"})["Location"] == "/my/sign-in"
    assert client.get("/my/text-size").status_code == 405


def test_the_look_up_keeps_the_bar_of_a_resident_and_shows_none_to_a_stranger(grandma: Client) -> None:
    own = grandma.get("/what-is-it").content.decode()
    assert 'aria-label="主菜单"' in own
    assert '<a href="/what-is-it" aria-current="page">查分类</a>' in own
    assert "主菜单" not in Client().get("/what-is-it").content.decode()
    assert "主菜单" not in grandma.get("/what-is-it?q=电池", headers={"HX-Request": "true"}).content.decode()
