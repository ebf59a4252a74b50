"""The column beside the lists of a customer's page: people, places, details, and all that is done with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from crm.contacts import actions as contacts
from crm.customers import actions as customers
from desktop.kit.deeds import Opposite
from desktop.kit.drafts import FormDraft, told
from desktop.kit.notices import Kind, Notice
from desktop.kit.screen import Shell
from desktop.kit.session import Session
from desktop.kit.theme import look, spaced
from desktop.screens.customer.details import Details
from desktop.screens.customer.editors import wrong_words
from desktop.screens.customer.facts import Fact
from desktop.screens.customer.people import AddressCards, ContactCards
from desktop.screens.customer.record_dialog import RecordDialog, address_dialog, contact_dialog
from desktop.store.drafts import Draft
from desktop.store.reads.customer import Whole
from desktop.store.work import LocalWork
from desktop.widgets.changes import from_wire


class Side(QScrollArea):
    """``written``: something was changed here that the page should read."""

    written = Signal()

    def __init__(self, session: Session, shell: Shell, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._shell = session, shell
        self.found: Whole | None = None
        self.dialog: RecordDialog | None = None
        self.is_filled = False
        self._inside = QWidget()
        self.setWidget(self._inside)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._retranslate()

    # -- what is shown

    def show_customer(self, found: Whole) -> None:
        """Show a customer. The parts are made with the first one: the frame of the page is seen before them."""
        if not self.is_filled:
            self._fill()
        is_another = self.found is None or self.found.id != found.id
        self.found = found
        self.contacts.show_rows(found.contacts, may_edit=found.may_edit)
        self.addresses.show_rows(found.addresses, may_edit=found.may_edit)
        self.details.show_customer(found)
        if is_another:
            self._draft.begin(found.id)

    def show_nobody(self) -> None:
        """Another customer is to come: what was typed is kept, and nothing is edited any more."""
        if self.is_filled:
            self._draft.keep()
            self.details.close_all()
        self.found = None
        self.verticalScrollBar().setValue(0)

    def leave(self) -> None:
        """Keep what was typed."""
        if self.is_filled:
            self._draft.keep()

    def _fill(self) -> None:
        self.is_filled = True
        inside = self._inside
        column = QVBoxLayout(inside)
        spaced(column, "medium", "large", "huge", "medium", gap="large")
        self.contacts = ContactCards(inside)
        self.addresses = AddressCards(inside)
        self.details = Details(self._session, inside)
        for part in (self.contacts, self.addresses, self.details):
            column.addWidget(part)
        column.addStretch(1)
        self.contacts.wanted.connect(self.edit_contact)
        self.contacts.dropped.connect(self._remove_contact)
        self.addresses.wanted.connect(self.edit_address)
        self.addresses.dropped.connect(self._remove_address)
        self.addresses.preferred.connect(self._prefer_address)
        self._draft = FormDraft(self._session, self.details, "customer.edit", lambda: self.details.drafts)
        self._draft.restored.connect(self._go_on)
        for fact in self.details.facts.values():
            fact.kept.connect(partial(self._keep, fact))
            fact.typed.connect(self._draft.touch)

    def _go_on(self, draft: Draft) -> None:
        """What was typed before the program ended, or before the person went elsewhere, is there again."""
        for name, value in draft.values.items():
            if name in self.details.facts:
                self.details.facts[name].edit_draft(value)  # type: ignore[arg-type]
        self._shell.notify(Notice(told(draft, self._session.now_ms()), Kind.LOOK))

    def _name(self) -> str:
        return str(self.found.row["name"]) if self.found is not None else ""

    # -- what a person does

    def edit(self) -> None:
        """Put the keyboard on the first detail."""
        fact = next(iter(self.details.facts.values()))
        self.ensureWidgetVisible(fact)
        fact.setFocus()

    def verify(self) -> None:
        """The details were checked today."""
        if self.found is not None:
            customer_id = self.found.id
            self._write(
                "customer.verify",
                lambda work: customers.verify_customer(work, customer_id),
                lambda: self.tr("Confirmed today"),
                about=self._name(),
            )

    def _keep(self, fact: Fact, value: object) -> None:
        assert self.found is not None
        customer_id, fields = self.found.id, {fact.name: value}
        before = {fact.name: from_wire("customer", fact.name, fact.value)}
        opposite = Opposite("customer.edit", lambda work: _edit(work, customer_id, before))

        def kept(_none: object) -> None:
            fact.accept()
            self.written.emit()

        self._session.tasks.write(
            "customer.edit",
            lambda work: _edit(work, customer_id, fields),
            kept,
            lambda error: fact.refuse(wrong_words(error)),
            owner=self,
            about=self._name(),
            opposite=opposite,
        )

    def edit_contact(self, contact_id: bytes | None) -> None:
        """Open the dialog of a contact; None: of a new one."""
        if self.found is not None and self.found.may_edit:
            row = next((each for each in self.found.contacts if each["id"] == contact_id), None)
            self._open(contact_dialog(self._session, self.found.id, row, self._shell, self))

    def edit_address(self, address_id: bytes | None) -> None:
        """Open the dialog of a place of delivery; None: of a new one."""
        if self.found is not None and self.found.may_edit:
            row = next((each for each in self.found.addresses if each["id"] == address_id), None)
            self._open(address_dialog(self._session, self.found.id, row, self._shell, self))

    def _open(self, dialog: RecordDialog) -> None:
        if self.dialog is not None:
            self.dialog.reject()
        self.dialog = dialog
        dialog.finished.connect(self._on_dialog_closed)
        dialog.open()

    def _on_dialog_closed(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    def _remove_contact(self, contact_id: bytes) -> None:
        name = self._name_of(self.found.contacts if self.found else (), contact_id, "name")
        self._write(
            "contact.delete",
            lambda work: contacts.delete_contact(work, contact_id),
            lambda: self.tr("{name} was removed").format(name=name),
            about=name,
            opposite=Opposite(
                "contact.revive", lambda work: _void(contacts.revive_contact(work, contact_id))
            ),
        )

    def _remove_address(self, address_id: bytes) -> None:
        name = self._name_of(self.found.addresses if self.found else (), address_id, "label")
        self._write(
            "customer.delete_ship_to",
            lambda work: customers.delete_ship_to(work, address_id),
            lambda: self.tr("{name} was removed").format(name=name),
            about=name,
            opposite=Opposite(
                "customer.revive_ship_to", lambda work: _void(customers.revive_ship_to(work, address_id))
            ),
        )

    def _prefer_address(self, address_id: bytes) -> None:
        self._write(
            "customer.set_default_ship_to",
            lambda work: customers.set_default_ship_to(work, address_id),
            lambda: self.tr("Orders will propose this address"),
            about=self._name_of(self.found.addresses if self.found else (), address_id, "label"),
        )

    def _name_of(self, rows: Sequence[Any], row_id: bytes, field: str) -> str:
        return next((str(row[field]) for row in rows if row["id"] == row_id), "")

    def _write(
        self,
        intent: str,
        action: Callable[[LocalWork], object],
        told: Callable[[], str],
        *,
        about: str,
        opposite: Opposite | None = None,
    ) -> None:
        """Do something, say so, and offer to undo it."""

        def done(_none: object) -> None:
            self.written.emit()
            undo = (self.tr("Undo"), lambda: _void(self._shell.commands.run("edit.undo")))
            self._shell.notify(Notice(told(), Kind.DONE, action=undo))

        self._session.tasks.write(
            intent,
            lambda work: _void(action(work)),
            done,
            self._shell.tell_error,
            owner=self,
            about=about,
            opposite=opposite,
        )

    # -- words and sizes

    def _retranslate(self) -> None:
        self.setAccessibleName(self.tr("Contacts, addresses and details"))
        self.setMinimumWidth(look().px(280))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language and the look."""
        if event.type() in {QEvent.Type.LanguageChange, QEvent.Type.StyleChange}:
            self._retranslate()
        super().changeEvent(event)


def _edit(work: LocalWork, customer_id: bytes, fields: Mapping[str, Any]) -> None:
    customers.edit_customer(work, customer_id, **fields)


def _void(_done: object) -> None:
    """Entities end with their session: nothing of them is handed on."""
