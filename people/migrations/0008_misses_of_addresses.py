"""Misses are counted by the screens too, and for who is not signed in: the API's table, with an address."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("api", "0001_lookup_misses"),
        ("people", "0007_staff_notices"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="LookupMiss",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                        ),
                        ("at", models.DateTimeField(verbose_name="时间")),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="用户",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "api_lookupmiss",
                        "verbose_name": "未命中",
                        "verbose_name_plural": "未命中",
                        "indexes": [models.Index(fields=["user", "at"], name="lookup_miss_recent")],
                    },
                )
            ]
        ),
        migrations.AlterField(
            "lookupmiss",
            "user",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="用户",
            ),
        ),
        migrations.AddField(
            "lookupmiss",
            "address",
            models.CharField(blank=True, db_default="", editable=False, max_length=45, verbose_name="来源地址"),
        ),
        migrations.AddIndex(
            "lookupmiss",
            models.Index(
                condition=models.Q(("user__isnull", True)), fields=["address", "at"], name="lookup_miss_of_address"
            ),
        ),
    ]
