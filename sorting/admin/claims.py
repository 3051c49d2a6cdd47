"""Claims in the back office: machines that wait for an officer who compares their serial numbers."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from lib.errors import DomainError
from people.back_office import ReadOnlyAdmin
from people.models import User
from sorting.models import BinClaim
from sorting.services.claims import decide_claim


@admin.register(BinClaim)
class BinClaimAdmin(ReadOnlyAdmin):
    """智能桶认领: codes are made by `bin_claim`; here they are approved or refused."""

    list_display = ("bin_code", "point", "serial_number", "model_name", "presented_at", "is_approved", "decided_by")
    fields = readonly_fields = (
        *("bin_code", "point", "categories", "made_by", "made_at", "expires_at"),
        *("serial_number", "model_name", "presented_at", "is_approved", "decided_by", "decided_at"),
        *("bin", "key_given_at"),
    )
    list_filter = (("presented_at", admin.EmptyFieldListFilter), "is_approved")
    search_fields = ("=bin_code", "=serial_number")
    list_select_related = ("point", "decided_by")
    ordering = ("-id",)
    actions = ["approve", "refuse"]

    # Reading is all that a row allows; deciding is its own right.
    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Who may register bins may approve them."""
        return request.user.has_perm("sorting.add_smartbin")

    @admin.action(description="同意(已核对机身序列号)", permissions=["decide"])
    def approve(self, request: HttpRequest, claims: QuerySet[BinClaim]) -> None:
        """Register the bins of the chosen claims."""
        self._decide(request, claims, is_approved=True)

    @admin.action(description="不同意", permissions=["decide"])
    def refuse(self, request: HttpRequest, claims: QuerySet[BinClaim]) -> None:
        """Turn the chosen machines away."""
        self._decide(request, claims, is_approved=False)

    def _decide(self, request: HttpRequest, claims: QuerySet[BinClaim], *, is_approved: bool) -> None:
        assert isinstance(request.user, User)
        done = 0
        for claim in claims.order_by("pk"):
            try:
                decide_claim(claim=claim, is_approved=is_approved, officer=request.user, now=timezone.now())
                done += 1
            except DomainError as error:
                self.message_user(request, f"{claim.bin_code}:{error.text}", messages.WARNING)
        if done:
            self.message_user(request, f"{'同意' if is_approved else '不同意'} {done} 个认领")
