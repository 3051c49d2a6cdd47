"""The home and its people: members, cards, PIN, consents, moves, notices, and who opened the record."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from households.models import Card, Consent, Household, HouseholdChange, HouseholdPin, Member, Notice, PrintedCard
from pages.my.looks import looks_at, who_looked
from pages.my.own_data import full_phone
from pages.my.stored.kind import Asked, Kind, Told, each, iso, name_of
from people.models import AccessLog


def _members(household: Household) -> QuerySet[Member]:
    present = Member.objects.filter(household=household, left_at__isnull=True)
    return present.select_related("user", "invited_by").order_by("pk")


def _told_member(row: Member) -> Told:
    return {
        "name": row.name,
        "phone": full_phone(member=row),
        "joined_at": iso(row.joined_at),
        "invited_by": row.invited_by.name if row.invited_by else None,
        "accepted_at": iso(row.accepted_at),
        "last_signed_in_at": iso(row.user.last_login) if row.user else None,
    }


def _cards(household: Household) -> QuerySet[Card]:
    return Card.objects.filter(household=household).prefetch_related("printings__printing").order_by("pk")


def _told_card(row: Card) -> Told:
    return {
        "kind": row.kind,
        "number": row.number,
        "issued_at": iso(row.issued_at),
        "from": iso(row.valid_from),
        "to": iso(row.valid_to),
        "printed": [
            {"at": iso(printed.printing.at), "reason": printed.printing.reason} for printed in row.printings.all()
        ],
    }


def _pins(household: Household) -> QuerySet[HouseholdPin]:
    return HouseholdPin.objects.filter(household=household).select_related("given_by").order_by("pk")


def _told_pin(row: HouseholdPin) -> Told:
    return {
        "set_at": iso(row.set_at),
        "given_by": name_of(user=row.given_by),
        "wrong_count": row.wrong_count,
        "locked_until": iso(row.locked_until),
    }


def _consents(household: Household) -> QuerySet[Consent]:
    return Consent.objects.filter(household=household).select_related("member", "recorded_by").order_by("pk")


def _told_consent(row: Consent) -> Told:
    return {
        "kind": row.kind,
        "is_given": row.is_given,
        "at": iso(row.at),
        "member": row.member.name if row.member else None,
        "recorded_by": name_of(user=row.recorded_by),
    }


def _changes(household: Household) -> QuerySet[HouseholdChange]:
    own = HouseholdChange.objects.filter(Q(household=household) | Q(successor=household))
    return own.select_related("successor", "decided_by").order_by("pk")


def _told_changes(rows: QuerySet[HouseholdChange], asked: Asked) -> list[Told]:
    """Whoever comes from another home wrote the reason there: it is told in that home's export only."""
    return [
        {
            "kind": row.kind,
            "direction": "out" if row.household_id == asked.household.pk else "in",
            "at": iso(row.at),
            "decided_by": name_of(user=row.decided_by),
        }
        | (
            {"successor": row.successor.code, "reason": row.reason}
            if row.household_id == asked.household.pk
            else {"successor": None, "reason": None}
        )
        for row in rows
    ]


def _notices(household: Household) -> QuerySet[Notice]:
    return Notice.objects.filter(household=household).order_by("pk")


def _told_notice(row: Notice) -> Told:
    return {"kind": row.kind, "text": row.text, "at": iso(row.at), "read_at": iso(row.read_at)} | {
        "passed_on_at": iso(row.passed_on_at)
    }


def _told_looks(rows: QuerySet[AccessLog], asked: Asked) -> list[Told]:
    who = who_looked(household=asked.household)
    return [{"at": iso(row.at), "by": who(row.user), "reason": row.reason} for row in rows]


PEOPLE = (
    Kind(
        noun="members",
        title=gettext_noop("家里人的称呼和手机号"),
        models=(Member,),
        find=_members,
        tell=each(_told_member),
        kept=gettext_noop("在册期间；移出或退出当天删除"),
        seen_by=gettext_noop("自己家里人；督导员当面帮办时看到称呼和尾号；手机号加密保存"),
    ),
    Kind(
        noun="cards",
        title=gettext_noop("住户卡"),
        models=(Card, PrintedCard),
        find=_cards,
        tell=each(_told_card),
        kept=gettext_noop("一直保留，失效的只用来认以前的投放"),
        seen_by=gettext_noop("自己家里人；发卡的工作人员"),
    ),
    Kind(
        noun="pin",
        title=gettext_noop("PIN 码（只存算不回去的摘要）"),
        models=(HouseholdPin,),
        find=_pins,
        tell=each(_told_pin),
        kept=gettext_noop("换新的就没有了；退出当天删除"),
        seen_by=gettext_noop("没有人看得到 PIN 码本身"),
    ),
    Kind(
        noun="consents",
        title=gettext_noop("同意和撤回"),
        models=(Consent,),
        find=_consents,
        tell=each(_told_consent),
        kept=gettext_noop("一直保留，用来证明同意过什么"),
        seen_by=gettext_noop("自己家里人；写明理由打开住户的城管局人员"),
    ),
    Kind(
        noun="changes",
        title=gettext_noop("搬家、并户、分户"),
        models=(HouseholdChange,),
        find=_changes,
        tell=_told_changes,
        kept=gettext_noop("一直保留；退出当天删去写的原因"),
        seen_by=gettext_noop("自己家里人；办理的工作人员"),
    ),
    Kind(
        noun="notices",
        title=gettext_noop("消息"),
        models=(Notice,),
        find=_notices,
        tell=each(_told_notice),
        kept=gettext_noop("在册期间；退出当天删除"),
        seen_by=gettext_noop("自己家里人"),
    ),
    Kind(
        noun="looked_at_by",
        title=gettext_noop("谁打开过我家的记录、为什么"),
        models=(AccessLog,),
        find=lambda household: looks_at(household=household).order_by("pk"),
        tell=_told_looks,
        kept=gettext_noop("一直保留；退出当天删去写的理由"),
        seen_by=gettext_noop("自己家里人；系统管理员"),
    ),
)
