"""Bringing a copy that an older program made up to this schema (sync-protocol, 15).

Schemas only add (docs/adding-an-entity.md), so the declaration says all: what is missing is made. What the office holds
in new tables and columns was passed over by the older program, and the cursor is past it; therefore the next checkpoint
copies every unit anew. Meanwhile all rows stay readable, and the journal is untouched: what waits is handed in as it
was made, under the schema it was made under.
"""

from __future__ import annotations

import logging

from msgspec.structs import replace
from sqlalchemy import Connection, inspect, select, update
from sqlalchemy.schema import CreateColumn

from crm.changes.entity import Entity, Schema
from crm.errors import Code, LocalFault
from desktop.store import staging
from desktop.store.database import create_tables, index_statements
from desktop.store.rows import default_literal, pack_row, unpack_row
from desktop.store.state import SyncState
from desktop.store.tables import LOCAL_VERSION, held_unit, overlay

logger = logging.getLogger(__name__)


def upgrade(connection: Connection, schema: Schema, state: SyncState) -> SyncState:
    """Make tables and columns that are missing; gives the state as it is then, for the caller to keep in the same
    transaction. Of a new file, everything is missing and nothing is copied anew.

    :raises LocalFault: code 4006 when a newer program made the copy; nothing was changed.
    """
    before = state.schema_version
    if before > schema.version:
        raise LocalFault(
            Code.LOCAL_SCHEMA,
            "A newer Roundsman made the local copy; update the program. Nothing was changed.",
            copy=before,
            program=schema.version,
        )
    create_tables(connection, schema)
    state = replace(state, local_version=LOCAL_VERSION)
    if before in (0, schema.version):
        return replace(state, schema_version=schema.version)
    for entity in schema:
        _add_columns(connection, entity)
    if state.indexed:
        for _table, statement in index_statements(schema):
            connection.exec_driver_sql(statement)
    _complete_confirmed(connection, schema)
    logger.info("copy_upgraded from=%d to=%d", before, schema.version)
    return _copy_anew(connection, replace(state, schema_version=schema.version))


def _add_columns(connection: Connection, entity: Entity) -> None:
    here = {column["name"] for column in inspect(connection).get_columns(entity.name)}
    for column in entity.table.columns:
        if column.name not in here:
            declared = str(CreateColumn(column).compile(dialect=connection.dialect))
            value = default_literal(entity, column.name)
            connection.exec_driver_sql(f"ALTER TABLE {entity.name} ADD COLUMN {declared} DEFAULT {value}")


def _complete_confirmed(connection: Connection, schema: Schema) -> None:
    """The confirmed copies below waiting changes have every column too."""
    kept = connection.execute(
        select(overlay.c.table_name, overlay.c.row_id, overlay.c.confirmed).where(
            overlay.c.confirmed.is_not(None)
        )
    ).all()
    for table, row_id, confirmed in kept:
        entity = schema[table]
        blank = entity.blank()
        whole = {name: blank[name] for name in entity.wire_columns} | unpack_row(confirmed)
        connection.execute(
            update(overlay)
            .where(overlay.c.table_name == table, overlay.c.row_id == row_id)
            .values(confirmed=pack_row(whole))
        )


def _copy_anew(connection: Connection, state: SyncState) -> SyncState:
    """Begin a first copy over what is here. The units that are held count as those of an abandoned beginning: one that
    does not come again has left.
    """
    staging.clear(connection)
    connection.execute(update(held_unit).values(attempt=1))
    return replace(state, cursor={}, position=b"", staged_for=b"", copied=False, attempt=2, refetch=())
