"""CommunityDay, CommunityStanding, the plan's 47 indicators, departments' reports, surveys, what was published."""

from indicators.models.community_days import CommunityDay
from indicators.models.monthly import MonthlyReport, ReportState
from indicators.models.plan import Direction, Indicator, IndicatorMeasure, IndicatorValue, Source
from indicators.models.publications import (
    ProposalWithdrawal,
    Publication,
    PublicationProposal,
    PublishedFigure,
    PublishedRule,
    Stage,
)
from indicators.models.reports import Department, Evidence, ReportDeadline, ValueReview
from indicators.models.standing import CommunityStanding
from indicators.models.surveys import Satisfaction, SurveyAnswer, SurveyRound

__all__ = [
    "CommunityDay",
    "CommunityStanding",
    "Department",
    "Direction",
    "Evidence",
    "Indicator",
    "IndicatorMeasure",
    "IndicatorValue",
    "MonthlyReport",
    "ProposalWithdrawal",
    "Publication",
    "PublicationProposal",
    "PublishedFigure",
    "PublishedRule",
    "ReportDeadline",
    "ReportState",
    "Satisfaction",
    "Source",
    "Stage",
    "SurveyAnswer",
    "SurveyRound",
    "ValueReview",
]
