"""Reads the programme that holds: the latest one of the community, else of the district, on a day."""

import copy
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F

from points.models import PointRule, Programme, ProgrammeState
from points.rules import DayRules, EarningRule

_TERMS = tuple(EarningRule.__dataclass_fields__)  # a rule's columns bear the same names
_RULE_FIELDS = ("category", "sub_class", *_TERMS)
_Rules = dict[int, dict[str, EarningRule]]


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
    """All approved programmes and their rules, in one query: it stands in the way of every household's first screen.

    One row a rule; a programme without rules has one row too, and pays nothing.
    """
    rows = Programme.objects.filter(state=ProgrammeState.APPROVED).annotate(
        **{f"rule_{field}": F(f"rules__{field}") for field in _RULE_FIELDS}
    )
    programmes: dict[int, Programme] = {}
    rules: _Rules = {}
    for row in rows:
        programmes.setdefault(row.pk, row)
        category, sub_class, *terms = (getattr(row, f"rule_{field}") for field in _RULE_FIELDS)
        of_programme = rules.setdefault(row.pk, {})
        if category is not None:
            of_programme[sub_class or category] = EarningRule(**dict(zip(_TERMS, terms, strict=True)))
    return _book(programmes=list(programmes.values()), rules=rules)


def book_as_if(*, programme: Programme) -> ProgrammeBook:
    """A book in which this programme alone holds, everywhere and always: for asking what it would have paid."""
    everywhere = copy.copy(programme)
    everywhere.community_id, everywhere.holds_from = None, dt.date.min
    return _book(programmes=[everywhere], rules=_rules(programme=programme))


def rules_of(*, programme: Programme) -> DayRules:
    """What a programme says, approved or not."""
    return _book(programmes=[programme], rules=_rules(programme=programme)).rules_by_programme_id[programme.pk]


def _rules(*, programme: Programme) -> _Rules:
    return {
        programme.pk: {
            rule.sub_class or rule.category: EarningRule(**{name: getattr(rule, name) for name in _TERMS})
            for rule in PointRule.objects.filter(programme=programme)
        }
    }


def _book(*, programmes: Sequence[Programme], rules: _Rules) -> ProgrammeBook:
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
