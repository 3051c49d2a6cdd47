"""The pictures of rewards, for everybody: they show goods and no person."""

from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from points.reward_pictures import reward_picture_path


@require_safe
def reward_picture(request: HttpRequest, file_name: str) -> FileResponse:
    """One size of a picture; its name changes with what is in it, so a browser may keep it."""
    path = reward_picture_path(file_name=file_name)
    if path is None:
        raise Http404
    response = FileResponse(path.open("rb"), content_type="image/webp")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
