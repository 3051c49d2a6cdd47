"""Publishing a month on the bureau's screen: Zhao proposes, Qian confirms."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from households.models import Community
from indicators.models import Publication, PublicationProposal
from people.models import Role, RoleGrant, ScopeKind, User
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
PAGE = "/bureau/published"


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """The server's clock stands at noon."""
    with time_machine.travel(NOON, tick=False):
        yield


def signed_in(user: User) -> Client:
    """A browser of this person."""
    client = Client()
    client.force_login(user)
    return client


def make_officer(*, name: str, kind: ScopeKind = ScopeKind.DISTRICT, scope_id: int = 0) -> User:
    """Another officer."""
    user = User.objects.create_user(username=name, display_name=name)
    RoleGrant.objects.create(
        user=user, role=Role.OFFICER, scope_kind=kind, scope_id=scope_id, starts_on=dt.date(2026, 1, 1)
    )
    return user


def test_zhao_proposes_october_and_qian_confirms_it(east_lake: Community, zhao: User) -> None:
    zhaos, qians = signed_in(zhao), signed_in(make_officer(name="qian"))
    said = zhaos.post(PAGE, {"offer": "2026-10/PROVISIONAL"}, follow=True).content.decode()
    assert "请另一位同事确认" in said
    assert "确认发布" not in said, "no button for the one who proposed"
    proposal = PublicationProposal.objects.get()
    assert "不能自己确认" in zhaos.post(PAGE, {"proposal": proposal.pk}, follow=True).content.decode()
    assert not Publication.objects.exists()
    assert "确认发布 2026-10 初步数据" in qians.get(PAGE).content.decode()
    assert "数据已固定" in qians.post(PAGE, {"proposal": proposal.pk}, follow=True).content.decode()
    assert Publication.objects.get().starts_on == dt.date(2026, 10, 1)


@pytest.mark.parametrize("offer", ["2026-11/PROVISIONAL", "2026-10/FINAL", "", "nonsense"])
def test_what_is_not_offered_is_not_proposed(zhao: User, offer: str) -> None:
    assert "现在不能提议发布" in signed_in(zhao).post(PAGE, {"offer": offer}, follow=True).content.decode()
    assert not PublicationProposal.objects.exists()


def test_an_officer_of_one_estate_looks_and_does_not_publish(east_lake: Community) -> None:
    client = signed_in(make_officer(name="sun", kind=ScopeKind.COMMUNITY, scope_id=east_lake.pk))
    assert "由负责全区的同事办理" in client.get(PAGE).content.decode()
    assert client.post(PAGE, {"offer": "2026-10/PROVISIONAL"}).status_code == 403


@pytest.mark.parametrize("key", ["0", "x", "٣"])
def test_an_unknown_proposal_is_not_found(zhao: User, key: str) -> None:
    assert signed_in(zhao).post(PAGE, {"proposal": key}).status_code == 404
