"""What every operation of guides is: within the communities given to them today."""

from functools import cached_property

from api.view import ApiView
from guides.queries import community_ids_of_guide
from people.models import Role

AREA = "guide"


class GuideView(ApiView):
    """For guides."""

    roles = (Role.GUIDE,)

    @cached_property
    def community_ids(self) -> frozenset[int]:
        """The communities given to the guide today."""
        return community_ids_of_guide(guide=self.user, on=self.today)
