"""What two officers decided of a programme refuses to be changed, and so do its rules."""

from django.db import migrations

from points.triggers import create_triggers


class Migration(migrations.Migration):
    dependencies = [("points", "0013_moves_of_points")]

    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: create_triggers(connection=schema_editor.connection),
            migrations.RunPython.noop,
        )
    ]
