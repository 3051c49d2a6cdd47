"""The made-up district of the demo: four subdistricts, twelve communities, 10,000 households. Pure data."""

import datetime as dt
from dataclasses import dataclass

HOUSEHOLDS_A_POINT = 240  # 60-350 share a collection point (../shared/data/README.md)
RESIDENTS_A_HOUSEHOLD = 2.8
OPEN_WINDOWS = ((dt.time(7), dt.time(9)), (dt.time(18), dt.time(20)))
# Two bins stand at each point.
BIN_CATEGORIES = (("FOOD", "RESIDUAL"), ("RECYCLABLE", "HAZARDOUS"))


@dataclass(frozen=True, slots=True)
class CommunityPlan:
    """One made-up community. `active_percent` is the share of its households that drop something off on a day."""

    subdistrict: str
    name: str
    is_urban_core: bool
    is_pilot: bool
    sorted_collection_since: dt.date | None
    sorted_transport_since: dt.date | None
    declared_households: int
    enrolled_households: int
    active_percent: int

    @property
    def declared_residents(self) -> int:
        return round(self.declared_households * RESIDENTS_A_HOUSEHOLD)

    @property
    def point_count(self) -> int:
        return -(-self.enrolled_households // HOUSEHOLDS_A_POINT)


_LAST_YEAR = dt.date(2025, 7, 1)
_THIS_YEAR = dt.date(2026, 3, 1)

DISTRICT: tuple[CommunityPlan, ...] = (
    CommunityPlan("清源街道", "清源里", True, True, _LAST_YEAR, _LAST_YEAR, 1_620, 1_360, 46),
    CommunityPlan("清源街道", "槐荫小区", True, True, _LAST_YEAR, _LAST_YEAR, 1_180, 940, 41),
    CommunityPlan("清源街道", "书院坊", True, True, _THIS_YEAR, _THIS_YEAR, 980, 760, 36),
    CommunityPlan("柳荫街道", "柳荫新村", True, True, _LAST_YEAR, _LAST_YEAR, 1_440, 1_150, 44),
    CommunityPlan("柳荫街道", "荷塘苑", True, True, _THIS_YEAR, _THIS_YEAR, 1_050, 870, 39),
    CommunityPlan("柳荫街道", "北渡家园", True, False, _THIS_YEAR, None, 1_310, 720, 31),
    CommunityPlan("南塘街道", "南塘花园", True, True, _LAST_YEAR, _THIS_YEAR, 1_260, 1_020, 42),
    CommunityPlan("南塘街道", "桂香苑", True, True, _THIS_YEAR, _THIS_YEAR, 890, 690, 37),
    CommunityPlan("南塘街道", "机厂东村", True, False, None, None, 1_370, 640, 27),
    CommunityPlan("石桥乡", "石桥新居", False, True, _THIS_YEAR, _THIS_YEAR, 860, 680, 34),
    CommunityPlan("石桥乡", "麦香社区", False, False, None, None, 790, 610, 25),
    CommunityPlan("石桥乡", "河湾新村", False, False, None, None, 740, 560, 22),
)
HOUSEHOLD_COUNT = sum(community.enrolled_households for community in DISTRICT)
