"""The short way of a bin's request: past everything that stands there for browsers. Counted and logged like all others.

A bin has no session, no cookie, no form and no password; its signature says who it is. What it would pass otherwise
costs as much as a drop-off.
"""

from collections.abc import Callable
from functools import lru_cache

from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import Resolver404, ResolverMatch, resolve
from django_prometheus.middleware import PrometheusAfterMiddleware
from django_structlog.middlewares import RequestMiddleware

DEVICE_PREFIX = "/api/v1/device/"

_Answer = Callable[[HttpRequest], HttpResponseBase]


class ShortWay:
    """Middleware: what comes to an address of the device door goes straight there, everything else its long way."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: _Answer) -> None:
        self._long_way = get_response
        self._counted = PrometheusAfterMiddleware(convert_exception_to_response(self._answer))
        self._logged = RequestMiddleware(self._counted)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(DEVICE_PREFIX):
            match = _match(request.path_info)
            if match is not None:
                request.resolver_match = match
                return self._logged(request)  # type: ignore[return-value]
        return self._long_way(request)

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        request.get_host()  # an unknown one is refused here, as everywhere
        match = request.resolver_match
        assert match is not None  # it was found on the way in
        self._counted.process_view(request, match.func)
        response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        response.headers["X-Content-Type-Options"] = "nosniff"
        if not response.streaming:
            response.headers["Content-Length"] = str(len(response.content))  # type: ignore[attr-defined]
        return response


def _match(path: str) -> ResolverMatch | None:
    try:
        return _resolved(path)
    except Resolver404:
        return None


@lru_cache(maxsize=64)
def _resolved(path: str) -> ResolverMatch:
    return resolve(path)
