"""The addresses of the residents' screens, below /my/."""

from django.urls import URLPattern, URLResolver, path

from pages.language import switch_language
from pages.my.appeals import appeal, appeals
from pages.my.attending import attend
from pages.my.home import home
from pages.my.invited import invited
from pages.my.lost_card import lost_card
from pages.my.me import consent, export, invite, leave, me, notices, remove
from pages.my.neighbourhood import community
from pages.my.offline import icon, offline_page, service_worker
from pages.my.own_access import new_phone, new_phone_code, own_pin
from pages.my.pin_sign_in import enter_pin
from pages.my.points import points
from pages.my.problems import problems
from pages.my.records import records, statement
from pages.my.rewards import cancel, redemption, redemptions, reward, rewards
from pages.my.showing import code_to_show
from pages.my.signing_in import choose_home, enter_code, sign_in, sign_out
from pages.my.statement_file import statement_file
from pages.my.storing import stored
from pages.my.survey import survey
from pages.my.text_size import switch_text_size
from pages.my.years import year

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="my-home"),
    path("sign-in", sign_in, name="my-sign-in"),
    path("sign-in/code", enter_code, name="my-code"),
    path("sign-in/pin", enter_pin, name="my-pin"),
    path("sign-out", sign_out, name="my-sign-out"),
    path("language", switch_language, name="my-language"),
    path("text-size", switch_text_size, name="my-text-size"),
    path("invited", invited, name="my-invited"),
    path("homes", choose_home, name="my-choose-home"),
    path("attend/<str:gathering_token>", attend, name="my-attend"),
    path("code", code_to_show, name="my-code-to-show"),
    path("records", records, name="my-records"),
    path("drop-offs/<int:drop_off_id>/appeal", appeal, name="my-appeal"),
    path("appeals", appeals, name="my-appeals"),
    path("statement", statement, name="my-statement"),
    path("statement.<str:file_format>", statement_file, name="my-statement-file"),
    path("year", year, name="my-year"),
    path("points", points, name="my-points"),
    path("community", community, name="my-community"),
    path("rewards", rewards, name="my-rewards"),
    path("rewards/<int:reward_id>", reward, name="my-reward"),
    path("redemptions", redemptions, name="my-redemptions"),
    path("redemptions/<int:redemption_id>", redemption, name="my-redemption"),
    path("redemptions/<int:redemption_id>/cancel", cancel, name="my-redemption-cancel"),
    path("problems", problems, name="my-problems"),
    path("survey", survey, name="my-survey"),
    path("notices", notices, name="my-notices"),
    path("me", me, name="my-me"),
    path("me/consents", consent, name="my-consent"),
    path("me/members", invite, name="my-member-invite"),
    path("me/members/<int:member_id>/remove", remove, name="my-member-remove"),
    path("me/stored", stored, name="my-stored"),
    path("me/cards/<int:card_id>/lost", lost_card, name="my-lost-card"),
    path("me/phone", new_phone, name="my-new-phone"),
    path("me/phone/code", new_phone_code, name="my-new-phone-code"),
    path("me/pin", own_pin, name="my-own-pin"),
    path("me/export", export, name="my-export"),
    path("me/leave", leave, name="my-leave"),
    path("worker.js", service_worker, name="my-worker"),
    path("offline", offline_page, name="my-offline"),
    path("icon-192.png", icon, {"side_px": 192}, name="my-icon-192"),
    path("icon-512.png", icon, {"side_px": 512}, name="my-icon-512"),
]
