"""What the audit log keeps of a change in the back office: each field with the value before and the value after."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.text import Truncator

VALUE_LENGTH_MAX = 100  # of a long text the beginning says which one it was
NOTHING = "空"
HIDDEN = "不显示"

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:  # Django's own class takes no type parameters
    _ModelAdmin = admin.ModelAdmin


class TellsChanges(_ModelAdmin):
    """A LogEntry says "户数:400 → 420" where Django's own says "户数". What a password field holds is never told."""

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """Django's message, with the values beside the names of the fields."""
        message = super().construct_change_message(request, form, formsets, add)
        # In the order in which Django's message has them: the row itself, then the changed rows below it.
        changed = [] if add or not form.changed_data else [form]
        for formset in formsets or []:
            rows = {id(each.instance): each for each in formset.forms}
            changed += [rows[id(row)] for row, _names in formset.changed_objects]
        entries = [entry["changed"] for entry in message if "changed" in entry]
        for entry, its_form in zip(entries, changed, strict=True):
            entry["fields"] = [_told(form=its_form, name=name) for name in its_form.changed_data]
        return message


def _told(*, form: forms.BaseForm, name: str) -> str:
    field = form.fields.get(name)
    if field is None:  # the screen of a new password says "password" and has no such field
        return name
    if isinstance(field.widget, forms.PasswordInput):
        before = after = HIDDEN
    else:
        initial = form.get_initial_for_field(field, name)
        before, after = _text(field=field, value=initial), _text(field=field, value=form.cleaned_data.get(name))
    return f"{field.label or name}:{before} → {after}"


def _text(*, field: forms.Field, value: Any) -> str:
    """As the form shows it: the word of a choice, the name of a row, 是 or 否."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(field, forms.ModelChoiceField):
        value = field.to_python(value)
    elif isinstance(field, forms.ChoiceField):
        choices: Any = field.choices  # pairs by now, whatever they were declared as
        words = {str(key): str(word) for key, word in choices}
        several = value if isinstance(value, list | tuple) else [value]
        value = "、".join(words.get(str(each), str(each)) for each in several)
    return Truncator(str(value)).chars(VALUE_LENGTH_MAX)
