"""What a round of the survey says: shares of the answers, and which communities are too few to be told apart. Pure.

34 普及率, 36 知晓程度, 37 满意程度: positive ÷ valid answers of one round, each household once. The interval says what
chance alone would do to the answers; what the homes that did not answer think, nobody knows, so they are shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from guides.sample import Interval, wilson_interval
from indicators.formulas import rate

SHOWN_ANSWERS_MIN = 5  # of fewer answers a share would say what a neighbour answered
MEASURES = ("publicity_reach_rate", "awareness_rate", "satisfaction_rate")  # the plan's 34, 36 and 37


@dataclass(frozen=True, slots=True)
class Share:
    """Positive ÷ answers with its 95 % interval; both None where the answers are too few."""

    value: Fraction | None
    interval: Interval | None


NO_SHARE = Share(value=None, interval=None)


@dataclass(frozen=True, slots=True)
class SurveyTally:
    """One community's answers, or several communities' together (`community_id` None)."""

    community_id: int | None
    community: str
    asked_count: int
    answer_count: int
    positive_counts: Mapping[str, int]  # by measure

    @property
    def silent_count(self) -> int:
        """Homes that were asked and did not answer."""
        return self.asked_count - self.answer_count

    def share(self, *, measure: str) -> Share:
        """One question's share."""
        if self.answer_count < SHOWN_ANSWERS_MIN:
            return NO_SHARE
        positive_count = self.positive_counts[measure]
        return Share(
            value=rate(numerator=positive_count, denominator=self.answer_count),
            interval=wilson_interval(right_count=positive_count, judged_count=self.answer_count),
        )


def together(*, tallies: Sequence[SurveyTally], name: str) -> SurveyTally:
    """The sum of several: numerators over denominators, never an average of shares."""
    return SurveyTally(
        community_id=None,
        community=name,
        asked_count=sum(each.asked_count for each in tallies),
        answer_count=sum(each.answer_count for each in tallies),
        positive_counts={measure: sum(each.positive_counts[measure] for each in tallies) for measure in MEASURES},
    )


def withheld(*, tallies: Sequence[SurveyTally]) -> frozenset[int | None]:
    """Communities whose shares stay unsaid beside the sum of all: those with fewer than SHOWN_ANSWERS_MIN answers.

    Where these together have so few, the sum less the others would tell them; then the next smallest is withheld too.
    """
    few = [each for each in tallies if 0 < each.answer_count < SHOWN_ANSWERS_MIN]
    enough = [each for each in tallies if each.answer_count >= SHOWN_ANSWERS_MIN]
    if few and enough and sum(each.answer_count for each in few) < SHOWN_ANSWERS_MIN:
        few.append(min(enough, key=lambda each: (each.answer_count, each.community)))
    return frozenset(each.community_id for each in few)
