"""Trucks weighed full and empty: weighings, and the loads that share them."""


import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('collection', '0002_initial'),
        ('households', '0007_household_changes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='load',
            name='load_id',
            field=models.CharField(max_length=140, unique=True, verbose_name='清运单号'),
        ),
        migrations.CreateModel(
            name='Weighing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=120, verbose_name='磅单号')),
                ('revision', models.PositiveSmallIntegerField(default=0, verbose_name='第几次更正')),
                ('collected_on', models.DateField(verbose_name='清运日期')),
                ('category', models.CharField(choices=[('RECYCLABLE', '可回收物'), ('HAZARDOUS', '有害垃圾'), ('FOOD', '厨余垃圾'), ('RESIDUAL', '其他垃圾')], max_length=12, verbose_name='类别')),
                ('destination', models.CharField(choices=[('RECYCLING', '回收利用'), ('COMPOSTING', '堆肥'), ('INCINERATION', '焚烧'), ('LANDFILL', '填埋'), ('HAZARDOUS_TREATMENT', '危废处置')], max_length=20, verbose_name='去向')),
                ('vehicle', models.CharField(blank=True, max_length=20, verbose_name='车牌号')),
                ('gross_g', models.BigIntegerField(verbose_name='毛重(克)')),
                ('tare_g', models.BigIntegerField(verbose_name='皮重(克)')),
                ('sharing', models.CharField(choices=[('ONE', '一个小区'), ('TYPED', '按填写的重量'), ('HOUSEHOLDS', '按户数分摊')], max_length=10, verbose_name='分摊')),
                ('is_void', models.BooleanField(default=False, verbose_name='作废')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='更正原因')),
                ('recorded_at', models.DateTimeField(verbose_name='登记时间')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
                ('replaces', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='collection.weighing', verbose_name='更正的磅单')),
                ('replaces_load', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='collection.load', verbose_name='更正的清运单')),
            ],
            options={
                'verbose_name': '磅单',
                'verbose_name_plural': '磅单',
            },
        ),
        migrations.AddField(
            model_name='load',
            name='weighing',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='loads', to='collection.weighing', verbose_name='磅单'),
        ),
        migrations.AddConstraint(
            model_name='load',
            constraint=models.UniqueConstraint(fields=('weighing', 'community'), name='load_once_a_weighing_and_community'),
        ),
        migrations.AddConstraint(
            model_name='weighing',
            constraint=models.UniqueConstraint(fields=('number', 'revision'), name='weighing_revision_once'),
        ),
        migrations.AddConstraint(
            model_name='weighing',
            constraint=models.CheckConstraint(condition=models.Q(('gross_g__gt', models.F('tare_g')), ('tare_g__gte', 0)), name='weighing_net_weight_positive'),
        ),
        migrations.AddConstraint(
            model_name='weighing',
            constraint=models.CheckConstraint(condition=models.Q(('category__in', ['RECYCLABLE', 'HAZARDOUS', 'FOOD', 'RESIDUAL'])), name='weighing_category_known'),
        ),
        migrations.AddConstraint(
            model_name='weighing',
            constraint=models.CheckConstraint(condition=models.Q(('destination__in', ['RECYCLING', 'COMPOSTING', 'INCINERATION', 'LANDFILL', 'HAZARDOUS_TREATMENT'])), name='weighing_destination_known'),
        ),
        migrations.AddConstraint(
            model_name='weighing',
            constraint=models.CheckConstraint(condition=models.Q(('sharing__in', ['ONE', 'TYPED', 'HOUSEHOLDS'])), name='weighing_sharing_known'),
        ),
        migrations.AddConstraint(
            model_name='weighing',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('is_void', False), ('reason', ''), ('replaces__isnull', True), ('replaces_load__isnull', True), ('revision', 0)), models.Q(('replaces__isnull', False), ('replaces_load__isnull', True), ('revision__gte', 1), models.Q(('reason', ''), _negated=True)), models.Q(('replaces__isnull', True), ('replaces_load__isnull', False), ('revision__gte', 1), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='weighing_correction_says_of_what_and_why'),
        ),
    ]
