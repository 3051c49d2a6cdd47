"""Photos of drop-offs in the guide's communities, as far as nobody's consent is missing."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from guides.queries import photo_for_guide
from pages.guide.shell import Duty, for_guides
from sorting.photo_files import path_of


@require_safe
@for_guides
def drop_off_photo(request: HttpRequest, duty: Duty, photo_id: int) -> HttpResponse:
    """`?small` for the list's."""
    photo = photo_for_guide(photo_id=photo_id, guide=duty.guide, on=duty.today)
    if photo is None:
        raise Http404
    try:
        data = path_of(name=photo.small_name if "small" in request.GET else photo.large_name).read_bytes()
    except FileNotFoundError as error:  # deleted since the row was read
        raise Http404 from error
    return HttpResponse(data, content_type="image/webp")
