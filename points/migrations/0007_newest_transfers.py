"""A household's transfers by age: the index takes the place of the one by household alone.

On PostgreSQL it is built beside the running platform (CONCURRENTLY, so outside a transaction); one that was interrupted
is dropped and built anew. On SQLite no table is rebuilt, so that the triggers stay.
"""

import django.db.models.deletion
from django.db import migrations, models

TABLE = "points_transfer"
NEW = "transfer_household_newest"


def swap_indexes(apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    how = "CONCURRENTLY " if is_postgresql else ""
    old = _indexes_of_household(schema_editor)
    if is_postgresql:
        schema_editor.execute("SET lock_timeout = '120s'")  # it waits for the transactions that are open
    schema_editor.execute(f"DROP INDEX {how}IF EXISTS {NEW}")
    schema_editor.execute(f"CREATE INDEX {how}{NEW} ON {TABLE} (household_id, id)")
    for name in old:
        schema_editor.execute(f"DROP INDEX {how}IF EXISTS {name}")
    if is_postgresql:
        schema_editor.execute("RESET lock_timeout")


def swap_back(apps, schema_editor):
    schema_editor.execute(f"CREATE INDEX points_transfer_household_id ON {TABLE} (household_id)")
    schema_editor.execute(f"DROP INDEX IF EXISTS {NEW}")


def _indexes_of_household(schema_editor):
    with schema_editor.connection.cursor() as cursor:
        constraints = schema_editor.connection.introspection.get_constraints(cursor, TABLE)
    return [
        name for name, each in constraints.items() if each["columns"] == ["household_id"] and each["index"]
    ]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("points", "0006_corrections")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="transfer",
                    name="household",
                    field=models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="households.household",
                        verbose_name="住户",
                    ),
                ),
                migrations.AddIndex(
                    model_name="transfer",
                    index=models.Index(fields=["household", "id"], name=NEW),
                ),
            ],
            database_operations=[migrations.RunPython(swap_indexes, swap_back)],
        ),
    ]
