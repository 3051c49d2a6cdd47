"""The district plan's 47 indicators with their 50 measures, baselines, 2020 targets and departments."""

import json
from pathlib import Path

from django.db import migrations

# Facts of the plan, which does not change: another plan is another file and another migration.
PLAN = Path(__file__).resolve().parent.parent / "plan_2020.json"


def load(apps, schema_editor):
    Indicator = apps.get_model("indicators", "Indicator")
    IndicatorMeasure = apps.get_model("indicators", "IndicatorMeasure")
    for facts in json.loads(PLAN.read_text(encoding="utf8")):
        measures = facts.pop("measures")
        indicator = Indicator.objects.create(**facts)
        IndicatorMeasure.objects.bulk_create(IndicatorMeasure(indicator=indicator, **measure) for measure in measures)


def unload(apps, schema_editor):
    apps.get_model("indicators", "IndicatorMeasure").objects.all().delete()
    apps.get_model("indicators", "Indicator").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("indicators", "0001_initial")]
    operations = [migrations.RunPython(load, unload)]
