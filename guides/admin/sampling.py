"""How much is sampled from which day on, and what was put on record of each day's key."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from guides.models import SampleCommitment, SampleRate
from guides.services.sampling import RateTooLate, set_sample_rate
from people.back_office import ReadOnlyAdmin

if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[SampleRate]
else:  # Django's own class takes no type parameters
    _ModelForm = forms.ModelForm


class SampleRateForm(_ModelForm):
    """A rate begins tomorrow at the earliest: today's sample is being drawn."""

    def clean(self) -> dict[str, Any]:
        """Say so beside the day."""
        values = super().clean() or {}
        starts_on = values.get("starts_on")
        if starts_on is not None and starts_on <= timezone.localdate():
            self.add_error("starts_on", RateTooLate.message)
        return values


@admin.register(SampleRate)
class SampleRateAdmin(ReadOnlyAdmin):
    """抽样比例: a new one is added; what holds or held is never changed."""

    form = SampleRateForm
    list_display = ("starts_on", "community", "rate_permille", "set_by", "set_at")
    list_select_related = ("community", "set_by")
    fields = ("community", "starts_on", "rate_permille")
    ordering = ("-starts_on", "pk")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever may add such rows at all."""
        return bool(request.user.has_perm("guides.add_samplerate"))

    def save_model(self, request: HttpRequest, obj: SampleRate, form: object, change: bool) -> None:
        """By the service, which knows what is too late."""
        assert request.user.is_authenticated
        saved = set_sample_rate(
            community=obj.community,
            starts_on=obj.starts_on,
            rate_permille=obj.rate_permille,
            by=request.user,
            now=timezone.now(),
        )
        obj.pk = saved.pk


@admin.register(SampleCommitment)
class SampleCommitmentAdmin(ReadOnlyAdmin):
    """抽样承诺."""

    list_display = fields = readonly_fields = ("on_date", "key_digest", "committed_at")
    ordering = ("-on_date",)
