"""Everybody the demo makes up gets into the screen that the demo names for them."""

from django.test import Client
from django.utils import timezone

from people.services.sign_in_codes import send_waiting_codes
from simulation.demo_people import RESIDENT_PHONE, make_people
from simulation.demo_sending import SentLog
from tests.simulation.test_demo import sent, small  # noqa: F401 - fixtures


class _Pocket:
    """A phone that keeps what it was sent."""

    def __init__(self) -> None:
        self.codes: list[str] = []

    def send(self, *, phone: str, code: str, minutes: int) -> None:
        assert phone == RESIDENT_PHONE
        self.codes.append(code)


def test_everybody_gets_into_the_own_screen(sent: SentLog) -> None:  # noqa: F811
    logins = make_people(now=timezone.now())
    assert [each.path for each in logins] == ["/admin/", "/bureau/", "/guide/", "/shop/", "/my/"]
    for each in logins[:-1]:
        client = Client()
        entered = client.post(f"/sign-in?next={each.path}", {"username": each.user, "password": each.password})
        assert (entered.status_code, entered["Location"]) == (302, each.path)
        assert client.get(each.path, follow=True).status_code == 200

    phone, resident = _Pocket(), Client()
    resident.post("/my/sign-in", {"phone": RESIDENT_PHONE})
    send_waiting_codes(sender=phone, clock=timezone.now)
    home = resident.post("/my/sign-in/code", {"code": phone.codes[-1]}, follow=True)
    assert home.redirect_chain[-1][0].startswith("/my/")
    assert "待核验" in home.content.decode()
    assert "垃圾袋一卷" in resident.get("/my/rewards").content.decode()
