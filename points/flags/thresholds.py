"""Where a rule begins to speak, each with its reason. Measured on honest months: docs/measurements.md, `bench flags`.

A flag costs an officer some minutes and, if it is wrong, a neighbour's trust: each is set so that a month of simulated
honest households opens next to none (simulation.bins.calibration has the figures behind that month).
"""

# One visit: somebody who walks back for another bag is back within ten minutes.
VISIT_GAP_S = 600
# "Would have been one bag": the heaviest day mean of real food waste, 1.47-2.29 kg a bag at the 5th-95th percentile.
ONE_BAG_G_MAX = 2_300
# Five bags more than needed in a week: five times two for one, or six for one at once. Once or twice is a torn bag.
SPLIT_EXTRA_A_WEEK_MIN = 5

# A grown person carries 30 kg some steps; of bags of 1.79 kg on the mean (sigma 0.5) it is the 6-sigma one.
BAG_G_MAX = 30_000
# A container of unknown size counts as the common large wheeled one.
CONTAINER_L_ASSUMED = 240
# Grams a litre at most, wet and pressed down: food is mostly water, and much of what lies under the lid for residual
# waste is food where sorting is young; batteries and lamps are small and heavy.
DENSITY_G_A_L_MAX = {"FOOD": 1_000, "RESIDUAL": 1_000, "RECYCLABLE": 400, "HAZARDOUS": 1_500}
# A container is emptied after each of two windows; four times leaves room for a feast day.
EMPTYINGS_A_DAY_MAX = 4

# An electric bicycle may do 25 km/h: nobody comes from bin to bin faster.
TRAVEL_M_A_S_MAX = 7.0
# Two bins' clocks may differ by so much without anybody being at two places.
CLOCK_TOLERANCE_S = 60
# Where a point's coordinates are unknown: two points within a minute.
UNKNOWN_PLACES_GAP_S = 60
# Beyond an hour nothing in a district is out of reach; this bounds the search.
TWO_PLACES_GAP_S_MAX = 3_600

# Swiping, opening, throwing in and stepping aside takes a queue 10 s a person; a stack of cards is faster.
RUN_GAP_S = 8
# Six households within 40 s at one bin.
RUN_HOUSEHOLDS_MIN = 6

# The same neighbours together: within 15 s of each other, on four days of one week, three households or more.
GROUP_GAP_S = 15
GROUP_DAYS_MIN = 4
GROUP_HOUSEHOLDS_MIN = 3
# A longer chain is a crowd at opening time (or a run, see above); this also bounds the pairs to be compared.
GROUP_CHAIN_HOUSEHOLDS_MAX = 12

# Modified z-score (Iglewicz and Hoaglin 1993): 0.6745 × (x − median) ÷ MAD. They name 3.5 for bell-shaped figures;
# weekly points have a long right tail.
OUTLIER_SCORE_MIN = 8.0
OUTLIER_SCALE = 0.6745
# Fewer active households have no "usual".
OUTLIER_HOUSEHOLDS_MIN = 20
# 500 points are about 5 yuan: less is not worth an officer's time.
OUTLIER_POINTS_MIN = 500
# Where half a community earns the same, MAD is 0: then one food drop-off counts as the usual distance.
OUTLIER_MAD_MIN = 10

# Who joins a household within a month of judging it may have lived there already.
JOINED_AFTER_DAYS = 30

# A bin's camera always sees the same bin: its pictures are alike, but never to the byte. A person's photos of two
# bags differ; two bits of 64 are what saving again changes.
PHOTO_DISTANCE_MAX = 2

# A restarted bin sends its last run's rest once; three returns to an earlier run within a day are two machines.
BOOT_RETURNS_MIN = 3

# Bounds. What is cut off is said in the outcome.
EVIDENCE_ROWS_MAX = 60
FINDINGS_A_UNIT_MAX = 1_000
