"""Whose register, and of which days."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from guides.queries.shifts import moment_of
from households.models import Community
from people.models import User


@dataclass(frozen=True, slots=True)
class RegisterScope:
    """Whose register: of one community, of all its guides or of one, from a local date to another, both included.

    `shows_doors`: beside a verdict stands whose bag it was, as the guide saw it. Officers' registers never show it:
    they open a household for a reason that is kept, one at a time.
    """

    community: Community
    first: dt.date
    last: dt.date
    guide: User | None = None
    shows_doors: bool = False

    @property
    def begins(self) -> dt.datetime:
        """The first moment."""
        return moment_of(on=self.first, at=dt.time())

    @property
    def ends(self) -> dt.datetime:
        """The moment after the last."""
        return moment_of(on=self.last + dt.timedelta(days=1), at=dt.time())

    def of(self, who: str) -> Q:
        """The rows whose field `who` is the scope's guide; all of them where it has none."""
        return Q(**{who: self.guide}) if self.guide else Q()
