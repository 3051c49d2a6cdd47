"""What OpenAPI is told of an operation: English id, Chinese summary, what goes in and comes out, what is refused."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

_Method = TypeVar("_Method", bound=Callable[..., Any])
_Shape = type[serializers.Serializer[Any]] | serializers.Serializer[Any]


class Refusal(serializers.Serializer[Any]):
    """The one shape of an error."""

    code = serializers.CharField(help_text="给程序看的代码")
    message = serializers.CharField(help_text="给人看的说明")
    fields = serializers.DictField(child=serializers.CharField(), help_text="出错的字段及原因")  # type: ignore[assignment]


_RETRY_AFTER = OpenApiParameter(
    "Retry-After", OpenApiTypes.INT, OpenApiParameter.HEADER, response=[429, 503], description="几秒后可以再试"
)
_MEANINGS = {
    400: "字段不合规,或不是 JSON",
    401: "没有登录,或令牌无效",
    403: "您的角色不能做这件事",
    404: "没有找到,或与您无关",
    409: "与现状不符",
    411: "没有 Content-Length",
    413: "请求太大",
    415: "不是 application/json",
    422: "不能这样要求",
    429: "请求过于频繁",
    503: "平台暂时不可用",
}


def documented(
    operation_id: str,
    summary: str,
    *,
    area: str,
    answer: _Shape | None,
    status: int = 200,
    body: _Shape | None = None,
    query: _Shape | None = None,
    refused: Sequence[int] = (),
    is_public: bool = False,
) -> Callable[[_Method], _Method]:
    """Decorate one method of an ApiView. `refused` are the statuses beside those that are everywhere."""
    everywhere = [400, 401, 411, 429, 503] if is_public else [400, 401, 403, 411, 429, 503]
    statuses = sorted({*everywhere, *([413, 415] if body is not None else []), *refused})
    responses: dict[int, Any] = {status: OpenApiResponse(answer, description="成功")}
    responses |= {each: OpenApiResponse(Refusal, description=_MEANINGS[each]) for each in statuses}
    return extend_schema(
        operation_id=operation_id,
        summary=summary,
        tags=[area],
        request=body,
        parameters=[_RETRY_AFTER, *([query] if query is not None else [])],
        responses=responses,
        auth=[] if is_public else None,
    )


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """`Authorization: Token fenfen_…`."""

    target_class = "api.authentication.ApiTokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token ` 加上 POST /api/v1/auth/tokens 给的令牌,例如 `Token fenfen_…`。",
        }
