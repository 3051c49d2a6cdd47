"""Below /api/v1/shop/."""

from django.urls import path

from api.counter.views import Collections, Counters, LookUps

urlpatterns = [
    path("counters", Counters.as_view(), name="api-counters"),
    path("counters/<number:shop_id>/look-ups", LookUps.as_view(), name="api-counter-look-ups"),
    path("counters/<number:shop_id>/collections", Collections.as_view(), name="api-counter-collections"),
]
