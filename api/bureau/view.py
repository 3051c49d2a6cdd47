"""What every operation of the bureau is: an officer's, within the reach of their grants."""

from collections.abc import Collection

from django.db.models import QuerySet

from api.view import ApiView
from households.models import Community
from households.reach import communities_in_reach
from people.models import Role

AREA = "bureau"


class BureauView(ApiView):
    """Officers only."""

    roles = (Role.OFFICER,)

    @property
    def reach(self) -> "QuerySet[Community]":
        """The communities that the officer's grants reach today."""
        return communities_in_reach(standing=self.standing, role=Role.OFFICER)

    @property
    def is_district_wide(self) -> bool:
        """Whether the officer may see the district's sums."""
        return self.standing.is_district_wide(Role.OFFICER)

    def reached_ids(self) -> Collection[int]:
        """The keys of those communities."""
        return list(self.reach.values_list("pk", flat=True))
