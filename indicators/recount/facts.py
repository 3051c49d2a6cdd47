"""The drop-offs that count, in SQL that both databases understand.

A drop-off counts when its batch is tallied and it is not set aside. Its household is the one of its card, else the one
of a tallied attribution; its verdict is that of its last tallied verification (a WITHDRAWN one refutes
nothing, as if there were none). Its `sampled` is the last tallied word of the random sample, '' where there is none.
"""

FACTS_SQL = """
    SELECT d.community_id, d.occurred_on, d.category, d.sub_class, d.weight_g, d.is_in_window, batch.is_awarding,
           COALESCE(d.household_id, CASE WHEN attributing.tallied_at IS NOT NULL THEN given.household_id END)
               AS household_id,
           COALESCE(said.verdict, '') AS verdict,
           CASE WHEN sampling.verdict <> 'WITHDRAWN' THEN sampling.verdict ELSE '' END AS sampled
    FROM sorting_dropoff d
    INNER JOIN sorting_dropoffbatch batch ON batch.id = d.batch_id
    LEFT JOIN sorting_setaside aside ON aside.drop_off_id = d.id
    LEFT JOIN sorting_attribution given ON given.drop_off_id = d.id
    LEFT JOIN sorting_dropoffbatch attributing ON attributing.id = given.batch_id
    LEFT JOIN (
        SELECT v.drop_off_id, MAX(v.id) AS verification_id,
               MAX(CASE WHEN v.source = 'RANDOM_SAMPLE' OR v.verdict = 'WITHDRAWN' THEN v.id END) AS sampling_id
        FROM sorting_verification v
        INNER JOIN sorting_dropoffbatch judging ON judging.id = v.batch_id
        WHERE judging.tallied_at IS NOT NULL
        GROUP BY v.drop_off_id
    ) last_word ON last_word.drop_off_id = d.id
    LEFT JOIN sorting_verification said ON said.id = last_word.verification_id
    LEFT JOIN sorting_verification sampling ON sampling.id = last_word.sampling_id
    WHERE batch.tallied_at IS NOT NULL AND aside.drop_off_id IS NULL"""
