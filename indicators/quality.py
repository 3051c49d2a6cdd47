"""数据质量: how much the figures of a community can be trusted, in parts that are plain shares. Pure: no ORM.

Each part is what is right ÷ what there is, and has no share where there is nothing. The score is the arithmetic mean
of the shares that there are, each as heavy as the others; a community without a drop-off and without a load in the
period has none: no data is no score, and never 100 %.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from indicators.formulas import rate

OBSERVATIONS_MIN = 30  # a rate that rests on fewer moves by more than 3 points with every one of them


@dataclass(frozen=True, slots=True)
class QualityFacts:
    """One community in the period. `docs/indicators.md` says what each of them counts."""

    drop_off_count: int = 0
    refused_count: int = 0
    bin_count: int = 0
    silent_bin_count: int = 0
    run_count: int = 0
    missing_count: int = 0
    implausible_count: int = 0
    late_count: int = 0
    dropped_categories: frozenset[str] = frozenset()
    loaded_categories: frozenset[str] = frozenset()
    judged_count: int = 0
    enrolled_count: int = 0

    @property
    def has_data(self) -> bool:
        """Whether anything was dropped off or taken away."""
        return bool(self.drop_off_count or self.loaded_categories)

    @property
    def is_without_loads(self) -> bool:
        """Whether something was dropped off and nothing is known to have been taken away."""
        return bool(self.drop_off_count and not self.loaded_categories)

    @property
    def observations(self) -> tuple[tuple[str, int], ...]:
        """What figures rest on, and how many of it there are."""
        return (
            ("投放次数", self.drop_off_count),
            ("抽样核验数", self.judged_count),
            ("登记户数", self.enrolled_count),
        )

    @property
    def few(self) -> tuple[tuple[str, int], ...]:
        """Those of which there are fewer than OBSERVATIONS_MIN."""
        return tuple((word, count) for word, count in self.observations if count < OBSERVATIONS_MIN)


@dataclass(frozen=True, slots=True)
class QualityPart:
    """One part: `good` of `whole`. `share` is None where `whole` is 0."""

    name: str
    good: int
    whole: int

    @property
    def share(self) -> Fraction | None:
        """Good ÷ whole."""
        return rate(numerator=self.good, denominator=self.whole)


PARTS = {
    "接收": "收下的投放 ÷ 收下和拒收(未重放)的投放",
    "有声": "没有静默的在用智能桶 ÷ 在用智能桶",
    "连号": "收到的投放 ÷ 收到和缺号的投放;没有报序号的桶时不计",
    "重量": "重量可信的投放 ÷ 投放",
    "及时": "发生后 24 小时内到达的投放 ÷ 投放",
    "清运": "有清运单的类别 ÷ 有投放的类别",
    "观测": f"满 {OBSERVATIONS_MIN} 的项数 ÷ 3 项(投放次数、抽样核验数、登记户数)",
}


def parts_of(*, facts: QualityFacts) -> tuple[QualityPart, ...]:
    """The parts in the order of PARTS."""
    came = facts.drop_off_count
    observed = facts.observations if facts.has_data else ()
    pairs = (
        (came, came + facts.refused_count),
        (facts.bin_count - facts.silent_bin_count, facts.bin_count),
        (came, came + facts.missing_count) if facts.run_count else (0, 0),
        (max(0, came - facts.implausible_count), came),
        (max(0, came - facts.late_count), came),
        (len(facts.dropped_categories & facts.loaded_categories), len(facts.dropped_categories)),
        (len(observed) - len(facts.few) if observed else 0, len(observed)),
    )
    return tuple(QualityPart(name, good, whole) for name, (good, whole) in zip(PARTS, pairs, strict=True))


def score_of(*, facts: QualityFacts, parts: Sequence[QualityPart]) -> Fraction | None:
    """The mean of the shares that there are, exact; None without a drop-off and without a load."""
    shares = [part.share for part in parts if part.share is not None]
    if not facts.has_data or not shares:
        return None
    return sum(shares, Fraction(0)) / len(shares)
