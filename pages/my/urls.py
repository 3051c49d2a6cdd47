"""The addresses of the residents' screens, below /my/."""

from django.urls import URLPattern, URLResolver, path

from pages.my.home import home
from pages.my.signing_in import choose_home, enter_code, sign_in, sign_out

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="my-home"),
    path("sign-in", sign_in, name="my-sign-in"),
    path("sign-in/code", enter_code, name="my-code"),
    path("sign-out", sign_out, name="my-sign-out"),
    path("homes", choose_home, name="my-choose-home"),
]
