"""Reads rounds of the survey, and what communities answered; never what a household did."""

import datetime as dt

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from households.models import Community, Household
from indicators.models import Satisfaction, SurveyAnswer, SurveyRound
from indicators.queries.households import enrolled_households
from indicators.surveys import MEASURES, SurveyTally

SATISFIED = (Satisfaction.VERY, Satisfaction.QUITE)
POSITIVE = dict(zip(MEASURES, (Q(is_reached=True), Q(is_aware=True), Q(satisfaction__in=SATISFIED)), strict=True))


def round_of_day(*, on: dt.date) -> SurveyRound | None:
    """The round of a day; there is one at most."""
    return SurveyRound.objects.filter(starts_on__lte=on, ends_on__gte=on).order_by("pk").first()


def last_closed_round(*, today: dt.date) -> SurveyRound | None:
    """The one that ended last before today."""
    return SurveyRound.objects.filter(ends_on__lt=today).order_by("-ends_on", "-pk").first()


def survey_rounds() -> QuerySet[SurveyRound]:
    """All rounds with how many answered, the newest first."""
    rounds = SurveyRound.objects.select_related("opened_by").annotate(answer_count=Count("answers"))
    return rounds.order_by("-starts_on", "-pk")


def answer_of(*, survey_round: SurveyRound, household: Household) -> SurveyAnswer | None:
    """What this household itself said in the round."""
    return SurveyAnswer.objects.filter(round=survey_round, household=household).first()


def survey_tallies(*, survey_round: SurveyRound, communities: QuerySet[Community], today: dt.date) -> list[SurveyTally]:
    """Of each of these communities, in the order given. Three queries.

    Asked are the homes enrolled on the round's last day (or today, while it is open), and all that answered.
    """
    on = min(survey_round.ends_on, today)
    answers = SurveyAnswer.objects.filter(round=survey_round, household__community__in=communities)
    counted = {
        community_id: counts
        for community_id, *counts in answers.values_list("household__community_id").annotate(
            answer_count=Count("pk"),
            **{measure: Count("pk", filter=positive) for measure, positive in POSITIVE.items()},
        )
    }
    has_answered = Exists(SurveyAnswer.objects.filter(round=survey_round, household=OuterRef("pk")))
    silent = enrolled_households(on=on).filter(~has_answered, community__in=communities)
    silent_counts = dict(silent.values_list("community_id").annotate(Count("pk")))
    tallies = []
    for community in communities:
        answer_count, *positive_counts = counted.get(community.pk, (0,) * (1 + len(MEASURES)))
        tallies.append(
            SurveyTally(
                community_id=community.pk,
                community=community.name,
                asked_count=answer_count + silent_counts.get(community.pk, 0),
                answer_count=answer_count,
                positive_counts=dict(zip(MEASURES, positive_counts, strict=True)),
            )
        )
    return tallies
