"""Shops in the back office: where rewards are handed out, and what each month comes to."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone

from lib.errors import DomainError
from people.back_office import KeptAdmin, ReadOnlyAdmin
from people.grants_admin import offer_scopes
from people.models import ScopeKind, User
from points.models import Shop, ShopSettlement
from points.queries.shop_settlements import months_of_shop
from points.reward_rules import yuan
from points.services import close_shop_month
from points.settlement_sheet import settlement_sheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

offer_scopes(kind=ScopeKind.SHOP, choices=lambda: list(Shop.objects.order_by("name").values_list("pk", "name")))


@admin.register(Shop)
class ShopAdmin(KeptAdmin):
    """商户和兑换点."""

    list_display = ("name", "kind", "community", "address", "contact", "is_active")
    list_filter = ("kind", "is_active")
    search_fields = ("name", "address")
    list_select_related = ("community",)
    ordering = ("name",)

    def get_urls(self) -> list[URLPattern]:
        """The page of months before Django's own, which take any address."""
        page = self.admin_site.admin_view(self.months_view)
        return [path("<int:shop_id>/months/", page, name="points_shop_months"), *super().get_urls()]

    def months_view(self, request: HttpRequest, shop_id: int) -> HttpResponse:
        """The months of a shop; on POST close one."""
        shop = get_object_or_404(Shop, pk=shop_id)
        if not self.has_change_permission(request, shop) or not isinstance(request.user, User):
            raise PermissionDenied
        problem = ""
        if request.method == "POST":
            problem = self._close(request, shop=shop, officer=request.user)
            if not problem:
                return redirect("admin:points_shop_months", shop.pk)
        context = self.admin_site.each_context(request) | {
            "title": f"按月结算:{shop.name}",
            "shop": shop,
            "months": months_of_shop(shop=shop, now=timezone.now()),
            "problem": problem,
        }
        return render(request, "admin/points/shop/months.html", context, status=422 if problem else 200)

    def _close(self, request: HttpRequest, *, shop: Shop, officer: User) -> str:
        """Close the month that was chosen; the message of what stood in the way, else ""."""
        try:
            year, month = (int(part) for part in request.POST.get("month", "").split("-"))
            settlement = close_shop_month(shop=shop, year=year, month=month, officer=officer, now=timezone.now())
        except ValueError as error:
            raise Http404 from error
        except DomainError as error:
            return error.text
        self.log_change(request, shop, f"结账 {year}-{month:02d}")
        self.message_user(
            request,
            f"{year}年{month}月已结账:{settlement.redemption_count} 单,{settlement.points} 分",
            messages.SUCCESS,
        )
        return ""


@admin.register(ShopSettlement)
class ShopSettlementAdmin(ReadOnlyAdmin):
    """商户结算单: closed ones, to be read and taken away as a sheet."""

    list_display = ("shop", "year", "month", "redemption_count", "points", "amount", "closed_at", "closed_by")
    fields = readonly_fields = (*list_display, "points_per_yuan")
    list_filter = ("year", "month", "shop")
    list_select_related = ("shop", "closed_by")
    ordering = ("-year", "-month", "shop__name")

    @admin.display(description="金额(元)")
    def amount(self, settlement: ShopSettlement) -> str:
        """What the shop is owed."""
        return f"{yuan(points=settlement.points, points_per_yuan=settlement.points_per_yuan):,}"

    def get_urls(self) -> list[URLPattern]:
        """The sheet before Django's own pages, which take any address."""
        page = self.admin_site.admin_view(self.sheet_view)
        return [path("<int:settlement_id>/sheet/", page, name="points_shopsettlement_sheet"), *super().get_urls()]

    def sheet_view(self, request: HttpRequest, settlement_id: int) -> HttpResponse:
        """The settlement as xlsx."""
        closed: Any = ShopSettlement.objects.select_related("shop", "closed_by")
        settlement: ShopSettlement = get_object_or_404(closed, pk=settlement_id)
        if not self.has_view_permission(request, settlement):
            raise PermissionDenied
        response = HttpResponse(settlement_sheet(settlement=settlement), content_type=XLSX)
        name = f"settlement-{settlement.shop_id}-{settlement.year}-{settlement.month:02d}.xlsx"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
