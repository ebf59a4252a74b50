"""What stands where nothing is: what is not here, why, and what to do."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.kit import icons
from desktop.kit.theme import look, spaced
from desktop.kit.translated import Translated
from desktop.widgets.labels import Label

_WIDTH = 400


class Picture(QWidget):
    """An icon that is only looked at: large and quiet, or in the ``colour`` of what it means."""

    def __init__(
        self, name: str, parent: QWidget | None = None, *, size: int = 40, colour: str = "text_disabled"
    ) -> None:
        super().__init__(parent)
        self._name = name
        self._size = size
        self._colour = colour
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_icon(self, name: str, colour: str = "") -> None:
        """Show another one."""
        self._name, self._colour = name, colour or self._colour
        self.update()

    def sizeHint(self) -> QSize:
        """A square."""
        side = look().px(self._size)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        icons.draw(painter, QRectF(self.rect()), self._name, look().colour(self._colour))
        painter.end()


class Empty(Translated):
    """An icon, a heading, a sentence, and buttons, in the middle of the room there is.

    ``title`` and ``text`` are asked for again when the language changes.
    """

    def __init__(
        self,
        picture: str,
        title: Callable[[], str],
        text: Callable[[], str],
        *buttons: QWidget,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._title_words, self._text_words = title, text
        self.picture = Picture(picture, self)
        self._title = Label(parent=self, role="section")
        self._text = Label(parent=self, role="secondary", wraps=True)
        centre = Qt.AlignmentFlag.AlignHCenter
        self._title.setAlignment(centre)
        self._text.setAlignment(centre | Qt.AlignmentFlag.AlignTop)
        self._row = QHBoxLayout()
        spaced(self._row, "small", "", "", "")
        self._row.addStretch(1)
        for button in buttons:
            self._row.addWidget(button)
        self._row.addStretch(1)
        column = QVBoxLayout(self)
        spaced(column, "huge")
        column.addStretch(2)
        column.addWidget(self.picture, 0, centre)
        column.addWidget(self._title, 0, centre)
        # Between two stretches, so that its height is that of the width it gets.
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(self._text)
        middle.addStretch(1)
        column.addLayout(middle)
        column.addLayout(self._row)
        column.addStretch(3)
        self.dress()

    def say(self, title: Callable[[], str], text: Callable[[], str], picture: str = "") -> None:
        """Say something else: nothing was found, instead of nothing is there."""
        self._title_words, self._text_words = title, text
        if picture:
            self.picture.show_icon(picture)
        self.retranslate()

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        self._title.setText(self._title_words())
        self._text.setText(self._text_words())
        self.setAccessibleName(self._title_words())
        self.setAccessibleDescription(self._text_words())

    def restyle(self) -> None:
        """See `Translated.restyle`."""
        self._text.setFixedWidth(look().px(_WIDTH))
        self.picture.updateGeometry()
