"""What was declared of a community refuses to be changed."""

from django.db import migrations

from points.triggers import create_triggers


class Migration(migrations.Migration):
    dependencies = [
        ("points", "0017_nulls_are_refused"),
        ("households", "0008_community_changes"),
    ]

    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: create_triggers(connection=schema_editor.connection),
            migrations.RunPython.noop,
        )
    ]
