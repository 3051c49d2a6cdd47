"""Shares a day's points out to its drop-offs, each with its sentence. Pure: the totals are those of points.rules."""

from collections.abc import Sequence
from dataclasses import dataclass

from points.explaining import sentences
from points.rules import (
    REFUTED,
    DayFact,
    DayPoints,
    DayRules,
    EarningRule,
    day_points,
    drop_off_points,
    limited_points,
    penalty_points,
)


@dataclass(frozen=True, slots=True)
class ToldFact(DayFact):
    """A drop-off as people are told of it. `is_attributed`: its card was bound to the household later."""

    is_attributed: bool = False


@dataclass(frozen=True, slots=True)
class DropOffExplanation:
    """What one drop-off came to, in points, and why. The streak and the bonus of a day stand with one of them."""

    sentence: str
    awarded: int = 0
    streak: int = 0
    bonus: int = 0
    penalty: int = 0

    @property
    def points(self) -> int:
        """The sum: what the household has more for this drop-off; below 0 where a penalty was the greater."""
        return self.awarded + self.streak + self.bonus - self.penalty


@dataclass(frozen=True, slots=True)
class DayExplanation:
    """A day's total by the rules, and its drop-offs in the order in which they were given.

    The points of `drop_offs` add up to `day.awarded + day.bonus - day.penalty`.
    """

    day: DayPoints
    drop_offs: tuple[DropOffExplanation, ...]


def explain_day(*, rules: DayRules, facts: Sequence[ToldFact], earning_days_before: int = 0) -> DayExplanation:
    """Share the day's points out. `facts` come in order of time; `earning_days_before` as in points.rules.

    Of equal awards the earlier ones count. The streak goes to the first drop-off that earns, the bonus to the first
    judged CORRECT that would earn alone.
    """
    day = day_points(rules=rules, facts=facts, earning_days_before=earning_days_before)
    shares = _shares(rules=rules, facts=facts)
    first_earning = next((place for place, share in enumerate(shares) if share.points), None)
    first_correct = next(
        (place for place, fact in enumerate(facts) if day.bonus and _is_correct_and_earns(rules=rules, fact=fact)), None
    )
    told = []
    for place, (fact, share) in enumerate(zip(facts, shares, strict=True)):
        parts = sentences.Parts(
            awarded=share.points,
            streak=day.streak if place == first_earning else 0,
            streak_days=rules.streak_days or 0,
            bonus=day.bonus if place == first_correct else 0,
            penalty=penalty_points(rules=rules, fact=fact),
        )
        told.append(
            DropOffExplanation(
                sentence=sentences.sentence(
                    fact=fact, is_attributed=fact.is_attributed, reason=share.reason, parts=parts
                ),
                awarded=parts.awarded,
                streak=parts.streak,
                bonus=parts.bonus,
                penalty=parts.penalty,
            )
        )
    return DayExplanation(day=day, drop_offs=tuple(told))


@dataclass(frozen=True, slots=True)
class _Share:
    points: int
    reason: sentences.Reason


def _shares(*, rules: DayRules, facts: Sequence[DayFact]) -> list[_Share]:
    shares: dict[int, _Share] = {}
    places_by_code: dict[str, list[int]] = {}
    for place, fact in enumerate(facts):
        code = rules.code_for(category=fact.category, sub_class=fact.sub_class)
        rule = rules.rule_of(code=code)
        outcome = _outside_the_set(rule=rule, fact=fact)
        if outcome is None:
            places_by_code.setdefault(code, []).append(place)
        else:
            shares[place] = _Share(points=0, reason=sentences.Reason(rule=rule, outcome=outcome))
    for code, places in places_by_code.items():
        shares |= _shares_of_rule(rule=rules.rule_of(code=code), facts=facts, places=places)
    return [shares[place] for place in range(len(facts))]


def _outside_the_set(*, rule: EarningRule, fact: DayFact) -> sentences.Outcome | None:
    """Why a drop-off uses no limit and earns nothing; None where it takes part."""
    if not fact.is_awarding:
        return sentences.Outcome.NOT_AWARDING
    if fact.verdict in REFUTED:
        return sentences.Outcome.REFUTED
    if 0 in (rule.points, rule.drop_offs_a_day_max, rule.points_a_day_max):
        return sentences.Outcome.EARNS_NOTHING
    if fact.weight_g < rule.weight_g_min:
        return sentences.Outcome.TOO_LIGHT
    if _award(rule=rule, fact=fact) == 0:
        is_outside = not fact.is_in_window and rule.points_outside == 0
        return sentences.Outcome.OUTSIDE if is_outside else sentences.Outcome.UNDER_A_POINT
    return None


def _shares_of_rule(*, rule: EarningRule, facts: Sequence[DayFact], places: Sequence[int]) -> dict[int, _Share]:
    """The shares of the drop-offs that one rule rates: the best count, and the points run out in order of time."""
    awards = {place: _award(rule=rule, fact=facts[place]) for place in places}
    best_first = sorted(places, key=lambda place: (-awards[place], place))
    counted = set(best_first[: rule.drop_offs_a_day_max])
    shares: dict[int, _Share] = {}
    left = rule.points_a_day_max
    number = 0
    for place in places:
        number += place in counted
        given = awards[place] if place in counted else 0
        if left is not None:
            given = min(given, left)
            left -= given
        outcome = sentences.Outcome.COUNTED
        if place not in counted:
            # Where all that count came before it, the limit was simply full.
            is_full = number == len(counted)
            outcome = sentences.Outcome.NUMBER_FULL if is_full else sentences.Outcome.BETTER_ONES_COUNT
        elif given < awards[place]:
            outcome = sentences.Outcome.POINTS_CUT if given else sentences.Outcome.POINTS_FULL
        shares[place] = _Share(points=given, reason=sentences.Reason(rule=rule, outcome=outcome, number=number))
    return shares


def _award(*, rule: EarningRule, fact: DayFact) -> int:
    return drop_off_points(rule=rule, weight_g=fact.weight_g, is_in_window=fact.is_in_window)


def _is_correct_and_earns(*, rules: DayRules, fact: DayFact) -> bool:
    rule = rules.rule_of(code=rules.code_for(category=fact.category, sub_class=fact.sub_class))
    return fact.verdict == "CORRECT" and limited_points(rule=rule, facts=[fact]) > 0
