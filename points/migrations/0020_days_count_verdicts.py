import django.db.models.expressions
from django.db import migrations, models


# What was tallied before: the last tallied verdict of each drop-off that counts, on its household's day.
FILL = """
    UPDATE points_householdday SET correct_count = judged.correct_count, wrong_count = judged.wrong_count
    FROM (
        SELECT COALESCE(d.household_id, CASE WHEN given_in.tallied_at IS NOT NULL THEN given.household_id END) AS owner_id,
               d.occurred_on, d.category,
               SUM(CASE WHEN v.verdict = 'CORRECT' THEN 1 ELSE 0 END) AS correct_count,
               SUM(CASE WHEN v.verdict = 'CORRECT' THEN 0 ELSE 1 END) AS wrong_count
        FROM (SELECT w.drop_off_id, MAX(w.id) AS id FROM sorting_verification w
              JOIN sorting_dropoffbatch b ON b.id = w.batch_id AND b.tallied_at IS NOT NULL
              GROUP BY w.drop_off_id) last_word
        JOIN sorting_verification v ON v.id = last_word.id AND v.verdict <> 'WITHDRAWN'
        JOIN sorting_dropoff d ON d.id = v.drop_off_id
        JOIN sorting_dropoffbatch came_in ON came_in.id = d.batch_id AND came_in.tallied_at IS NOT NULL
        LEFT JOIN sorting_setaside aside ON aside.drop_off_id = d.id
        LEFT JOIN sorting_attribution given ON given.drop_off_id = d.id
        LEFT JOIN sorting_dropoffbatch given_in ON given_in.id = given.batch_id
        WHERE aside.drop_off_id IS NULL
        GROUP BY 1, 2, 3
    ) judged
    WHERE judged.owner_id = points_householdday.household_id
      AND judged.occurred_on = points_householdday.occurred_on
      AND judged.category = points_householdday.category"""


class Migration(migrations.Migration):

    dependencies = [
        ('households', '0007_household_changes'),
        ('points', '0019_reasons_of_looks_are_forgotten'),
        ("sorting", "0011_replay_reason"),
    ]

    operations = [
        migrations.AddField(
            model_name='householdday',
            name='correct_count',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='判为合格'),
        ),
        migrations.AddField(
            model_name='householdday',
            name='wrong_count',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='判为不合格'),
        ),
        migrations.AddIndex(
            model_name='householdday',
            index=models.Index(condition=models.Q(('correct_count__gt', 0), ('wrong_count__gt', 0), _connector='OR'), fields=['household', 'occurred_on', 'correct_count', 'wrong_count'], name='household_day_judged'),
        ),
        migrations.AddConstraint(
            model_name='householdday',
            constraint=models.CheckConstraint(condition=models.Q(('correct_count__gte', 0), ('drop_off_count__gte', django.db.models.expressions.CombinedExpression(models.F('correct_count'), '+', models.F('wrong_count'))), ('wrong_count__gte', 0)), name='household_day_judged_of_counted'),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
