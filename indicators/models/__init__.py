"""CommunityDay, the plan's 47 indicators, what departments report of them, and what was published."""

from indicators.models.community_days import CommunityDay
from indicators.models.plan import Direction, Indicator, IndicatorMeasure, IndicatorValue, Source
from indicators.models.publications import Publication, PublicationProposal, PublishedFigure, Stage
from indicators.models.reports import Department, Evidence, ReportDeadline, ValueReview

__all__ = [
    "CommunityDay",
    "Department",
    "Direction",
    "Evidence",
    "Indicator",
    "IndicatorMeasure",
    "IndicatorValue",
    "Publication",
    "PublicationProposal",
    "PublishedFigure",
    "ReportDeadline",
    "Source",
    "Stage",
    "ValueReview",
]
