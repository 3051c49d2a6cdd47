"""The addresses of the counter's screens, below /shop/."""

from django.urls import URLPattern, URLResolver, path

from pages.shop.counter import choose, counter, hand_out, look
from pages.shop.months import months

urlpatterns: list[URLPattern | URLResolver] = [
    path("", counter, name="shop-counter"),
    path("look", look, name="shop-look"),
    path("hand-out", hand_out, name="shop-hand-out"),
    path("choose", choose, name="shop-choose"),
    path("months", months, name="shop-months"),
]
