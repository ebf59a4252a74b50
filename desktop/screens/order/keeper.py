"""Keeps a draft while it is written: two seconds after the last key, when the focus goes, and when the screen is left.

The draft is the order itself. It is made with the first line or word that is typed, and not before. Writes follow each
other in the store's writer, so a later one may be asked for while an earlier one is under way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from crm.changes.work import Work
from crm.orders.actions import create_order
from crm.orders.drafting import DraftLine, write_draft
from crm.orders.editing import OrderFields
from crm.orders.entities import SalesOrder
from crm.orders.queries import lines_of
from desktop.kit.session import Session
from desktop.screens.order.lines import Line

PAUSE_MS: Final = 2000


@dataclass(frozen=True)
class Written:
    """What a write came to."""

    order_id: bytes
    line_ids: tuple[bytes, ...]
    is_new: bool


class Keeper(QObject):
    """Keeps one draft at a time. ``read`` gives the lines as they stand and the fields of the head; None: nothing to keep.

    ``kept`` carries the UTC milliseconds of a write that is done, ``made`` the id of the order that came to be with it,
    ``failed`` the exception of one that is not. ``changed``: whether everything is kept is another matter now.
    """

    kept = Signal(object)
    made = Signal(bytes)
    failed = Signal(object)
    changed = Signal()

    def __init__(
        self,
        session: Session,
        read: Callable[[], tuple[Sequence[Line], OrderFields] | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._read = read
        self._customer_id = b""
        self.order_id: bytes | None = None
        self._known: dict[int, bytes] = {}
        self._lines: dict[int, Line] = {}
        self._version = 0
        self._kept_version = 0
        self._asked_version = 0
        self._generation = 0
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self.keep)

    def begin(self, customer_id: bytes, order_id: bytes | None) -> None:
        """Keep another draft; None: an order that is not there yet."""
        self._generation += 1
        self._pause.stop()
        self._customer_id, self.order_id = customer_id, order_id
        self._known, self._lines = {}, {}
        self._version = self._kept_version = self._asked_version = 0
        self.changed.emit()

    @property
    def is_kept(self) -> bool:
        """Whether what was typed is in the copy."""
        return self._version == self._kept_version

    def touch(self) -> None:
        """Something was typed."""
        self._version += 1
        self._pause.start()
        self.changed.emit()

    def keep(self, then: Callable[[], None] | None = None) -> None:
        """Write what is not written yet; ``then`` is called when all is."""
        self._pause.stop()
        if self._asked_version == self._version and then is None:
            return
        found = self._read()
        if found is None:
            self._kept_version = self._asked_version = self._version
            self.changed.emit()
            if then is not None:
                then()
            return
        lines, head = found
        self._write(list(lines), head, then)

    def _write(self, lines: Sequence[Line], head: OrderFields, then: Callable[[], None] | None) -> None:
        version, generation = self._version, self._generation
        self._asked_version = version
        customer_id, order_id = self._customer_id, self.order_id
        known = self._known
        wanted = [(id(line), draft) for line in lines if (draft := line.draft()) is not None]
        self._lines.update({id(line): line for line in lines})

        def work(work: Work) -> Written:
            return _write(work, customer_id, order_id or known.get(0), wanted, head, known)

        def done(written: Written) -> None:
            if generation != self._generation:
                return
            if written.is_new and self.order_id is None:
                self.order_id = written.order_id
                self.made.emit(written.order_id)
            self.order_id = written.order_id
            for (token, draft), line_id in zip(wanted, written.line_ids, strict=True):
                line = self._lines[token]
                if line.product is not None and line.product.id == draft.product_id:
                    line.id = line_id
            self._kept_version = max(self._kept_version, version)
            self.kept.emit(self._session.now_ms())
            self.changed.emit()
            if then is not None:
                then()

        def failed(error: Exception) -> None:
            if generation != self._generation:
                return
            self._asked_version = self._kept_version
            self.failed.emit(error)
            self.changed.emit()

        intent = "order.edit" if order_id is not None or known else "order.create"
        self._session.tasks.write(intent, work, done, failed, owner=self, is_step=False)


def _write(
    work: Work,
    customer_id: bytes,
    order_id: bytes | None,
    wanted: Sequence[tuple[int, DraftLine]],
    head: OrderFields,
    known: dict[int, bytes],
) -> Written:
    """In the writer's thread. ``known`` remembers, under 0, the order and, by line, what earlier writes made; a write
    that was undone left nothing behind, so each is looked for before it is believed.
    """
    is_new = order_id is None or work.session.get(SalesOrder, order_id) is None
    order_id = create_order(work, customer_id).id if is_new or order_id is None else order_id
    here = {line.id: line.product_id for line in work.session.scalars(lines_of(order_id))}
    lines = []
    for token, draft in wanted:
        line_id = draft.id or known.get(token)
        lines.append(
            replace(draft, id=line_id if line_id and here.get(line_id) == draft.product_id else None)
        )
    ids = write_draft(work, order_id, lines, **head)
    known[0] = order_id
    known.update({token: line_id for (token, _), line_id in zip(wanted, ids, strict=True)})
    return Written(order_id, tuple(ids), is_new)
