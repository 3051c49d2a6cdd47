"""Below /api/v1/auth/."""

from django.urls import path

from api.account.views import OneToken, PhoneCodes, PhoneTokens, Tokens, WhoAmI

urlpatterns = [
    path("tokens", Tokens.as_view(), name="api-tokens"),
    path("tokens/<str:token_prefix>", OneToken.as_view(), name="api-token"),
    path("phone-codes", PhoneCodes.as_view(), name="api-phone-codes"),
    path("phone-tokens", PhoneTokens.as_view(), name="api-phone-tokens"),
    path("me", WhoAmI.as_view(), name="api-me"),
]
