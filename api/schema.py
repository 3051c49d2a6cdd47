"""The OpenAPI document, made from the views, and the page that shows it. Public: it holds nobody's data."""

from functools import lru_cache

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

SWAGGER = "drf_spectacular_sidecar/swagger-ui-dist"


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """OpenAPI 3 as JSON."""
    return HttpResponse(openapi_json(), content_type="application/vnd.oai.openapi+json")


@require_safe
def swagger(request: HttpRequest) -> HttpResponse:
    """Swagger UI from the wheel, under the policy of every page: nothing inline, no request to anywhere else."""
    return render(
        request,
        "api/swagger.html",
        {
            "css": static(f"{SWAGGER}/swagger-ui.css"),
            "bundle": static(f"{SWAGGER}/swagger-ui-bundle.js"),
            "schema": reverse("api-schema"),
        },
    )


@lru_cache(maxsize=1)  # it changes only with the code, and making it takes a good part of a second
def openapi_json() -> bytes:
    """The document."""
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]
    return msgspec.json.encode(generator.get_schema(request=None, public=True))  # type: ignore[no-untyped-call]
