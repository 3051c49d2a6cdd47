"""What every operation of residents is: of one household of which the user is a present member."""

from functools import cached_property

from rest_framework.exceptions import NotFound

from api.view import ApiView
from households.models import Household, Member
from households.queries import present_memberships

AREA = "resident"


class ResidentView(ApiView):
    """For present members of a household. A role is not asked for: who belongs to a home is its resident."""

    @cached_property
    def memberships(self) -> list[Member]:
        """The user's homes, in one query."""
        return present_memberships(user=self.user)

    def is_theirs(self) -> bool:
        """Whether the user lives anywhere here."""
        return bool(self.memberships)

    def household(self, household_id: int) -> Household:
        """The user's own household of this key.

        :raises NotFound: it is another's, or there is none: nobody learns which.
        """
        for member in self.memberships:
            if member.household_id == household_id:
                return member.household
        raise NotFound
