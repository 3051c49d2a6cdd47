"""What every view of /api/v1 is: JSON in, JSON out, roles asked anew each time, one shape of error, a share each."""

import datetime as dt
from functools import cached_property
from typing import Any, ClassVar, TypeVar

from axes.helpers import get_client_ip_address
from django.conf import settings
from django.utils import timezone
from rest_framework.exceptions import NotFound, Throttled
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from api.authentication import ApiTokenAuthentication, PageSession
from api.body import JsonBody
from api.device.rate import RateLimit
from api.errors import Refused
from api.refusals import answer_refusal
from lib.neighbourhood import neighbourhood
from people.models import Role, User
from people.services.misses import note_miss, seconds_to_wait
from people.standing import Standing, standing_of

user_rate = RateLimit(rate_per_s=settings.API_REQUESTS_PER_S, burst_count=settings.API_REQUESTS_BURST)
# Whoever is not signed in shares what their address has: many phones have one address.
address_rate = RateLimit(rate_per_s=settings.API_REQUESTS_PER_S, burst_count=settings.API_REQUESTS_BURST)

_Parsed = TypeVar("_Parsed", bound="Serializer[Any]")


class HoldsRole(BasePermission):
    """Somebody signed in who holds, today, one of the view's roles; where it names none, anybody signed in."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Asked at every request, so that a role that ended has ended."""
        assert isinstance(view, ApiView)
        if request.method in view.public_methods:
            return True
        if not request.user.is_authenticated:
            return False
        return view.is_theirs()


class AlwaysJson(DefaultContentNegotiation):
    """JSON whatever `Accept` says: an error page in HTML would tell a program nothing."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The one renderer there is."""
        return renderers[0], renderers[0].media_type


class ApiView(APIView):
    """A view is parse, one call, translate. `roles` says who may call it; `public_methods` are open to anybody.

    `is_lookup` marks what finds something by a code that somebody types: misses are counted there even without a
    number in the address.
    """

    authentication_classes = [ApiTokenAuthentication, PageSession]
    permission_classes = [HoldsRole]
    parser_classes = [JsonBody]
    renderer_classes = [JSONRenderer]
    content_negotiation_class = AlwaysJson
    http_method_names = ["get", "head", "post", "put", "delete"]

    roles: ClassVar[tuple[Role, ...]] = ()
    public_methods: ClassVar[frozenset[str]] = frozenset()
    is_lookup: ClassVar[bool] = False

    @cached_property
    def now(self) -> dt.datetime:
        """The moment of the request, one for all that it does."""
        return timezone.now()

    @property
    def today(self) -> dt.date:
        """The local day of the request."""
        return timezone.localdate(self.now)

    @property
    def user(self) -> User:
        """Who is asking, where the view is not public."""
        assert isinstance(self.request.user, User)
        return self.request.user

    @cached_property
    def standing(self) -> Standing:
        """What they may do today."""
        return standing_of(user=self.user, on=self.today)

    def is_theirs(self) -> bool:
        """Whether it is the business of who is signed in: they hold, today, one of the roles."""
        return not self.roles or any(self.standing.holds(role) for role in self.roles)

    def parsed(self, kind: type[_Parsed]) -> dict[str, Any]:
        """The body (with GET the query) as this serializer reads it.

        :raises ValidationError: it does not.
        """
        source = self.request.query_params if self.request.method in ("GET", "HEAD") else self.request.data
        serializer = kind(data=source)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def get_exception_handler(self) -> Any:
        """The one shape, whatever the settings of others are."""
        return answer_refusal

    def perform_authentication(self, request: Request) -> None:
        """Find out who is asking, and take one from their share.

        :raises Throttled: it is used up.
        :raises AuthenticationFailed: they are not who they say.
        """
        is_known = False
        try:
            is_known = request.user.is_authenticated
        finally:
            rate, key = (user_rate, str(request.user.pk)) if is_known else (address_rate, self._address(request))
            if wait_s := rate.wait_s(key=key):
                raise Throttled(wait=wait_s)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Everything that is asked before the method runs."""
        if request.headers.get("Transfer-Encoding"):
            # The framework would take a body without a length for none at all.
            raise Refused(411, "length_required", "请求须带 Content-Length (Content-Length is required)")
        super().initial(request, *args, **kwargs)
        if self._counts_misses and (wait_s := seconds_to_wait(asker=self.user, now=self.now)):
            raise Throttled(wait=wait_s)

    def handle_exception(self, exc: Exception) -> Response:
        """The same as ever; and whoever asked for what is not theirs has one guess less."""
        response = super().handle_exception(exc)
        if response.status_code == NotFound.status_code and self._counts_misses:
            note_miss(asker=self.user, now=self.now)
        return response

    @property
    def _counts_misses(self) -> bool:
        return bool(self.kwargs or self.is_lookup) and self.request.user.is_authenticated

    @staticmethod
    def _address(request: Request) -> str:
        return neighbourhood(get_client_ip_address(request) or "")
