"""Contacts and places of delivery: a card each, and the dialogs they are edited in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.kit import words
from desktop.kit.format import NO_VALUE
from desktop.kit.theme import spaced
from desktop.kit.translated import Translated
from desktop.store.reads.customer import Values
from desktop.widgets.buttons import IconButton
from desktop.widgets.labels import Elided, Label

CONTACT_ROWS: Final = (
    ("name", "title"),
    ("mobile", "phone"),
    ("email", "department"),
    ("decision_role", "level"),
    ("communication_style", "birthday"),
    ("note",),
)
ADDRESS_ROWS: Final = (
    ("label", "recipient"),
    ("address_province", "address_city"),
    ("address_street",),
    ("address_postcode", "phone"),
    ("delivery_note",),
)


class Card(QFrame):
    """Someone or some place: a strong line, quiet lines below, and what can be done. Enter and F2 edit, Del removes."""

    opened = Signal()
    removed = Signal()

    def __init__(
        self,
        title: str,
        lines: Sequence[str],
        *,
        may_edit: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._said = (title, tuple(lines), may_edit)
        self.setProperty("role", "card")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(", ".join(part for part in (title, *lines) if part))
        column = QVBoxLayout(self)
        spaced(column, "small", gap="")
        self._head = QHBoxLayout()
        spaced(self._head, gap="")
        self._head.addWidget(Elided(title, self, role="strong"), 1)
        column.addLayout(self._head)
        for text in lines:
            line = Elided(text, self, role="secondary")
            line.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
            column.addWidget(line)

    def says(self, title: str, lines: Sequence[str], *, may_edit: bool) -> bool:
        """Whether this is what it was made with."""
        return self._said == (title, tuple(lines), may_edit)

    def add_button(self, picture: str, words: Callable[[], str], run: Callable[[], object]) -> None:
        """One more thing that can be done."""
        self._head.addWidget(IconButton(picture, words, run, self))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and F2 edit, Del removes."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2}:
            self.opened.emit()
        elif event.key() == Qt.Key.Key_Delete:
            self.removed.emit()
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A double click edits."""
        del event
        self.opened.emit()


