"""The pictures of photos, for whoever is signed in and may see them. To all others there is no such address."""

import structlog
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_cookie

from guides.queries import photo_for_guide
from households.reach import communities_in_reach
from pages.my.access import memberships_of
from pages.my.pin_session import is_pin_session
from people.models import Role, User
from people.standing import Standing, standing_of
from sorting.models import Photo
from sorting.photo_files import path_of
from sorting.queries.photos import photo_for_household, photo_in_communities

OPEN_S = 15 * 60  # how long one reason lets an officer go on looking at the same photo
CACHE_S = 5 * 60  # in the browser of whoever saw it; a consent that is withdrawn reaches them no sooner
_OPENED = "opened_photos"  # of the session: when, by the photo's key

log = structlog.get_logger(__name__)


@require_safe
@vary_on_cookie
def photo_file(request: HttpRequest, photo_id: int, size: str) -> HttpResponseBase:
    """The large (1,600 px) or small (320 px) picture: to its household, the guides of its community, an officer."""
    photo = _photo_for(request=request, photo_id=photo_id)
    if photo is None:
        raise Http404
    try:
        data = path_of(name=photo.large_name if size == "large" else photo.small_name).read_bytes()
    except FileNotFoundError:
        log.error("photo_file_missing", photo_id=photo_id)
        raise Http404 from None
    response = HttpResponse(data, content_type="image/webp")
    response["Cache-Control"] = f"private, max-age={CACHE_S}"
    response["ETag"] = f'"{photo.content_digest[:32]}-{size}"'
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


def photo_for_officer(*, photo_id: int, standing: Standing) -> Photo | None:
    """The photo where the officer's grants reach it; the officer still has to say why."""
    reach = communities_in_reach(standing=standing, role=Role.OFFICER)
    return photo_in_communities(photo_id=photo_id, communities=reach)


def note_opening(*, request: HttpRequest, photo_id: int) -> None:
    """Remember that a reason was given for this photo now."""
    now_s = timezone.now().timestamp()
    opened = request.session.get(_OPENED, {})
    still_open = {key: at_s for key, at_s in opened.items() if now_s - at_s < OPEN_S}
    request.session[_OPENED] = still_open | {str(photo_id): now_s}


def is_open(*, request: HttpRequest, photo_id: int) -> bool:
    """Whether a reason was given for this photo lately."""
    opened_at_s = request.session.get(_OPENED, {}).get(str(photo_id), 0)
    return bool(timezone.now().timestamp() - opened_at_s < OPEN_S)


def _photo_for(*, request: HttpRequest, photo_id: int) -> Photo | None:
    user = request.user
    if not isinstance(user, User):
        return None
    for membership in memberships_of(request=request):
        if photo := photo_for_household(photo_id=photo_id, household=membership.household):
            return photo
    if is_pin_session(request=request):
        return None
    today = timezone.localdate()
    standing = standing_of(user=user, on=today)
    if standing.holds(Role.GUIDE) and (photo := photo_for_guide(photo_id=photo_id, guide=user, on=today)):
        return photo
    if is_open(request=request, photo_id=photo_id):
        return photo_for_officer(photo_id=photo_id, standing=standing)
    return None
