"""The bureau's survey: rounds and answers, which the database keeps as they are."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from points.triggers import create_triggers


class Migration(migrations.Migration):

    dependencies = [
        ('households', '0007_household_changes'),
        ('indicators', '0005_community_standing'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SurveyRound',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40, verbose_name='名称')),
                ('starts_on', models.DateField(verbose_name='开始日期')),
                ('ends_on', models.DateField(verbose_name='结束日期')),
                ('opened_at', models.DateTimeField(verbose_name='发起时间')),
                ('opened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='发起人')),
            ],
            options={
                'verbose_name': '问卷轮次',
                'verbose_name_plural': '问卷轮次',
            },
        ),
        migrations.CreateModel(
            name='SurveyAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_reached', models.BooleanField(verbose_name='收到过宣传')),
                ('is_aware', models.BooleanField(verbose_name='知道怎么分')),
                ('satisfaction', models.CharField(choices=[('VERY', '很满意'), ('QUITE', '比较满意'), ('SO_SO', '一般'), ('NOT', '不满意')], max_length=5, verbose_name='满意程度')),
                ('answered_at', models.DateTimeField(verbose_name='答卷时间')),
                ('household', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='households.household', verbose_name='住户')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='indicators.surveyround', verbose_name='轮次')),
            ],
            options={
                'verbose_name': '问卷答卷',
                'verbose_name_plural': '问卷答卷',
            },
        ),
        migrations.AddConstraint(
            model_name='surveyround',
            constraint=models.UniqueConstraint(fields=('name',), name='survey_round_name_once'),
        ),
        migrations.AddConstraint(
            model_name='surveyround',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='survey_round_named'),
        ),
        migrations.AddConstraint(
            model_name='surveyround',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='survey_round_days_in_order'),
        ),
        migrations.AddConstraint(
            model_name='surveyanswer',
            constraint=models.UniqueConstraint(fields=('round', 'household'), name='survey_answer_once_a_household'),
        ),
        migrations.AddConstraint(
            model_name='surveyanswer',
            constraint=models.CheckConstraint(condition=models.Q(('satisfaction__in', ['VERY', 'QUITE', 'SO_SO', 'NOT'])), name='survey_answer_satisfaction_known'),
        ),
        migrations.RunPython(
            lambda apps, schema_editor: create_triggers(connection=schema_editor.connection),
            migrations.RunPython.noop,
        ),
    ]
