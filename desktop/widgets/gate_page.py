"""What a gate looks like: one narrow column in the middle of the window, and the choice of the language below it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop.kit.language import LANGUAGES, NAMES
from desktop.kit.preferences import Preferences
from desktop.kit.theme import look, spaced
from desktop.kit.translated import Translated
from desktop.widgets.buttons import TextButton
from desktop.widgets.fields import ChoiceInput
from desktop.widgets.labels import Label

WIDTH = 400


class Sign(QWidget):
    """The program's sign."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.restyle()

    def restyle(self) -> None:
        """Take the size anew."""
        self.setFixedSize(look().px(48), look().px(48))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        QApplication.windowIcon().paint(painter, QRectF(self.rect()).toRect())
        painter.end()


class GatePage(Translated):
    """``heading`` and ``text`` are asked for again by language. A gate puts its fields into ``body`` and calls `dress`.

    ``button`` does what the gate is for; Enter in any field presses it.
    """

    def __init__(
        self,
        preferences: Preferences,
        heading: Callable[[], str],
        text: Callable[[], str],
        button: Callable[[], str],
        run: Callable[[], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self._heading_words, self._text_words = heading, text
        self._sign = Sign()
        self._heading = Label(role="title")
        self._text = Label(role="secondary", wraps=True)
        self.body = QVBoxLayout()
        spaced(self.body, gap="medium")
        self.problem = Label(role="wrong", wraps=True)
        self.problem.hide()
        self.button = TextButton(button, run, role="primary")
        self.button.setDefault(True)
        self.below = QVBoxLayout()
        spaced(self.below, gap="small")
        self._column = QWidget()
        column = QVBoxLayout(self._column)
        spaced(column, gap="large")
        column.addWidget(self._sign)
        head = QVBoxLayout()
        spaced(head, gap="hair")
        head.addWidget(self._heading)
        head.addWidget(self._text)
        column.addLayout(head)
        column.addLayout(self.body)
        column.addWidget(self.problem)
        column.addWidget(self.button)
        column.addLayout(self.below)
        self._language = ChoiceInput(self._languages)
        self._language.set_value(preferences.language)
        self._language.currentIndexChanged.connect(self._speak)

        page = QFrame()
        page.setProperty("role", "page")
        across = QHBoxLayout()
        across.addStretch(1)
        across.addWidget(self._column)
        across.addStretch(1)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self._language)
        inside = QVBoxLayout(page)
        spaced(inside, "large")
        inside.addStretch(2)
        inside.addLayout(across)
        inside.addStretch(3)
        inside.addLayout(foot)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(page)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(area)

    def say(self, heading: Callable[[], str], text: Callable[[], str]) -> None:
        """Say something else above."""
        self._heading_words, self._text_words = heading, text
        self.retranslate()

    def show_problem(self, text: str) -> None:
        """Say what is wrong with the whole of it; empty: nothing is."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def _languages(self) -> list[tuple[str, str]]:
        return [("system", self.tr("Language of the system")), *((code, NAMES[code]) for code in LANGUAGES)]

    def _speak(self) -> None:
        if self._language.value and self._language.value != self._preferences.language:
            self._preferences.language = self._language.value

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        self._heading.setText(self._heading_words())
        self._text.setText(self._text_words())
        self._text.setVisible(bool(self._text.text()))
        self.setAccessibleName(self._heading_words())
        self._language.setAccessibleName(self.tr("Language"))
        self._language.set_value(self._preferences.language)

    def restyle(self) -> None:
        """See `Translated.restyle`."""
        self._column.setFixedWidth(look().px(WIDTH))
        self._sign.restyle()
