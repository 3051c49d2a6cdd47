"""The measured figures behind simulated bins, each with its source. Pure data.

README: ../shared/data/README.md. DAILY: food_waste_daily.csv there (eight cities, 2019, 12 million), from which
the months were computed as means over the cities of the ratio to the city's own mean. ASSUMED: no public figure found.
"""

from simulation.spread import EVENING_S, MORNING_S

# README: a household drops food waste 0.24 times a day where it pays by weight, up to 1.2 times where it earns points.
FOOD_DROP_OFFS_A_DAY_MIN = 0.24
FOOD_DROP_OFFS_A_DAY_MAX = 1.2
# README: 60-80 % of enrolled households active in a month. With the rates above spread evenly over them, 35-36 % are
# active on a day (README: 35-40 %).
PARTICIPATING_RATE = 0.72

# README: 1.79 kg a drop-off; day means 1.47-2.29 at the 5th and 95th percentile.
FOOD_WEIGHT_G_MEAN = 1_790
# DAILY: what remains of a city's day means when its month is taken out; the months bring the rest of 1.47-2.29.
DAY_MEAN_SIGMA = 0.09
BAG_SIGMA = 0.5  # ASSUMED: most bags a little under the mean, a few three times as heavy
BAG_WEIGHT_G_MIN, BAG_WEIGHT_G_MAX = 5, 49_000  # what a sound scale reports

# DAILY: weight a drop-off and number of drop-offs by month, ratio to the year; heavier in winter, fewer.
WEIGHT_BY_MONTH = (1.095, 1.131, 1.051, 1.005, 0.983, 0.964, 0.952, 0.909, 0.923, 0.917, 1.115, 1.062)
# README: Sunday x1.19, Friday x0.92; the others share what is left. Monday first.
COUNT_BY_WEEKDAY = (0.978, 0.978, 0.978, 0.978, 0.92, 0.978, 1.19)
COUNT_DAY_SIGMA = 0.17  # README: day-to-day variation

# README: 0.9-1.0 kg of waste a person a day, 51-61 % of it food. What is not food is split as ASSUMED.
FOOD_SHARE_OF_WEIGHT = 0.56
# Beside each food drop-off, so many of the others on the mean, each with its mean weight in grams (ASSUMED); together
# they weigh 44 % of all.
OTHER_BAGS: dict[str, tuple[float, int]] = {
    "RESIDUAL": (0.75, 1_400),
    "RECYCLABLE": (0.37, 900),
    "HAZARDOUS": (0.05, 150),
}

RESIDENTS_A_HOUSEHOLD = 2.8  # README
HOUSEHOLDS_A_POINT_MIN, HOUSEHOLDS_A_POINT_MAX = 60, 350  # README

# README: sorting accuracy 40 % early to 85 % mature. Each community stands somewhere between.
ACCURACY_MIN, ACCURACY_MAX = 0.40, 0.85

# README: these windows hold 70 % of drop-offs; simulation.spread.second_of_day draws them so.
WINDOWS_S = (MORNING_S, EVENING_S)
IN_WINDOWS_RATE = 0.70

MISSING_MACHINE_DAY_RATE = 0.03  # README
IMPOSSIBLE_MACHINE_DAY_RATE = 0.04  # README
IMPOSSIBLE_WEIGHTS_G = (0, 65_535, 80_000)  # README: a day of 297 t; a scale that shows nothing, or its last number

# ASSUMED, as in the demo: how a household is known.
TYPED_NOTHING_RATE = 0.03
UNKNOWN_CARD_RATE = 0.025
ELSEWHERE_RATE = 0.01  # at another community's bin
