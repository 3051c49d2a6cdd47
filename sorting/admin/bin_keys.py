"""A bin's key on screen: made, ended and made anew, each after a question; a new key is shown once, by that answer."""

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone

from sorting.models import SmartBin
from sorting.services.bin_keys import OVERLAP_H, NewKey, make_bin_key, revoke_bin

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[SmartBin]
else:  # Django's own class takes no type parameter
    _ModelAdmin = admin.ModelAdmin

_TEMPLATES = "admin/sorting/smartbin"


class KeyStep(StrEnum):
    """What can be done to a bin's key; the last part of the page's address."""

    ROTATE = "rotate"
    REVOKE = "revoke"
    REINSTATE = "reinstate"


TITLES = {KeyStep.ROTATE: "生成新密钥", KeyStep.REVOKE: "停用", KeyStep.REINSTATE: "重新启用"}
_CONSEQUENCES = {
    KeyStep.ROTATE: f"新密钥只显示一次,请准备好立即写入该桶。现用密钥在 {OVERLAP_H} 小时后失效。",
    KeyStep.REVOKE: "该桶的全部密钥立即失效,此后发来的一切都会被拒收。已有的投放记录保留。",
    KeyStep.REINSTATE: "该桶重新启用,并生成一个新密钥(只显示一次);停用前的密钥不再有效。",
}


class BinKeyScreens(_ModelAdmin):
    """The pages behind the three buttons on a bin's page."""

    def get_urls(self) -> list[URLPattern]:
        """The key's pages before Django's own, which take any address. Through admin_view they are never stored."""
        page = self.admin_site.admin_view(self.key_view)
        return [path("<int:bin_id>/key/<str:step>/", page, name="sorting_smartbin_key"), *super().get_urls()]

    def key_view(self, request: HttpRequest, bin_id: int, step: str) -> HttpResponse:
        """Ask; on POST do it."""
        smart_bin = get_object_or_404(SmartBin, pk=bin_id)
        if not self.has_change_permission(request, smart_bin):
            raise PermissionDenied
        if step not in list(KeyStep):
            raise Http404
        if request.method == "POST":
            return self._take(request, bin_id=bin_id, step=KeyStep(step))
        return self._ask(request, smart_bin=smart_bin, step=KeyStep(step))

    @transaction.atomic
    def _take(self, request: HttpRequest, *, bin_id: int, step: KeyStep) -> HttpResponse:
        """Do it and write down that it was done, without the key. All of it or, if the page cannot be made, nothing."""
        smart_bin = SmartBin.objects.select_for_update().get(pk=bin_id)
        # A page that is sent twice would end the key that the machine still signs with: at most two are valid.
        if request.POST.get("state") != _state(smart_bin=smart_bin):
            return self._ask(request, smart_bin=smart_bin, step=step, is_stale=True)
        if _obstacle(smart_bin=smart_bin, step=step):
            return self._ask(request, smart_bin=smart_bin, step=step)
        now = timezone.now()
        self.log_change(request, smart_bin, f"密钥:{TITLES[step]}")
        if step == KeyStep.REVOKE:
            revoke_bin(smart_bin=smart_bin, now=now)
            self.message_user(request, f"{smart_bin.code} 已停用", messages.SUCCESS)
            return redirect("admin:sorting_smartbin_change", bin_id)
        made = make_bin_key(smart_bin=smart_bin, now=now, is_reinstated=step == KeyStep.REINSTATE)
        return self._show(request, smart_bin=smart_bin, step=step, made=made)

    def _ask(self, request: HttpRequest, *, smart_bin: SmartBin, step: KeyStep, is_stale: bool = False) -> HttpResponse:
        return render(
            request,
            f"{_TEMPLATES}/ask_key.html",
            self._context(request, smart_bin=smart_bin, step=step)
            | {
                "is_stale": is_stale,
                "obstacle": _obstacle(smart_bin=smart_bin, step=step),
                "consequence": _CONSEQUENCES[step],
                "running_out_at": _running_out_at(smart_bin=smart_bin) if step == KeyStep.ROTATE else None,
                "state": _state(smart_bin=smart_bin),
            },
            status=409 if is_stale else 200,
        )

    def _show(self, request: HttpRequest, *, smart_bin: SmartBin, step: KeyStep, made: NewKey) -> HttpResponse:
        context = self._context(request, smart_bin=smart_bin, step=step)
        return render(request, f"{_TEMPLATES}/new_key.html", context | {"made": made})

    def _context(self, request: HttpRequest, *, smart_bin: SmartBin, step: KeyStep) -> dict[str, Any]:
        title = f"{TITLES[step]}:{smart_bin.code}"
        context = self.admin_site.each_context(request)
        return context | {"title": title, "verb": TITLES[step], "smart_bin": smart_bin, "opts": self.opts}


def _obstacle(*, smart_bin: SmartBin, step: KeyStep) -> str:
    """Why the step is not for this bin as it is; "" where it is."""
    if step == KeyStep.REINSTATE:
        return "" if smart_bin.revoked_at else "此桶没有停用。"
    return "此桶已停用。" if smart_bin.revoked_at else ""


def _state(*, smart_bin: SmartBin) -> str:
    """What a page was made for: the newest key, and whether the bin is in service."""
    newest = smart_bin.keys.order_by("-pk").values_list("pk", flat=True).first()
    return f"{newest or 0}-{'revoked' if smart_bin.revoked_at else 'in-service'}"


def _running_out_at(*, smart_bin: SmartBin) -> Any:
    """Until when the key before the current one still counts; None where there is none: another new key ends it now."""
    running_out = smart_bin.keys.filter(expires_at__gt=timezone.now())
    return running_out.order_by("-pk").values_list("expires_at", flat=True).first()
