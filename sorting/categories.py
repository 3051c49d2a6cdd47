"""The four categories of GB/T 19095-2019 and their sub-classes: codes, names in Chinese and English, colours."""

from dataclasses import dataclass

from django.db import models


class WasteCategory(models.TextChoices):
    """The four of GB/T 19095-2019."""

    RECYCLABLE = "RECYCLABLE", "可回收物"
    HAZARDOUS = "HAZARDOUS", "有害垃圾"
    FOOD = "FOOD", "厨余垃圾"
    RESIDUAL = "RESIDUAL", "其他垃圾"


class SubClass(models.TextChoices):
    """The sub-classes of GB/T 19095-2019, table 1; residual waste has none."""

    PAPER = "PAPER", "纸类"
    PLASTIC = "PLASTIC", "塑料"
    METAL = "METAL", "金属"
    GLASS = "GLASS", "玻璃"
    TEXTILE = "TEXTILE", "织物"
    LAMP = "LAMP", "灯管"
    HOUSEHOLD_CHEMICAL = "HOUSEHOLD_CHEMICAL", "家用化学品"
    BATTERY = "BATTERY", "电池"
    HOME_FOOD = "HOME_FOOD", "家庭厨余垃圾"
    CATERING_FOOD = "CATERING_FOOD", "餐厨垃圾"
    OTHER_FOOD = "OTHER_FOOD", "其他厨余垃圾"


@dataclass(frozen=True, slots=True)
class CategoryFacts:
    """What a screen needs to show a category: never the colour alone."""

    name_zh: str
    name_en: str
    colour: str
    sub_classes: tuple[SubClass, ...]


CATEGORY_FACTS: dict[WasteCategory, CategoryFacts] = {
    WasteCategory.RECYCLABLE: CategoryFacts(
        "可回收物",
        "Recyclable",
        "#236192",
        (SubClass.PAPER, SubClass.PLASTIC, SubClass.METAL, SubClass.GLASS, SubClass.TEXTILE),
    ),
    WasteCategory.HAZARDOUS: CategoryFacts(
        "有害垃圾", "Hazardous", "#DA291C", (SubClass.LAMP, SubClass.HOUSEHOLD_CHEMICAL, SubClass.BATTERY)
    ),
    WasteCategory.FOOD: CategoryFacts(
        "厨余垃圾", "Food", "#3F7A2A", (SubClass.HOME_FOOD, SubClass.CATERING_FOOD, SubClass.OTHER_FOOD)
    ),
    WasteCategory.RESIDUAL: CategoryFacts("其他垃圾", "Residual", "#3D3935", ()),
}

SUB_CLASS_NAMES_EN: dict[SubClass, str] = {
    SubClass.PAPER: "Paper",
    SubClass.PLASTIC: "Plastic",
    SubClass.METAL: "Metal",
    SubClass.GLASS: "Glass",
    SubClass.TEXTILE: "Textile",
    SubClass.LAMP: "Lamps",
    SubClass.HOUSEHOLD_CHEMICAL: "Household chemicals",
    SubClass.BATTERY: "Batteries",
    SubClass.HOME_FOOD: "Household food waste",
    SubClass.CATERING_FOOD: "Catering food waste",
    SubClass.OTHER_FOOD: "Other food waste",
}
