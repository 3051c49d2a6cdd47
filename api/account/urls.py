"""Below /api/v1/auth/."""

from django.urls import path

from api.account.views import OneToken, Tokens, WhoAmI

urlpatterns = [
    path("tokens", Tokens.as_view(), name="api-tokens"),
    path("tokens/<str:token_prefix>", OneToken.as_view(), name="api-token"),
    path("me", WhoAmI.as_view(), name="api-me"),
]
