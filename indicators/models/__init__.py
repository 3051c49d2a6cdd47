"""CommunityDay, the plan's 47 indicators with their measures and values, and what was published."""

from indicators.models.community_days import CommunityDay
from indicators.models.plan import Direction, Indicator, IndicatorMeasure, IndicatorValue, Source
from indicators.models.publications import Publication, PublicationProposal, PublishedFigure, Stage

__all__ = [
    "CommunityDay",
    "Direction",
    "Indicator",
    "IndicatorMeasure",
    "IndicatorValue",
    "Publication",
    "PublicationProposal",
    "PublishedFigure",
    "Source",
    "Stage",
]
