"""Django's own refusals: JSON below /api/, its pages elsewhere. What never reached a view answers in the same shape."""

from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponseBase
from django.http.response import HttpResponse
from django.views import defaults

API = "/api/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """400: a request that is none."""
    if not request.path.startswith(API):
        return defaults.bad_request(request, exception)
    return _answer(400, "request_invalid", "请求无法识别 (bad request)")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """403."""
    if not request.path.startswith(API):
        return defaults.permission_denied(request, exception)
    return _answer(403, "not_allowed", "您不能做这件事 (not allowed)")


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """404: no such address."""
    if not request.path.startswith(API):
        return defaults.page_not_found(request, exception)
    return _answer(404, "not_found", "没有这个地址 (no such address)")


def server_error(request: HttpRequest) -> HttpResponseBase:
    """500: our fault, which is in the log."""
    if not request.path.startswith(API):
        return defaults.server_error(request)
    return _answer(500, "fault", "平台出错了,已记入日志 (our fault; it is in the log)")


def no_such_address(request: HttpRequest, **_: Any) -> HttpResponseBase:
    """What stands below /api/ where nothing else does, so that a slash too many is not redirected either."""
    return _answer(404, "not_found", "没有这个地址 (no such address)")


def _answer(status: int, code: str, message: str) -> HttpResponse:
    body = msgspec.json.encode({"code": code, "message": message, "fields": {}})
    return HttpResponse(body, status=status, content_type="application/json")
