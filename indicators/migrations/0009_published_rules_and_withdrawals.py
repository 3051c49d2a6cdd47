"""Programmes of a published month and withdrawn proposals; what was published before keeps its digest's format."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from points.triggers import create_triggers


class Migration(migrations.Migration):

    dependencies = [
        ('households', '0007_household_changes'),
        ('indicators', '0008_days_count_the_sample'),
        ('points', '0017_nulls_are_refused'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ProposalWithdrawal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('withdrawn_at', models.DateTimeField(verbose_name='撤回时间')),
                ('reason', models.CharField(max_length=200, verbose_name='原因')),
            ],
            options={
                'verbose_name': '提议撤回',
                'verbose_name_plural': '提议撤回',
            },
        ),
        migrations.CreateModel(
            name='PublishedRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='月内首日')),
                ('ends_on', models.DateField(verbose_name='月内末日')),
                ('programme_digest', models.CharField(max_length=64, verbose_name='方案摘要')),
                ('digest', models.BinaryField(verbose_name='摘要')),
            ],
            options={
                'verbose_name': '已发布规则',
                'verbose_name_plural': '已发布规则',
            },
        ),
        migrations.RemoveConstraint(
            model_name='publicationproposal',
            name='publication_proposal_once',
        ),
        migrations.AddField(
            model_name='publication',
            name='digest_format',
            field=models.PositiveSmallIntegerField(db_default=1, default=1, verbose_name='摘要格式'),
        ),
        migrations.AddField(
            model_name='publication',
            name='rule_count',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='规则数'),
        ),
        migrations.AddField(
            model_name='publication',
            name='stale_reason',
            field=models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='仍然发布的原因'),
        ),
        migrations.AddField(
            model_name='publication',
            name='waiting_count',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='当时未结算的投放'),
        ),
        migrations.AddField(
            model_name='publicationproposal',
            name='attempt',
            field=models.PositiveSmallIntegerField(db_default=1, default=1, verbose_name='第几次'),
        ),
        migrations.AddField(
            model_name='publicationproposal',
            name='shown_digest',
            field=models.CharField(blank=True, db_default='', default='', max_length=64, verbose_name='提议时的摘要'),
        ),
        migrations.AddConstraint(
            model_name='publication',
            constraint=models.CheckConstraint(condition=models.Q(('digest_format', 1), ('is_stale', False), models.Q(('stale_reason', ''), _negated=True), _connector='OR'), name='publication_stale_with_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='publicationproposal',
            constraint=models.UniqueConstraint(fields=('starts_on', 'stage', 'attempt'), name='publication_proposal_once_an_attempt'),
        ),
        migrations.AddField(
            model_name='proposalwithdrawal',
            name='proposal',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='withdrawal', to='indicators.publicationproposal', verbose_name='提议'),
        ),
        migrations.AddField(
            model_name='proposalwithdrawal',
            name='withdrawn_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='撤回人'),
        ),
        migrations.AddField(
            model_name='publishedrule',
            name='community',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='households.community', verbose_name='小区'),
        ),
        migrations.AddField(
            model_name='publishedrule',
            name='programme',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='points.programme', verbose_name='积分方案'),
        ),
        migrations.AddField(
            model_name='publishedrule',
            name='publication',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rules', to='indicators.publication', verbose_name='月度发布'),
        ),
        migrations.AddConstraint(
            model_name='proposalwithdrawal',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='proposal_withdrawal_reason_given'),
        ),
        migrations.AddConstraint(
            model_name='publishedrule',
            constraint=models.UniqueConstraint(fields=('publication', 'community', 'starts_on'), name='published_rule_once_a_day_in_a_community'),
        ),
        migrations.AddConstraint(
            model_name='publishedrule',
            constraint=models.UniqueConstraint(condition=models.Q(('community__isnull', True)), fields=('publication', 'starts_on'), name='published_rule_once_a_day_in_the_district'),
        ),
        migrations.AddConstraint(
            model_name='publishedrule',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='published_rule_of_some_days'),
        ),
        # SQLite made some of these tables anew, without their triggers.
        migrations.RunPython(
            lambda apps, schema_editor: create_triggers(connection=schema_editor.connection),
            migrations.RunPython.noop,
        ),
    ]
