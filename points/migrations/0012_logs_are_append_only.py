"""The logs of who did and who saw what, and of printed cards, refuse to be changed."""

from django.db import migrations

from points.triggers import create_triggers


class Migration(migrations.Migration):
    dependencies = [
        ("points", "0011_programmes_are_drafted_and_simulated"),
        ("people", "0003_sign_in_codes"),
        ("households", "0006_card_printings"),
        ("admin", "0003_logentry_add_action_flag_choices"),
    ]

    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: create_triggers(connection=schema_editor.connection),
            migrations.RunPython.noop,
        )
    ]
