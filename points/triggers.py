"""The database's own refusal to change what was posted and who did or saw what: no UPDATE, DELETE or TRUNCATE.

SQLite has no TRUNCATE; but it rebuilds a table on ALTER and drops its triggers, so a migration that makes or alters one
of APPEND_ONLY_TABLES must call `create_triggers` again (a test looks for them after all migrations). An early migration
finds only some of the tables there.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

APPEND_ONLY_TABLES = (
    "points_transfer",
    "points_tallyrun",
    "points_stockmovement",
    "points_redemptionevent",
    "points_shopsettlement",
    "points_shopsettlementline",
    "people_accesslog",
    "django_admin_log",
    "households_cardprinting",
    "households_printedcard",
    "indicators_publicationproposal",
    "indicators_publication",
    "indicators_publishedfigure",
)
_MESSAGE = "append-only: a posted row is never changed; correct it by another transfer"


def create_triggers(*, connection: BaseDatabaseWrapper) -> None:
    """Make the triggers of the tables that are there, replacing old ones."""
    drop_triggers(connection=connection)
    present = connection.introspection.table_names()
    with connection.cursor() as cursor:
        for table, statement in _create_statements(vendor=connection.vendor):
            if table in present:
                cursor.execute(statement)


def drop_triggers(*, connection: BaseDatabaseWrapper) -> None:
    """Remove the triggers: for tests that empty their tables, and for the controls that must then go red."""
    with connection.cursor() as cursor:
        for name, table in trigger_names(vendor=connection.vendor):
            on_table = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on_table}")  # nor does a missing table matter


def missing_triggers(*, connection: BaseDatabaseWrapper) -> list[str]:
    """The names of triggers that should be there, enabled, and are not."""
    found = (
        "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D' AND NOT tgisinternal"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(found)
        present = {row[0] for row in cursor.fetchall()}
    return [name for name, _table in trigger_names(vendor=connection.vendor) if name not in present]


def trigger_names(*, vendor: str) -> list[tuple[str, str]]:
    """Every (trigger, table) of this kind of database."""
    return [(f"{table}_no_{event.lower()}", table) for table in APPEND_ONLY_TABLES for event in _events(vendor=vendor)]


def _events(*, vendor: str) -> tuple[str, ...]:
    return ("UPDATE", "DELETE", "TRUNCATE") if vendor == "postgresql" else ("UPDATE", "DELETE")


def _create_statements(*, vendor: str) -> list[tuple[str, str]]:
    """Each with the table that it needs."""
    pairs = [(table, event) for table in APPEND_ONLY_TABLES for event in _events(vendor=vendor)]
    if vendor == "postgresql":
        function = (
            "CREATE OR REPLACE FUNCTION fenfen_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '%: {_MESSAGE}', TG_TABLE_NAME; END $$"
        )
        return [
            (APPEND_ONLY_TABLES[0], function),
            *(
                (
                    table,
                    f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
                    "FOR EACH STATEMENT EXECUTE FUNCTION fenfen_refuse_change()",
                )
                for table, event in pairs
            ),
        ]
    return [
        (
            table,
            f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table}: {_MESSAGE}'); END",
        )
        for table, event in pairs
    ]
