"""Cards printed in the back office: chosen, printed for a reason, taken away as sheets or pictures, all on record."""

from collections.abc import Sequence

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_POST

from households.models import Card, CardKind, CardPrinting, Community, Household
from households.services import may_print_cards, print_cards, take_printing
from households.services.card_printing import CARDS_MAX
from lib.errors import DomainError
from people.back_office import ReadOnlyAdmin
from people.models import User
from sorting.card_faces import CardFace, card_sheets, cards_zip

NO_TLS = "请用 https 网址打开后台再制卡:二维码里印的是这个网址。"


class PrintingForm(forms.Form):
    """Whose cards, why, and what stands on them."""

    community = forms.ModelChoiceField(Community.objects.order_by("name"), label="小区", required=False)
    building = forms.CharField(label="楼栋(空 = 整个小区)", max_length=40, required=False)
    only_without = forms.BooleanField(label="只印还没有二维码卡的住户", required=False, initial=True)
    reason = forms.CharField(label="事由", max_length=150)
    shows_door = forms.BooleanField(
        label="印门牌号", required=False, initial=True, help_text="发卡时好认门;不印的话,捡到卡的人看不出是哪一家"
    )
    is_replacing = forms.BooleanField(
        label="补办:原来的二维码卡立即作废,印新的", required=False, help_text="只在卡丢失或外泄时勾选"
    )


@admin.register(CardPrinting)
class CardPrintingAdmin(ReadOnlyAdmin):
    """制卡批次: what was printed, by whom and why."""

    list_display = ("id", "at", "by", "reason", "is_replacing", "shows_door")
    fields = readonly_fields = ("at", "by", "reason", "link_base", "is_replacing", "shows_door", "card_count")
    list_filter = ("is_replacing",)
    search_fields = ("reason",)
    list_select_related = ("by",)
    ordering = ("-id",)
    change_form_template = "admin/households/cardprinting/batch.html"
    change_list_template = "admin/households/cardprinting/batches.html"

    @admin.display(description="张数")
    def card_count(self, printing: CardPrinting) -> int:
        """How many cards were printed; a replaced one is among them."""
        return printing.cards.count()

    def get_urls(self) -> list[URLPattern]:
        """Our pages before Django's own, which take any address."""
        make, take = self.admin_site.admin_view(self.make_view), self.admin_site.admin_view(self.take_view)
        return [
            path("make/", make, name="households_cardprinting_make"),
            path("<int:printing_id>/<str:form>/take/", take, name="households_cardprinting_take"),
            *super().get_urls(),
        ]

    def make_view(self, request: HttpRequest) -> HttpResponse:
        """Ask whose cards and why; on POST record the batch and go to its page."""
        user = _printer(request)
        chosen = _chosen_ids(request)
        link_base = request.build_absolute_uri("/c/")
        form = PrintingForm(request.POST or None)
        problem = "" if _is_fit_for_print(link_base=link_base) else NO_TLS
        if request.method == "POST" and not problem and form.is_valid():
            try:
                printing = print_cards(
                    household_ids=chosen or _households_of(form=form),
                    by=user,
                    reason=form.cleaned_data["reason"],
                    link_base=link_base,
                    shows_door=form.cleaned_data["shows_door"],
                    is_replacing=form.cleaned_data["is_replacing"],
                    now=timezone.now(),
                )
                self.log_addition(request, printing, "制卡")
                return redirect("admin:households_cardprinting_change", printing.pk)
            except DomainError as error:
                problem = error.text
        context = self.admin_site.each_context(request) | {
            "title": "印制住户卡",
            "form": form,
            "chosen": chosen,
            "link_base": link_base,
            "problem": problem,
        }
        status = 422 if request.method == "POST" else 200
        return render(request, "admin/households/cardprinting/make.html", context, status=status)

    def take_view(self, request: HttpRequest, printing_id: int, form: str) -> HttpResponse:
        """The batch as a file. By POST: that it was taken is written down."""
        return require_POST(self._take)(request, printing_id, form)

    def _take(self, request: HttpRequest, printing_id: int, form: str) -> HttpResponse:
        printing = get_object_or_404(CardPrinting, pk=printing_id)
        cards = take_printing(printing=printing, by=_printer(request), now=timezone.now())
        faces = [
            CardFace(
                link=f"{printing.link_base}{card.number}",
                community=card.household.community.name,
                door=_door(card.household) if printing.shows_door else "",
            )
            for card in cards
        ]
        if form == "pdf":
            answer = HttpResponse(card_sheets(faces=faces, made_at=printing.at), content_type="application/pdf")
        else:
            answer = HttpResponse(cards_zip(faces=faces), content_type="application/zip")
        name = f"cards-{printing.pk}.{'pdf' if form == 'pdf' else 'zip'}"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer


def _printer(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or not may_print_cards(user=user, on=timezone.localdate()):
        raise PermissionDenied
    return user


def _chosen_ids(request: HttpRequest) -> list[int]:
    """The households that were ticked in the list, as the address or the form carries them."""
    text = request.POST.get("chosen", "") or request.GET.get("chosen", "")
    return [int(part) for part in text.split(",")[: CARDS_MAX + 1] if part.isdecimal() and len(part) < 19]


def _households_of(*, form: PrintingForm) -> Sequence[int]:
    """The households that the form describes, one more than a batch may hold at most."""
    community, building = form.cleaned_data["community"], form.cleaned_data["building"].strip()
    found = Household.objects.filter(community=community, left_on__isnull=True)
    if building:
        found = found.filter(building=building)
    if form.cleaned_data["only_without"] and not form.cleaned_data["is_replacing"]:
        found = found.exclude(cards__in=Card.objects.filter(kind=CardKind.QR, valid_to__isnull=True))
    return list(found.order_by("pk").values_list("pk", flat=True)[: CARDS_MAX + 1])


def _is_fit_for_print(*, link_base: str) -> bool:
    return settings.DEMO or link_base.startswith("https://")


def _door(household: Household) -> str:
    """门牌号: building, unit and room, as short as it is still found."""
    return f"{household.building}-{household.unit}-{household.room}"
