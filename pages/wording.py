"""What the public page says, in Chinese and English: one key, two sentences."""

from collections.abc import Mapping
from dataclasses import dataclass

from sorting.categories import WasteCategory


@dataclass(frozen=True, slots=True)
class Wording:
    """One language. `texts` are for the template; the rest is filled in while the page is made."""

    texts: Mapping[str, str]
    category_examples: Mapping[str, str]
    units: Mapping[str, str]
    target: str
    no_target: str
    states: Mapping[str, str]
    day: str
    span: str
    indicator_period: str
    community_period: str
    as_of: str


CHINESE = Wording(
    texts={
        "lang": "zh-CN",
        "title": "分分 · 生活垃圾分类",
        "skip": "跳到正文",
        "nav": "导航",
        "admin": "管理后台",
        "headline": "分好一袋，记下一分",
        "sentence": "分分记下每户每次分类投放的重量，换成可以兑换的积分，再加总成每个小区和全区的分类成绩。",
        "categories": "四类垃圾，四个桶",
        "indicators": "全区主要指标",
        "communities": "各小区最近 7 天",
        "community": "小区",
        "subdistrict": "街道/乡镇",
        "drop_offs": "投放次数",
        "weight": "重量",
        "participation": "参与率",
        "small_numbers": "— 表示没有数据，或者 7 天内投放的住户不到 5 户：户数太少时公布数字会看出是谁家，所以不公布。",
        "no_communities": "还没有登记小区。登记并有投放以后，这里会出现每个小区的成绩。",
        "settling": "有些投放正在结算，数字还会变。",
        "open_data": "开放数据：已发布的月份",
        "privacy": "这一页只有小区和全区的合计，没有任何一户的记录。",
    },
    category_examples={
        WasteCategory.RECYCLABLE: "纸类、塑料、金属、玻璃、织物",
        WasteCategory.HAZARDOUS: "电池、灯管、过期药品和油漆",
        WasteCategory.FOOD: "剩菜剩饭、果皮菜叶、茶渣",
        WasteCategory.RESIDUAL: "用过的纸巾、尘土、碎瓷片",
    },
    units={
        "rate": "%",
        "households": "户",
        "kg/person/day": "千克/人·日",
        "kg": "吨",
        "drop_off_weight": "千克",
    },
    target="目标 {sign} {value} {unit}",
    no_target="没有定目标",
    states={"met": "✓ 达标", "missed": "✗ 未达标", "none": "暂无数据", "open": ""},
    day="{day:%-m月%-d日}",
    span="{starts_on}至{ends_on}",
    indicator_period="户数和分类覆盖率截至{today}，其余按{span}的清运过磅计算。竖线是目标；没有数据的写作 —，不算 0。",
    community_period="{span}。参与率 = 有投放的住户 ÷ 登记的住户。",
    as_of="数据截至 {now:%Y年%-m月%-d日 %H:%M}。",
)

ENGLISH = Wording(
    texts={
        "lang": "en",
        "title": "Fenfen · sorting household waste",
        "skip": "Skip to content",
        "nav": "Navigation",
        "admin": "Administration",
        "headline": "Every bag sorted counts",
        "sentence": "Fenfen records the weight of each household's sorted drop-offs, turns it into points to redeem, "
        "and adds it up into the results of each community and the district.",
        "categories": "Four kinds of waste, four bins",
        "indicators": "The district's main indicators",
        "communities": "Communities, last 7 days",
        "community": "Community",
        "subdistrict": "Subdistrict",
        "drop_offs": "Drop-offs",
        "weight": "Weight",
        "participation": "Participation",
        "small_numbers": "— means no data, or fewer than 5 households with a drop-off in the 7 days: so few could be "
        "recognised, so their figures are not published.",
        "no_communities": "No community is registered yet. Once there are drop-offs, their results appear here.",
        "settling": "Some drop-offs are being tallied; figures may still move.",
        "open_data": "Open data: published months",
        "privacy": "This page shows sums of communities and of the district, never a household's record.",
    },
    category_examples={
        WasteCategory.RECYCLABLE: "Paper, plastic, metal, glass, textiles",
        WasteCategory.HAZARDOUS: "Batteries, lamps, expired medicine, paint",
        WasteCategory.FOOD: "Leftovers, peels, leaves, tea grounds",
        WasteCategory.RESIDUAL: "Used tissues, dust, broken china",
    },
    units={
        "rate": "%",
        "households": "households",
        "kg/person/day": "kg a person a day",
        "kg": "t",
        "drop_off_weight": "kg",
    },
    target="Target {sign} {value} {unit}",
    no_target="No target set",
    states={"met": "✓ met", "missed": "✗ not met", "none": "no data", "open": ""},
    day="{day:%-d %B}",
    span="{starts_on} to {ends_on}",
    indicator_period="Households and sorting coverage as of {today}; the others from the loads weighed {span}. "
    "The upright line is the target; — is no data, never 0.",
    community_period="{span}. Participation = households with a drop-off ÷ enrolled.",
    as_of="As of {now:%-d %B %Y, %H:%M}.",
)

WORDINGS = {"zh-hans": CHINESE, "en": ENGLISH}
