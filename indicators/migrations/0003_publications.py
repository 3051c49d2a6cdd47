"""What was published: proposals, publications and their figures, insert-only."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from points.triggers import create_triggers


class Migration(migrations.Migration):

    dependencies = [
        ('households', '0007_household_changes'),
        ('indicators', '0002_plan_indicators'),
        ('points', '0013_moves_of_points'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PublicationProposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='月份首日')),
                ('stage', models.CharField(choices=[('PROVISIONAL', '初步数据'), ('FINAL', '最终数据')], max_length=12, verbose_name='阶段')),
                ('proposed_at', models.DateTimeField(verbose_name='提议时间')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提议人')),
            ],
            options={
                'verbose_name': '发布提议',
                'verbose_name_plural': '发布提议',
            },
        ),
        migrations.CreateModel(
            name='Publication',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(unique=True, verbose_name='序号')),
                ('starts_on', models.DateField(verbose_name='月份首日')),
                ('ends_on', models.DateField(verbose_name='月份末日')),
                ('stage', models.CharField(choices=[('PROVISIONAL', '初步数据'), ('FINAL', '最终数据')], max_length=12, verbose_name='阶段')),
                ('earliest_on', models.DateField(verbose_name='最早可发布日')),
                ('confirmed_on', models.DateField(verbose_name='确认日期')),
                ('confirmed_at', models.DateTimeField(verbose_name='确认时间')),
                ('is_stale', models.BooleanField(verbose_name='当时有未结算记录')),
                ('figure_count', models.PositiveIntegerField(verbose_name='指标数')),
                ('previous_digest', models.BinaryField(verbose_name='前一摘要')),
                ('digest', models.BinaryField(verbose_name='摘要')),
                ('confirmed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='确认人')),
                ('programme', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='points.programme', verbose_name='积分方案')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提议人')),
                ('proposal', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='publication', to='indicators.publicationproposal', verbose_name='提议')),
            ],
            options={
                'verbose_name': '月度发布',
                'verbose_name_plural': '月度发布',
            },
        ),
        migrations.CreateModel(
            name='PublishedFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=60, verbose_name='指标代码')),
                ('measure', models.CharField(blank=True, max_length=60, verbose_name='口径')),
                ('value', models.CharField(blank=True, max_length=80, verbose_name='数值')),
                ('numerator', models.CharField(blank=True, max_length=80, verbose_name='分子')),
                ('denominator', models.CharField(blank=True, max_length=80, verbose_name='分母')),
                ('sample_count', models.PositiveIntegerField(null=True, verbose_name='样本数')),
                ('stages', models.CharField(blank=True, max_length=300, verbose_name='漏斗')),
                ('formula_version', models.PositiveSmallIntegerField(verbose_name='公式版本')),
                ('digest', models.BinaryField(verbose_name='摘要')),
                ('community', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='households.community', verbose_name='小区')),
                ('publication', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='figures', to='indicators.publication', verbose_name='月度发布')),
            ],
            options={
                'verbose_name': '已发布指标',
                'verbose_name_plural': '已发布指标',
            },
        ),
        migrations.AddConstraint(
            model_name='publicationproposal',
            constraint=models.UniqueConstraint(fields=('starts_on', 'stage'), name='publication_proposal_once'),
        ),
        migrations.AddConstraint(
            model_name='publicationproposal',
            constraint=models.CheckConstraint(condition=models.Q(('stage__in', ['PROVISIONAL', 'FINAL'])), name='publication_proposal_stage_known'),
        ),
        migrations.AddConstraint(
            model_name='publicationproposal',
            constraint=models.CheckConstraint(condition=models.Q(('starts_on__day', 1)), name='publication_proposal_of_a_month'),
        ),
        migrations.AddConstraint(
            model_name='publication',
            constraint=models.UniqueConstraint(fields=('starts_on', 'stage'), name='publication_once'),
        ),
        migrations.AddConstraint(
            model_name='publication',
            constraint=models.CheckConstraint(condition=models.Q(('number__gt', 0)), name='publication_number_positive'),
        ),
        migrations.AddConstraint(
            model_name='publication',
            constraint=models.CheckConstraint(condition=models.Q(('stage__in', ['PROVISIONAL', 'FINAL'])), name='publication_stage_known'),
        ),
        migrations.AddConstraint(
            model_name='publication',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_by', models.F('proposed_by')), _negated=True), name='publication_by_two_people'),
        ),
        migrations.AddConstraint(
            model_name='publication',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_on__gte', models.F('earliest_on')), ('earliest_on__gt', models.F('ends_on'))), name='publication_not_early'),
        ),
        migrations.AddConstraint(
            model_name='publishedfigure',
            constraint=models.UniqueConstraint(fields=('publication', 'community', 'code', 'measure'), name='published_figure_once_a_community'),
        ),
        migrations.AddConstraint(
            model_name='publishedfigure',
            constraint=models.UniqueConstraint(condition=models.Q(('community__isnull', True)), fields=('publication', 'code', 'measure'), name='published_figure_once_in_the_district'),
        ),
        migrations.RunPython(
            lambda apps, schema_editor: create_triggers(connection=schema_editor.connection),
            migrations.RunPython.noop,
        ),
    ]
