"""The ledger refuses UPDATE, DELETE and TRUNCATE, on both databases, in one operation."""

from django.db import migrations

from points.triggers import create_triggers, drop_triggers


class Migration(migrations.Migration):
    dependencies = [("points", "0002_default_programme")]
    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: create_triggers(connection=schema_editor.connection),
            lambda apps, schema_editor: drop_triggers(connection=schema_editor.connection),
        ),
    ]
