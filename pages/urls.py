"""The addresses of the screens. Each area brings its own file: pages/AREA/urls.py."""

from django.urls import URLPattern, URLResolver, include, path

from pages.items.views import look_up
from pages.my.signing_in import card_face
from pages.open_data import open_data, open_month_file
from pages.photos import photo_file
from pages.points_map import points_map
from pages.reward_pictures import reward_picture
from pages.second_factor import second_factor, set_up_second_factor
from pages.signing_in import SignIn, SignOut, start

urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in", SignIn.as_view(), name="sign-in"),
    path("sign-out", SignOut.as_view(), name="sign-out"),
    path("start", start, name="start"),
    path("second-factor", second_factor, name="second-factor"),
    path("second-factor/set-up", set_up_second_factor, name="second-factor-set-up"),
    path("what-is-it", look_up, name="waste-items"),
    path("open-data", open_data, name="open-data"),
    path("open-data/<str:month>.csv", open_month_file, name="open-data-month"),
    path("my/", include("pages.my.urls")),
    path("c/<str:token>", card_face, name="card-face"),
    path("photos/<int:photo_id>/large.webp", photo_file, {"size": "large"}, name="photo-large"),
    path("photos/<int:photo_id>/small.webp", photo_file, {"size": "small"}, name="photo-small"),
    path("points/<int:subdistrict_id>.geojson", points_map, name="points-map"),
    path("shop/", include("pages.shop.urls")),
    path("reward-pictures/<str:file_name>", reward_picture, name="reward-picture"),
    path("guide/", include("pages.guide.urls")),
    path("bureau/", include("pages.bureau.urls")),
]