class Cards(Translated):
    """A heading with a button to add one, and the cards. ``wanted`` asks to edit (id) or to add (None), ``dropped`` to
    remove, ``preferred`` to make one the usual one.
    """

    wanted = Signal(object)
    dropped = Signal(bytes)
    preferred = Signal(bytes)

    def __init__(
        self,
        heading: Callable[[], str],
        add_words: Callable[[], str],
        nothing: Callable[[], str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.cards: dict[bytes, Card] = {}
        self._rows: Sequence[Values] = ()
        self._may_edit = False
        self._nothing_words = nothing
        self._add = IconButton("add", add_words, lambda: self.wanted.emit(None), self)
        self._nothing = Label(nothing, self, role="secondary", wraps=True)
        head = QHBoxLayout()
        spaced(head, "", "", "", "small", gap="small")
        head.addWidget(Label(heading, self, role="section"), 1)
        head.addWidget(self._add)
        self._column = QVBoxLayout()
        spaced(self._column, gap="small")
        column = QVBoxLayout(self)
        spaced(column, gap="small")
        column.addLayout(head)
        column.addWidget(self._nothing)
        column.addLayout(self._column)
        self._nothing.setContentsMargins(8, 0, 8, 0)
        self.dress()

    def show_rows(self, rows: Sequence[Values], *, may_edit: bool) -> None:
        """Show these; nothing is built anew when they are the same."""
        if list(rows) == list(self._rows) and may_edit == self._may_edit and (self.cards or not rows):
            return
        focused = next((row_id for row_id, card in self.cards.items() if card.hasFocus()), None)
        self._rows, self._may_edit = list(rows), may_edit
        self._build()
        if focused in self.cards:
            self.cards[focused].setFocus()

    def _build(self) -> None:
        """Make the cards that say something else than before; the others stay."""
        former, self.cards = self.cards, {}
        while self._column.takeAt(0) is not None:
            pass
        for row in self._rows:
            title, lines = self.texts(row)
            card = former.get(row["id"])
            if card is None or not card.says(title, lines, may_edit=self._may_edit):
                card = Card(title, lines, may_edit=self._may_edit, parent=self)
                self._fill(card, row)
            else:
                del former[row["id"]]
            self.cards[row["id"]] = card
            self._column.addWidget(card)
        for card in former.values():
            card.hide()
            card.deleteLater()
        self._nothing.setVisible(not self._rows)
        self._add.setVisible(self._may_edit)

    def texts(self, row: Values) -> tuple[str, list[str]]:
        """The title of a row's card, and the lines below it."""
        raise NotImplementedError

    def _fill(self, card: Card, row: Values) -> None:
        """What can be done with a card."""
        if not self._may_edit:
            return
        row_id = row["id"]
        card.opened.connect(partial(self.wanted.emit, row_id))
        card.removed.connect(partial(self.dropped.emit, row_id))
        card.add_button("edit", lambda: self.tr("Edit (F2)"), partial(self.wanted.emit, row_id))
        card.add_button("delete", lambda: self.tr("Remove (Del)"), partial(self.dropped.emit, row_id))

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        self._build()


class ContactCards(Cards):
    """The contacts of a customer, the main one first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            lambda: self.tr("Contacts"),
            lambda: self.tr("Add contact"),
            lambda: self.tr("Nobody is known here yet. Add who decides, who buys, and how to reach them."),
            parent,
        )

    def texts(self, row: Values) -> tuple[str, list[str]]:
        """See `Cards.texts`."""
        told = [
            self._why_main() if self._is_main(row) else "",
            row["title"],
            words.choice("decision_role", row["decision_role"]) if row["decision_role"] else "",
        ]
        lines = [
            " · ".join(part for part in told if part),
            " · ".join(part for part in (row["mobile"], row["phone"]) if part),
            row["email"],
        ]
        return row["name"], [line for line in lines if line]

    def _is_main(self, row: Values) -> bool:
        return len(self._rows) > 1 and bool(row["id"] == self._rows[0]["id"])

    def _why_main(self) -> str:
        """The main contact, and why: nobody is chosen as it, it follows from the levels."""
        first, second = self._rows[:2]
        if first["level"] and first["level"] != second["level"]:
            return self.tr("Main contact: highest level")
        return self.tr("Main contact: first by name")

    def _fill(self, card: Card, row: Values) -> None:
        if self._is_main(row):
            card.setToolTip(
                self.tr(
                    "Whoever has the highest level is the main contact. Give a contact level 1 to choose another."
                )
            )
        super()._fill(card, row)


class AddressCards(Cards):
    """The places of delivery of a customer, the usual one first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            lambda: self.tr("Delivery addresses"),
            lambda: self.tr("Add delivery address"),
            lambda: self.tr("No place of delivery is known here yet."),
            parent,
        )

    def texts(self, row: Values) -> tuple[str, list[str]]:
        """See `Cards.texts`."""
        lines = [
            address_text(row),
            " · ".join(part for part in (row["recipient"], row["phone"]) if part),
            row["delivery_note"],
            self.tr("Usual one") if row["is_default"] else "",
        ]
        return row["label"], [line for line in lines if line]

    def _fill(self, card: Card, row: Values) -> None:
        if self._may_edit and not row["is_default"]:
            prefer = partial(self.preferred.emit, row["id"])
            card.add_button("check", lambda: self.tr("Make this the usual one"), prefer)
        super()._fill(card, row)


def address_text(row: Values) -> str:
    """A place in a line: as it is written in China where it is Chinese, else street first."""
    parts: list[Any] = [row["address_province"], row["address_city"], row["address_street"]]
    if all(str(part).isascii() for part in parts):
        return ", ".join(str(part) for part in reversed(parts) if part) or NO_VALUE
    found: list[str] = []
    for part in parts:
        if part and part not in found:
            found.append(str(part))
    return "".join(found)
