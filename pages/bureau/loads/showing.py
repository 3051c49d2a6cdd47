"""Loads, weighings and their corrections as plain values for the templates."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils import timezone

from collection.models import Destination, Load, Sharing, Weighing
from lib.documents import Cell
from people.models import User
from sorting.categories import WasteCategory

FILE_HEADINGS = ("日期", "单号", "小区", "类别", "去向", "千克", "怎么来的")


def kilograms(grams: int) -> str:
    """With thousands, to the gram, without empty decimals."""
    return f"{Decimal(grams).scaleb(-3).normalize():,f}"


def load_row(*, load: Load) -> dict[str, object]:
    """A line of the list."""
    weighing = load.weighing
    return {
        "pk": load.pk,
        "on": f"{load.collected_on}",
        "number": weighing.number if weighing else load.load_id,
        "community": load.community.name,
        "category": load.get_category_display(),
        "destination": load.get_destination_display(),
        "kg": kilograms(load.weight_g),
        "how": _how(weighing=weighing),
    }


def file_cells(*, load: Load) -> list[Cell]:
    """A line of the file, in the order of FILE_HEADINGS."""
    weighing = load.weighing
    return [
        load.collected_on,
        weighing.number if weighing else load.load_id,
        load.community.name,
        str(load.get_category_display()),
        str(load.get_destination_display()),
        load.weight_g / 1_000,
        _how(weighing=weighing),
    ]


def version_row(*, weighing: Weighing) -> dict[str, object]:
    """The first entry or a correction, with what each community got."""
    return {
        "what": f"第 {weighing.revision} 次更正" if weighing.revision else "登记",
        "reason": weighing.reason,
        "is_void": weighing.is_void,
        "on": f"{weighing.collected_on}",
        "category": WasteCategory(weighing.category).label,
        "destination": Destination(weighing.destination).label,
        "weights": f"{kilograms(weighing.gross_g)} − {kilograms(weighing.tare_g)} = {kilograms(weighing.net_g)}",
        "shares": _shares(loads=list(weighing.loads.all())),
        "by": f"{who(weighing.recorded_by)} {timezone.localtime(weighing.recorded_at):%Y-%m-%d %H:%M}",
    }


def imported_row(*, load: Load) -> dict[str, object]:
    """The imported load with which it began."""
    return {
        "what": "导入",
        "reason": "",
        "is_void": False,
        "on": f"{load.collected_on}",
        "category": load.get_category_display(),
        "destination": load.get_destination_display(),
        "weights": kilograms(load.weight_g),
        "shares": _shares(loads=[load]),
        "by": f"{timezone.localtime(load.received_at):%Y-%m-%d %H:%M}",
    }


def correction_row(*, weighing: Weighing) -> dict[str, object]:
    """A line of the latest corrections."""
    return {
        "number": weighing.number,
        "pk": _load_behind(weighing=weighing),
        "what": "作废" if weighing.is_void else f"第 {weighing.revision} 次更正",
        "reason": weighing.reason,
        "by": f"{who(weighing.recorded_by)} {timezone.localtime(weighing.recorded_at):%Y-%m-%d %H:%M}",
    }


def facts_of(*, weighing: Weighing) -> list[tuple[str, str]]:
    """What the weighing says, line by line."""
    return [
        ("清运日期", f"{weighing.collected_on}"),
        ("车牌号", weighing.vehicle or "—"),
        ("类别、去向", f"{WasteCategory(weighing.category).label} → {Destination(weighing.destination).label}"),
        ("毛重", f"{kilograms(weighing.gross_g)} 千克"),
        ("皮重", f"{kilograms(weighing.tare_g)} 千克"),
        ("净重", f"{kilograms(weighing.net_g)} 千克"),
        ("分摊", Sharing(weighing.sharing).label),
    ]


def who(user: User) -> str:
    """A colleague's name."""
    return user.display_name or user.get_username()


def _how(*, weighing: Weighing | None) -> str:
    if weighing is None:
        return "导入"
    return f"更正 {weighing.revision} 次" if weighing.revision else "过磅登记"


def _shares(*, loads: Sequence[Load]) -> str:
    return ";".join(f"{load.community.name} {kilograms(load.weight_g)}" for load in loads) or "—"


def _load_behind(*, weighing: Weighing) -> int | None:
    """A load by which its page is found: its own, or what it replaces."""
    own = [load.pk for load in weighing.loads.all()]
    if own:
        return own[0]
    if weighing.replaces_load_id is not None:
        return weighing.replaces_load_id
    before = [load.pk for load in weighing.replaces.loads.all()] if weighing.replaces else []
    return before[0] if before else None
