"""The table of misses is people's now (people.0008); it stays where it is."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("api", "0001_lookup_misses"), ("people", "0008_misses_of_addresses")]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name="LookupMiss")]),
    ]
