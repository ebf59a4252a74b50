"""Cells of lists that show a state as its pill."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from desktop.kit.theme import look
from desktop.store.reads.listing import Row
from desktop.widgets.keyset import ROW_ROLE
from desktop.widgets.pill import draw_pill
from desktop.widgets.table import Bars, Table

Told = tuple[str, str, str]
"""The code of a state, and a word and a meaning that stand in for its own (both may be empty)."""


class PillCells(Bars):
    """Draws what ``told`` says of a row as a pill; None leaves the text as it is, which is also copied and read aloud."""

    def __init__(self, table: Table, told: Callable[[Row], Told | None]) -> None:
        super().__init__(table)
        self._told = told

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """What is drawn as a pill is not drawn as text."""
        super().initStyleOption(option, index)
        if self._of(index) is not None:
            option.text = ""

    def _of(self, index: QModelIndex | QPersistentModelIndex) -> Told | None:
        row = index.data(ROW_ROLE)
        return self._told(row) if row is not None else None

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """See `QStyledItemDelegate.paint`."""
        super().paint(painter, option, index)
        told = self._of(index)
        if told is None:
            return
        code, text, meaning = told
        space = look().space("small")
        draw_pill(painter, QRectF(option.rect).adjusted(space, 0, -space, 0), code, text, meaning)
