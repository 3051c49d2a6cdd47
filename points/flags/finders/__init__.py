"""The searches: one set-based statement each narrows a span's rows to candidates, which the rule then judges.

A statement's conditions are those of its rule, so that few candidates fail it; a test compares the two on dense random
days. Each search takes the FINDINGS_A_UNIT_MAX strongest candidates and one more, by which a cut is seen.
"""

from points.flags.finders.bins import find_full_bins, find_heavy_bags, find_two_machines
from points.flags.finders.guides import find_own_verdicts, find_same_photos
from points.flags.finders.outliers import find_week_outliers
from points.flags.finders.places import find_cards_at_two_places
from points.flags.finders.splitting import find_split_bags
from points.flags.finders.swipes import find_bin_swipe_groups, find_bin_swipe_runs

OF_A_DAY = (find_heavy_bags, find_full_bins, find_cards_at_two_places, find_bin_swipe_runs, find_two_machines)
OF_A_WEEK = (find_split_bags, find_bin_swipe_groups)
OF_A_WEEK_THAT_IS_OVER = (find_week_outliers,)
# By when a guide judged and when a likeness was found, whatever the day of the drop-off.
OF_A_PERIOD = (find_own_verdicts, find_same_photos)

__all__ = ["OF_A_DAY", "OF_A_PERIOD", "OF_A_WEEK", "OF_A_WEEK_THAT_IS_OVER"]
