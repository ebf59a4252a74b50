"""Entering a customer: the firm and who works there, with a look for records that mean the same firm (R-012, R-017)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from crm.contacts.actions import create_contact
from crm.customers.actions import create_customer, delete_customer
from desktop.kit import words
from desktop.kit.commands import Command
from desktop.kit.deeds import Opposite
from desktop.kit.drafts import FormDraft, told
from desktop.kit.marks import QT_TRANSLATE_NOOP
from desktop.kit.notices import Kind, Notice
from desktop.kit.screen import Place, Screen, Shell
from desktop.kit.session import Session
from desktop.kit.theme import look, spaced
from desktop.screens.customer.editors import Form
from desktop.screens.customer.twin_list import TwinList
from desktop.store.drafts import Draft, Typed
from desktop.store.reads.twins import Twin, twins
from desktop.store.work import LocalWork
from desktop.widgets.buttons import CommandButton, IconButton, TextButton
from desktop.widgets.labels import Label

_CUSTOMER: Final = (
    ("name", "name_en"),
    ("phone", "tax_registration_no"),
    ("grade", "industry"),
    ("address_province", "address_city"),
    ("address_street", "email"),
    ("note",),
)
_CONTACT: Final = (("name", "title"), ("mobile", "email"), ("decision_role", "level"))
_QUIET_MS: Final = 180
"""Twins are looked for when nothing was typed for so long."""


class ContactBlock(QFrame):
    """The form of one contact within the form of a customer."""

    def __init__(
        self, number: int, remove: Callable[[], None], today: Callable[[], date], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        heading = Label(lambda: self.tr("Contact {number}").format(number=number), self, role="strong")
        self.remove = IconButton("close", lambda: self.tr("Remove this contact"), remove, self)
        self.form = Form("contact", _CONTACT, today=today, parent=self)
        head = QHBoxLayout()
        spaced(head)
        head.addWidget(heading, 1)
        head.addWidget(self.remove)
        column = QVBoxLayout(self)
        spaced(column, "medium", gap="small")
        column.addLayout(head)
        column.addWidget(self.form)


class NewCustomerScreen(Screen):
    """What was typed stays until it is saved or dropped, wherever the person goes meanwhile."""

    name = "new_customer"

    def __init__(self, session: Session, shell: Shell) -> None:
        super().__init__(session, shell)
        self.blocks: list[ContactBlock] = []
        self._is_saving = False
        self._began = False
        self._soon = QTimer(self, singleShot=True, interval=_QUIET_MS)
        self._soon.timeout.connect(self._look_for_twins)
        self._lay_out()
        self.add_contact()
        self._draft = FormDraft(session, self, "customer.create", self._typed)
        self._draft.restored.connect(self._go_on)
        self.dress()

    def _lay_out(self) -> None:
        """Make the parts, the outermost first."""
        self._scroll, self._inside = _scrolled(self)
        column = QVBoxLayout(self._inside)
        spaced(column, "large", "huge", "huge", "large", gap="large")
        self.form = Form("customer", _CUSTOMER, today=self.session.today, parent=self._inside)
        self.form.edited.connect(self._on_edited)
        self._contacts = QVBoxLayout()
        spaced(self._contacts, gap="medium")
        self._add = TextButton(lambda: self.tr("Add contact"), self.add_contact, self._inside, picture="add")
        column.addWidget(Label(lambda: self.tr("The firm"), self._inside, role="section"))
        column.addWidget(self.form)
        column.addWidget(Label(lambda: self.tr("Who works there"), self._inside, role="section"))
        column.addLayout(self._contacts)
        add = QHBoxLayout()
        add.addWidget(self._add)
        add.addStretch(1)
        column.addLayout(add)
        column.addStretch(1)
        self._side, side = _scrolled(self)
        side_column = QVBoxLayout(side)
        spaced(side_column, "large", gap="")
        self.twin_list = TwinList(side)
        self.twin_list.opened.connect(lambda row_id: self.shell.open("customer", {"id": row_id.hex()}))
        side_column.addWidget(self.twin_list)
        across = QHBoxLayout()
        spaced(across, gap="")
        across.addWidget(self._scroll, 3)
        across.addWidget(self._side, 2)
        self._below = QFrame(self)
        self._below.setProperty("role", "status")
        self._problem = Label(parent=self._below, role="wrong", wraps=True)
        self._problem.hide()
        self._buttons = QHBoxLayout()
        spaced(self._buttons)
        self._buttons.addStretch(1)
        row = QHBoxLayout(self._below)
        spaced(row, "small", "large", gap="medium")
        row.addWidget(self._problem, 1)
        row.addLayout(self._buttons)
        column = QVBoxLayout(self)
        spaced(column, gap="")
        column.addLayout(across, 1)
        column.addWidget(self._below)

    def title(self) -> str:
        """See `Screen.title`."""
        return self.tr("New customer")

    def commands(self) -> Sequence[Command]:
        """See `Screen.commands`."""
        group = QT_TRANSLATE_NOOP("Commands", "Customer")
        return [
            Command(
                "new_customer.save", QT_TRANSLATE_NOOP("Commands", "Save customer"), self.save,
                ("Ctrl+Return", "Ctrl+Enter"), "check", group=group, is_offered=lambda: not self._is_saving,
            ),
            Command(
                "new_customer.add_contact", QT_TRANSLATE_NOOP("Commands", "Add contact"), self.add_contact,
                ("Ctrl+Shift+A",), "person", group=group,
            ),
            Command(
                "new_customer.drop", QT_TRANSLATE_NOOP("Commands", "Drop what was typed"), self.drop, (), "delete",
                group=group, is_offered=lambda: not self.is_empty,
            ),
        ]  # fmt: skip

    def showEvent(self, event: Any) -> None:
        """The buttons are made from commands, which the window knows by now."""
        super().showEvent(event)
        if self._buttons.count() == 1 and "new_customer.save" in self.shell.commands:
            for name, role in (("new_customer.drop", "quiet"), ("new_customer.save", "primary")):
                button = CommandButton(self.shell.commands, name, self._below, role=role)
                self._buttons.addWidget(button)

    def open(self, place: Place) -> None:
        """See `Screen.open`."""
        self._begin()

    def _begin(self) -> None:
        if not self._began:
            self._began = True
            self._draft.begin()

    def leave(self) -> None:
        """See `Screen.leave`."""
        self._draft.keep()

    # -- drafts

    def _typed(self) -> dict[str, Typed] | None:
        if self.is_empty:
            return None
        contacts: list[Typed] = [dict(block.form.values) for block in self.blocks]
        return {"customer": dict(self.form.values), "contacts": contacts}

    def _go_on(self, draft: Draft) -> None:
        """What was typed before the program ended is there again."""
        customer, contacts = draft.values.get("customer"), draft.values.get("contacts")
        if isinstance(customer, dict):
            self.form.set_values(customer)  # type: ignore[arg-type]
        for place, values in enumerate(contacts if isinstance(contacts, list) else []):
            if place == len(self.blocks):
                self._add_block()
            if isinstance(values, dict):
                self.blocks[place].form.set_values(values)  # type: ignore[arg-type]
        notice = told(draft, self.session.now_ms())
        self.shell.notify(Notice(notice, Kind.LOOK, action=(self.tr("Discard"), self._clear)))

    def take_focus(self) -> None:
        """See `Screen.take_focus`."""
        self.form.begin()

    # -- contacts

    def add_contact(self) -> None:
        """One more form for a contact, with the keyboard in it."""
        block = self._add_block()
        if self.isVisible():
            block.form.begin()
            QTimer.singleShot(0, lambda: self._scroll.ensureWidgetVisible(block))

    def _add_block(self) -> ContactBlock:
        number = len(self.blocks) + 1
        block = ContactBlock(number, lambda: self._remove(block), self.session.today, self._inside)
        block.form.edited.connect(self._on_edited)
        block.remove.setVisible(bool(self.blocks))
        self.blocks.append(block)
        self._contacts.addWidget(block)
        *_, last = block.form.editors.values()
        QWidget.setTabOrder(last.widget, self._add)
        return block

    def _remove(self, block: ContactBlock) -> None:
        self.blocks.remove(block)
        block.hide()
        block.deleteLater()
        self._on_edited()

    # -- twins

    def _on_edited(self) -> None:
        self._say("")
        self._begin()
        self._draft.touch()
        self._soon.start()
        self.shell.commands.refresh()

    def _look_for_twins(self) -> None:
        values = self.form.values
        phone = str(values["phone"]) or next(
            (str(block.form.values["mobile"]) for block in self.blocks if block.form.values["mobile"]), ""
        )
        query = partial(
            twins,
            name=str(values["name"]),
            phone=phone,
            tax_registration_no=str(values["tax_registration_no"]),
        )
        asked = bool(values["name"] or phone or values["tax_registration_no"])
        self.session.tasks.look(
            query, partial(self._show_twins, asked), self.shell.tell_error, owner=self, slot="twins"
        )

    def _show_twins(self, asked: bool, found: list[Twin]) -> None:
        self.twin_list.show_twins(found, asked=asked)

    # -- what a person does

    @property
    def is_empty(self) -> bool:
        """Whether nothing is typed."""
        return self.form.is_empty and all(block.form.is_empty for block in self.blocks)

    def save(self) -> None:
        """Enter the customer with its contacts, as one change."""
        wanted = [block for block in self.blocks if not block.form.is_empty]
        if not all([self.form.check(), *(block.form.check() for block in wanted)]):
            self._say(self.tr("Complete what is marked."))
            return
        fields = {name: value for name, value in self.form.typed.items() if value not in ("", None)}
        people = [
            {name: value for name, value in block.form.typed.items() if value not in ("", None)}
            for block in wanted
        ]

        made: list[bytes] = []

        def enter(work: LocalWork) -> bytes:
            values: dict[str, Any] = dict(fields)
            customer_id = create_customer(work, **values).id
            made[:] = [customer_id]
            for person in people:
                row: dict[str, Any] = dict(person)
                create_contact(work, customer_id, **row)
            return customer_id

        self._is_saving = True
        self.shell.commands.refresh()
        self.session.tasks.write(
            "customer.create",
            enter,
            self._saved,
            self._failed,
            owner=self,
            about=str(fields["name"]),
            opposite=Opposite("customer.delete", lambda work: _void(delete_customer(work, made[0]))),
        )

    def _saved(self, customer_id: bytes) -> None:
        self._is_saving = False
        name = str(self.form.values["name"])
        self._clear()
        self.shell.open("customer", {"id": customer_id.hex()})
        self.shell.notify(Notice(self.tr("{name} was entered").format(name=name), Kind.DONE))

    def _failed(self, error: Exception) -> None:
        self._is_saving = False
        self.shell.commands.refresh()
        for form in (self.form, *(block.form for block in self.blocks)):
            if form.show_error(error):
                break
        self._say(words.error(error))

    def _say(self, text: str) -> None:
        self._problem.setText(text)
        self._problem.setVisible(bool(text))

    def drop(self) -> None:
        """Clear the form and go back."""
        self._clear()
        self.shell.back()

    def _clear(self) -> None:
        blank = dict.fromkeys(self.form.editors, "")
        self.form.set_values(blank)
        for name in blank:
            self.form.note(name, "")
        for block in list(self.blocks):
            self._remove(block)
        self.add_contact()
        self.twin_list.show_twins([], asked=False)
        self._soon.stop()
        self._say("")
        self._draft.finish()
        self._began = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc goes back; what was typed is there when the person returns."""
        if event.key() == Qt.Key.Key_Escape:
            self.shell.back()
        else:
            super().keyPressEvent(event)

    def restyle(self) -> None:
        """See `Translated.restyle`."""
        self._side.setMinimumWidth(look().px(280))
        self._side.setMaximumWidth(look().px(400))


def _scrolled(parent: QWidget) -> tuple[QScrollArea, QWidget]:
    """What scrolls up and down, and what stands in it."""
    scroll = QScrollArea(parent)
    scroll.setWidgetResizable(True)
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    inside = QWidget(scroll)
    scroll.setWidget(inside)
    return scroll, inside


def _void(_done: object) -> None:
    """Entities end with their session: nothing of them is handed on."""
