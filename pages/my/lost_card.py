"""挂失: the household's own lost card ends at once, in two steps."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from households.services import stop_card
from pages.english.told import told
from pages.my.access import Resident, for_residents
from pages.my.shell import render_my


@require_http_methods(["GET", "HEAD", "POST"])
@for_residents
def lost_card(request: HttpRequest, resident: Resident, card_id: int) -> HttpResponse:
    """Says what happens and how to get another; POST ends the card."""
    card = resident.household.cards.filter(pk=card_id, valid_to__isnull=True).first()
    if card is None:
        raise Http404
    end = card.number[-4:]
    if request.method == "POST":
        stop_card(card=card, now=timezone.now())
        messages.info(request, gettext("尾号 {end} 的卡已挂失。补卡请带证件找小区的督导员。").format(end=end))
        return redirect("my-me")
    words = f"{told(card.get_kind_display())} {gettext('尾号 {end}').format(end=end)}"
    context = {"heading": gettext("挂失"), "card_id": card.pk, "card": words}
    return render_my(request, resident, "pages/my/lost_card.html", context, current="my-me")
