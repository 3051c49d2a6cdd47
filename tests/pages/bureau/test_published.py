"""Publishing a month on the bureau's screen: Zhao proposes, Qian confirms."""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from households.models import Community, Household
from indicators.models import Publication, PublicationProposal, PublishedFigure
from people.models import Role, RoleGrant, ScopeKind, User
from sorting.models import SmartBin
from tests.builders import at, make_drop_off, make_load
from tests.conftest import NOON
from tests.emptying import emptying_allowed
from tests.publishing import confirm

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


DRAFT = f"{PAGE}/draft?offer=2026-10/PROVISIONAL"
A_DAY = dt.date(2026, 10, 12)
DIGEST = re.compile(r'name="digest" value="([0-9a-f]{64})"')


def looked_at(client: Client, address: str) -> str:
    """The digest of what a screen shows."""
    found = DIGEST.search(client.get(address).content.decode())
    assert found, address
    return found[1]


def load(community: Community, *, category: str, destination: str, weight_g: int) -> None:
    """A truck of October."""
    make_load(community=community, category=category, destination=destination, weight_g=weight_g, on=A_DAY)


@pytest.fixture
def proposal(east_lake: Community, zhao: User) -> PublicationProposal:
    """October as Zhao proposed it on the screen: 300 of 1,000 kg recovered."""
    load(east_lake, category="RECYCLABLE", destination="RECYCLING", weight_g=300_000)
    load(east_lake, category="RESIDUAL", destination="LANDFILL", weight_g=700_000)
    zhaos = signed_in(zhao)
    said = zhaos.post(DRAFT, {"digest": looked_at(zhaos, DRAFT)}, follow=True).content.decode()
    assert "请另一位同事确认" in said
    return PublicationProposal.objects.get()


def address(proposal: PublicationProposal) -> str:
    """Where the second officer decides."""
    return f"{PAGE}/proposals/{proposal.pk}"


def test_zhao_proposes_october_and_qian_confirms_what_qian_saw(
    proposal: PublicationProposal, zhao: User, qian: User
) -> None:
    zhaos, qians = signed_in(zhao), signed_in(qian)
    screen = zhaos.get(address(proposal)).content.decode()
    assert "确认发布以上数据" not in screen, "no button for the one who proposed"
    answer = zhaos.post(address(proposal), {"digest": proposal.shown_digest})
    assert "不能自己确认" in answer.content.decode()
    screen = qians.get(address(proposal)).content.decode()
    for shown in ("30.0 %", "0.7 吨", "2026-09(没有发布过,按现在的数据)", "和提议时一样", "第 1 号"):
        assert shown in screen, shown
    said = qians.post(address(proposal), {"digest": looked_at(qians, address(proposal))}, follow=True)
    assert "数据已固定" in said.content.decode()
    assert Publication.objects.get().starts_on == dt.date(2026, 10, 1)


def test_figures_that_moved_since_qian_looked_are_shown_again_and_not_published(
    proposal: PublicationProposal, east_lake: Community, qian: User
) -> None:
    qians = signed_in(qian)
    seen = looked_at(qians, address(proposal))
    load(east_lake, category="RESIDUAL", destination="LANDFILL", weight_g=500_000)
    answer = qians.post(address(proposal), {"digest": seen}).content.decode()
    for shown in ("您查看之后数据有了变动", "提议之后数据有了变动", "1.2 吨"):
        assert shown in answer, shown
    assert not Publication.objects.exists()
    said = qians.post(address(proposal), {"digest": DIGEST.findall(answer)[0]}, follow=True).content.decode()
    assert "数据已固定" in said


def test_how_many_drop_offs_wait_is_said_and_a_reason_is_asked(
    proposal: PublicationProposal, zhang: Household, bin_07: SmartBin, qian: User
) -> None:
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=A_DAY), is_tallied=False)
    qians = signed_in(qian)
    assert "有 1 次投放没有计入" in qians.get(address(proposal)).content.decode()
    confirming = {"digest": looked_at(qians, address(proposal))}
    assert "写明为什么现在就要发布" in qians.post(address(proposal), confirming).content.decode()
    assert not Publication.objects.exists()
    assert qians.post(address(proposal), confirming | {"stale_reason": "今天开会"}).status_code == 302
    assert "1 次投放当时没有结算;今天开会" in qians.get(f"{PAGE}/1").content.decode()


