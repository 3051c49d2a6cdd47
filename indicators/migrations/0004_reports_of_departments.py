"""What departments report: values with evidence, reviewed by a second person, and deadlines; insert-only."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from points.triggers import create_triggers


def load_departments(apps, schema_editor):
    """The plan writes some departments with and without the district's 区 in front: one department, two spellings."""
    spellings = {}
    for names in apps.get_model("indicators", "Indicator").objects.order_by("number").values_list(
        "departments", flat=True
    ):
        for name in names:
            spellings.setdefault(name.removeprefix("区"), set()).add(name)
    Department = apps.get_model("indicators", "Department")
    Department.objects.bulk_create(
        Department(name=max(ways, key=len), spellings=sorted(ways)) for ways in spellings.values()
    )


class Migration(migrations.Migration):

    dependencies = [
        ('indicators', '0003_publications'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Department',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, unique=True, verbose_name='部门')),
                ('spellings', models.JSONField(default=list, verbose_name='方案中的写法')),
            ],
            options={
                'verbose_name': '责任部门',
                'verbose_name_plural': '责任部门',
            },
        ),
        migrations.CreateModel(
            name='ReportDeadline',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='开始日期')),
                ('ends_on', models.DateField(verbose_name='结束日期')),
                ('due_on', models.DateField(verbose_name='截止日期')),
                ('set_at', models.DateTimeField(verbose_name='设定时间')),
            ],
            options={
                'verbose_name': '填报期限',
                'verbose_name_plural': '填报期限',
            },
        ),
        migrations.CreateModel(
            name='ValueReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verdict', models.CharField(choices=[('ACCEPTED', '通过'), ('RETURNED', '退回')], max_length=8, verbose_name='结论')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='理由')),
                ('reviewed_at', models.DateTimeField(verbose_name='审核时间')),
            ],
            options={
                'verbose_name': '指标审核',
                'verbose_name_plural': '指标审核',
            },
        ),
        migrations.AddField(
            model_name='indicatorvalue',
            name='attempt',
            field=models.PositiveSmallIntegerField(null=True, verbose_name='第几次填报'),
        ),
        migrations.AddField(
            model_name='indicatorvalue',
            name='note',
            field=models.CharField(blank=True, max_length=400, verbose_name='说明'),
        ),
        migrations.AddField(
            model_name='indicatorvalue',
            name='reported_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='填报人'),
        ),
        migrations.CreateModel(
            name='Evidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file_name', models.CharField(max_length=120, verbose_name='文件名')),
                ('kind', models.CharField(choices=[('pdf', 'pdf'), ('docx', 'docx'), ('xlsx', 'xlsx'), ('jpg', 'jpg'), ('png', 'png')], max_length=4, verbose_name='类型')),
                ('byte_count', models.PositiveIntegerField(verbose_name='字节数')),
                ('digest', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('data', models.BinaryField(verbose_name='内容')),
            ],
            options={
                'verbose_name': '佐证材料',
                'verbose_name_plural': '佐证材料',
                'constraints': [models.CheckConstraint(condition=models.Q(('byte_count__range', (1, 8388608)), models.Q(('data', b''), _negated=True)), name='evidence_size'), models.CheckConstraint(condition=models.Q(('kind__in', ['pdf', 'docx', 'xlsx', 'jpg', 'png'])), name='evidence_kind_known')],
            },
        ),
        migrations.AddField(
            model_name='indicatorvalue',
            name='evidence',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='value', to='indicators.evidence', verbose_name='佐证材料'),
        ),
        migrations.AddConstraint(
            model_name='indicatorvalue',
            constraint=models.UniqueConstraint(fields=('measure', 'starts_on', 'ends_on', 'attempt'), name='indicator_value_attempts_in_order'),
        ),
        migrations.AddConstraint(
            model_name='indicatorvalue',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('attempt__isnull', True), ('evidence__isnull', True), ('reported_by__isnull', True)), models.Q(('attempt__gte', 1), ('attempt__isnull', False), ('evidence__isnull', False), ('reported_by__isnull', False)), _connector='OR'), name='indicator_value_reported_with_evidence'),
        ),
        migrations.AddField(
            model_name='reportdeadline',
            name='indicator',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deadlines', to='indicators.indicator', verbose_name='指标'),
        ),
        migrations.AddField(
            model_name='reportdeadline',
            name='set_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='设定人'),
        ),
        migrations.AddField(
            model_name='valuereview',
            name='reported_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='填报人'),
        ),
        migrations.AddField(
            model_name='valuereview',
            name='reviewed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='审核人'),
        ),
        migrations.AddField(
            model_name='valuereview',
            name='value',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='review', to='indicators.indicatorvalue', verbose_name='指标值'),
        ),
        migrations.AddConstraint(
            model_name='reportdeadline',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='report_deadline_days_in_order'),
        ),
        migrations.AddConstraint(
            model_name='reportdeadline',
            constraint=models.CheckConstraint(condition=models.Q(('due_on__gte', models.F('ends_on'))), name='report_deadline_after_the_period'),
        ),
        migrations.AddConstraint(
            model_name='valuereview',
            constraint=models.CheckConstraint(condition=models.Q(('verdict__in', ['ACCEPTED', 'RETURNED'])), name='value_review_known'),
        ),
        migrations.AddConstraint(
            model_name='valuereview',
            constraint=models.CheckConstraint(condition=models.Q(('reported_by__isnull', True), models.Q(('reviewed_by', models.F('reported_by')), _negated=True), _connector='OR'), name='value_review_by_another_person'),
        ),
        migrations.AddConstraint(
            model_name='valuereview',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('verdict', 'RETURNED'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='value_review_says_why_returned'),
        ),
        migrations.RunPython(load_departments, migrations.RunPython.noop),
        migrations.RunPython(
            lambda apps, schema_editor: create_triggers(connection=schema_editor.connection),
            migrations.RunPython.noop,
        ),
    ]
