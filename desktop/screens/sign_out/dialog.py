"""Signing out: first what is not sent yet, with its money; then where it goes; and only then anything is done."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QRadioButton, QVBoxLayout, QWidget

from desktop.kit import words
from desktop.kit.bus import Changes
from desktop.kit.format import formats
from desktop.kit.gate import Gatekeeper
from desktop.kit.session import Session
from desktop.kit.theme import look, spaced
from desktop.kit.translated import TranslatedDialog
from desktop.store.reads.unsent import Unsent, unsent_here
from desktop.widgets.buttons import TextButton
from desktop.widgets.labels import Figures, Label, line

WIDTH: Final = 560


class SignOutDialog(TranslatedDialog):
    """Esc leaves everything as it is."""

    def __init__(self, session: Session, keeper: Gatekeeper, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._keeper = keeper
        self._unsent: Unsent | None = None
        self._heading = Label(role="title")
        self._unsent_head, self._where_head = Label(role="section"), Label(role="section")
        self._nothing = Label(wraps=True)
        self._grid = QWidget()
        self._words = [Label() for _ in range(3)]
        self.counts = [Figures() for _ in range(3)]
        self.money = Figures()
        self.keep, self.remove = QRadioButton(), QRadioButton()
        self._keep_text, self._remove_text = (
            Label(role="secondary", wraps=True),
            Label(role="secondary", wraps=True),
        )
        self.sure = QCheckBox()
        self.problem = Label(role="wrong", wraps=True)
        self.problem.hide()
        self.send = TextButton(lambda: self.tr("Send now"), session.sync.now)
        self.cancel = TextButton(lambda: self.tr("Cancel"), self.reject)
        self.done_button = TextButton(lambda: self.tr("Sign out"), self.sign_out, role="primary")
        for button in (self.send, self.cancel, self.done_button):
            button.setAutoDefault(False)
        self._lay_out()
        self.keep.setChecked(True)
        for control in (self.keep, self.remove, self.sure):
            control.toggled.connect(self._choose)
        session.bus.changed.connect(self._on_changed)
        self.dress()
        self.cancel.setFocus()
        self._read()

    def _lay_out(self) -> None:
        grid = QGridLayout(self._grid)
        spaced(grid, gap="small")
        for row, (label, count) in enumerate(zip(self._words, self.counts, strict=True)):
            grid.addWidget(label, row, 0)
            grid.addWidget(count, row, 2)
        grid.addWidget(self.money, 0, 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnMinimumWidth(1, 120)
        grid.setColumnMinimumWidth(2, 48)
        buttons = QHBoxLayout()
        spaced(buttons)
        buttons.addWidget(self.send)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.done_button)
        column = QVBoxLayout(self)
        spaced(column, "huge", gap="medium")
        column.addWidget(self._heading)
        column.addWidget(self._unsent_head)
        column.addWidget(self._nothing)
        column.addWidget(self._grid)
        column.addWidget(line())
        column.addWidget(self._where_head)
        for choice, text in ((self.keep, self._keep_text), (self.remove, self._remove_text)):
            part = QVBoxLayout()
            spaced(part, gap="hair")
            part.addWidget(choice)
            below = QHBoxLayout()
            spaced(below, "", "", "", "huge")
            below.addWidget(text, 1)
            part.addLayout(below)
            column.addLayout(part)
        sure = QHBoxLayout()
        spaced(sure, "", "", "", "huge")
        sure.addWidget(self.sure, 1)
        column.addLayout(sure)
        column.addWidget(self.problem)
        column.addSpacing(8)
        column.addLayout(buttons)

    # -- what is not sent

    def _on_changed(self, _changes: Changes) -> None:
        self._read()

    def _read(self) -> None:
        rows = self._session.store.rows
        self._session.tasks.read(partial(unsent_here, rows=rows), self._take, owner=self, slot="unsent")

    def _take(self, unsent: Unsent) -> None:
        self._unsent = unsent
        self._tell()

    def _tell(self) -> None:
        unsent = self._unsent
        count = unsent.count if unsent is not None else 0
        self._nothing.setVisible(count == 0)
        self._nothing.setText(
            self.tr("Everything is at the office.") if unsent is not None else self.tr("Being counted …")
        )
        self._grid.setVisible(count > 0)
        self.send.setVisible(unsent is not None and unsent.standing.waiting > 0)
        if unsent is not None:
            for label, number in zip(
                self.counts,
                (unsent.standing.waiting, unsent.standing.status.parked, unsent.forms),
                strict=True,
            ):
                label.setText(formats().number(number))
            worth = unsent.standing.worth_minor
            self.money.setText(
                " + ".join(formats().money(amount, currency) for currency, amount in sorted(worth.items()))
            )
        self._remove_text.setText(
            self.tr("The key is destroyed first, then the copy. What the office has can be copied again.")
            if count == 0
            else self.tr(
                "The key is destroyed first, then the copy. %n thing(s) that the office does not have would be lost for "
                "good.",
                "",
                count,
            )
        )
        self.sure.setText(self.tr("Lose what was not sent"))
        self.sure.setAccessibleName(self.sure.text())
        self._choose()

    def _choose(self) -> None:
        count = self._unsent.count if self._unsent is not None else 0
        self.sure.setVisible(self.remove.isChecked() and count > 0)
        is_allowed = self._unsent is not None and (
            self.keep.isChecked() or count == 0 or self.sure.isChecked()
        )
        self.done_button.setEnabled(is_allowed)
        self._fit()
        role = "danger" if self.remove.isChecked() else "primary"
        if self.done_button.property("role") != role:
            self.done_button.setProperty("role", role)
            self.done_button.style().polish(self.done_button)

    def _fit(self) -> None:
        """Be as high as the words need at this width: a dialog does not ask them by itself."""
        column = self.layout()
        if column is not None:
            column.activate()
            self.setFixedHeight(column.totalHeightForWidth(self.width()))

    # -- doing it

    def sign_out(self) -> None:
        """Do what was chosen."""
        if not self.done_button.isEnabled():
            return
        for control in (self.done_button, self.send, self.keep, self.remove, self.sure):
            control.setEnabled(False)
        self._keeper.sign_out(removes_copy=self.remove.isChecked(), failed=self._on_failed, owner=self)

    def _on_failed(self, error: Exception) -> None:
        for control in (self.done_button, self.send, self.keep, self.remove, self.sure):
            control.setEnabled(True)
        self.problem.setText(words.error(error))
        self.problem.show()

    # -- words and sizes

    def retranslate(self) -> None:
        """See `TranslatedDialog.retranslate`."""
        heading = self.tr("Sign out of this laptop")
        self._heading.setText(heading)
        self.setWindowTitle(heading)
        self.setAccessibleName(heading)
        self._unsent_head.setText(self.tr("Not at the office yet"))
        self._where_head.setText(self.tr("What becomes of it"))
        told = (
            self.tr("Waiting to be sent"),
            self.tr("Refused by the office, waiting for you"),
            self.tr("Forms that were begun"),
        )
        for label, figure, text in zip(self._words, self.counts, told, strict=True):
            label.setText(text)
            figure.setAccessibleName(text)
        for choice, text in (
            (self.keep, self.tr("Keep the copy on this laptop")),
            (self.remove, self.tr("Remove the copy from this laptop")),
        ):
            choice.setText(text)
            choice.setAccessibleName(text)
        self._keep_text.setText(
            self.tr(
                "It stays encrypted and closed. What was not sent stays in it, and is sent after the next sign-in, for "
                "which the office gives a new code."
            )
        )
        self._tell()

    def restyle(self) -> None:
        """See `TranslatedDialog.restyle`."""
        self.setFixedWidth(look().px(WIDTH))
        self._fit()
        self.money.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
