"""The registry: every kind of data about a household. A table that points at one stands here, told or left out."""

from django.utils.translation import gettext_noop

from guides.models import GuideTask
from pages.my.stored.guides_rows import GUIDES
from pages.my.stored.kind import Kind, LeftOut
from pages.my.stored.people_rows import PEOPLE
from pages.my.stored.points_rows import POINTS
from pages.my.stored.waste_rows import WASTE
from people.models import SignInCode
from sorting.models import SetAside

GROUPS: tuple[tuple[str, tuple[Kind, ...]], ...] = (
    (gettext_noop("家里人和卡"), PEOPLE),
    (gettext_noop("投放"), WASTE),
    (gettext_noop("积分和兑换"), POINTS),
    (gettext_noop("宣传和问卷"), GUIDES),
)
KINDS: tuple[Kind, ...] = tuple(kind for _, kinds in GROUPS for kind in kinds)

LEFT_OUT = (
    LeftOut(
        model=SetAside,
        title=gettext_noop("结算时出的错"),
        why=gettext_noop("只是机器的出错记号，那次投放本身已经在“每次投放”里；改好以后就删除"),
    ),
    LeftOut(
        model=GuideTask,
        title=gettext_noop("派给督导员的任务"),
        why=gettext_noop("只写要去哪个投放点做什么；由您报告的问题而来的，也不写是哪一家报的"),
    ),
    LeftOut(
        model=SignInCode,
        title=gettext_noop("登录验证码"),
        why=gettext_noop("只存算不回去的摘要，不写是哪一家，一天后删除"),
    ),
)
