"""Below /api/v1/resident/."""

from django.urls import include, path

from api.resident.appeals import Appeals
from api.resident.home import Cards, Consents, DropOffs, Home, Households, Notices, NoticesRead
from api.resident.redemptions import Cancellation, OneRedemption, Redemptions, Rewards
from api.resident.statement import Transfers

of_household = [
    path("home", Home.as_view(), name="api-home"),
    path("drop-offs", DropOffs.as_view(), name="api-drop-offs"),
    path("transfers", Transfers.as_view(), name="api-transfers"),
    path("notices", Notices.as_view(), name="api-notices"),
    path("notices/read", NoticesRead.as_view(), name="api-notices-read"),
    path("consents", Consents.as_view(), name="api-consents"),
    path("cards", Cards.as_view(), name="api-cards"),
    path("appeals", Appeals.as_view(), name="api-appeals"),
    path("rewards", Rewards.as_view(), name="api-rewards"),
    path("redemptions", Redemptions.as_view(), name="api-redemptions"),
    path("redemptions/<number:redemption_id>", OneRedemption.as_view(), name="api-redemption"),
    path("redemptions/<number:redemption_id>/cancellation", Cancellation.as_view(), name="api-cancellation"),
]

urlpatterns = [
    path("households", Households.as_view(), name="api-households"),
    path("households/<number:household_id>/", include(of_household)),
]
