"""A household as its people see it: what it holds, what it did, what it was told, what it agreed to."""

import datetime as dt

from django.http import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from api.documenting import documented
from api.household_shapes import CardList
from api.paging import RowId, cursor_key, page_of, page_shape
from api.periods import last_of_month
from api.resident.shapes import (
    ConsentList,
    DayList,
    HomeShape,
    HouseholdList,
    MonthQuery,
    NewConsent,
    NoticeShape,
    NoticesQuery,
    ReadCount,
)
from api.resident.view import AREA, ResidentView
from households.models import ConsentKind
from households.queries import consents_of, notices_of
from households.services import mark_notices_read, record_consent
from points.explaining import explained_days, explained_drop_offs
from points.queries.expiries import expiries_of
from points.queries.holdings import read_holdings

NoticePage = page_shape(NoticeShape)


class Households(ResidentView):
    """The user's homes."""

    @documented("listMyHouseholds", "我的住户", area=AREA, answer=HouseholdList)
    def get(self, request: Request) -> HttpResponseBase:
        """Those of which the user is a present member."""
        return Response(HouseholdList({"items": [member.household for member in self.memberships]}).data)


class Home(ResidentView):
    """What a household holds today."""

    @documented("showHome", "积分余额、待核验和今天的投放", area=AREA, answer=HomeShape, refused=[404])
    def get(self, request: Request, household_id: int) -> HttpResponseBase:
        """Every drop-off says in one sentence what it earned and why."""
        household = self.household(household_id)
        holdings = read_holdings(household=household)
        home = {
            "available_points": holdings.available_points,
            "pending_points": holdings.pending_points,
            "pending_days": holdings.pending_days,
            "ending_points": expiries_of(household=household, now=self.now),
            "today": explained_drop_offs(household=household, on=self.today, now=self.now),
        }
        return Response(HomeShape(home).data)


class DropOffs(ResidentView):
    """What a household dropped off."""

    @documented("listDropOffs", "一个月的投放", area=AREA, query=MonthQuery, answer=DayList, refused=[404])
    def get(self, request: Request, household_id: int) -> HttpResponseBase:
        """By local day, each with what it earned and why."""
        household = self.household(household_id)
        first_on: dt.date = self.parsed(MonthQuery)["month"]
        days = explained_days(
            household_ids=[household.pk], first_on=first_on, last_on=last_of_month(first_on), now=self.now
        )
        return Response(DayList({"items": list(days.values())}).data)


class Notices(ResidentView):
    """A household's inbox."""

    @documented("listNotices", "消息", area=AREA, query=NoticesQuery, answer=NoticePage, refused=[404])
    def get(self, request: Request, household_id: int) -> HttpResponseBase:
        """The newest first."""
        household = self.household(household_id)
        asked = self.parsed(NoticesQuery)
        found = notices_of(
            household=household, before=cursor_key(text=asked.get("after"), kind=tuple[dt.datetime, RowId])
        )
        page = page_of(
            rows=found[: asked["limit"] + 1], limit=asked["limit"], key=lambda notice: (notice.at, notice.pk)
        )
        return Response(NoticePage(page).data)


class NoticesRead(ResidentView):
    """Having read the inbox."""

    @documented("markNoticesRead", "消息都读过了", area=AREA, answer=ReadCount, refused=[404])
    def post(self, request: Request, household_id: int) -> HttpResponseBase:
        """Everything in it."""
        read_count = mark_notices_read(household=self.household(household_id), now=self.now)
        return Response(ReadCount({"read_count": read_count}).data)


class Consents(ResidentView):
    """What a household agrees to: each by an act of its own, the last act of a kind holds."""

    @documented("listConsents", "同意了哪些事项", area=AREA, answer=ConsentList, refused=[404])
    def get(self, request: Request, household_id: int) -> HttpResponseBase:
        """What was never said is not given."""
        return Response(ConsentList({"items": consents_of(household=self.household(household_id))}).data)

    @documented(
        "recordConsent", "同意或撤回一个事项", area=AREA, body=NewConsent, answer=ConsentList, refused=[404, 422]
    )
    def post(self, request: Request, household_id: int) -> HttpResponseBase:
        """Taken back, it ends at once."""
        household = self.household(household_id)
        asked = self.parsed(NewConsent)
        record_consent(
            household=household,
            kind=ConsentKind(asked["kind"]),
            is_given=asked["is_given"],
            now=self.now,
            recorded_by=self.user,
        )
        return Response(ConsentList({"items": consents_of(household=household)}).data)


class Cards(ResidentView):
    """A household's cards."""

    @documented("listCards", "住户卡", area=AREA, answer=CardList, refused=[404])
    def get(self, request: Request, household_id: int) -> HttpResponseBase:
        """By their last four characters: a whole number would let a card be copied."""
        return Response(CardList({"items": self.household(household_id).cards.order_by("pk")}).data)
