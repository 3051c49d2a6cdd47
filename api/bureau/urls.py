"""Below /api/v1/bureau/."""

from django.urls import path

from api.bureau.appeals import Answers, Appeals
from api.bureau.bins import Acknowledgement, Alerts
from api.bureau.figures import Communities, CommunityDays, Indicators
from api.bureau.households import Corrections, Decision, Openings
from api.bureau.plan import DataQuality, LoadSums, Plan
from api.bureau.programmes import OneProgramme, ProgrammeDecisions, Programmes
from api.bureau.published import Publications, PublishedFigures, Restatements

urlpatterns = [
    path("indicators", Indicators.as_view(), name="api-bureau-indicators"),
    path("communities", Communities.as_view(), name="api-bureau-communities"),
    path("community-days", CommunityDays.as_view(), name="api-bureau-community-days"),
    path("plan", Plan.as_view(), name="api-bureau-plan"),
    path("data-quality", DataQuality.as_view(), name="api-bureau-data-quality"),
    path("loads", LoadSums.as_view(), name="api-bureau-loads"),
    path("publications", Publications.as_view(), name="api-bureau-publications"),
    path(
        "publications/<number:publication_number>/figures",
        PublishedFigures.as_view(),
        name="api-bureau-published-figures",
    ),
    path(
        "publications/<number:publication_number>/restatements",
        Restatements.as_view(),
        name="api-bureau-restatements",
    ),
    path("alerts", Alerts.as_view(), name="api-bureau-alerts"),
    path("alerts/<number:alert_id>/acknowledgement", Acknowledgement.as_view(), name="api-bureau-alert-seen"),
    path("households/<number:household_id>/openings", Openings.as_view(), name="api-bureau-openings"),
    path("corrections", Corrections.as_view(), name="api-bureau-corrections"),
    path("corrections/<number:correction_id>/decision", Decision.as_view(), name="api-bureau-decision"),
    path("appeals", Appeals.as_view(), name="api-bureau-appeals"),
    path("appeals/<number:appeal_id>/answer", Answers.as_view(), name="api-bureau-answer"),
    path("programmes", Programmes.as_view(), name="api-bureau-programmes"),
    path("programmes/<number:programme_id>", OneProgramme.as_view(), name="api-bureau-programme"),
    path(
        "programmes/<number:programme_id>/decision",
        ProgrammeDecisions.as_view(),
        name="api-bureau-programme-decision",
    ),
]
