"""Communities and subdistricts beside each other: parts added up, rates last, those without data at the end."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from indicators.catalogue import Formula
from indicators.facts import CommunityFacts, Period
from indicators.formulas import Number, accuracy_random_sample, participation, recovery_bin_side, recovery_weighed
from lib.documents import Cell
from pages.bureau.asked import Asked, Place
from pages.reading_out import NO_DATA, value_number

Rates = tuple[Number | None, ...]
SORTS = {"recovery": "桶端回收", "participation": "参与率", "accuracy": "准确率", "weighed": "过磅回收"}
FILE_HEADINGS = ("名次", "名称", "属于", "投放千克", *(f"{word} %" for word in SORTS.values()))
_FORMULAS: Mapping[str, Formula] = {
    "recovery": recovery_bin_side,
    "participation": participation,
    "accuracy": accuracy_random_sample,
    "weighed": recovery_weighed,
}


@dataclass(frozen=True, slots=True)
class Ranked:
    """One community or subdistrict; equals share a place. `scope` is what an address says; `rates` are as SORTS."""

    place: int | None
    name: str
    within: str
    scope: str
    weight_g: int
    rates: Rates

    @property
    def weight(self) -> str:
        """Kilograms dropped off."""
        return f"{self.weight_g / 1_000:,.1f}" if self.weight_g else NO_DATA

    @property
    def cells(self) -> list[str]:
        """The rates in per cent, in the order of SORTS."""
        return [NO_DATA if each is None else f"{float(100 * each):.1f} %" for each in self.rates]

    @property
    def file_cells(self) -> list[Cell]:
        """In the order of FILE_HEADINGS: numbers, in per cent and kilograms."""
        numbers = [value_number(value=each, unit="rate") for each in self.rates]
        return [self.place, self.name, self.within, self.weight_g / 1_000 if self.weight_g else None, *numbers]


@dataclass(frozen=True, slots=True)
class _Group:
    name: str
    within: str
    scope: str
    members: Sequence[CommunityFacts]


def sort_of(*, asked: Asked) -> str:
    """By what is ranked: what the address says, else the first of SORTS."""
    return asked.sort or next(iter(SORTS))


def rank_communities(
    *, places: Sequence[Place], communities: Sequence[CommunityFacts], period: Period, by: str
) -> list[Ranked]:
    """Every community once, the best first."""
    facts = {each.community_id: each for each in communities}
    groups = [
        _Group(place.name, place.subdistrict, f"c{place.community_id}", [facts[place.community_id]])
        for place in places
        # A community that was registered between the two queries is on the page a moment later.
        if place.community_id in facts
    ]
    return _ranked(groups=groups, period=period, by=by)


def rank_subdistricts(
    *, places: Sequence[Place], communities: Sequence[CommunityFacts], period: Period, by: str
) -> list[Ranked]:
    """Every subdistrict once, from the sums of its communities."""
    facts = {each.community_id: each for each in communities}
    members: dict[tuple[int, str], list[CommunityFacts]] = defaultdict(list)
    for place in places:
        if place.community_id in facts:
            members[place.subdistrict_id, place.subdistrict].append(facts[place.community_id])
    groups = [_Group(name, f"{len(found)} 个小区", f"s{key}", found) for (key, name), found in members.items()]
    return _ranked(groups=groups, period=period, by=by)


def _ranked(*, groups: Sequence[_Group], period: Period, by: str) -> list[Ranked]:
    at = list(SORTS).index(by)
    rows = [(group, _rates(communities=group.members, period=period)) for group in groups]
    rows.sort(key=lambda row: (row[1][at] is None, -(row[1][at] or 0), row[0].name))
    places = {rates[at]: number for number, (_, rates) in reversed(list(enumerate(rows, start=1)))}
    return [
        Ranked(
            place=None if rates[at] is None else places[rates[at]],
            name=group.name,
            within=group.within,
            scope=group.scope,
            weight_g=sum(sum(each.drop_off_weights_g.values()) for each in group.members),
            rates=rates,
        )
        for group, rates in rows
    ]


def _rates(*, communities: Sequence[CommunityFacts], period: Period) -> Rates:
    return tuple(formula(communities=communities, period=period).value for formula in _FORMULAS.values())
