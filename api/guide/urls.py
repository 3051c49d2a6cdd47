"""Below /api/v1/guide/."""

from django.urls import path

from api.guide.appeals import Answers, Appeals
from api.guide.points import (
    Communities,
    LookUps,
    PointDropOffs,
    PointProblems,
    Problems,
    Rectification,
    SpotChecks,
)
from api.guide.redemptions import PresentRedemptions
from api.guide.verdicts import Verdicts, Withdrawals

urlpatterns = [
    path("communities", Communities.as_view(), name="api-guide-communities"),
    path("points/<number:point_id>/drop-offs", PointDropOffs.as_view(), name="api-guide-drop-offs"),
    path("points/<number:point_id>/look-ups", LookUps.as_view(), name="api-guide-look-ups"),
    path("points/<number:point_id>/spot-checks", SpotChecks.as_view(), name="api-guide-spot-checks"),
    path("points/<number:point_id>/problems", PointProblems.as_view(), name="api-guide-point-problems"),
    path("problems", Problems.as_view(), name="api-guide-problems"),
    path("problems/<number:problem_id>/rectification", Rectification.as_view(), name="api-guide-rectification"),
    path("drop-offs/<number:drop_off_id>/verdicts", Verdicts.as_view(), name="api-guide-verdicts"),
    path("withdrawals", Withdrawals.as_view(), name="api-guide-withdrawals"),
    path("appeals", Appeals.as_view(), name="api-guide-appeals"),
    path("appeals/<number:appeal_id>/answer", Answers.as_view(), name="api-guide-answer"),
    path("redemptions", PresentRedemptions.as_view(), name="api-guide-redemptions"),
]
