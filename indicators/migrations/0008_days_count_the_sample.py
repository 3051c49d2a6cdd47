from django.db import migrations, models


# What was tallied before: the last tallied word of the random sample on each drop-off that counts.
FILL = """
    UPDATE indicators_communityday SET sampled_count = sampled.judged_count, sampled_right_count = sampled.right_count
    FROM (
        SELECT d.community_id, d.occurred_on, d.category, COUNT(*) AS judged_count,
               SUM(CASE WHEN v.verdict = 'CORRECT' THEN 1 ELSE 0 END) AS right_count
        FROM (SELECT w.drop_off_id, MAX(w.id) AS id FROM sorting_verification w
              JOIN sorting_dropoffbatch b ON b.id = w.batch_id AND b.tallied_at IS NOT NULL
              WHERE w.source = 'RANDOM_SAMPLE' OR w.verdict = 'WITHDRAWN'
              GROUP BY w.drop_off_id) last_word
        JOIN sorting_verification v ON v.id = last_word.id AND v.verdict <> 'WITHDRAWN'
        JOIN sorting_dropoff d ON d.id = v.drop_off_id
        JOIN sorting_dropoffbatch came_in ON came_in.id = d.batch_id AND came_in.tallied_at IS NOT NULL
        LEFT JOIN sorting_setaside aside ON aside.drop_off_id = d.id
        WHERE aside.drop_off_id IS NULL
        GROUP BY d.community_id, d.occurred_on, d.category
    ) sampled
    WHERE sampled.community_id = indicators_communityday.community_id
      AND sampled.occurred_on = indicators_communityday.occurred_on
      AND sampled.category = indicators_communityday.category"""


class Migration(migrations.Migration):

    dependencies = [
        ('households', '0007_household_changes'),
        ('indicators', '0007_monthly_reports'),
        ('sorting', '0011_replay_reason'),
    ]

    operations = [
        migrations.AddField(
            model_name='communityday',
            name='sampled_count',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='抽样核验数'),
        ),
        migrations.AddField(
            model_name='communityday',
            name='sampled_right_count',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='抽样合格数'),
        ),
        migrations.AddConstraint(
            model_name='communityday',
            constraint=models.CheckConstraint(condition=models.Q(('sampled_count__lte', models.F('drop_off_count')), ('sampled_right_count__gte', 0), ('sampled_right_count__lte', models.F('sampled_count'))), name='community_day_sampled_of_counted'),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
