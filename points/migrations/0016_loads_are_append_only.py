"""Loads and weighings refuse to be changed."""

from django.db import migrations

from points.triggers import create_triggers


class Migration(migrations.Migration):
    dependencies = [
        ("points", "0015_flags_name_their_correction"),
        ("collection", "0003_weighings"),
    ]

    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: create_triggers(connection=schema_editor.connection),
            migrations.RunPython.noop,
        )
    ]
