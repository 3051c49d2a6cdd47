"""The district of bench dashboard: a year of drop-offs, verdicts and loads, and the tallies that come of them.

Everything is made in the database and set-based; the tallies are counted from the raw rows, so that the two agree.
"""

import datetime as dt

from django.db import connection

from bench.tally_data import make_district, run
from people.models import User
from points.triggers import create_triggers, drop_triggers

COMMUNITIES, BINS, DAYS = 500, 1_000, 365
GUIDE = "bench-guide"
EMPTIED = (
    "sorting_verification, sorting_dropoff, sorting_dropoffbatch, points_householdday, indicators_communityday, "
    "collection_load, collection_weighing"
)
FILLED = (*EMPTIED.split(", "), "households_household", "households_card")


def make_households(*, household_count: int, today: dt.date) -> None:
    """Communities with declared figures, bins, and households with a card each, enrolled for the whole year."""
    make_district(household_count=household_count, community_count=COMMUNITIES, bin_count=BINS)
    run(
        "UPDATE households_community SET household_count = 800, resident_count = 2200, sorted_collection_since = "
        "'2020-01-01', sorted_transport_since = CASE WHEN id % 3 = 0 THEN date '2020-01-01' END"
    )
    run(f"UPDATE households_household SET enrolled_on = date '{today}' - {DAYS}")
    run(
        """INSERT INTO households_card (household_id, kind, number, number_key, issued_at, is_searched)
           SELECT id, 'RFID', 'A' || id, 'A' || id, now(), true FROM households_household"""
    )
    User.objects.create(username=GUIDE)


def make_year(*, drop_offs: int, today: dt.date) -> int:
    """At least so many drop-offs of the DAYS days that end today, all tallied: a batch a bin and day; how many."""
    drop_triggers(connection=connection)
    run(f"TRUNCATE {EMPTIED} RESTART IDENTITY CASCADE")
    create_triggers(connection=connection)
    a_bin = -(-drop_offs // (DAYS * BINS))
    run("SET work_mem = '256MB'")
    for statement in _YEAR:
        run(statement.format(today=f"date '{today}'", days=DAYS, bins=BINS, a_bin=a_bin))
    run("RESET work_mem")
    for table in FILLED:
        run(f"VACUUM ANALYZE {table}")
    run("CHECKPOINT")
    return a_bin * DAYS * BINS


_YEAR = (
    """INSERT INTO sorting_dropoffbatch
           (kind, door, bin_id, community_id, boot_id, received_at, due_at, event_count, digest, is_awarding,
            tallied_at)
       SELECT 'DROP_OFFS', 'HTTP', b.id, p.community_id, '', m.at, m.at, {a_bin}, '', true, m.at
       FROM generate_series({days} - 1, 0, -1) n
       CROSS JOIN LATERAL (SELECT ({today} - n + time '12:00') AT TIME ZONE 'Asia/Shanghai' AS at) m
       CROSS JOIN sorting_smartbin b JOIN sorting_collectionpoint p ON p.id = b.point_id
       ORDER BY n DESC, b.id""",
    # Half is food waste, a fifth of the rest each hazardous and recyclable; nine in ten bags have a known household.
    """INSERT INTO sorting_dropoff
           (batch_id, bin_id, community_id, household_id, event_id, card, card_key, method, category, sub_class,
            weight_g, occurred_at, occurred_on, is_in_window, is_category_served)
       SELECT s.id, s.bin_id, s.community_id, h.id, s.id || '-' || s.e, '', '', 'CARD',
              (ARRAY['FOOD','FOOD','FOOD','FOOD','FOOD','RESIDUAL','RESIDUAL','RESIDUAL','RECYCLABLE','HAZARDOUS'])
                  [1 + floor(s.chance * 10)::int],
              '', 100 + floor(random() * 3000)::int, s.received_at,
              (s.received_at AT TIME ZONE 'Asia/Shanghai')::date, s.chance < 0.75, true
       FROM (SELECT b.id, b.bin_id, b.community_id, b.received_at, e, random() AS chance,
                    floor(random() * c.homes / 0.9)::int AS home, c.nth
             FROM sorting_dropoffbatch b
             JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS nth,
                          (SELECT count(*) FROM households_household) / {bins} AS homes FROM sorting_smartbin) c
               ON c.id = b.bin_id
             CROSS JOIN generate_series(1, {a_bin}) e OFFSET 0) s
       LEFT JOIN (SELECT id, (serial - 1) % {bins} AS nth, (serial - 1) / {bins} AS home FROM households_household) h
         ON h.nth = s.nth AND h.home = s.home""",
    # A guide judges three in a hundred, a tenth of them wrong; a third of the verdicts are of the random sample.
    """INSERT INTO sorting_dropoffbatch
           (kind, door, community_id, boot_id, received_at, due_at, event_count, digest, is_awarding, tallied_at)
       SELECT 'VERIFICATIONS', 'GUIDE', b.community_id, '', b.received_at, b.received_at, 1, '', true, b.received_at
       FROM sorting_dropoffbatch b""",
    """INSERT INTO sorting_verification
           (drop_off_id, batch_id, verdict, actual_category, source, guide_id, verified_at, in_force_at, note, rule,
            client_id)
       SELECT d.id, d.batch_id + {days} * {bins}, CASE WHEN random() < 0.1 THEN 'CONTAMINATED' ELSE 'CORRECT' END, '',
              CASE WHEN random() < 0.33 THEN 'RANDOM_SAMPLE' ELSE 'FREE' END, g.id, d.occurred_at, d.occurred_at, '',
              '', ''
       FROM sorting_dropoff d, people_user g WHERE g.username = 'bench-guide' AND random() < 0.03""",
    """INSERT INTO points_householdday
           (household_id, occurred_on, category, drop_off_count, weight_g, points, correct_count, wrong_count)
       SELECT household_id, occurred_on, category, count(*), sum(weight_g), 0,
              count(*) FILTER (WHERE verdict = 'CORRECT'), count(*) FILTER (WHERE verdict <> 'CORRECT')
       FROM sorting_dropoff d LEFT JOIN sorting_verification v ON v.drop_off_id = d.id
       WHERE household_id IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 2, 1, 3""",
    """INSERT INTO indicators_communityday
           (community_id, occurred_on, category, drop_off_count, weight_g, household_count, sampled_count,
            sampled_right_count)
       SELECT community_id, occurred_on, category, count(*), sum(weight_g), count(DISTINCT household_id),
              count(*) FILTER (WHERE source = 'RANDOM_SAMPLE'),
              count(*) FILTER (WHERE source = 'RANDOM_SAMPLE' AND verdict = 'CORRECT')
       FROM sorting_dropoff d LEFT JOIN sorting_verification v ON v.drop_off_id = d.id
       GROUP BY 1, 2, 3 ORDER BY 2, 1, 3""",
    """INSERT INTO collection_load (load_id, collected_on, community_id, category, weight_g, destination, received_at)
       SELECT c.id || '-' || n || k.category, {today} - n, c.id, k.category, 400000, k.destination, now()
       FROM generate_series({days} - 1, 0, -1) n, households_community c,
            (VALUES ('FOOD', 'COMPOSTING'), ('RESIDUAL', 'INCINERATION')) k (category, destination)""",
)
