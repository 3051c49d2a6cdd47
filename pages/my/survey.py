"""问卷: three questions of the bureau, answered once by a household in a round."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_http_methods

from indicators.models import Satisfaction, SurveyAnswer
from indicators.queries.surveys import answer_of, round_of_day
from indicators.services.surveys import AnswerIncomplete, answer_survey
from lib.errors import DomainError
from pages.english.told import told
from pages.my.access import Resident, for_residents
from pages.my.shell import render_my
from pages.my.words import date_text

YES, NO = "1", "0"
AS_BOOL = {YES: True, NO: False}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, under which name it is sent, and what may be said."""

    name: str
    text: str
    choices: tuple[tuple[str, str], ...]


QUESTIONS = (
    Question(
        "is_reached",
        gettext_noop("这一年，您家收到过垃圾分类的宣传或指导吗？上门、活动、海报、短信都算。"),
        ((YES, gettext_noop("收到过")), (NO, gettext_noop("没有收到过"))),
    ),
    Question(
        "is_aware",
        gettext_noop("您知道在我们小区垃圾怎么分、投到哪里吗？"),
        ((YES, gettext_noop("知道")), (NO, gettext_noop("不太清楚"))),
    ),
    Question("satisfaction", gettext_noop("您对垃圾分类做得怎么样满意吗？"), tuple(Satisfaction.choices)),
)


@require_http_methods(["GET", "HEAD", "POST"])
@for_residents
def survey(request: HttpRequest, resident: Resident) -> HttpResponse:
    """The three questions, or what the household said; POST answers them."""
    status = 200
    if request.method == "POST":
        try:
            answer_survey(
                household=resident.household,
                is_reached=AS_BOOL.get(request.POST.get("is_reached", "")),
                is_aware=AS_BOOL.get(request.POST.get("is_aware", "")),
                satisfaction=request.POST.get("satisfaction", ""),
                now=timezone.now(),
            )
        except AnswerIncomplete as refused:
            messages.error(request, told(refused.text))
            status = 422
        except DomainError as refused:
            messages.error(request, told(refused.text))
            return redirect("my-survey")
        else:
            messages.success(request, gettext("已收到，谢谢。"))
            return redirect("my-survey")
    survey_round = round_of_day(on=timezone.localdate())
    answer = answer_of(survey_round=survey_round, household=resident.household) if survey_round else None
    context = {
        "heading": gettext("问卷"),
        "survey": survey_round,
        "said": _said(answer=answer) if answer else None,
        "ends_on": date_text(on=survey_round.ends_on) if survey_round else "",
        "questions": [
            (
                each.name,
                gettext(each.text),
                [(value, told(word)) for value, word in each.choices],
                request.POST.get(each.name),
            )
            for each in QUESTIONS
        ],
    }
    return render_my(request, resident, "pages/my/survey.html", context, current="my-home", status=status)


def _said(*, answer: SurveyAnswer) -> list[tuple[str, str]]:
    """Each question with the household's own answer."""
    values = (
        YES if answer.is_reached else NO,
        YES if answer.is_aware else NO,
        answer.satisfaction,
    )
    return [
        (gettext(each.text), told(dict(each.choices)[value])) for each, value in zip(QUESTIONS, values, strict=True)
    ]
