"""How long problems and alerts may last, and what their deadlines did."""

import datetime as dt

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from points.triggers import create_triggers

# What held before hours could be set, and for alerts from the beginning.
FROM_THE_BEGINNING = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
SHORT, DAY, LONG, VERY_LONG = (4, 1, 2, 20), (24, 4, 4, 24), (48, 8, 8, 48), (72, 12, 24, 72)
HOURS = {
    ("PROBLEM", "OVERFLOW"): SHORT,
    ("PROBLEM", "MIXED"): DAY,
    ("PROBLEM", "BIN_BROKEN"): LONG,
    ("PROBLEM", "DIRTY"): DAY,
    ("PROBLEM", "SIGN_MISSING"): VERY_LONG,
    ("PROBLEM", "UNSTAFFED"): SHORT,
    ("PROBLEM", "OTHER"): VERY_LONG,
    ("ALERT", "OFFLINE"): DAY,
    ("ALERT", "FULL"): SHORT,
    ("ALERT", "CLOCK_WRONG"): VERY_LONG,
    ("ALERT", "SEQUENCE_GAP"): VERY_LONG,
    ("ALERT", "SILENT"): LONG,
}


def load(apps, schema_editor):
    apps.get_model("guides", "TimeAllowed").objects.bulk_create(
        apps.get_model("guides", "TimeAllowed")(
            subject=subject,
            kind=kind,
            due_h=due_h,
            remind_h=remind_h,
            street_h=street_h,
            district_h=district_h,
            set_at=FROM_THE_BEGINNING,
        )
        for (subject, kind), (due_h, remind_h, street_h, district_h) in HOURS.items()
    )


class Migration(migrations.Migration):

    dependencies = [
        ('guides', '0010_problems_of_residents'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SupervisionStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(choices=[('PROBLEM', '问题'), ('ALERT', '告警')], max_length=8, verbose_name='对象')),
                ('subject_id', models.BigIntegerField(verbose_name='对象编号')),
                ('step', models.CharField(choices=[('SOON', '快到期,提醒督导员'), ('DUE', '到期,提醒督导员'), ('STREET', '超期,转街道'), ('DISTRICT', '超期,转区')], max_length=8, verbose_name='步骤')),
                ('told_count', models.PositiveIntegerField(verbose_name='通知人数')),
                ('at', models.DateTimeField(verbose_name='时间')),
            ],
            options={
                'verbose_name': '督办',
                'verbose_name_plural': '督办',
                'constraints': [models.UniqueConstraint(fields=('subject', 'subject_id', 'step'), name='supervision_step_once'), models.CheckConstraint(condition=models.Q(('subject__in', ['PROBLEM', 'ALERT'])), name='supervision_step_subject_known'), models.CheckConstraint(condition=models.Q(('step__in', ['SOON', 'DUE', 'STREET', 'DISTRICT'])), name='supervision_step_known')],
            },
        ),
        migrations.CreateModel(
            name='TimeAllowed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(choices=[('PROBLEM', '问题'), ('ALERT', '告警')], max_length=8, verbose_name='对象')),
                ('kind', models.CharField(choices=[('OVERFLOW', '桶满外溢'), ('MIXED', '桶内混装'), ('BIN_BROKEN', '桶或设备损坏'), ('DIRTY', '地面脏乱、有异味'), ('SIGN_MISSING', '标识缺失或错误'), ('UNSTAFFED', '无人值守'), ('OTHER', '其他'), ('OFFLINE', '离线'), ('FULL', '已满'), ('CLOCK_WRONG', '时钟不准'), ('SEQUENCE_GAP', '记录缺号'), ('SILENT', '时段内无投放')], max_length=16, verbose_name='种类')),
                ('due_h', models.PositiveIntegerField(verbose_name='期限(小时)')),
                ('remind_h', models.PositiveIntegerField(verbose_name='到期前多少小时提醒')),
                ('street_h', models.PositiveIntegerField(verbose_name='超期多少小时转街道')),
                ('district_h', models.PositiveIntegerField(verbose_name='超期多少小时转区')),
                ('set_at', models.DateTimeField(editable=False, verbose_name='设定时间')),
                ('set_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='设定人')),
            ],
            options={
                'verbose_name': '办理时限',
                'verbose_name_plural': '办理时限',
                'constraints': [models.UniqueConstraint(fields=('subject', 'kind', 'set_at'), name='time_allowed_once'), models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['OVERFLOW', 'MIXED', 'BIN_BROKEN', 'DIRTY', 'SIGN_MISSING', 'UNSTAFFED', 'OTHER']), ('subject', 'PROBLEM')), models.Q(('kind__in', ['OFFLINE', 'FULL', 'CLOCK_WRONG', 'SEQUENCE_GAP', 'SILENT']), ('subject', 'ALERT')), _connector='OR'), name='time_allowed_kind_of_its_subject', violation_error_message='这个种类和对象对不上。'), models.CheckConstraint(condition=models.Q(('due_h__range', (1, 8760)), ('remind_h__lt', models.F('due_h'))), name='time_allowed_reminds_before', violation_error_message='期限至少 1 小时、最多一年,提醒要早于期限。'), models.CheckConstraint(condition=models.Q(('district_h__gt', models.F('street_h')), ('district_h__lte', 8760)), name='time_allowed_street_then_district', violation_error_message='先转街道,后转区。')],
            },
        ),
        migrations.RunPython(load, migrations.RunPython.noop),
        migrations.RunPython(
            lambda apps, schema_editor: create_triggers(connection=schema_editor.connection),
            migrations.RunPython.noop,
        ),
    ]
