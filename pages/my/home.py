"""首页: what the household holds."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from pages.my.access import Resident, for_residents
from pages.my.shell import render_my
from points.models import Account, AccountKind


@require_safe
@for_residents
def home(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Available and pending points."""
    balances = dict(Account.objects.filter(household=resident.household).values_list("kind", "balance_points"))
    context = {
        "heading": "首页",
        "available_points": balances.get(AccountKind.AVAILABLE, 0),
        "pending_points": balances.get(AccountKind.PENDING, 0),
    }
    return render_my(request, resident, "pages/my/home.html", context, current="my-home")
