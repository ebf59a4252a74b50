"""The base of dialogs with a form: a heading, a body, Save and Cancel. Ctrl+Enter saves, Esc cancels."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.kit.theme import look, spaced
from desktop.kit.translated import TranslatedDialog
from desktop.widgets.buttons import TextButton
from desktop.widgets.labels import Label


class FormDialog(TranslatedDialog):
    """``heading`` and ``save_words`` are asked for again by language. ``saved``: the person wants what is typed kept; whoever
    listens does so and closes the dialog, or says what is wrong.
    """

    saved = Signal()

    def __init__(
        self,
        heading: Callable[[], str],
        body: QWidget,
        parent: QWidget | None = None,
        *,
        save_words: Callable[[], str] | None = None,
        width: int = 520,
    ) -> None:
        super().__init__(parent)
        self._words = heading
        self._wanted = width
        self._heading = Label(role="title")
        self.problem = Label(role="wrong", wraps=True)
        self.problem.hide()
        self.save_button = TextButton(
            save_words or (lambda: self.tr("Save")), self.saved.emit, role="primary"
        )
        self.cancel_button = TextButton(lambda: self.tr("Cancel"), self.reject)
        self.save_button.setDefault(False)
        self.save_button.setAutoDefault(False)
        self.cancel_button.setAutoDefault(False)
        buttons = QHBoxLayout()
        spaced(buttons)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.save_button)
        column = QVBoxLayout(self)
        spaced(column, "huge", gap="large")
        column.addWidget(self._heading)
        column.addWidget(body, 1)
        column.addWidget(self.problem)
        column.addLayout(buttons)
        for key in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(key), self, self.saved.emit)
        self.dress()

    def show_problem(self, text: str) -> None:
        """Say what is wrong with the whole of it; empty: nothing is."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        self._heading.setText(self._words())
        self.setWindowTitle(self._words())
        self.setAccessibleName(self._words())
        self.save_button.setToolTip(self.tr("Save (Ctrl+Enter)"))

    def restyle(self) -> None:
        """See `Translated.restyle`."""
        self.setMinimumWidth(look().px(self._wanted))