def test_an_altered_publication_is_named_before_the_button(
    proposal: PublicationProposal, zhao: User, qian: User
) -> None:
    confirm(proposal=proposal, officer=qian, now=NOON)
    assert "最近 1 次发布的数据核对无误" in signed_in(zhao).get(DRAFT.replace("10/", "09/")).content.decode()
    with emptying_allowed():
        PublishedFigure.objects.filter(code="landfill_kg").update(value="1")
    screen = signed_in(zhao).get(DRAFT.replace("10/", "09/")).content.decode()
    assert "核对不上" in screen
    assert "2026-10 landfill_kg" in screen


def test_a_proposal_is_taken_back_with_a_reason(proposal: PublicationProposal, zhao: User) -> None:
    zhaos = signed_in(zhao)
    assert "请写明为什么撤回" in zhaos.post(address(proposal), {"withdraw": "1", "reason": ""}).content.decode()
    said = zhaos.post(address(proposal), {"withdraw": "1", "reason": "清运单没齐"}, follow=True).content.decode()
    assert "赵科长撤回:清运单没齐" in said
    assert zhaos.get(address(proposal)).status_code == 404
    assert "2026-10/PROVISIONAL" in said, "and may be proposed anew"


def test_a_published_month_stands_with_today_s_figures_and_the_difference_beside_it(
    proposal: PublicationProposal, east_lake: Community, zhao: User, qian: User
) -> None:
    confirm(proposal=proposal, officer=qian, now=NOON - dt.timedelta(days=3))
    zhaos = signed_in(zhao)
    before = zhaos.get(f"{PAGE}/1").content.decode()
    assert before.count("没有变动") == 12
    make_load(
        community=east_lake,
        category="FOOD",
        destination="COMPOSTING",
        weight_g=250_000,
        on=A_DAY,
        received_at=NOON,
    )
    after = zhaos.get(f"{PAGE}/1").content.decode()
    for shown in (
        "30.0 %",
        "44.0 %",
        "+14.0 个百分点",
        "分子 300 → 550;分母 1,000 → 1,250",
        "v1",
        "11-23 12:00 起有迟到",
    ):
        assert shown in after, shown
    assert "没有列出的小区执行全区的方案" in after
    rows = list(csv.DictReader(io.StringIO(zhaos.get(f"{PAGE}/1?format=csv").content.decode("utf-8-sig"))))
    assert len(rows) == 2 * 12
    recovery = next(row for row in rows if (row["口径"], row["范围"]) == ("weighed", "全区"))
    assert [recovery[name] for name in ("数值", "分子", "分母", "公式版本", "今天的数值", "差")] == [
        *("0.3", "300", "1000", "1", "0.44", "0.14"),
    ]
    assert recovery["积分方案"].endswith("10-01 至 10-31)")


def test_an_officer_of_one_estate_sees_its_own_part_of_a_published_month(
    proposal: PublicationProposal, east_lake: Community, west_park: Community, qian: User
) -> None:
    confirm(proposal=proposal, officer=qian, now=NOON)
    suns = signed_in(make_officer(name="sun", kind=ScopeKind.COMMUNITY, scope_id=east_lake.pk))
    page = suns.get(f"{PAGE}/1").content.decode()
    assert "东湖花园的数据" in page
    assert "西园新村" not in page
    assert "全区" not in suns.get(f"{PAGE}/1?format=csv").content.decode().replace("全区方案", "")
    assert suns.get(f"{PAGE}/1?community={west_park.pk}").status_code == 404


@pytest.mark.parametrize("offer", ["2026-11/PROVISIONAL", "2026-10/FINAL", "", "nonsense"])
def test_what_is_not_offered_is_not_proposed(zhao: User, offer: str) -> None:
    said = signed_in(zhao).post(f"{PAGE}/draft?offer={offer}", follow=True).content.decode()
    assert "现在不能提议发布" in said
    assert not PublicationProposal.objects.exists()


def test_an_officer_of_one_estate_looks_and_does_not_publish(east_lake: Community) -> None:
    client = signed_in(make_officer(name="sun", kind=ScopeKind.COMMUNITY, scope_id=east_lake.pk))
    assert "由负责全区的同事办理" in client.get(PAGE).content.decode()
    assert client.post(DRAFT).status_code == 403
