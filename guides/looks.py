"""Why a drop-off should be looked at, and in which order: pure. Only RANDOM says anything about the district."""

from django.db import models

RECENTLY_DAYS = 14  # a household that sorted wrongly is looked at again for so long


class Look(models.TextChoices):
    """Why the platform proposes a drop-off. The words stand beside it on the guide's page."""

    RANDOM = "RANDOM", "随机抽样"
    WRONG = "WRONG", "近期有错"
    NEVER = "NEVER", "从未核验"


SUGGESTED = (Look.WRONG, Look.NEVER)


def looks(*, is_drawn: bool, has_household: bool, was_wrong: bool, was_seen: bool) -> tuple[Look, ...]:
    """Every reason that holds, the weightiest first. WRONG and NEVER are a household's: nobody's bag has neither."""
    found = [Look.RANDOM] if is_drawn else []
    if has_household:
        found += [Look.WRONG] if was_wrong else []
        found += [Look.NEVER] if not was_seen else []
    return tuple(found)
