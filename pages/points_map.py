"""The map of a subdistrict's points as GeoJSON (RFC 7946): outlines and points, nothing of anybody. No tiles."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from households.models import Subdistrict
from sorting.queries.near_points import mapped_areas, mapped_points

CACHE_S = 3600  # in every browser; a point that was moved is found at its new place an hour later at most


@require_safe
@cache_control(public=True, max_age=CACHE_S)
def points_map(request: HttpRequest, subdistrict_id: int) -> HttpResponseBase:
    """A FeatureCollection: the subdistrict's outline, its communities', its points. What is unknown is not there."""
    subdistrict = Subdistrict.objects.filter(pk=subdistrict_id).first()
    if subdistrict is None:
        raise Http404
    found = {"type": "FeatureCollection", "features": _features(subdistrict=subdistrict)}
    response = JsonResponse(found, json_dumps_params={"ensure_ascii": False, "separators": (",", ":")})
    response["Content-Type"] = "application/geo+json"
    response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


def _features(*, subdistrict: Subdistrict) -> list[dict[str, Any]]:
    areas = [
        _feature(kind=each.area._meta.model_name or "", key=each.area.pk, name=each.area.name, geometry=each.outline)
        for each in mapped_areas(subdistrict=subdistrict)
    ]
    points = [
        _feature(
            kind="point",
            key=each.pk,
            name=each.name,
            geometry={"type": "Point", "coordinates": [each.longitude, each.latitude]},
        )
        for each in mapped_points(subdistrict=subdistrict)
    ]
    return areas + points


def _feature(*, kind: str, key: int, name: str, geometry: Mapping[str, object]) -> dict[str, Any]:
    return {"type": "Feature", "id": f"{kind}-{key}", "geometry": geometry, "properties": {"name": name}}
