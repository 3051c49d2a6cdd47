"""Communities and subdistricts beside each other: parts added up, rates last, those without data at the end."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from indicators.catalogue import Formula
from indicators.facts import CommunityFacts, Period
from indicators.formulas import Number, accuracy_random_sample, participation, recovery_bin_side, recovery_weighed
from pages.bureau.asked import Place
from pages.reading_out import NO_DATA

Rates = tuple[Number | None, ...]
SORTS = {"recovery": "桶端回收", "participation": "参与率", "accuracy": "准确率", "weighed": "过磅回收"}
_FORMULAS: Mapping[str, Formula] = {
    "recovery": recovery_bin_side,
    "participation": participation,
    "accuracy": accuracy_random_sample,
    "weighed": recovery_weighed,
}


@dataclass(frozen=True, slots=True)
class Ranked:
    """One community or subdistrict. `scope` is what an address says of it; `cells` are in the order of SORTS."""

    place: int | None
    name: str
    within: str
    scope: str
    weight: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Group:
    name: str
    within: str
    scope: str
    members: Sequence[CommunityFacts]


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
    return [
        Ranked(
            place=None if rates[at] is None else place,
            name=group.name,
            within=group.within,
            scope=group.scope,
            weight=_weight(communities=group.members),
            cells=tuple(NO_DATA if each is None else f"{float(100 * each):.1f} %" for each in rates),
        )
        for place, (group, rates) in enumerate(rows, start=1)
    ]


def _weight(*, communities: Sequence[CommunityFacts]) -> str:
    weight_g = sum(sum(each.drop_off_weights_g.values()) for each in communities)
    return f"{weight_g / 1_000:,.1f}" if weight_g else NO_DATA


def _rates(*, communities: Sequence[CommunityFacts], period: Period) -> Rates:
    return tuple(formula(communities=communities, period=period).value for formula in _FORMULAS.values())
