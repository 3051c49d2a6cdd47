"""这是什么垃圾: the district's guide, and how somebody at the bin finds a thing in it."""

import pytest

from sorting.categories import CATEGORY_FACTS, WasteCategory
from sorting.waste_items import RESULTS_MAX, SpecialKind, search_waste_items, waste_items


def test_the_guide_has_at_least_600_things_each_with_a_reason_and_a_first_step() -> None:
    items = waste_items()
    assert len(items) >= 600
    for item in items:
        assert item.reason
        assert item.first
        assert (item.category is None) != (item.special is None), item.name
        if item.category and item.sub_class:
            assert item.sub_class in CATEGORY_FACTS[item.category].sub_classes, item.name
    assert {item.category for item in items} == {*WasteCategory, None}


@pytest.mark.parametrize(
    ("typed", "name", "category"),
    [
        ("矿泉水瓶", "矿泉水瓶", WasteCategory.RECYCLABLE),
        ("塑料瓶", "矿泉水瓶", WasteCategory.RECYCLABLE),
        ("kuangquanshuiping", "矿泉水瓶", WasteCategory.RECYCLABLE),
        ("KQSP", "矿泉水瓶", WasteCategory.RECYCLABLE),
        ("kuang quan shui ping", "矿泉水瓶", WasteCategory.RECYCLABLE),
        ("5号电池", "干电池", WasteCategory.RESIDUAL),
        ("５号电池", "干电池", WasteCategory.RESIDUAL),
        ("充电宝", "充电宝", WasteCategory.HAZARDOUS),
        ("大骨头", "大骨头", WasteCategory.RESIDUAL),
        ("鸡骨头", "鸡骨头", WasteCategory.FOOD),
        ("guoqiyao", "过期药品", WasteCategory.HAZARDOUS),
        ("西瓜皮怎么扔", "西瓜皮", WasteCategory.FOOD),
    ],
)
def test_a_thing_is_found_by_characters_pinyin_and_initials(typed: str, name: str, category: WasteCategory) -> None:
    found = search_waste_items(text=typed)[0]
    assert (found.name, found.category) == (name, category)


def test_a_sofa_belongs_into_none_of_the_four_bins() -> None:
    found = search_waste_items(text="沙发")[0]
    assert (found.category, found.special) == (None, SpecialKind.BULKY)


def test_the_shortest_name_that_begins_so_comes_first_and_the_list_is_bounded() -> None:
    assert search_waste_items(text="玻璃")[0].name.startswith("玻璃")
    assert len(search_waste_items(text="i")) <= RESULTS_MAX
    assert 0 < len(search_waste_items(text="皮")) <= RESULTS_MAX


@pytest.mark.parametrize("typed", ["", "  ", "!?", "宇宙飞船发动机", "zzzz", "\x00", "a" * 10_000])
def test_what_nobody_knows_finds_nothing(typed: str) -> None:
    assert search_waste_items(text=typed) == []
