"""The look-up screen: type a thing, see which bin it belongs into, why, and what to do first."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from pages.english.told import told
from pages.my.access import resident_of
from pages.my.shell import bar
from sorting.categories import CATEGORY_FACTS, WasteCategory
from sorting.waste_items import QUERY_CHARACTERS_MAX, WasteItem, search_waste_items, waste_items

EXAMPLES = ("奶茶杯", "大骨头", "干电池", "过期药", "快递纸箱", "旧衣服")


@dataclass(frozen=True, slots=True)
class ItemCard:
    """One thing as the screen shows it; `icon` is empty where it belongs into none of the four bins."""

    name: str
    other_names: str
    bin_word: str
    bin_key: str
    icon: str
    reason: str
    first: str


@require_safe
def look_up(request: HttpRequest) -> HttpResponse:
    """`?q=` is what was typed, in characters, pinyin or initials. Works without a script; htmx asks while one types."""
    typed = request.GET.get("q", "").strip()[:QUERY_CHARACTERS_MAX]
    cards = [_card(item=item) for item in search_waste_items(text=typed)]
    is_part = request.headers.get("HX-Request") == "true"
    is_resident = not is_part and resident_of(request=request) is not None
    context = {
        "bar": bar(current="waste-items") if is_resident else (),
        "typed": typed,
        "cards": cards,
        "examples": EXAMPLES,
        "count": len(waste_items()),
        "typed_max": QUERY_CHARACTERS_MAX,
    }
    answer = render(request, "pages/items/results.html" if is_part else "pages/items/look_up.html", context)
    answer["Vary"] = "HX-Request"
    return answer


def _card(*, item: WasteItem) -> ItemCard:
    category = item.category
    return ItemCard(
        name=item.name,
        other_names=gettext("、").join(item.names[1:]),
        bin_word=_bin_word(item=item),
        bin_key=category.value.lower() if category else "special",
        icon=static(f"pages/icons/{category.value.lower()}.svg") if category else "",
        reason=told(item.reason),
        first=told(item.first),
    )


def _bin_word(*, item: WasteItem) -> str:
    if item.category is not None:
        return told(CATEGORY_FACTS[WasteCategory(item.category)].name_zh)
    return told(item.special.label) if item.special else ""
