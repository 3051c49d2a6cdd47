"""Why a drop-off should be looked at, and in which order: pure. Only RANDOM says anything about the district."""

from django.db import models

RECENTLY_DAYS = 14  # a household that sorted wrongly is looked at again for so long


class Look(models.TextChoices):
    """Why the platform proposes a drop-off. The words stand beside it on the guide's page."""

    RANDOM = "RANDOM", "随机抽样"
    WRONG = "WRONG", "近期有错"
    FLAGGED = "FLAGGED", "请留意"
    NEVER = "NEVER", "从未核验"


SUGGESTED = (Look.WRONG, Look.FLAGGED, Look.NEVER)


def looks(
    *, is_drawn: bool, has_household: bool, was_wrong: bool, was_seen: bool, is_flagged: bool
) -> tuple[Look, ...]:
    """Every reason that holds, the weightiest first. But for RANDOM they are a household's: nobody's bag has none.

    FLAGGED says that something is to be judged by the bureau, never what; and beside RANDOM it is not said, so that
    nobody looks at a bag of the sample with other eyes.
    """
    found = [Look.RANDOM] if is_drawn else []
    if has_household:
        found += [Look.WRONG] if was_wrong else []
        found += [Look.FLAGGED] if is_flagged and not is_drawn else []
        found += [Look.NEVER] if not was_seen else []
    return tuple(found)
