"""The addresses of the guides' screens, below /guide/."""

from django.urls import URLPattern, URLResolver, path

from pages.guide.appeals import appeals, one_appeal
from pages.guide.at_point import at_point, drop_off_list
from pages.guide.checks import spot_check
from pages.guide.duty import duty_screen, end_duty
from pages.guide.finding import find
from pages.guide.helping import help_card, help_code, help_home, help_phone, help_pin, helped
from pages.guide.judging import judge_from_list, one_drop_off, undo_from_list
from pages.guide.notices import notices
from pages.guide.offline import service_worker
from pages.guide.phones import change_guide, own_pin
from pages.guide.problems import one_problem, problems, scene_photo
from pages.guide.registers import register, registers
from pages.guide.sending import send
from pages.guide.tasks import one_task, tasks
from pages.guide.teaching import one_gathering, teaching, visit_home

urlpatterns: list[URLPattern | URLResolver] = [
    path("", at_point, name="guide"),
    path("list", drop_off_list, name="guide-list"),
    path("verdicts", judge_from_list, name="guide-judge"),
    path("undo", undo_from_list, name="guide-undo"),
    path("drop-offs/<int:drop_off_id>", one_drop_off, name="guide-drop-off"),
    path("find", find, name="guide-find"),
    path("spot-check", spot_check, name="guide-spot-check"),
    path("appeals/", appeals, name="guide-appeals"),
    path("appeals/<int:appeal_id>", one_appeal, name="guide-appeal"),
    path("help", help_home, name="guide-help"),
    path("help/<int:household_id>", helped, name="guide-helped"),
    path("help/<int:household_id>/pin", help_pin, name="guide-help-pin"),
    path("help/<int:household_id>/phone", help_phone, name="guide-help-phone"),
    path("help/<int:household_id>/code", help_code, name="guide-help-code"),
    path("help/<int:household_id>/cards/<int:card_id>", help_card, name="guide-help-card"),
    path("problems", problems, name="guide-problems"),
    path("problems/<int:problem_id>", one_problem, name="guide-problem"),
    path("scene-photos/<int:scene_photo_id>", scene_photo, name="guide-scene-photo"),
    path("tasks/", tasks, name="guide-tasks"),
    path("tasks/<int:task_id>", one_task, name="guide-task"),
    path("notices", notices, name="guide-notices"),
    path("duty", duty_screen, name="guide-duty"),
    path("duty/end", end_duty, name="guide-duty-end"),
    path("teaching", teaching, name="guide-teaching"),
    path("teaching/visits", visit_home, name="guide-visit"),
    path("teaching/<int:gathering_id>", one_gathering, name="guide-gathering"),
    path("registers", registers, name="guide-registers"),
    path("registers/<int:community_id>.<str:file_format>", register, name="guide-register"),
    path("change", change_guide, name="guide-change"),
    path("pin", own_pin, name="guide-pin"),
    path("send", send, name="guide-send"),
    path("worker.js", service_worker, name="guide-worker"),
]
