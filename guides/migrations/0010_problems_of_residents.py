"""A problem may be reported by a household, which only it reads of."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('guides', '0009_nulls_are_refused'),
        ('households', '0007_household_changes'),
        ('sorting', '0011_replay_reason'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='problem',
            name='household',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='households.household', verbose_name='报告住户'),
        ),
        migrations.AddConstraint(
            model_name='problem',
            constraint=models.CheckConstraint(condition=models.Q(('household__isnull', True), ('kind__in', ('OVERFLOW', 'BIN_BROKEN')), _connector='OR'), name='problem_kind_of_a_resident'),
        ),
    ]
