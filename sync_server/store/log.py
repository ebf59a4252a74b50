"""SQLite's write-ahead log at the office: brought into the database file by a thread of its own, so no push waits for it."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

logger = logging.getLogger(__name__)

SHORT_BYTES: Final = 8 * 1024 * 1024
"""A log up to this size is left alone."""
KEPT_BYTES: Final = 4 * 1024 * 1024
"""The log is cut to so much when it begins anew."""
MOST_PAGES: Final = 16_384
"""From so many pages (64 MiB) on SQLite does it itself, in somebody's commit: the thread could not keep up."""
PAUSE_S: Final = 0.5


class LogKeeper:
    """Keeps the log of the SQLite file at ``path`` short. Its thread begins with the first long log; `close` ends it."""

    def __init__(self, engine: Engine, path: Path) -> None:
        self._engine = engine
        self._log = Path(f"{path}-wal")
        self._due = threading.Event()
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def look(self) -> None:
        """Something was committed. Costs a look at the file's size."""
        if self._is_long() and not self._closed.is_set():
            self._due.set()
            if self._thread is None:
                self._begin()

    def close(self) -> None:
        """End the thread; what is under way is finished."""
        self._closed.set()
        self._due.set()
        if self._thread is not None:
            self._thread.join()

    def _is_long(self) -> bool:
        try:
            return self._log.stat().st_size > SHORT_BYTES
        except OSError:
            return False

    def _begin(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="roundsman-log", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._closed.is_set():
            self._due.wait()
            self._due.clear()
            if self._closed.is_set():
                return
            try:
                self._shorten()
            except Exception:
                # The log only grows meanwhile; the next commit asks again.
                logger.exception("log_not_shortened")
            self._closed.wait(PAUSE_S)

    def _shorten(self) -> None:
        """Readers and writers go on meanwhile; what they hold back stays for the next time."""
        driver = self._engine.raw_connection()
        try:
            driver.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").close()
        finally:
            driver.close()
