"""The write-ahead log of the local copy: brought into the file between rounds, so that no commit has to wait for it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from desktop.store.database import BEGIN_OPTION

SHORT_BYTES: Final = 8 * 1024 * 1024
"""A log up to this size is left alone."""


def shorten(engine: Engine) -> None:
    """Bring a long log into the file. Readers and writers go on meanwhile; what they hold back stays for the next time."""
    with engine.connect() as connection:
        # Not inside a transaction: it would hold the log back itself.
        connection.execution_options(**{BEGIN_OPTION: ""})
        files = connection.exec_driver_sql("PRAGMA database_list").all()
        log = Path(f"{files[0][2]}-wal")
        if log.exists() and log.stat().st_size > SHORT_BYTES:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
