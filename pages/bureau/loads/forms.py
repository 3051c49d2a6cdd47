"""The slip of the weighbridge as a form: the truck full and empty, and the communities it came from."""

from collections.abc import Mapping
from typing import Any

from django import forms

from collection.models import Destination
from collection.services import Share, Slip
from collection.services.weighings import COMMUNITIES_MAX
from households.models import Community
from sorting.categories import WasteCategory

ROWS_OPEN = 4
_NONE: list[tuple[str, str]] = [("", "请选")]


class DayInput(forms.DateInput):
    """A browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class KilogramField(forms.DecimalField):
    """Kilograms as a scale prints them, up to three decimals; a comma in thousands is taken."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_digits=13,
            decimal_places=3,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            error_messages={"invalid": "请填数字,单位是千克", "max_decimal_places": "最多三位小数,即精确到克"},
            **kwargs,
        )

    def to_python(self, value: Any) -> Any:
        """Without the commas, narrow or wide."""
        return super().to_python(value.replace(",", "").replace("\uff0c", "") if isinstance(value, str) else value)


class SlipForm(forms.Form):
    """What stands on a slip; `shares` and `slip` are read from it once it is valid."""

    number = forms.CharField(label="磅单号", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    collected_on = forms.DateField(label="清运日期", widget=DayInput())
    vehicle = forms.CharField(label="车牌号(可不填)", max_length=20, required=False)
    category = forms.ChoiceField(label="类别", choices=[*_NONE, *WasteCategory.choices])
    destination = forms.ChoiceField(label="去向", choices=[*_NONE, *Destination.choices])
    gross_kg = KilogramField(label="毛重(千克)", help_text="满车过磅的重量")
    tare_kg = KilogramField(label="皮重(千克)", help_text="空车的重量;磅单上只有净重的,毛重填净重,这里填 0")

    def __init__(self, *args: Any, communities: Mapping[str, Community], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"label_suffix": ""})
        self.communities = communities
        for row in range(COMMUNITIES_MAX):
            self.fields[f"community_{row}"] = forms.CharField(
                label=f"小区 {row + 1}",
                max_length=80,
                required=False,
                widget=forms.TextInput(attrs={"list": "communities", "autocomplete": "off"}),
            )
            self.fields[f"weight_{row}"] = KilogramField(label=f"千克 {row + 1}", required=False)
        self.order_fields([*[name for name in self.fields if name not in LAST], *LAST])

    @property
    def head(self) -> list[forms.BoundField]:
        """The fields of the truck."""
        return [
            self[name] for name in self.fields if not name.startswith(("community_", "weight_")) and name not in LAST
        ]

    @property
    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The first fields of communities, which most rounds need."""
        return self._rows(first=0, last=ROWS_OPEN)

    @property
    def more_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The others."""
        return self._rows(first=ROWS_OPEN, last=COMMUNITIES_MAX)

    @property
    def has_more(self) -> bool:
        """Whether anything stands in the others."""
        return any(community.value() or weight.value() for community, weight in self.more_rows)

    def _rows(self, *, first: int, last: int) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"community_{row}"], self[f"weight_{row}"]) for row in range(first, last)]

    @property
    def tail(self) -> list[forms.BoundField]:
        """What a correction asks besides."""
        return [self[name] for name in LAST if name in self.fields]

    def clean(self) -> dict[str, Any]:
        """Each name is a community within reach, and no weight is without one."""
        values = super().clean() or {}
        shares = []
        for row in range(COMMUNITIES_MAX):
            name, weight_kg = values.get(f"community_{row}", ""), values.get(f"weight_{row}")
            if name and name not in self.communities:
                self.add_error(f"community_{row}", f"没有“{name}”这个小区,或者不归您管。请从列表里选。")
            elif name:
                shares.append(Share(community=self.communities[name], weight_kg=weight_kg))
            elif weight_kg is not None:
                self.add_error(f"community_{row}", "填了重量,没有填是哪个小区")
        return values | {"shares": shares}

    def slip(self) -> Slip:
        """What was typed; the form is valid."""
        said = self.cleaned_data
        return Slip(
            collected_on=said["collected_on"],
            category=said["category"],
            destination=said["destination"],
            gross_kg=said["gross_kg"],
            tare_kg=said["tare_kg"],
            shares=said["shares"],
            vehicle=said["vehicle"],
        )


class CorrectionForm(SlipForm):
    """The same slip as it should be, and why; `revision` is the one that was looked at."""

    number = None  # type: ignore[assignment]  # Django's way to leave a field out: the number stays
    is_void = forms.BooleanField(label="整张作废:没有这一车,或者登了两次", required=False)
    reason = forms.CharField(label="为什么更正", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    revision = forms.IntegerField(widget=forms.HiddenInput())


LAST = ("is_void", "reason", "revision")
