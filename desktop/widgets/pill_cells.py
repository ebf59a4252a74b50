"""Cells of lists that show a state as its pill."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QPainter

from desktop.store.reads.listing import Row
from desktop.widgets.keyset import ShownColumn
from desktop.widgets.pill import draw_pill
from desktop.widgets.table import Bars, Table

Told = tuple[str, str, str]
"""The code of a state, and a word and a meaning that stand in for its own (both may be empty)."""


class PillCells(Bars):
    """Draws what ``told`` says of a row as a pill; None leaves the text as it is, which is also copied and read aloud."""

    def __init__(self, table: Table, told: Callable[[Row], Told | None]) -> None:
        super().__init__(table)
        self._told = told

    def draw_cell(self, painter: QPainter, box: QRect, row: Row, column: ShownColumn) -> None:
        """See `Bars.draw_cell`."""
        told = self._told(row)
        if told is None:
            super().draw_cell(painter, box, row, column)
            return
        code, text, meaning = told
        draw_pill(painter, QRectF(box), code, text, meaning)
