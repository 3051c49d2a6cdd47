"""The database's own refusal to change what was posted and who did or saw what: no UPDATE, DELETE or TRUNCATE.

Of who saw what, the reason alone may be forgotten, as FORGOTTEN: it may name people of a home that has left.
A programme and its rules may be changed while it is a draft; once somebody decided it, the database keeps them too.

SQLite has no TRUNCATE; but it rebuilds a table on ALTER and drops its triggers, so a migration that makes or alters one
of these tables must call `create_triggers` again (a test looks for them after all migrations). An early migration
finds only some of the tables there. One that alters points_programme calls `drop_triggers` first: SQLite renames no
table while a trigger of another one names it.
"""

from dataclasses import dataclass

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
    "indicators_publishedrule",
    "indicators_proposalwithdrawal",
    "indicators_indicatorvalue",
    "indicators_evidence",
    "indicators_valuereview",
    "indicators_reportdeadline",
    "indicators_surveyround",
    "indicators_surveyanswer",
    "collection_load",
    "collection_weighing",
    "guides_timeallowed",
    "households_communitychange",
    "guides_supervisionstep",
)
FORGOTTEN = "—"  # households.services.parting.GONE
_MESSAGE = "append-only: a posted row is never changed; correct it by another transfer"
_DECIDED_MESSAGE = "append-only: a decided programme is never changed; draft another one for a coming day"
_REFUSE = "fenfen_refuse_change()"
_REFUSE_BUT_FORGETTING = "fenfen_refuse_but_forgetting()"
_REFUSE_DECIDED = "fenfen_refuse_decided()"
_REFUSE_RULE_OF_DECIDED = "fenfen_refuse_rule_of_decided()"


@dataclass(frozen=True, slots=True)
class _Trigger:
    """`when` is asked of each row by SQLite, `function` is what PostgreSQL calls; "" of `when` refuses every row."""

    table: str
    event: str
    function: str = _REFUSE
    message: str = _MESSAGE
    when: str = ""

    @property
    def name(self) -> str:
        return f"{self.table}_no_{self.event.lower()}"


def create_triggers(*, connection: BaseDatabaseWrapper) -> None:
    """Make the triggers of the tables that are there, replacing old ones."""
    drop_triggers(connection=connection)
    present = connection.introspection.table_names()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for statement in _POSTGRESQL_FUNCTIONS:
                cursor.execute(statement)
        if "points_programme" in present:
            columns = connection.introspection.get_table_description(cursor, "points_programme")
            if "state" not in {column.name for column in columns}:  # before there were drafts
                present = [table for table in present if table not in _DRAFTED_TABLES]
        for trigger in _triggers(vendor=connection.vendor):
            if trigger.table in present:
                cursor.execute(_create_statement(trigger=trigger, vendor=connection.vendor))


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
    return [(trigger.name, trigger.table) for trigger in _triggers(vendor=vendor)]


_LOOK_IS_CHANGED = "NEW.reason <> '{forgotten}' OR {others}".format(
    forgotten=FORGOTTEN,
    others=" OR ".join(
        f"NEW.{column} <> OLD.{column}" for column in ("id", "user_id", "subject_kind", "subject_id", "at")
    ),
)
_LOOK = _Trigger("people_accesslog", "UPDATE", _REFUSE_BUT_FORGETTING, when=_LOOK_IS_CHANGED)
_DRAFTED_TABLES = ("points_programme", "points_pointrule")
_OF_DECIDED = "EXISTS (SELECT 1 FROM points_programme WHERE id IN ({ids}) AND state <> 'DRAFT')"
# A rule put beside an approved programme's would change it as well.
_DRAFTED = (
    *(
        _Trigger("points_programme", event, _REFUSE_DECIDED, _DECIDED_MESSAGE, "OLD.state <> 'DRAFT'")
        for event in ("UPDATE", "DELETE")
    ),
    *(
        _Trigger("points_pointrule", event, _REFUSE_RULE_OF_DECIDED, _DECIDED_MESSAGE, _OF_DECIDED.format(ids=ids))
        for event, ids in (
            ("INSERT", "NEW.programme_id"),
            ("UPDATE", "OLD.programme_id, NEW.programme_id"),
            ("DELETE", "OLD.programme_id"),
        )
    ),
)


def _triggers(*, vendor: str) -> list[_Trigger]:
    events = ("UPDATE", "DELETE", "TRUNCATE") if vendor == "postgresql" else ("UPDATE", "DELETE")
    found = [_Trigger(table, event) for table in APPEND_ONLY_TABLES for event in events]
    found = [_LOOK if trigger.name == _LOOK.name else trigger for trigger in found]
    if vendor == "postgresql":
        found += [_Trigger(table, "TRUNCATE") for table in _DRAFTED_TABLES]
    return [*found, *_DRAFTED]


def _create_statement(*, trigger: _Trigger, vendor: str) -> str:
    head = f"CREATE TRIGGER {trigger.name} BEFORE {trigger.event} ON {trigger.table}"
    if vendor == "postgresql":
        each = "ROW" if trigger.when else "STATEMENT"
        return f"{head} FOR EACH {each} EXECUTE FUNCTION {trigger.function}"
    when = f"WHEN {trigger.when} " if trigger.when else ""
    return f"{head} {when}BEGIN SELECT RAISE(ABORT, '{trigger.table}: {trigger.message}'); END"


def _function(*, name: str, body: str) -> str:
    return f"CREATE OR REPLACE FUNCTION {name} RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"


_RETURN = "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;"
_POSTGRESQL_FUNCTIONS = (
    _function(name=_REFUSE, body=f"RAISE EXCEPTION '%: {_MESSAGE}', TG_TABLE_NAME;"),
    _function(
        name=_REFUSE_BUT_FORGETTING,
        body=f"IF {_LOOK_IS_CHANGED} THEN RAISE EXCEPTION '%: {_MESSAGE}', TG_TABLE_NAME; END IF; RETURN NEW;",
    ),
    _function(
        name=_REFUSE_DECIDED,
        body=f"IF OLD.state <> 'DRAFT' THEN RAISE EXCEPTION '%: {_DECIDED_MESSAGE}', TG_TABLE_NAME; END IF; {_RETURN}",
    ),
    # FOR SHARE waits for the officer who is deciding just now; a statement of its own then reads what came of it.
    _function(
        name=_REFUSE_RULE_OF_DECIDED,
        body="PERFORM 1 FROM points_programme WHERE id IN (OLD.programme_id, NEW.programme_id) FOR SHARE; "
        f"IF {_OF_DECIDED.format(ids='OLD.programme_id, NEW.programme_id')} "
        f"THEN RAISE EXCEPTION '%: {_DECIDED_MESSAGE}', TG_TABLE_NAME; END IF; {_RETURN}",
    ),
)
