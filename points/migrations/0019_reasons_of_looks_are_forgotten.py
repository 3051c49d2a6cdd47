"""Who looked at a home that has left stays on record; why, in words that may name its people, may be forgotten."""

from django.db import migrations

from points.triggers import create_triggers


class Migration(migrations.Migration):
    dependencies = [("points", "0018_community_changes_are_append_only"), ("people", "0007_staff_notices")]

    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: create_triggers(connection=schema_editor.connection),
            migrations.RunPython.noop,
        )
    ]
