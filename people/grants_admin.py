"""Roles in the back office: what somebody does, and where, chosen by name from what there is."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone

from people.back_office import PlainInline
from people.models import Role, RoleGrant, ScopeKind

if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[RoleGrant]
else:  # Django's own class takes no type parameter
    _ModelForm = forms.ModelForm

ScopeChoices = Callable[[], list[tuple[int, str]]]

_offered: dict[ScopeKind, ScopeChoices] = {}
_DISTRICT = f"{ScopeKind.DISTRICT}:0"


def offer_scopes(*, kind: ScopeKind, choices: ScopeChoices) -> None:
    """The screens of whoever keeps the things of this kind say which there are: key and name, in their order."""
    _offered[kind] = choices


class RoleGrantForm(_ModelForm):
    """One role of a user. 居民 is not given here: it comes to who signs in as a member of a household."""

    scope = forms.ChoiceField(label="范围")

    class Meta:
        model = RoleGrant
        fields = ("role", "starts_on", "ends_on")

    field_order = ("role", "scope", "starts_on", "ends_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = self.instance if self.instance.pk else None
        self._choose(name="role", choices=_roles(held=held))
        self._choose(name="scope", choices=_scopes(held=held))
        self.initial["scope"] = f"{held.scope_kind}:{held.scope_id}" if held else _DISTRICT
        self.initial.setdefault("starts_on", timezone.localdate())

    def _choose(self, *, name: str, choices: list[Any]) -> None:
        chooser = self.fields[name]
        assert isinstance(chooser, forms.ChoiceField)
        chooser.choices = choices

    def clean(self) -> dict[str, Any]:
        """The scope taken apart, and one that the role can have."""
        values = super().clean() or {}
        if "scope" in values:
            kind, _, key = values["scope"].partition(":")
            # Also among the values, by which the rows of a page are told apart.
            values["scope_kind"] = self.instance.scope_kind = kind
            values["scope_id"] = self.instance.scope_id = int(key)
            if (values.get("role") == Role.SHOP) != (kind == ScopeKind.SHOP):
                self.add_error("scope", "兑换商户的范围须是一家商户,其他角色的范围不能是商户")
            if (values.get("role") == Role.REPORTER) != (kind == ScopeKind.DEPARTMENT):
                self.add_error("scope", "部门填报员的范围须是一个部门,其他角色的范围不能是部门")
            if values.get("role") == Role.REVIEWER and kind != ScopeKind.DISTRICT:
                self.add_error("scope", "指标审核员的范围须是全区")
        starts_on, ends_on = values.get("starts_on"), values.get("ends_on")
        if starts_on is not None and ends_on is not None and ends_on < starts_on:
            self.add_error("ends_on", "结束日期不能早于开始日期")
        return values

    def _get_validation_exclusions(self) -> set[str]:
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]  # the stubs leave it out
        # Neither is a field of the form, yet the same grant twice is to be said beside it; the days were looked at.
        taken_apart = {"scope_kind", "scope_id"} & self.cleaned_data.keys()
        return (excluded - taken_apart) | {"ends_on"}


class RoleGrantInline(PlainInline):
    """The roles of one user."""

    model = RoleGrant
    form = RoleGrantForm
    fields = RoleGrantForm.field_order
    ordering = ("starts_on", "pk")


def _roles(*, held: RoleGrant | None) -> list[tuple[str, str]]:
    kept = held.role if held else ""
    given = [(value, label) for value, label in Role.choices if value != Role.RESIDENT or value == kept]
    return given if held else [("", "请选择"), *given]


def _scopes(*, held: RoleGrant | None) -> list[Any]:
    """The whole district, then each kind with its names; what somebody holds already stays as it is."""
    choices: list[Any] = [(_DISTRICT, ScopeKind.DISTRICT.label)]
    known = {_DISTRICT}
    for kind in (ScopeKind.SUBDISTRICT, ScopeKind.COMMUNITY, ScopeKind.SHOP, ScopeKind.DEPARTMENT):
        named = [(f"{kind}:{key}", name) for key, name in _offered[kind]()] if kind in _offered else []
        known.update(value for value, _ in named)
        if named:
            choices.append((kind.label, named))
    if held and (value := f"{held.scope_kind}:{held.scope_id}") not in known:
        choices.append((value, f"{held.get_scope_kind_display()} {held.scope_id}"))
    return choices
