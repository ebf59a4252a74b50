"""The write-ahead log of the local copy: brought into the file between rounds, so that no commit has to wait for it."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from desktop.store.database import BEGIN_OPTION

logger = logging.getLogger(__name__)

SHORT_BYTES: Final = 8 * 1024 * 1024
"""A log up to this size is left alone."""


def shorten(engine: Engine) -> None:
    """Bring a long log into the file. Readers and writers go on meanwhile; what they hold back stays for the next time, and
    so does everything when the disk is full: the log holds it all.
    """
    try:
        with engine.connect() as connection:
            # Not inside a transaction: it would hold the log back itself.
            connection.execution_options(**{BEGIN_OPTION: ""})
            files = connection.exec_driver_sql("PRAGMA database_list").all()
            if _size(Path(f"{files[0][2]}-wal")) > SHORT_BYTES:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
    except DBAPIError as error:
        logger.warning("log_not_shortened error=%s", type(error.orig).__name__)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0
