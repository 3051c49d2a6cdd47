"""Communities and households in the back office. A household opens only with a reason, which is written down."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from households.models import Card, Community, CommunityChange, Consent, Household, Member, Subdistrict
from households.pin_screen import PinScreen
from households.services import open_household
from households.services.community_file import DATED_FIELDS
from people.back_office import KeptAdmin, ReadOnlyAdmin, ReadOnlyInline
from people.grants_admin import offer_scopes
from people.models import ScopeKind, User

OPEN_S = 15 * 60  # how long one reason lets an administrator go on looking at the same household
_OPENED = "opened_households"

offer_scopes(
    kind=ScopeKind.SUBDISTRICT,
    choices=lambda: list(Subdistrict.objects.order_by("name").values_list("pk", "name")),
)
offer_scopes(
    kind=ScopeKind.COMMUNITY,
    choices=lambda: list(Community.objects.order_by("name").values_list("pk", "name")),
)


@admin.register(Subdistrict)
class SubdistrictAdmin(KeptAdmin):
    """街道/乡镇."""

    search_fields = ("name",)


@admin.register(Community)
class CommunityAdmin(KeptAdmin):
    """小区."""

    list_display = ("name", "subdistrict", "is_urban_core", "is_pilot", "household_count", "resident_count")
    list_filter = ("is_urban_core", "is_pilot", "subdistrict")
    search_fields = ("name",)
    list_select_related = ("subdistrict",)

    def get_readonly_fields(self, request: HttpRequest, obj: Community | None = None) -> tuple[str, ...]:
        """What officers have put on record with its day is changed there."""
        is_dated = obj is not None and obj.changes.exists()
        return (*DATED_FIELDS, "pilot_since") if is_dated else ()


@admin.register(CommunityChange)
class CommunityChangeAdmin(ReadOnlyAdmin):
    """小区变更: recorded on the bureau's screen."""

    list_display = ("community", "valid_from", *DATED_FIELDS, "reason", "recorded_by", "recorded_at")
    fields = readonly_fields = list_display
    list_filter = ("community",)
    list_select_related = ("community", "recorded_by")
    ordering = ("community", "-valid_from", "-pk")


class CardInline(ReadOnlyInline):
    """The household's cards: the last four characters are enough to tell them apart."""

    model = Card
    fields = readonly_fields = ("kind", "ending", "issued_at", "valid_from", "valid_to")

    @admin.display(description="尾号")
    def ending(self, card: Card) -> str:
        """The number's end; the whole number would let a card be copied."""
        return f"…{card.number[-4:]}"


class MemberInline(ReadOnlyInline):
    """The household's people, without their phones."""

    model = Member
    fields = readonly_fields = ("name", "joined_at", "left_at")


class ConsentInline(ReadOnlyInline):
    """What the household agreed to."""

    model = Consent
    fields = readonly_fields = ("kind", "is_given", "at", "recorded_by")


@admin.register(Household)
class HouseholdAdmin(PinScreen, ReadOnlyAdmin):
    """住户: found by code or community; opened with a reason."""

    list_display = ("code", "community", "enrolled_on", "left_on")
    list_filter = ("community",)
    search_fields = ("code",)
    list_select_related = ("community",)
    inlines = [CardInline, MemberInline, ConsentInline]
    actions = ["print_chosen"]

    @admin.action(description="印制或补办二维码卡")
    def print_chosen(self, request: HttpRequest, households: QuerySet[Household]) -> HttpResponse:
        """On to the page that asks why."""
        chosen = ",".join(str(pk) for pk in households.order_by("pk").values_list("pk", flat=True))
        return redirect(f"{reverse('admin:households_cardprinting_make')}?chosen={chosen}")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The household, or first the question why."""
        if not self.has_view_permission(request) or not object_id.isdigit():
            return super().change_view(request, object_id, form_url, extra_context)
        reason = request.POST.get("reason", "").strip()
        if request.method == "POST" and reason:
            return self._open(request, household_id=int(object_id), reason=reason)
        if _is_open(request=request, object_id=object_id):
            return super().change_view(request, object_id, form_url, extra_context)
        return render(
            request,
            "admin/households/household/ask_reason.html",
            {**self.admin_site.each_context(request), "title": "查阅住户", "is_empty": request.method == "POST"},
        )

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Nothing is changed here, so there is no history to show around the question."""
        return redirect("admin:households_household_change", object_id)

    def _open(self, request: HttpRequest, *, household_id: int, reason: str) -> HttpResponse:
        """Write down who, whose, why and when; then show it."""
        now = timezone.now()
        household = Household.objects.filter(pk=household_id).first()
        if isinstance(request.user, User) and household is not None:
            open_household(household=household, by=request.user, reason=reason, now=now)
            opened = request.session.get(_OPENED, {})
            request.session[_OPENED] = opened | {str(household_id): now.timestamp()}
        return redirect(request.path)


def _is_open(*, request: HttpRequest, object_id: str) -> bool:
    opened_at = request.session.get(_OPENED, {}).get(str(int(object_id)), 0)
    return bool(timezone.now().timestamp() - opened_at < OPEN_S)
