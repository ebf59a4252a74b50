"""The history of one record: every field's old and new value, who, when, and from where."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from crm.schema import SCHEMA
from desktop.kit import words
from desktop.kit.commands import Command
from desktop.kit.marks import QT_TRANSLATE_NOOP
from desktop.kit.screen import Place, Screen, Shell
from desktop.kit.session import Session
from desktop.kit.theme import spaced
from desktop.store.reads.captions import Caption, captions
from desktop.widgets.buttons import CommandButton
from desktop.widgets.changes import ChangeList
from desktop.widgets.labels import Elided, Label


class HistoryScreen(Screen):
    """The place is ``{"table": …, "id": hexadecimal text}``."""

    name = "history"

    def __init__(self, session: Session, shell: Shell) -> None:
        super().__init__(session, shell)
        self._table, self._row_id = "", b""
        self._caption: Caption | None = None
        self._what = Elided(role="section")
        self._note = Label(
            lambda: self.tr(
                "What changed since the record came to this laptop; what was before is known at the office."
            ),
            role="secondary",
            wraps=True,
        )
        self.changes = ChangeList(session)
        self.changes.table.left.connect(shell.back)
        self.changes.chosen.connect(shell.commands.refresh)
        self._buttons = QHBoxLayout()
        spaced(self._buttons)
        words_above = QVBoxLayout()
        spaced(words_above, gap="hair")
        words_above.addWidget(self._what)
        words_above.addWidget(self._note)
        above = QHBoxLayout()
        spaced(above, "large", gap="huge")
        above.addLayout(words_above, 1)
        above.addLayout(self._buttons)
        column = QVBoxLayout(self)
        spaced(column, gap="")
        column.addLayout(above)
        column.addWidget(self.changes, 1)
        self.dress()

    def title(self) -> str:
        """See `Screen.title`."""
        return self.tr("History")

    def commands(self) -> Sequence[Command]:
        """See `Screen.commands`."""
        return [
            Command(
                "history.open", QT_TRANSLATE_NOOP("Commands", "Open the record"), self.open_record, ("O",), "open",
                group=QT_TRANSLATE_NOOP("Commands", "History"), is_offered=lambda: self._screen_of() is not None,
            ),
            Command(
                "history.take_back", QT_TRANSLATE_NOOP("Commands", "Take back the chosen change"), self.changes.take_back,
                ("Backspace",), "undo", group=QT_TRANSLATE_NOOP("Commands", "History"),
                is_offered=lambda: self.changes.can_take_back,
                hint=QT_TRANSLATE_NOOP(
                    "Commands", "Drop it while it waits; set the field back by a new change when it was sent"
                ),
            ),
        ]  # fmt: skip

    def showEvent(self, event: object) -> None:
        """The buttons are made from commands, which the window knows by now."""
        del event
        if not self._buttons.count() and "history.open" in self.shell.commands:
            for name in ("history.open", "history.take_back"):
                self._buttons.addWidget(CommandButton(self.shell.commands, name))

    def open(self, place: Place) -> None:
        """See `Screen.open`."""
        table, text = place.get("table"), place.get("id")
        if (
            isinstance(table, str)
            and isinstance(text, str)
            and any(table == entity.name for entity in SCHEMA)
        ):
            self._table, self._row_id = table, bytes.fromhex(text)
            self._caption = None
            self._tell()
            self.changes.show_record(self._table, self._row_id)
            key = (self._table, self._row_id)
            self.session.tasks.read(
                partial(captions, keys=[key]),
                lambda found: self._take(found.get(key)),
                owner=self,
                slot="caption",
            )

    def _take(self, caption: Caption | None) -> None:
        self._caption = caption
        self._tell()
        self.shell.commands.refresh()

    def _tell(self) -> None:
        kind = words.table(self._table) if self._table else ""
        caption = self._caption
        told = [caption.title, caption.within] if caption is not None else []
        self._what.setText(" · ".join(part for part in (kind, *told) if part))

    def place(self) -> Place:
        """See `Screen.place`."""
        return {"table": self._table, "id": self._row_id.hex()} if self._table else {}

    def take_focus(self) -> None:
        """See `Screen.take_focus`."""
        self.changes.table.setFocus()

    def _screen_of(self) -> tuple[str, bytes] | None:
        """Where the record itself is shown."""
        if self._table == "sales_order":
            return "order", self._row_id
        if self._caption is not None and self._caption.customer_id is not None:
            return "customer", self._caption.customer_id
        return None

    def open_record(self) -> None:
        """Go to the record, or to the customer it belongs to."""
        found = self._screen_of()
        if found is not None:
            self.shell.open(found[0], {"id": found[1].hex()})

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        self._tell()
