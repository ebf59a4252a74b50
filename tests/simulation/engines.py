"""Engines that are made and thrown away by the hundred: what SQLAlchemy learns from one is kept for the next."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.util import LRUCache

_FIRST: Final = create_engine("sqlite://")
_CACHE: Final[LRUCache[Any, Any]] = LRUCache(2000)


def _without_waiting_for_the_disk(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous = OFF")


def light(engine: Engine) -> Engine:
    """``engine`` without waiting for the disk, with the compiled statements of all engines before it.

    A crash here is the end of a program, not of the machine: what was handed to the system is safe.
    """
    if not hasattr(_FIRST.dialect, "_is_begun"):
        _FIRST.connect().close()  # lets the dialect find out what the library can
        setattr(_FIRST.dialect, "_is_begun", True)  # noqa: B010 - a mark of our own on a foreign object
    engine.dialect = _FIRST.dialect
    engine._compiled_cache = _CACHE
    event.listen(engine, "connect", _without_waiting_for_the_disk)
    return engine


def url_of(path: Path) -> str:
    """The address of a SQLite file."""
    return f"sqlite:///{path}"
