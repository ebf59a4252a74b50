"""Keeps what is typed into a form, so that neither a crash nor a lock nor a wrong click loses it (`desktop.store.drafts`).

It is kept two seconds after the last key, and at once when the keyboard leaves the form, when the form is hidden, and
before the session ends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid
from sqlalchemy import Connection

from desktop.kit.format import formats
from desktop.kit.session import Session
from desktop.store import drafts
from desktop.store.drafts import NO_RECORD, Draft, Typed

PAUSE_MS: Final = 2000

Read = Callable[[], Mapping[str, Typed] | None]
"""What the form holds now; None: nothing that is worth keeping, as when it stands as it was opened."""


class FormDraft(QObject):
    """The draft of one form. ``kind`` names the form, ``read`` says what it holds.

    Call `begin` when the form shows a record, `touch` whenever something is typed, `finish` when it was saved or thrown
    away. ``restored`` carries the `Draft` that was found for the record: the form takes its values and says from when
    they are (`told`). What is typed before that answer comes is not overwritten: then it is not
    emitted.
    """

    restored = Signal(object)

    def __init__(self, session: Session, form: QWidget, kind: str, read: Read) -> None:
        super().__init__(form)
        self._session = session
        self._form = form
        self._kind = kind
        self._read = read
        self._record = NO_RECORD
        self._bases: Mapping[str, int] = {}
        self._is_open = False
        self._is_touched = False
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self.keep)
        session.ending.connect(self.keep)
        form.installEventFilter(self)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus)

    def begin(self, record: bytes = NO_RECORD, bases: Mapping[str, int] | None = None) -> None:
        """The form shows this record now, as it is stored. What it held before is kept first.

        :param bases: the versions of the rows that it shows, by id in hexadecimal.
        """
        self.keep()
        self._record, self._bases = record, dict(bases or {})
        self._is_open, self._is_touched = True, False
        self._session.tasks.read(
            partial(_get, kind=self._kind, record=record), self._on_found, owner=self, slot="draft"
        )

    def touch(self) -> None:
        """Something was typed."""
        if self._is_open:
            self._is_touched = True
            self._pause.start()

    def keep(self) -> None:
        """Keep what was typed, now, if anything was since it was last kept."""
        self._pause.stop()
        if not self._is_open or not self._is_touched:
            return
        self._is_touched = False
        values = self._read()
        if values is None:
            self._drop()
            return
        draft = Draft(self._kind, self._record, dict(values), self._bases, self._session.now_ms())
        schema = self._session.store.schema
        self._session.tasks.keep(lambda connection: drafts.put(connection, schema, draft), owner=self)

    def finish(self) -> None:
        """What was typed was saved, or is not wanted any more: there is no draft from here on, until `begin`."""
        self._pause.stop()
        self._is_open = self._is_touched = False
        self._drop()

    def _drop(self) -> None:
        self._session.tasks.keep(partial(_forget, kind=self._kind, record=self._record), owner=self)

    def _on_found(self, draft: Draft | None) -> None:
        if draft is not None and self._is_open and not self._is_touched and draft.record == self._record:
            self.restored.emit(draft)

    def _on_focus(self, before: QWidget | None, now: QWidget | None) -> None:
        form = self._form
        if not self._is_touched or before is None or not isValid(before) or not isValid(form):
            return
        was_in = before is form or form.isAncestorOf(before)
        if was_in and not (now is not None and (now is form or form.isAncestorOf(now))):
            self.keep()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """A form that is hidden keeps what was typed."""
        if event.type() is QEvent.Type.Hide:
            self.keep()
        return False


def told(draft: Draft, now_ms: int) -> str:
    """What a form says above what it restored, for a banner with *Discard* beside it."""
    return QCoreApplication.translate("Drafts", "What you typed is not saved yet ({time}).").format(
        time=formats().moment(draft.at_ms, now_ms)
    )


def _get(connection: Connection, kind: str, record: bytes) -> Draft | None:
    return drafts.get(connection, kind, record)


def _forget(connection: Connection, kind: str, record: bytes) -> None:
    drafts.drop(connection, kind, record)
