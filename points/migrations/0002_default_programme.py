"""The default programme and the platform's own accounts."""

import datetime as dt

from django.db import migrations

VALID_FROM_THE_BEGINNING = dt.date(1900, 1, 1)
PLATFORM_ACCOUNT_KINDS = ("ISSUED", "REDEEMED", "EXPIRED", "REVERSED", "PENALISED")
RULES = (
    # category, unit, points, points outside the window, minimum weight (g), drop-offs a day, points a day
    ("FOOD", "DROP_OFF", 10, 5, 200, 2, None),
    ("RECYCLABLE", "KG", 50, 50, 50, None, 500),
    ("HAZARDOUS", "DROP_OFF", 20, 20, 1, 1, None),
    ("RESIDUAL", "DROP_OFF", 0, 0, 1, None, None),
)


def load(apps, schema_editor):
    Account = apps.get_model("points", "Account")
    Programme = apps.get_model("points", "Programme")
    PointRule = apps.get_model("points", "PointRule")
    for kind in PLATFORM_ACCOUNT_KINDS:
        Account.objects.get_or_create(kind=kind, household=None)
    programme = Programme.objects.create(
        name="默认积分方案",
        holds_from=VALID_FROM_THE_BEGINNING,
        verdict_bonus_points=5,
        misplaced_penalty_points=10,
        checking_window_s=48 * 60 * 60,
    )
    for category, unit, points, outside, weight_g_min, drop_offs_max, points_max in RULES:
        PointRule.objects.create(
            programme=programme,
            category=category,
            unit=unit,
            points=points,
            points_outside=outside,
            weight_g_min=weight_g_min,
            drop_offs_a_day_max=drop_offs_max,
            points_a_day_max=points_max,
        )


class Migration(migrations.Migration):
    dependencies = [("points", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
