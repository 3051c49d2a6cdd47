"""Opening windows in the back office: what is entered wrong is said in the officer's words, beside the field."""

import datetime as dt
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.admin.widgets import AdminTimeWidget
from django.core.exceptions import ValidationError

from people.back_office import PlainInline
from sorting.models import CollectionPoint, OpenWindow
from sorting.open_windows import END_OF_DAY, WINDOWS_MAX

if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[OpenWindow]
    _InlineFormSet = forms.BaseInlineFormSet[OpenWindow, CollectionPoint, Any]
else:  # Django's own classes take no type parameters
    _ModelForm = forms.ModelForm
    _InlineFormSet = forms.BaseInlineFormSet

_MIDNIGHT = "24:00"
_NO_TIME = "请填写时刻,例如 07:00"
_ERRORS = {"required": _NO_TIME, "invalid": f"没有这样的时刻。{_NO_TIME}"}


class EndField(forms.TimeField):
    """A time of day as people write it: 24:00 is the end of the day."""

    def prepare_value(self, value: Any) -> Any:
        """What the field shows."""
        # Django hands a widget no microseconds.
        return _MIDNIGHT if value in (END_OF_DAY, END_OF_DAY.replace(microsecond=0)) else value

    def to_python(self, value: Any) -> dt.time | None:
        """What was written."""
        return END_OF_DAY if isinstance(value, str) and value.strip() == _MIDNIGHT else super().to_python(value)


class OpenWindowForm(_ModelForm):
    """One window: start included, end excluded."""

    starts_at = forms.TimeField(label="开始", widget=AdminTimeWidget, error_messages=_ERRORS)
    ends_at = EndField(label="结束", widget=AdminTimeWidget, error_messages=_ERRORS, help_text="24:00 = 到当天结束")

    def clean(self) -> dict[str, Any]:
        """The hours in order."""
        values = super().clean() or {}
        starts_at, ends_at = values.get("starts_at"), values.get("ends_at")
        if starts_at is not None and ends_at is not None and ends_at <= starts_at:
            self.add_error("ends_at", "结束须在开始之后;跨夜请写成两段,如 22:00-24:00 和 00:00-02:00")
        return values

    def _get_validation_exclusions(self) -> set[str]:
        # The constraints of the table say the same in words for an engineer; the form and its set said it already.
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]  # the stubs leave it out
        return excluded | {"ends_at"}


class OpenWindowFormSet(_InlineFormSet):
    """The windows of a point."""

    def clean(self) -> None:
        """None overlaps another, and they are few enough to be opening hours."""
        super().clean()
        windows = sorted(
            (values["starts_at"], values["ends_at"])
            for form in self.forms
            if form not in self.deleted_forms
            and (values := getattr(form, "cleaned_data", {})).get("starts_at") is not None
            and values.get("ends_at") is not None
        )
        if len(windows) > WINDOWS_MAX:
            raise ValidationError(f"时段超过 {WINDOWS_MAX} 个")
        for (_, ends_at), (starts_at, _) in pairwise(windows):
            if starts_at < ends_at:
                raise ValidationError(f"时段重叠:{starts_at:%H:%M} 在前一时段结束之前")

    def validate_unique(self) -> None:
        """Two windows with one start overlap: `clean` says so, in better words."""


class OpenWindowInline(PlainInline):
    """投放时段 of a point."""

    model = OpenWindow
    form = OpenWindowForm
    formset = OpenWindowFormSet
    ordering = ("starts_at",)
    verbose_name_plural = "投放时段(不填:全天开放)"
