"""The addresses of the bureau's screens, below /bureau/."""

from django.urls import URLPattern, URLResolver, path

from pages.bureau.accuracy import accuracy
from pages.bureau.appeals import appeals, one_appeal
from pages.bureau.assessment import assessment
from pages.bureau.audit import audit
from pages.bureau.community import community
from pages.bureau.community_changes import community_changes
from pages.bureau.flags import flag, flags
from pages.bureau.lists import lists
from pages.bureau.loads import views as loads
from pages.bureau.monthly import monthly, monthly_file
from pages.bureau.new_home import new_home
from pages.bureau.notices import notices
from pages.bureau.overview import live, overview
from pages.bureau.photos import photo, photos
from pages.bureau.plan import plan
from pages.bureau.problems import problems, scene_photo
from pages.bureau.programmes import views as programmes
from pages.bureau.published import month as published_month
from pages.bureau.published import views as published
from pages.bureau.quality import quality
from pages.bureau.ranking import ranking
from pages.bureau.registers import register, registers
from pages.bureau.reports import views as reports
from pages.bureau.roster import community_roster, roster, roster_slot
from pages.bureau.supervision import supervision
from pages.bureau.surveys import survey, surveys
from pages.bureau.tasks import tasks
from pages.bureau.teaching import gathering, teaching
from pages.bureau.ways_down import figure, household

urlpatterns: list[URLPattern | URLResolver] = [
    path("", overview, name="bureau"),
    path("live", live, name="bureau-live"),
    path("figures/<str:figure_key>", figure, name="bureau-figure"),
    path("communities/<int:community_id>", community, name="bureau-community"),
    path("communities/<int:community_id>/changes", community_changes, name="bureau-community-changes"),
    path("households/new", new_home, name="bureau-new-home"),
    path("households/<int:household_id>", household, name="bureau-household"),
    path("ranking", ranking, name="bureau-ranking"),
    path("plan", plan, name="bureau-plan"),
    path("plan/<str:kind>.<str:file_format>", assessment, name="bureau-assessment"),
    path("audit", audit, name="bureau-audit"),
    path("published", published.published, name="bureau-published"),
    path("published/draft", published.draft, name="bureau-publication-draft"),
    path("published/proposals/<int:proposal_id>", published.proposal, name="bureau-publication-proposal"),
    path("published/<int:publication_number>", published_month.publication, name="bureau-publication"),
    path("monthly", monthly, name="bureau-monthly"),
    path("monthly/<int:report_id>.<str:file_format>", monthly_file, name="bureau-monthly-file"),
    path("quality", quality, name="bureau-quality"),
    path("accuracy", accuracy, name="bureau-accuracy"),
    path("reports/", reports.reports, name="bureau-reports"),
    path("reports/enter/<int:measure_id>", reports.enter, name="bureau-report-enter"),
    path("reports/deadlines", reports.deadlines, name="bureau-report-deadlines"),
    path("reports/<int:value_id>", reports.report, name="bureau-report"),
    path("reports/<int:value_id>/evidence", reports.evidence, name="bureau-report-evidence"),
    path("loads/", loads.loads, name="bureau-loads"),
    path("loads/new", loads.new_load, name="bureau-load-new"),
    path("loads/<int:load_id>", loads.load, name="bureau-load"),
    path("loads/<int:load_id>/correct", loads.correct_load, name="bureau-load-correct"),
    path("flags/", flags, name="bureau-flags"),
    path("flags/<int:flag_id>", flag, name="bureau-flag"),
    path("appeals/", appeals, name="bureau-appeals"),
    path("appeals/<int:appeal_id>", one_appeal, name="bureau-appeal"),
    path("photos", photos, name="bureau-photos"),
    path("photos/<int:photo_id>", photo, name="bureau-photo"),
    path("problems", problems, name="bureau-problems"),
    path("scene-photos/<int:scene_photo_id>", scene_photo, name="bureau-scene-photo"),
    path("supervision", supervision, name="bureau-supervision"),
    path("tasks", tasks, name="bureau-tasks"),
    path("notices", notices, name="bureau-notices"),
    path("roster/", roster, name="bureau-roster"),
    path("roster/<int:community_id>", community_roster, name="bureau-community-roster"),
    path("roster/slots/<int:roster_slot_id>", roster_slot, name="bureau-roster-slot"),
    path("teaching", teaching, name="bureau-teaching"),
    path("teaching/<int:gathering_id>", gathering, name="bureau-gathering"),
    path("surveys/", surveys, name="bureau-surveys"),
    path("surveys/<int:survey_round_id>", survey, name="bureau-survey"),
    path("lists", lists, name="bureau-lists"),
    path("registers", registers, name="bureau-registers"),
    path("registers/<int:community_id>.<str:file_format>", register, name="bureau-register"),
    path("programmes/", programmes.programmes, name="bureau-programmes"),
    path("programmes/new", programmes.new_programme, name="bureau-programme-new"),
    path("programmes/<int:programme_id>", programmes.programme, name="bureau-programme"),
    path("programmes/<int:programme_id>/simulate", programmes.simulate, name="bureau-programme-simulate"),
    path("programmes/<int:programme_id>/decide", programmes.decide, name="bureau-programme-decide"),
    path("programmes/<int:programme_id>/withdraw", programmes.withdraw, name="bureau-programme-withdraw"),
]
