"""The forms of reported values: entering one, and setting a deadline."""

from typing import Any

from django import forms

from indicators.models import Direction, IndicatorMeasure
from lib.evidence import EVIDENCE_BYTES_MAX, FileKind
from pages.bureau.units import unit_word

VALUE_MAX = 10**13  # what the column holds
_ENDINGS = ",".join(f".{kind.value}" for kind in FileKind) + ",.jpeg"


class DayInput(forms.DateInput):
    """A browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class PeriodForm(forms.Form):
    """A first and a last day."""

    starts_on = forms.DateField(label="期间开始", widget=DayInput())
    ends_on = forms.DateField(label="期间结束(含当天)", widget=DayInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"label_suffix": ""})


class ReportForm(PeriodForm):
    """A measure's value of a period with its evidence; words only where the plan's target is words."""

    value = forms.DecimalField(min_value=-VALUE_MAX, max_value=VALUE_MAX, max_digits=19, decimal_places=6)
    value_text = forms.CharField(
        label="完成情况", max_length=400, widget=forms.Textarea(attrs={"rows": 3}), help_text="写明做了什么、做到哪一步"
    )
    note = forms.CharField(
        label="说明(可不填)", max_length=400, required=False, help_text="数据从哪里来,例如“统计年报第 3 页”"
    )
    evidence = forms.FileField(
        label="佐证材料",
        help_text=(f"PDF、Word(docx)、Excel(xlsx)、JPG 或 PNG,一个文件,不超过 {EVIDENCE_BYTES_MAX // 1024 // 1024} MB"),
        widget=forms.FileInput(attrs={"accept": _ENDINGS}),
    )

    def __init__(self, *args: Any, measure: IndicatorMeasure, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit = unit_word(measure.unit)
        is_in_words = measure.direction == Direction.QUALITATIVE
        self.fields["value"].label = ("数值" + (f"({unit})" if unit else "")) + ("(可不填)" if is_in_words else "")
        self.fields["value"].required = not is_in_words
        if not is_in_words:
            del self.fields["value_text"]


class DeadlineForm(PeriodForm):
    """For which indicator, which period, until when."""

    indicator = forms.ChoiceField(label="指标", required=False)
    due_on = forms.DateField(label="截止日期(含当天)", widget=DayInput())

    field_order = ("indicator", "starts_on", "ends_on", "due_on")

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chooser = self.fields["indicator"]
        assert isinstance(chooser, forms.ChoiceField)
        chooser.choices = [("", "所有由部门填报的指标"), *choices]
