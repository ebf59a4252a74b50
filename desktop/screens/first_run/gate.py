"""The gate of a folder that is not enrolled yet, or was signed out: the office's address and a code, or an account."""

from __future__ import annotations

import platform

from PySide6.QtWidgets import QCheckBox, QLineEdit

from crm.errors import Code
from desktop.kit import words
from desktop.kit.gate import Door, Enrol, Gatekeeper, split_code
from desktop.screens.first_run.problems import Place, Problem, problem_of
from desktop.widgets.buttons import TextButton
from desktop.widgets.fields import Field, TextInput
from desktop.widgets.gate_page import GatePage
from desktop.widgets.labels import Label


class FirstRun(GatePage):
    """One form with two ways in, and the passphrase where the system has no key store."""

    # There before the base asks for the words.
    _door = Door(needs_passphrase=False)
    _has_account = False

    def __init__(self, keeper: Gatekeeper) -> None:
        super().__init__(
            keeper.preferences,
            lambda: self.tr("Sign in again") if self._door.is_enrolled else self.tr("Set up this laptop"),
            self._what,
            lambda: self.tr("Sign in") if self._door.is_enrolled else self.tr("Set up"),
            self.enrol,
        )
        self._keeper = keeper
        self._problem: Problem | None = None
        self.code = TextInput(placeholder=lambda: "R4EB-HCR2-JGVZ")
        self.server = TextInput(placeholder=lambda: "https://office.example.com")
        self.login, self.password = TextInput(), _secret()
        self.name = TextInput(longest=100)
        self.name.setText(machine_name())
        self.passphrase, self.repeat = _secret(), _secret()
        self.plain = QCheckBox()
        self.fields: dict[Place, Field] = {
            Place.CODE: Field(lambda: self.tr("One-time code"), self.code),
            Place.SERVER: Field(lambda: self.tr("Address of the server"), self.server),
            Place.LOGIN: Field(lambda: self.tr("Account"), self.login),
            Place.PASSWORD: Field(lambda: self.tr("Password"), self.password),
            Place.NAME: Field(lambda: self.tr("Name of this laptop at the office"), self.name),
            Place.PASSPHRASE: Field(lambda: self.tr("Passphrase"), self.passphrase),
            Place.REPEAT: Field(lambda: self.tr("Passphrase once more"), self.repeat),
        }
        self._why = Label(
            lambda: self.tr(
                "This system keeps no secrets for programs, so a passphrase guards your copy. Choose 8 characters or more; "
                "nobody can restore it for you."
            ),
            role="secondary",
            wraps=True,
        )
        order = (Place.CODE, Place.SERVER, Place.LOGIN, Place.PASSWORD, Place.NAME)
        for place in order:
            self.body.addWidget(self.fields[place])
            if place is Place.SERVER:
                self.body.addWidget(self.plain)
        self.body.addWidget(self._why)
        self.body.addWidget(self.fields[Place.PASSPHRASE])
        self.body.addWidget(self.fields[Place.REPEAT])
        self.way = TextButton(self._way_words, self._change_way, role="link")
        self.below.addWidget(self.way)
        for edit in self._edits():
            edit.returnPressed.connect(self.enrol)
        self.server.textChanged.connect(self._on_address)
        self.code.textChanged.connect(self._on_address)
        self.setFocusProxy(self.code)
        self.dress()
        self._show_fields()
        keeper.look(self._on_door, self._on_failed, owner=self)

    # -- what is asked for

    def _what(self) -> str:
        if self._door.is_enrolled:
            return self.tr(
                "Your data and what waits to be sent are still on this laptop, as {name} at {server}."
            ).format(name=self._door.device_name, server=self._door.server)
        if self._has_account:
            return self.tr("With the account that the office gave you.")
        return self.tr("With the code that the office gave you. It works once.")

    def _way_words(self) -> str:
        if self._has_account:
            return self.tr("Use a one-time code instead")
        return self.tr("Use account and password instead")

    def _change_way(self) -> None:
        self._has_account = not self._has_account
        self._show_fields()
        first = self.code
        if self._has_account:
            first = self.login if self._address() else self.server
        self.setFocusProxy(first)
        first.setFocus()

    def _on_door(self, door: Door) -> None:
        self._door = door
        if door.is_enrolled:
            self.server.setText(door.server)
        self._show_fields()
        self.button.retranslate()

    def _show_fields(self) -> None:
        is_new = not self._door.is_enrolled
        code_has_address = bool(split_code(self.code.text())[0]) and not self._has_account
        needs = self._door.needs_passphrase
        shown = {
            Place.CODE: not self._has_account,
            Place.SERVER: is_new and not code_has_address,
            Place.LOGIN: self._has_account,
            Place.PASSWORD: self._has_account,
            Place.NAME: is_new,
            Place.PASSPHRASE: needs,
            Place.REPEAT: needs and is_new,
        }
        for place, is_shown in shown.items():
            self.fields[place].setVisible(is_shown)
        self._why.setVisible(needs and is_new)
        self.plain.setVisible(is_new and self._is_plain())
        self.way.retranslate()
        self.retranslate()

    def _on_address(self) -> None:
        self._show_fields()

    def _edits(self) -> list[QLineEdit]:
        return [self.code, self.server, self.login, self.password, self.name, self.passphrase, self.repeat]

    # -- what was typed

    def _address(self) -> str:
        """The office's address, with https:// where nothing was said."""
        address = "" if self._has_account else split_code(self.code.text())[0]
        address = (address or self.server.text()).strip()
        return address if "//" in address or not address else f"https://{address}"

    def _is_plain(self) -> bool:
        address = self._address()
        return address.startswith("http://") and not address.startswith(("http://127.", "http://localhost"))

    def _missing(self) -> Problem | None:
        """The first thing that is not filled in."""
        wanted = [
            (Place.CODE, split_code(self.code.text())[1]),
            (Place.SERVER, self._address()),
            (Place.LOGIN, self.login.text().strip()),
            (Place.PASSWORD, self.password.text()),
            (Place.NAME, self.name.text().strip()),
            (Place.PASSPHRASE, self.passphrase.text()),
        ]
        for place, value in wanted:
            if self.fields[place].isVisibleTo(self) and not value:
                return Problem(place, lambda: self.tr("This is needed."))
        if self.fields[Place.REPEAT].isVisibleTo(self) and self.repeat.text() != self.passphrase.text():
            return Problem(Place.REPEAT, lambda: self.tr("The two are not the same."))
        return None

    def enrol(self) -> None:
        """Ask the office, with what was typed."""
        if not self.button.isEnabled():
            return
        self._show_problem(self._missing())
        if self._problem is not None:
            return
        self._set_busy(True)
        self._keeper.enrol(
            Enrol(
                server=self._address(),
                device_name=self._door.device_name or self.name.text().strip(),
                code="" if self._has_account else split_code(self.code.text())[1],
                login=self.login.text().strip() if self._has_account else "",
                password=self.password.text() if self._has_account else "",
                passphrase=self.passphrase.text(),
                # An address that was taken once is not asked about again.
                allows_plain_http=self._door.is_enrolled or self.plain.isChecked(),
            ),
            self._on_failed,
            owner=self,
        )

    def _on_failed(self, error: Exception) -> None:
        self._set_busy(False)
        if words.code_of(error) == Code.PASSPHRASE_NEEDED and not self._door.needs_passphrase:
            self._door = Door(True, self._door.server, self._door.device_name)
            self._show_fields()
        self._show_problem(problem_of(error, address=self._address(), has_account=self._has_account))

    def _set_busy(self, is_busy: bool) -> None:
        for edit in self._edits():
            edit.setEnabled(not is_busy)
        self.way.setEnabled(not is_busy)
        self.button.setEnabled(not is_busy)
        self.button.setText(self.tr("Asking the office …") if is_busy else self.button.accessibleName())

    def _show_problem(self, problem: Problem | None) -> None:
        self._problem = problem
        text = problem.text() if problem is not None else ""
        place = problem.place if problem is not None else None
        if place is not None and not self.fields[place].isVisibleTo(self):
            # A code that holds the address: that is where the address is wrong.
            place = Place.CODE if place is Place.SERVER and not self._has_account else None
        for each, field in self.fields.items():
            field.show_problem(text if each is place else "")
        self.show_problem(text if place is None else "")
        if place is not None:
            self.fields[place].control.setFocus()

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        super().retranslate()
        self.plain.setText(self.tr("I trust this network: send without encryption"))
        self.plain.setAccessibleName(self.plain.text())
        if self._problem is not None:
            self._show_problem(self._problem)


def _secret() -> TextInput:
    made = TextInput()
    made.setEchoMode(QLineEdit.EchoMode.Password)
    return made


def machine_name() -> str:
    """What this machine calls itself."""
    return platform.node().partition(".")[0][:100] or "laptop"
