"""A household's PIN in the back office: given after a question, shown once by the answer, and never again."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path
from django.utils import timezone

from households.models import Household, HouseholdPin
from households.services import PinNotAllowed, give_pin
from people.models import User

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Household]
else:  # Django's own class takes no type parameter
    _ModelAdmin = admin.ModelAdmin


class PinScreen(_ModelAdmin):
    """The page behind the button on a household's page."""

    def get_urls(self) -> list[URLPattern]:
        """The page before Django's own, which take any address. Through admin_view it is never stored."""
        page = self.admin_site.admin_view(self.pin_view)
        return [path("<int:household_id>/pin/", page, name="households_household_pin"), *super().get_urls()]

    def pin_view(self, request: HttpRequest, household_id: int) -> HttpResponse:
        """Ask; on POST give a new PIN and show it."""
        household = get_object_or_404(Household, pk=household_id)
        if not self.has_view_permission(request, household) or not isinstance(request.user, User):
            raise PermissionDenied
        pin = problem = ""
        if request.method == "POST":
            try:
                pin = give_pin(household=household, by=request.user, now=timezone.now())
                self.log_change(request, household, "设置 PIN 码")
            except PinNotAllowed as error:
                problem = error.text
        context = self.admin_site.each_context(request) | {
            "title": f"设置 PIN 码:{household.code}",
            "household": household,
            "pin": pin,
            "problem": problem,
            "has_pin": HouseholdPin.objects.filter(household=household).exists(),
        }
        return render(request, "admin/households/household/pin.html", context, status=422 if problem else 200)
