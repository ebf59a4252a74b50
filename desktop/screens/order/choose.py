"""Choosing for whom a new order is."""

from __future__ import annotations

from datetime import date
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.kit.format import formats
from desktop.kit.screen import Shell
from desktop.kit.session import Session
from desktop.kit.theme import spaced
from desktop.kit.translated import Translated
from desktop.store.reads.choosing import customers_to_choose
from desktop.store.reads.listing import Row
from desktop.widgets.empty import Empty
from desktop.widgets.fields import FindInput
from desktop.widgets.fixed import FixedModel
from desktop.widgets.keyset import ShownColumn
from desktop.widgets.labels import Label
from desktop.widgets.table import Table


class ChooseView(Translated):
    """``chosen`` carries the customer's id; ``left``: Esc."""

    chosen = Signal(bytes)
    left = Signal()

    def __init__(self, session: Session, shell: Shell, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._shell = session, shell
        self._heading = Label(parent=self, role="section")
        self.field = FindInput(lambda: self.tr("Name, pinyin, phone or code of the customer"), self)
        self.model = FixedModel(session.tasks, session.bus, self._columns(), self)
        self._empty = Empty(
            "find",
            lambda: self.tr("No customer found"),
            lambda: self.tr("Type another part of the name, or enter the customer first."),
            parent=self,
        )
        self.table = Table(self.model, name="list.choose_customer", empty=self._empty, parent=self)
        column = QVBoxLayout(self)
        spaced(column, "medium", "large", gap="medium")
        column.addWidget(self._heading)
        column.addWidget(self.field)
        column.addWidget(self.table, 1)
        self.field.textChanged.connect(self._ask)
        self.field.returnPressed.connect(self._take)
        self.field.left.connect(self._on_left)
        self.table.opened.connect(self.chosen)
        self.table.left.connect(self.left)
        self.table.filter_wanted.connect(self.field.setFocus)
        self.dress()

    def _columns(self) -> list[ShownColumn]:
        def last(row: Row) -> str:
            return formats().day(date.fromisoformat(row["last"])) if row["last"] else ""

        return [
            ShownColumn("name", lambda: self.tr("Customer"), lambda row: str(row["name"]), width=320),
            ShownColumn("code", lambda: self.tr("Code"), lambda row: str(row["code"]), width=120),
            ShownColumn("city", lambda: self.tr("City"), lambda row: str(row["city"] or ""), width=120),
            ShownColumn("phone", lambda: self.tr("Phone"), lambda row: str(row["phone"] or ""), width=160),
            ShownColumn("last", lambda: self.tr("Last order"), last, width=120),
        ]

    def begin(self) -> None:
        """Begin with those who ordered last."""
        self.field.clear()
        self._ask("")

    def _ask(self, text: str) -> None:
        query = partial(customers_to_choose, text=text)
        self._session.tasks.read(query, self._show, self._shell.tell_error, owner=self, slot="find")

    def _show(self, rows: list[Row]) -> None:
        self.model.show_rows(rows)
        if rows:
            self.table.setCurrentIndex(self.model.index(0, 0))

    def _take(self) -> None:
        """Enter while typing takes the first one."""
        row = self.model.row(max(self.table.currentIndex().row(), 0))
        if row is not None:
            self.chosen.emit(row["id"])

    def _on_left(self) -> None:
        if self.model.rowCount():
            self.table.setFocus()
        else:
            self.left.emit()

    def take_focus(self) -> None:
        """The keyboard goes where the name is typed."""
        self.field.setFocus()

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        self._heading.setText(self.tr("For whom is the order?"))
        self.table.setAccessibleName(self.tr("Customers"))
