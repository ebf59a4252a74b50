"""Before, mine and theirs beside each other: one row for each field, one column for each side."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from desktop.kit.theme import look, spaced
from desktop.screens.conflict.words import Seat, Told, translate
from desktop.widgets.buttons import TextButton
from desktop.widgets.labels import Label, line

_NAMES, _BEFORE, _MINE, _THEIRS = range(4)


class Compare(QFrame):
    """The comparison. ``chosen`` is ``mine``, ``theirs`` or empty; the column of what was chosen is tinted."""

    def __init__(
        self,
        mine: Seat,
        theirs: Seat,
        rows: Sequence[Told],
        below: tuple[QWidget, QWidget] | None,
        *,
        chosen: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._chosen = {"mine": _MINE, "theirs": _THEIRS}.get(chosen)
        self._grid = QGridLayout(self)
        spaced(self._grid, "", gap="")
        now = look()
        self._grid.setColumnMinimumWidth(_NAMES, now.px(144))
        for column in (_BEFORE, _MINE, _THEIRS):
            self._grid.setColumnStretch(column, 1)
            self._grid.setColumnMinimumWidth(column, now.px(120))
        self._row = 0
        self._heads(mine, theirs)
        for told in rows:
            self._rule()
            self._add(told)
        if below is not None:
            self._rule()
            for column, widget in zip((_MINE, _THEIRS), below, strict=True):
                self._grid.addWidget(widget, self._row, column)
        self.setAccessibleName(translate("Conflict", "Comparison"))

    def _heads(self, mine: Seat, theirs: Seat) -> None:
        before = translate("Conflict", "Before")
        heads = {
            _BEFORE: (before, translate("Conflict", "what both began with")),
            _MINE: (mine.title, mine.detail),
        }
        heads[_THEIRS] = (theirs.title, theirs.detail)
        for column, (title, detail) in heads.items():
            cell = QWidget()
            words = QVBoxLayout(cell)
            spaced(words, "small", "medium", gap="")
            words.addWidget(Label(title, role="strong", wraps=True))
            words.addWidget(Label(detail, role="secondary", wraps=True))
            self._grid.addWidget(cell, self._row, column, Qt.AlignmentFlag.AlignTop)
        self._row += 1

    def _rule(self) -> None:
        self._grid.addWidget(line(), self._row, 0, 1, 4)
        self._row += 1

    def _add(self, told: Told) -> None:
        if told.is_heading:
            self._grid.addWidget(_cell(told.name, role="strong"), self._row, 0, 1, 4)
        else:
            differs = told.mine != told.theirs
            self._grid.addWidget(_cell(told.name, role="secondary"), self._row, _NAMES)
            self._grid.addWidget(_cell(told.before, role="secondary"), self._row, _BEFORE)
            for column, text in ((_MINE, told.mine), (_THEIRS, told.theirs)):
                self._grid.addWidget(_cell(text, role="strong" if differs else ""), self._row, column)
        self._row += 1

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tint the column of what was chosen."""
        super().paintEvent(event)
        if self._chosen is None:
            return
        column = self._grid.cellRect(0, self._chosen)
        painter = QPainter(self)
        painter.fillRect(
            QRect(column.left(), 1, column.width(), self.height() - 2), look().colour("accent_quiet")
        )
        painter.end()


def _cell(text: str, *, role: str = "") -> QLabel:
    label = Label(text, role=role, wraps=True)
    now = look()
    label.setContentsMargins(now.space("medium"), now.space("small"), now.space("medium"), now.space("small"))
    label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


class Choice(QWidget):
    """Below a column: what follows, and the button that chooses it with its key. Without a button it only tells."""

    def __init__(
        self, told: Sequence[str], button: TextButton | None, *, key: str = "", problem: str = ""
    ) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        spaced(column, "medium", gap="small")
        for text in told:
            column.addWidget(Label(text, wraps=True))
        if problem:
            column.addWidget(Label(problem, role="wrong", wraps=True))
        column.addStretch(1)
        if button is not None:
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            row = QHBoxLayout()
            spaced(row, gap="small")
            row.addWidget(button)
            row.addWidget(Label(key, role="key"))
            row.addStretch(1)
            column.addLayout(row)
