"""Undo and redo of what the person did in this session, one stack per window.

What was not sent yet is taken back, and done again under the same ids. What the office has already is undone by the
opposite action, where there is one, and the person is told so before. Text fields have an undo of their own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtCore import QCoreApplication, QObject, Signal
from sqlalchemy import Connection

from desktop.kit.commands import Command
from desktop.kit.deeds import Deed
from desktop.kit.marks import QT_TRANSLATE_NOOP
from desktop.kit.notices import Kind, Notice
from desktop.kit.session import Session
from desktop.store.errors import ChangeSent
from desktop.store.tables import JournalState

log = logging.getLogger(__name__)

DEEPEST: Final = 100
ASKED_S: Final = 15.0
GROUP: Final = QT_TRANSLATE_NOOP("Commands", "Edit")
translate: Final = QCoreApplication.translate


@dataclass(frozen=True)
class _Undone:
    """``by`` is the opposite that undid it; None: it was taken back."""

    deed: Deed
    by: Deed | None = None


class UndoStack(QObject):
    """Follows the session's writes. ``changed``: what would be undone or done again is another one.

    ``notify`` and ``tell_error`` are the shell's.
    """

    changed = Signal()

    def __init__(
        self,
        session: Session,
        notify: Callable[[Notice], None],
        tell_error: Callable[[Exception], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._notify = notify
        self._tell_error = tell_error
        self._done: list[Deed] = []
        self._undone: list[_Undone] = []
        self._is_busy = False
        session.tasks.done.connect(self._on_done)

    # -- what can be done

    @property
    def next_undo(self) -> Deed | None:
        """What would be undone."""
        return self._done[-1] if self._done and not self._is_busy else None

    @property
    def next_redo(self) -> Deed | None:
        """What would be done again."""
        return self._undone[-1].deed if self._undone and not self._is_busy else None

    def commands(self) -> list[Command]:
        """Undo and redo, for the window."""
        return [
            Command(
                "edit.undo", QT_TRANSLATE_NOOP("Commands", "Undo"), self.undo, ("Ctrl+Z",), "undo", group=GROUP,
                is_offered=lambda: self.next_undo is not None, about=lambda: _text(self.next_undo),
            ),
            Command(
                "edit.redo", QT_TRANSLATE_NOOP("Commands", "Do again"), self.redo, ("Ctrl+Shift+Z", "Ctrl+Y"), "redo",
                group=GROUP, is_offered=lambda: self.next_redo is not None, about=lambda: _text(self.next_redo),
            ),
        ]  # fmt: skip

    # -- undo

    def undo(self) -> None:
        """Undo the last deed that is not undone."""
        deed = self.next_undo
        if deed is not None:
            self._ask_state(deed, partial(self._undo_as, deed))

    def _undo_as(self, deed: Deed, state: str) -> None:
        if state == JournalState.WAITING:
            self._take_back(deed, partial(self._after_undo, deed), partial(self._ask_opposite, deed))
        elif state in {"", JournalState.DISCARDED}:
            # It was dropped elsewhere, or rested on something that was: the one before it is meant.
            self._leave(deed)
            self.undo()
        elif state == JournalState.PARKED:
            self._tell_only(
                deed, translate("Undo", "The office refused “{deed}”. Decide about it in the sync centre.")
            )
        else:
            self._ask_opposite(deed)

    def _after_undo(self, deed: Deed, by: Deed | None = None) -> None:
        if deed in self._done:
            self._done.remove(deed)
        self._undone.append(_Undone(deed, by))
        self._end()
        text = translate("Undo", "Undone: {deed}").format(deed=deed.text)
        self._notify(Notice(text, Kind.DONE, action=(translate("Undo", "Do again"), self.redo)))

    def _ask_opposite(self, deed: Deed) -> None:
        if deed.opposite is None:
            self._tell_only(
                deed,
                translate("Undo", "The office has “{deed}” already. Its history has what was there before."),
            )
            return
        self._end()
        text = translate("Undo", "The office has “{deed}” already. A new change can undo it there too.")
        action = (translate("Undo", "Undo by a new change"), partial(self._do_opposite, deed))
        self._notify(Notice(text.format(deed=deed.text), Kind.LOOK, action=action, lasts_s=ASKED_S))

    def _do_opposite(self, deed: Deed) -> None:
        opposite = deed.opposite
        if opposite is None or deed not in self._done or self._is_busy:
            return
        self._begin()

        def done(_result: object) -> None:
            self._after_undo(deed, task.deed)

        task = self._session.tasks.write(
            opposite.intent,
            opposite.action,
            done,
            partial(self._on_failed, deed),
            owner=self,
            about=deed.about,
            is_step=False,
        )

    # -- redo

    def redo(self) -> None:
        """Do the last undone deed again."""
        if self.next_redo is None:
            return
        undone = self._undone[-1]
        if undone.by is None:
            self._do_again(undone)
        else:
            self._ask_state(undone.by, partial(self._redo_as, undone))

    def _redo_as(self, undone: _Undone, state: str) -> None:
        assert undone.by is not None
        if state == JournalState.WAITING:
            self._take_back(
                undone.by, partial(self._after_redo, undone, undone.deed), partial(self._do_again, undone)
            )
        else:
            self._do_again(undone)

    def _do_again(self, undone: _Undone) -> None:
        deed = undone.deed
        if undone.by is not None and deed.ids:
            self._undone.remove(undone)
            self._end()
            text = translate("Undo", "“{deed}” cannot be done again: the office has that it was undone.")
            self._notify(Notice(text.format(deed=deed.text), Kind.LOOK))
            return
        self._begin()

        def done(_result: object) -> None:
            self._after_redo(undone, task.deed)

        task = self._session.tasks.write(
            deed.intent,
            deed.action,
            done,
            partial(self._on_failed, undone),
            owner=self,
            about=deed.about,
            opposite=deed.opposite,
            is_step=False,
            again=deed.ids,
        )

    def _after_redo(self, undone: _Undone, deed: Deed | None) -> None:
        if undone in self._undone:
            self._undone.remove(undone)
        if deed is not None:
            self._push(deed)
        self._end()
        text = translate("Undo", "Done again: {deed}").format(deed=undone.deed.text)
        self._notify(Notice(text, Kind.DONE))

    # -- inside

    def _on_done(self, deed: Deed) -> None:
        self._undone.clear()
        self._push(deed)
        self.changed.emit()

    def _push(self, deed: Deed) -> None:
        self._done.append(deed)
        del self._done[:-DEEPEST]

    def _leave(self, deed: Deed) -> None:
        if deed in self._done:
            self._done.remove(deed)
        self._end()

    def _tell_only(self, deed: Deed, text: str) -> None:
        self._leave(deed)
        self._notify(Notice(text.format(deed=deed.text), Kind.LOOK))

    def _ask_state(self, deed: Deed, then: Callable[[str], None]) -> None:
        self._begin()
        self._session.tasks.read(
            partial(_state, change_id=deed.change_id), then, partial(self._on_failed, deed), owner=self
        )

    def _take_back(self, deed: Deed, then: Callable[[], None], sent: Callable[[], None]) -> None:
        """``sent`` is called when it was sent a moment ago."""

        def failed(error: Exception) -> None:
            if isinstance(error, ChangeSent):
                sent()
            else:
                self._on_failed(deed, error)

        self._session.tasks.change(
            lambda store: store.take_back(deed.change_id), lambda _ids: then(), failed, owner=self
        )

    def _on_failed(self, what: Deed | _Undone, error: Exception) -> None:
        """It cannot be tried twice: what it needs is not there any more."""
        self._done = [deed for deed in self._done if deed is not what]
        self._undone = [undone for undone in self._undone if undone is not what]
        self._end()
        self._tell_error(error)

    def _begin(self) -> None:
        self._is_busy = True
        self.changed.emit()

    def _end(self) -> None:
        self._is_busy = False
        self.changed.emit()


def _text(deed: Deed | None) -> str:
    return deed.text if deed is not None else ""


def _state(connection: Connection, change_id: bytes) -> str:
    """Where a changeset stands; empty when it is not known any more."""
    found = connection.exec_driver_sql("SELECT state FROM journal WHERE change_id = ?", (change_id,)).scalar()
    return str(found or "")
