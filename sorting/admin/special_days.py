"""Special days in the back office: entered ahead, kept as they were once they are over."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from people.back_office import PlainInline
from sorting.models import CollectionPoint, SpecialDay

if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[SpecialDay]
    _InlineFormSet = forms.BaseInlineFormSet[SpecialDay, CollectionPoint, Any]
else:  # Django's own classes take no type parameters
    _ModelForm = forms.ModelForm
    _InlineFormSet = forms.BaseInlineFormSet

PAST_MESSAGE = "日期已过:只能填今天或以后的日期,否则补传的投放记录会与当时收到的判得不一样"
KEPT_MESSAGE = "已过的特殊日不能修改或删除,否则补传的投放记录会与当时收到的判得不一样"


class SpecialDayForm(_ModelForm):
    """One window of a special day, or a day on which the point stays closed."""

    def clean(self) -> dict[str, Any]:
        """The hours whole and in order; no day that is over, neither before nor after the change."""
        values = super().clean() or {}
        if not self.has_changed():  # an old row that stands in the page beside what is saved
            return values
        today = timezone.localdate()
        if _is_over(special_day=self.initial.get("on_date"), today=today):
            self.add_error("on_date", KEPT_MESSAGE)
        elif _is_over(special_day=values.get("on_date"), today=today):
            self.add_error("on_date", PAST_MESSAGE)
        starts_at, ends_at = values.get("starts_at"), values.get("ends_at")
        if (starts_at is None) != (ends_at is None):
            self.add_error("ends_at", "开始和结束要么都填,要么都不填(全天不开放)")
        elif starts_at is not None and ends_at is not None and ends_at <= starts_at:
            self.add_error("ends_at", "结束须在开始之后")
        return values


class SpecialDayFormSet(_InlineFormSet):
    """The special days of a point."""

    def clean(self) -> None:
        """Nothing that is over goes; a point is closed once a day."""
        super().clean()
        today = timezone.localdate()
        if any(_is_over(special_day=form.initial.get("on_date"), today=today) for form in self.deleted_forms):
            raise ValidationError(KEPT_MESSAGE)
        closed: set[dt.date] = set()
        for form in self.forms:
            values = getattr(form, "cleaned_data", {})
            if form in self.deleted_forms or not values.get("on_date") or values.get("starts_at") is not None:
                continue
            if values["on_date"] in closed:
                raise ValidationError(f"{values['on_date']} 全天不开放填了两次")
            closed.add(values["on_date"])


class SpecialDayInline(PlainInline):
    """特殊日 of a point; those that are over stay visible."""

    model = SpecialDay
    form = SpecialDayForm
    formset = SpecialDayFormSet
    ordering = ("-on_date", "starts_at")
    verbose_name_plural = "特殊日(不填时间:全天不开放)"


def _is_over(*, special_day: dt.date | None, today: dt.date) -> bool:
    return special_day is not None and special_day < today
