"""What the store committed, told in the GUI thread: at once when it was quiet before, else at most every 50 ms."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from crm.changes.view import Key
from desktop.store.store import Changed, Store

COALESCE_MS: Final = 50
"""Between two signals passes at least this."""


@dataclass(frozen=True)
class Changes:
    """Commits since the last signal, taken together.

    ``keys`` names the rows, as (table, id), except those of ``unnamed``: tables in which more changed than was named.
    ``senders`` are the owners (by `id`) of the writes among them, None standing for everybody else.
    """

    tables: frozenset[str]
    keys: frozenset[Key]
    unnamed: frozenset[str]
    senders: frozenset[int | None]

    def concerns(self, *tables: str) -> bool:
        """Whether anything in one of these tables changed."""
        return not self.tables.isdisjoint(tables)

    def touches(self, table: str, row_id: bytes) -> bool:
        """Whether this row changed, as far as is known: true also where the table's rows were not named."""
        return table in self.unnamed or (table, row_id) in self.keys

    def is_only_by(self, owner: object) -> bool:
        """Whether all of it was written by ``owner``, who knows it already."""
        return self.senders == {id(owner)}


class Bus(QObject):
    """Listens to one store. ``changed`` carries `Changes` and is emitted in the GUI thread, where the bus is made."""

    changed = Signal(object)
    _rung = Signal()

    def __init__(self, store: Store, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._lock = threading.Lock()
        self._told: list[tuple[Changed, int | None]] = []
        self._mark = threading.local()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(COALESCE_MS)
        self._pause.timeout.connect(self._flush)
        self._rung.connect(self._on_rung, Qt.ConnectionType.QueuedConnection)
        store.listeners.append(self._on_commit)

    def mark(self, owner: object | None) -> None:
        """The next commit of a person in this thread is ``owner``'s."""
        self._mark.owner = None if owner is None else id(owner)

    def close(self) -> None:
        """Listen no more."""
        if self._on_commit in self._store.listeners:
            self._store.listeners.remove(self._on_commit)
        self._pause.stop()

    def _on_commit(self, changed: Changed) -> None:
        """In the thread that wrote."""
        sender = None
        if changed.by == "person":
            sender = getattr(self._mark, "owner", None)
            self._mark.owner = None
        with self._lock:
            self._told.append((changed, sender))
            is_first = len(self._told) == 1
        if is_first:
            self._rung.emit()

    @Slot()
    def _on_rung(self) -> None:
        if not self._pause.isActive():
            self._flush()

    @Slot()
    def _flush(self) -> None:
        with self._lock:
            told, self._told = self._told, []
        if not told:
            return
        self._pause.start()
        tables = frozenset().union(*(changed.tables for changed, _ in told))
        unnamed = frozenset().union(*(changed.tables for changed, _ in told if not changed.keys))
        keys = frozenset().union(*(changed.keys for changed, _ in told))
        self.changed.emit(Changes(tables, keys, unnamed, frozenset(sender for _, sender in told)))
