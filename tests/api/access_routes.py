"""Every route of the URL configuration with the methods that it answers, the back office and static files apart."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
NOT_OURS = ("admin/", settings.STATIC_URL.lstrip("/"))
NOWHERE = "api-nothing"  # answers 404 whatever is asked


@dataclass(frozen=True, slots=True)
class Route:
    """One route: its name (its address where it has none), the address with its parameters, and its view."""

    name: str
    address: str
    view: Callable[..., Any]
    parameters: frozenset[str]


def all_routes() -> list[Route]:
    """Every route, in the order in which addresses are matched."""
    routes = _routes(resolver=get_resolver())
    return [route for route in routes if route.name != NOWHERE and not route.address.startswith(NOT_OURS)]


def methods_of(*, route: Route, client: Client) -> list[str]:
    """The methods that a route answers: by its class, by its `require_…` decorator, else by trying each."""
    view_class = getattr(route.view, "cls", None) or getattr(route.view, "view_class", None)
    if view_class is not None:
        return [each for each in METHODS if each.lower() in view_class.http_method_names and _has(view_class, each)]
    named = _decorated_methods(view=route.view)
    if named is not None:
        return [each for each in METHODS if each in named]
    assert not route.parameters, f"{route.address}: say its methods with @require_http_methods"
    return [each for each in METHODS if client.generic(each, f"/{route.address}").status_code != 405]


def _has(view_class: type, method: str) -> bool:
    return hasattr(view_class, method.lower())


def _routes(
    *, resolver: URLResolver, before: str = "", namespace: str = "", outer: frozenset[str] = frozenset()
) -> Iterator[Route]:
    for each in resolver.url_patterns:
        address = before + str(each.pattern).lstrip("^").rstrip("$")
        parameters = outer | frozenset(each.pattern.converters) | frozenset(each.pattern.regex.groupindex)
        if isinstance(each, URLResolver):
            inner = f"{namespace}{each.namespace}:" if each.namespace else namespace
            yield from _routes(resolver=each, before=address, namespace=inner, outer=parameters)
        elif isinstance(each, URLPattern):
            yield Route(
                name=f"{namespace}{each.name}" if each.name else address,
                address=address,
                view=each.callback,
                parameters=parameters,
            )


def _decorated_methods(*, view: Callable[..., Any]) -> list[str] | None:
    """What Django's require_http_methods and its like were given, wherever it stands among the decorators."""
    while True:
        if inspect.isfunction(view):
            found = inspect.getclosurevars(view).nonlocals.get("request_method_list")
            if found is not None:
                return list(found)
        inner = getattr(view, "__wrapped__", None)
        if inner is None:
            return None
        view = inner
