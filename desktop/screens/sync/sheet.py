"""Rows of names and values, drawn by one widget: an order has more lines than a window has room for labels."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.kit.theme import look
from desktop.screens.sync.words import ARROW

_NAME_WIDTH = 148
_LINE = 22
_WRAPS = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)


class Kind(Enum):
    """What a row is."""

    TITLE = auto()  # the record that the next rows are about
    PAIR = auto()  # a name and a value
    FIGURE = auto()  # a name with all the room there is, and a figure at the right
    CHANGE = auto()  # a name, the value before, the value after


@dataclass(frozen=True)
class SheetRow:
    """One row."""

    kind: Kind
    name: str
    value: str = ""
    before: str = ""

    @property
    def text(self) -> str:
        """The row in one line."""
        if self.kind is Kind.TITLE:
            return self.name
        before = f"{self.before} {ARROW} " if self.before else ""
        return f"{self.name}: {before}{self.value}"


class Sheet(QWidget):
    """Draws rows as wide as it is; long values take more lines."""

    def __init__(self, rows: list[SheetRow], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = rows
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName("\n".join(row.text for row in rows))

    def hasHeightForWidth(self) -> bool:
        """It has."""
        return True

    def heightForWidth(self, width: int) -> int:
        """All rows below each other."""
        return sum(self._height(row, width) for row in self.rows)

    def sizeHint(self) -> QSize:
        """At the width it has."""
        width = max(self.width(), look().px(240))
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """As narrow as names and a word need."""
        return QSize(look().px(240), look().px(_LINE))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the look."""
        if event.type() is QEvent.Type.StyleChange:
            self.updateGeometry()
        super().changeEvent(event)

    # -- one row

    def _value_left(self) -> int:
        return look().px(_NAME_WIDTH) + look().space("medium")

    def _height(self, row: SheetRow, width: int) -> int:
        one, now = look().px(_LINE), look()
        if row.kind is Kind.TITLE:
            return one + (now.space("small") if row is not self.rows[0] else 0)
        if row.kind is Kind.FIGURE:
            return one
        name = _needed(row.name, now.font("secondary"), now.px(_NAME_WIDTH))
        room = width - self._value_left()
        body = now.font()
        if row.before and not self._fits(row, room):
            value = _needed(row.before, body, room) + _needed(f"{ARROW} {row.value}", body, room)
        else:
            value = _needed(row.value, body, room) if not row.before else 0
        return max(one, name + now.px(4), value + now.px(4))

    def _fits(self, row: SheetRow, room: int) -> bool:
        metrics = QFontMetrics(look().font())
        return metrics.horizontalAdvance(f"{row.before}  {ARROW}  {row.value}") <= room

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what is seen."""
        painter = QPainter(self)
        top, seen = 0, event.rect()
        for row in self.rows:
            height = self._height(row, self.width())
            box = QRect(0, top, self.width(), height)
            if box.intersects(seen):
                self._draw(painter, box, row)
            top += height
        painter.end()

    def _draw(self, painter: QPainter, box: QRect, row: SheetRow) -> None:
        now = look()
        left = self._value_left()
        if row.kind is Kind.TITLE:
            _write(painter, box, row.name, now.font(is_semibold=True), "text", Qt.AlignmentFlag.AlignBottom)
            return
        if row.kind is Kind.FIGURE:
            font = now.font(is_tabular=True)
            _write(painter, box, row.value, font, "text", Qt.AlignmentFlag.AlignTop, is_right=True)
            taken = QFontMetrics(font).horizontalAdvance(row.value) + now.space("large")
            _write(
                painter,
                box.adjusted(0, 0, -taken, 0),
                row.name,
                now.font(),
                "text",
                Qt.AlignmentFlag.AlignTop,
            )
            return
        name = QRect(0, box.top() + 1, now.px(_NAME_WIDTH), box.height())
        _wrap(painter, name, row.name, now.font("secondary"), "text_secondary")
        room = QRect(left, box.top(), box.width() - left, box.height())
        if not row.before:
            _wrap(painter, room, row.value, now.font(), "text")
        elif self._fits(row, room.width()):
            metrics, gap = QFontMetrics(now.font()), now.space("small")
            for text, colour in (
                (row.before, "text_secondary"),
                (ARROW, "text_secondary"),
                (row.value, "text"),
            ):
                _wrap(painter, room, text, now.font(), colour)
                room.setLeft(room.left() + metrics.horizontalAdvance(text) + gap)
        else:
            _wrap(painter, room, row.before, now.font(), "text_secondary")
            room.setTop(room.top() + _needed(row.before, now.font(), room.width()))
            _wrap(painter, room, f"{ARROW} {row.value}", now.font(), "text")


def _needed(text: str, font: QFont, width: int) -> int:
    return QFontMetrics(font).boundingRect(QRect(0, 0, max(width, 1), 1 << 16), _WRAPS, text).height()


def _wrap(painter: QPainter, box: QRect, text: str, font: QFont, colour: str) -> None:
    painter.setFont(font)
    painter.setPen(look().colour(colour))
    painter.drawText(box, _WRAPS, text)


def _write(
    painter: QPainter,
    box: QRect,
    text: str,
    font: QFont,
    colour: str,
    vertical: Qt.AlignmentFlag,
    *,
    is_right: bool = False,
) -> None:
    painter.setFont(font)
    painter.setPen(look().colour(colour))
    shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    way = Qt.AlignmentFlag.AlignRight if is_right else Qt.AlignmentFlag.AlignLeft
    painter.drawText(box, int(way | vertical), shown)
