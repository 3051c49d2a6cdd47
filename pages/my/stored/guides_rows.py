"""What guides wrote of a household, what it came to, and what it answered."""

from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from guides.models import Attendance, HomeVisit
from households.models import Household
from indicators.models import SurveyAnswer
from pages.my.stored.kind import Kind, Told, each, iso


def _gatherings(household: Household) -> QuerySet[Attendance]:
    return Attendance.objects.filter(household=household).select_related("gathering", "member").order_by("pk")


def _told_gathering(row: Attendance) -> Told:
    return {
        "topic": row.gathering.topic,
        "kind": row.gathering.kind,
        "who": row.member.name if row.member else "",
        "signed_at": iso(row.signed_at),
    }


def _visits(household: Household) -> QuerySet[HomeVisit]:
    return HomeVisit.objects.filter(household=household).order_by("pk")


def _told_visit(row: HomeVisit) -> Told:
    return {"visited_at": iso(row.visited_at), "is_met": row.is_met, "note": row.note}


def _answers(household: Household) -> QuerySet[SurveyAnswer]:
    return SurveyAnswer.objects.filter(household=household).select_related("round").order_by("pk")


def _told_answer(row: SurveyAnswer) -> Told:
    return {
        "survey": row.round.name,
        "is_reached": row.is_reached,
        "is_aware": row.is_aware,
        "satisfaction": row.satisfaction,
        "answered_at": iso(row.answered_at),
    }


GUIDES = (
    Kind(
        noun="gatherings",
        title=gettext_noop("参加过的培训和活动"),
        models=(Attendance,),
        find=_gatherings,
        tell=each(_told_gathering),
        kept=gettext_noop("一直保留，用来数参加的户数"),
        seen_by=gettext_noop("自己家里人；办活动的督导员"),
    ),
    Kind(
        noun="home_visits",
        title=gettext_noop("督导员入户宣传的记录"),
        models=(HomeVisit,),
        find=_visits,
        tell=each(_told_visit),
        kept=gettext_noop("一直保留；退出当天删去写的话"),
        seen_by=gettext_noop("自己家里人；本小区的督导员"),
    ),
    Kind(
        noun="survey_answers",
        title=gettext_noop("问卷的回答"),
        models=(SurveyAnswer,),
        find=_answers,
        tell=each(_told_answer),
        kept=gettext_noop("一直保留，用来算满意程度"),
        seen_by=gettext_noop("自己家里人；别人只看得到合计"),
    ),
)
