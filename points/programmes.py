"""Reads the programme that holds: the latest one of the community, else of the district, on a day."""

import copy
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from points.models import PointRule, Programme, ProgrammeState
from points.rules import DayRules, EarningRule


@dataclass(frozen=True, slots=True)
class ProgrammeBook:
    """Every programme with its rules, read once, for rating many days."""

    programmes: Sequence[Programme]
    rules_by_programme_id: dict[int, DayRules]

    def programme_on(self, *, community_id: int, on: dt.date) -> Programme:
        """The programme that holds on one day in one community.

        :raises LookupError: none does.
        """
        holding = [
            programme
            for programme in self.programmes
            if programme.holds_from <= on and programme.community_id in (None, community_id)
        ]
        if not holding:
            raise LookupError(f"no programme holds on {on}")
        return max(holding, key=lambda programme: (programme.community_id is not None, programme.holds_from))

    def day_rules(self, *, community_id: int, on: dt.date) -> DayRules:
        """The rules of one day in one community.

        :raises LookupError: no programme holds on that day.
        """
        return self.rules_by_programme_id[self.programme_on(community_id=community_id, on=on).pk]

    def streak_reach(self, *, community_id: int) -> dt.timedelta:
        """How far a day's facts may reach forward in the community: into the streaks of so many days after it."""
        days = [each.streak_days or 1 for each in self.programmes if each.community_id in (None, community_id)]
        return dt.timedelta(days=max(days, default=1) - 1)


def load_programme_book() -> ProgrammeBook:
    """All approved programmes and their rules, in two queries."""
    return _book(programmes=list(Programme.objects.filter(state=ProgrammeState.APPROVED)))


def book_as_if(*, programme: Programme) -> ProgrammeBook:
    """A book in which this programme alone holds, everywhere and always: for asking what it would have paid."""
    everywhere = copy.copy(programme)
    everywhere.community_id, everywhere.holds_from = None, dt.date.min
    return _book(programmes=[everywhere])


def rules_of(*, programme: Programme) -> DayRules:
    """What a programme says, approved or not."""
    return _book(programmes=[programme]).rules_by_programme_id[programme.pk]


def _book(*, programmes: Sequence[Programme]) -> ProgrammeBook:
    rules: dict[int, dict[str, EarningRule]] = {programme.pk: {} for programme in programmes}
    for rule in PointRule.objects.filter(programme__in=rules):
        rules[rule.programme_id][rule.sub_class or rule.category] = EarningRule(
            unit=rule.unit,
            points=rule.points,
            points_outside=rule.points_outside,
            weight_g_min=rule.weight_g_min,
            drop_offs_a_day_max=rule.drop_offs_a_day_max,
            points_a_day_max=rule.points_a_day_max,
        )
    return ProgrammeBook(
        programmes=programmes,
        rules_by_programme_id={
            programme.pk: DayRules(
                by_code=rules[programme.pk],
                verdict_bonus_points=programme.verdict_bonus_points,
                misplaced_penalty_points=programme.misplaced_penalty_points,
                checking_window_s=programme.checking_window_s,
                contaminated_penalty_points=programme.contaminated_penalty_points,
                streak_days=programme.streak_days,
                streak_bonus_points=programme.streak_bonus_points,
            )
            for programme in programmes
        },
    )
