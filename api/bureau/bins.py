"""How the bins are doing."""

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from api.bureau.shapes import AlertShape, AlertsQuery
from api.bureau.view import AREA, BureauView
from api.documenting import documented
from api.paging import RowId, cursor_key, page_of, page_shape
from sorting.queries.alerts import alerts_in_communities
from sorting.services.alerts import acknowledge_alert

AlertPage = page_shape(AlertShape)


class Alerts(BureauView):
    """What is or was wrong with bins in reach."""

    @documented("listAlerts", "智能桶告警", area=AREA, query=AlertsQuery, answer=AlertPage)
    def get(self, request: Request) -> HttpResponseBase:
        """The newest first."""
        asked = self.parsed(AlertsQuery)
        found = alerts_in_communities(
            communities=self.reach,
            is_open_only=asked["is_open"],
            before_id=cursor_key(text=asked.get("after"), kind=RowId),
        )
        page = page_of(rows=found[: asked["limit"] + 1], limit=asked["limit"], key=lambda alert: alert.pk)
        return Response(AlertPage(page).data)


class Acknowledgement(BureauView):
    """An officer has seen an alert."""

    @documented("acknowledgeAlert", "确认看到一条告警", area=AREA, answer=AlertShape, refused=[404])
    def post(self, request: Request, alert_id: int) -> HttpResponseBase:
        """It stays open until it is over. Who saw it first stays on record."""
        alert = get_object_or_404(alerts_in_communities(communities=self.reach, is_open_only=False), pk=alert_id)
        acknowledge_alert(alert=alert, officer=self.user, now=self.now)
        alert.refresh_from_db()
        return Response(AlertShape(alert).data)
