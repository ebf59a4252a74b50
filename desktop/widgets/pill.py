"""Pills: the state of something as an icon and a word in the colour of its meaning. One shape, one vocabulary."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.kit import icons, words
from desktop.kit.theme import look

_ICONS: Final = {
    "draft": "draft", "waiting": "waiting", "submitted": "submitted", "in_approval": "in_approval", "approved": "done",
    "returned": "return", "rejected": "cancel", "withdrawn": "withdraw", "cancelled": "block", "executing": "deliver",
    "delivered": "done", "settled": "done", "closed": "archive", "return_open": "return", "refunded": "money",
    "replaced": "refresh", "parked": "needs_you", "conflict": "conflict", "public": "people", "potential": "star",
    "trading": "check", "invalid": "block", "merged": "conflict",
}  # fmt: skip
_BY_MEANING: Final = {
    "needs_you": "needs_you",
    "look": "attention",
    "done": "done",
    "information": "information",
    "neutral": "waiting",
}


def pill_icon(code: str) -> str:
    """The icon of a state."""
    return _ICONS.get(code) or _BY_MEANING[look().pill_meaning(code)]


def pill_size(text: str) -> QSize:
    """How much room a pill with this word takes."""
    now = look()
    metrics = QFontMetrics(now.font("secondary"))
    width = now.px(12 + 14 + 4) + metrics.horizontalAdvance(text)
    return QSize(width, now.px(20))


def draw_pill(painter: QPainter, box: QRectF, code: str, text: str = "", meaning: str = "") -> None:
    """Draw the pill of a state at the left of a box, in the middle of its height. For delegates of lists.

    ``text`` and ``meaning`` stand in for the state's own.
    """
    now = look()
    word = text or words.state(code)
    colour = meaning or now.pill_meaning(code)
    size = pill_size(word)
    width = min(float(size.width()), box.width())
    top = box.top() + (box.height() - size.height()) / 2
    shape = QRectF(box.left(), top, width, size.height())
    side = now.px(14)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(now.colour(f"{colour}_quiet"))
    radius = shape.height() / 2
    painter.drawRoundedRect(shape, radius, radius)
    mark = QRectF(shape.left() + now.px(6), shape.center().y() - side / 2, side, side)
    icons.draw(painter, mark, pill_icon(code), now.colour(colour))
    font = now.font("secondary")
    painter.setFont(font)
    painter.setPen(now.colour(colour))
    rest = QRectF(mark.right() + now.px(4), shape.top(), 0, shape.height())
    rest.setRight(shape.right() - now.px(4))
    told = QFontMetrics(font).elidedText(word, Qt.TextElideMode.ElideRight, int(rest.width()) + 2)
    painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, told)
    painter.restore()


class Pill(QWidget):
    """The pill of one state. ``text`` and ``meaning`` stand in for the state's own word and meaning."""

    def __init__(
        self, code: str = "draft", parent: QWidget | None = None, *, text: str = "", meaning: str = ""
    ) -> None:
        super().__init__(parent)
        self._code = code
        self._text = text
        self._meaning = meaning
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._told()

    @property
    def code(self) -> str:
        """The state that is shown."""
        return self._code

    @property
    def text(self) -> str:
        """The word that is shown."""
        return self._text or words.state(self._code)

    def show_state(self, code: str, *, text: str = "", meaning: str = "") -> None:
        """Show another state."""
        self._code, self._text, self._meaning = code, text, meaning
        self._told()

    def _told(self) -> None:
        self.setAccessibleName(self.text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As large as the word."""
        return pill_size(self.text)

    def minimumSizeHint(self) -> QSize:
        """Nothing of it is cut off."""
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language and the look."""
        if event.type() in {QEvent.Type.LanguageChange, QEvent.Type.StyleChange}:
            self._told()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        draw_pill(painter, QRectF(self.rect()), self._code, self.text, self._meaning)
        painter.end()
