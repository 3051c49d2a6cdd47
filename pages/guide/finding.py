"""The household shows its code: typed, or photographed by the camera, it finds the drop-off that was just made here."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from guides.queries.drop_offs import drop_off_of_code
from lib.errors import DomainError
from lib.picture_turns import in_turn
from lib.qr import read_qr
from pages.guide.shell import Duty, for_guides, render_guide
from pages.uploads import uploaded

CODE_CHARACTERS_MAX = 200


class CodeUnreadable(DomainError):
    """There is no code in the picture."""

    code = "code_unreadable"
    message = "照片里没有读到二维码。请靠近、对准再拍一次，或者输入户码。"


@require_http_methods(["GET", "HEAD", "POST"])
@for_guides
def find(request: HttpRequest, duty: Duty) -> HttpResponse:
    """To the household's last drop-off at this point; nothing is told of anybody who was not here just now."""
    if duty.shift is None:
        return redirect("guide-duty")
    typed = request.POST.get("code", "").strip()[:CODE_CHARACTERS_MAX]
    status = 200
    if request.method == "POST":
        try:
            text = photographed(request) or typed
            drop_off_id = drop_off_of_code(text=text, point=duty.shift.point, now=duty.now)
        except DomainError as error:
            messages.error(request, error.text)
        else:
            if drop_off_id is not None:
                return redirect("guide-drop-off", drop_off_id=drop_off_id)
            status = 404
            messages.error(request, "10 分钟内这一户在本投放点没有投放。请核对户码,或者从列表里找。")
    context = {"heading": "扫户码", "typed": typed}
    return render_guide(request, duty, "pages/guide/find.html", context, current="guide", status=status)


def photographed(request: HttpRequest) -> str:
    """The text of the QR in the picture that was sent; "" where none was.

    :raises CodeUnreadable: there is no QR in it.
    """
    return code_in_picture(data=uploaded(request=request, name="picture"))


def code_in_picture(*, data: bytes) -> str:
    """The text of the QR in it; "" of no bytes.

    :raises CodeUnreadable: there is no QR in it.
    """
    if not data:
        return ""
    text = in_turn(work=lambda: read_qr(data=data))
    if text is None:
        raise CodeUnreadable
    return text
