"""The office database's versions. `upgrade` brings any older one up to date, in one transaction where that is possible."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from crm.changes.capture import writing
from crm.errors import Code, OfficeFault
from sync_server.store.database import Database
from sync_server.store.feeds import found_company

_FOLDER: Final = Path(__file__).parent
_ONE_AT_A_TIME: Final = 0x526F756E64736D61


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def newest() -> str:
    """The version that this program works with."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def current(database: Database) -> str | None:
    """The version of the database; None for an empty one."""
    with database.snapshot() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(database: Database) -> None:
    """Bring the database to the newest version; doing it again changes nothing.

    :raises OfficeFault: code 9001 when the database is newer than this program.
    """
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    with database.write() as connection:
        if not database.is_sqlite:
            # Several servers may start at once; the others wait here and find the work done.
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_ONE_AT_A_TIME,))
        version = MigrationContext.configure(connection).get_current_revision()
        if version is not None and version not in known:
            raise OfficeFault(
                Code.DATABASE_AWAY, "The database is newer than this program; update the program."
            )
        with writing(connection):
            command.upgrade(_config(connection), "head")
        found_company(database, connection)
