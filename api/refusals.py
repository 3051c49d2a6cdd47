"""Whatever goes wrong becomes the one shape of an error, with the status that says whose turn it is."""

from collections.abc import Iterator, Mapping
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, InternalError, OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from api.authentication import NotFromOurPage
from api.device.rate import retry_after
from api.errors import Refused
from api.statuses import BUSY_RETRY_S, headers_of, status_of
from lib.errors import DomainError

log = structlog.get_logger(__name__)

_PLAIN: Mapping[type[exceptions.APIException], tuple[str, str]] = {
    exceptions.ParseError: ("body_invalid", "请求不是 JSON (not JSON)"),
    exceptions.NotAuthenticated: ("not_signed_in", "请先登录 (sign in first)"),
    exceptions.AuthenticationFailed: ("token_invalid", "令牌无效或已过期,请重新登录 (token invalid or over)"),
    NotFromOurPage: ("csrf_failed", "请求不是来自本站页面,请刷新后再试 (CSRF token missing or wrong)"),
    exceptions.PermissionDenied: ("not_allowed", "您的角色不能做这件事 (your role may not do this)"),
    exceptions.NotFound: ("not_found", "没有找到 (not found)"),
    exceptions.MethodNotAllowed: ("method_not_allowed", "这个地址不接受这种方法 (method not allowed)"),
    exceptions.UnsupportedMediaType: ("media_type_unsupported", "只接受 application/json (JSON only)"),
    exceptions.Throttled: ("too_many_requests", "请求过于频繁,请稍后再试 (slow down)"),
}


def answer_refusal(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """The answer to a request that raised `error`; None for a fault of our own, which is logged and answered as 500."""
    refused = _as_refused(error)
    if refused is None:
        return None
    view = context.get("view")
    if refused.status == 401 and view is not None:
        refused.headers["WWW-Authenticate"] = view.get_authenticate_header(context["request"])
    log.info("api_request_refused", status=refused.status, code=refused.code)
    body = {"code": refused.code, "message": refused.message, "fields": refused.fields, **refused.extra}
    return Response(body, status=refused.status, headers=refused.headers)


def _as_refused(error: Exception) -> Refused | None:
    if isinstance(error, Refused):
        return error
    if isinstance(error, DomainError):
        fields = {name: str(value) for name, value in error.fields.items()}
        return Refused(status_of(error=error), error.code, error.text, fields=fields, headers=headers_of(error=error))
    if isinstance(error, OperationalError | InterfaceError | InternalError):
        log.error("api_unavailable", error=str(error)[:200])
        headers = {"Retry-After": str(BUSY_RETRY_S)}
        return Refused(503, "unavailable", "平台暂时不可用,请稍后再试 (try again later)", headers=headers)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    return _of_framework(error) if isinstance(error, exceptions.APIException) else None


def _of_framework(error: exceptions.APIException) -> Refused:
    if isinstance(error, exceptions.ValidationError):
        fields = dict(_flat(detail=error.detail))
        named = f": {', '.join(fields)}" if fields else ""
        return Refused(400, "field_invalid", f"字段不合规 (invalid fields){named}", fields=fields)
    headers = {}
    if isinstance(error, exceptions.Throttled):
        headers["Retry-After"] = retry_after(wait_s=getattr(error, "wait", None) or 1)
    for kind, (code, message) in _PLAIN.items():
        if isinstance(error, kind):
            return Refused(error.status_code, code, message, headers=headers)
    return Refused(error.status_code, str(error.default_code), str(error.detail), headers=headers)


def _flat(*, detail: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """("items.0.weight_g", what is wrong with it) of the framework's nested lists and objects."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _flat(detail=inner, path=path if name == "non_field_errors" else _joined(path, name))
    elif isinstance(detail, list) and any(isinstance(inner, Mapping | list) for inner in detail):
        for number, inner in enumerate(detail):
            yield from _flat(detail=inner, path=_joined(path, number))
    else:
        text = " ".join(map(str, detail)) if isinstance(detail, list) else str(detail)
        yield path or "body", text


def _joined(path: str, name: object) -> str:
    return f"{path}.{name}" if path else str(name)
