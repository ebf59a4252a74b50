"""The gate of a laptop that is locked. Nothing in it needs the network."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit

from crm.errors import Code
from desktop.kit import words
from desktop.kit.gate import Door, Gatekeeper
from desktop.widgets.buttons import TextButton
from desktop.widgets.fields import Field, TextInput
from desktop.widgets.gate_page import GatePage
from desktop.widgets.labels import Label


class Unlock(GatePage):
    """Asks for the passphrase where one guards the keys; else the system's key store is asked."""

    def __init__(self, keeper: Gatekeeper) -> None:
        super().__init__(
            keeper.preferences,
            lambda: self.tr("Locked"),
            lambda: self.tr("Your copy is closed and encrypted. What waits to be sent is safe in it."),
            lambda: self.tr("Unlock"),
            self.unlock,
        )
        self._keeper = keeper
        self._error: Exception | None = None
        self._is_missing = False
        self._needs_passphrase = False
        self.passphrase = TextInput()
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.passphrase.returnPressed.connect(self.unlock)
        self.field = Field(lambda: self.tr("Passphrase"), self.passphrase)
        self.field.hide()
        self.body.addWidget(self.field)
        self._forgotten = TextButton(lambda: self.tr("Forgotten the passphrase?"), self._explain, role="link")
        self._forgotten.hide()
        self._explanation = Label(
            lambda: self.tr(
                "Nobody can open this copy without it, the office neither. Look for it where you keep passwords. If it "
                "is lost, ask the office for a new code and enrol in a new data folder: everything that was sent comes "
                "back; what was not sent is lost."
            ),
            role="secondary",
            wraps=True,
        )
        self._explanation.hide()
        self.below.addWidget(self._forgotten)
        self.below.addWidget(self._explanation)
        self.dress()
        self.setFocusProxy(self.button)
        keeper.look(self._on_door, self._on_failed, owner=self)

    def unlock(self) -> None:
        """Open the copy."""
        if not self.button.isEnabled():
            return
        self._show_error(None, is_missing=self._needs_passphrase and not self.passphrase.text())
        if self.field.problem:
            return
        self._set_busy(True)
        self._keeper.open(self.passphrase.text() or None, self._on_failed, owner=self)

    def _on_door(self, door: Door) -> None:
        if door.needs_passphrase:
            self._ask_passphrase()

    def _ask_passphrase(self) -> None:
        self._needs_passphrase = True
        self.field.show()
        self._forgotten.show()
        self.setFocusProxy(self.passphrase)
        self.passphrase.setFocus()

    def _on_failed(self, error: Exception) -> None:
        self._set_busy(False)
        if words.code_of(error) in {Code.PASSPHRASE_NEEDED, Code.WRONG_PASSPHRASE}:
            self._ask_passphrase()
            self.passphrase.selectAll()
        self._show_error(error)

    def _explain(self) -> None:
        self._explanation.setVisible(not self._explanation.isVisible())

    def _set_busy(self, is_busy: bool) -> None:
        self.button.setEnabled(not is_busy)
        self.passphrase.setEnabled(not is_busy)

    def _show_error(self, error: Exception | None, *, is_missing: bool = False) -> None:
        self._error, self._is_missing = error, is_missing
        code = words.code_of(error) if error is not None else 0
        text = words.error(error) if error is not None else ""
        if is_missing or code == Code.PASSPHRASE_NEEDED:
            text = self.tr("Type your passphrase.")
        is_about_passphrase = is_missing or code in {Code.PASSPHRASE_NEEDED, Code.WRONG_PASSPHRASE}
        self.field.show_problem(text if is_about_passphrase else "")
        self.show_problem("" if is_about_passphrase else text)

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        super().retranslate()
        self._show_error(self._error, is_missing=self._is_missing)
