"""The dialogs in which a contact or a place of delivery is added and edited."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from crm.contacts import actions as contacts
from crm.customers import actions as customers
from desktop.kit import words
from desktop.kit.bus import Changes
from desktop.kit.deeds import Opposite
from desktop.kit.drafts import FormDraft, told
from desktop.kit.notices import Kind, Notice
from desktop.kit.screen import Shell
from desktop.kit.session import Session
from desktop.screens.customer.editors import Form
from desktop.screens.customer.people import ADDRESS_ROWS, CONTACT_ROWS
from desktop.store.drafts import Draft, Typed
from desktop.store.reads.customer import Values
from desktop.store.work import LocalWork
from desktop.widgets.changes import from_wire
from desktop.widgets.dialog import FormDialog

translate: Final = QCoreApplication.translate
Save = Callable[[LocalWork, dict[str, Any]], object]


class RecordDialog(FormDialog):
    """A form over one record that hangs on a customer. ``row`` is None for a new one; only what was changed is written."""

    def __init__(
        self,
        session: Session,
        table: str,
        rows: Sequence[Sequence[str]],
        row: Values | None,
        heading: Callable[[], str],
        shell: Shell,
        parent: QWidget | None,
        *,
        intent: str,
        save: Save,
        record: bytes,
        opposite: Callable[[dict[str, Any]], Opposite],
    ) -> None:
        self.form = Form(table, rows, today=session.today)
        super().__init__(heading, self.form, parent)
        self._session, self._shell = session, shell
        self._row = row
        self._intent, self._save, self._opposite = intent, save, opposite
        if row is not None:
            self.form.set_values(row)
        self._base = self.form.values
        self.saved.connect(self._on_saved)
        session.bus.changed.connect(self._on_changed)
        self._draft = FormDraft(session, self, intent, self._typed)
        self._draft.restored.connect(self._go_on)
        self.form.edited.connect(self._draft.touch)
        self.rejected.connect(self._draft.finish)
        self._draft.begin(record)
        self.form.begin()

    def _typed(self) -> dict[str, Typed] | None:
        values = self.form.values
        return dict(values) if values != self._base else None

    def _go_on(self, draft: Draft) -> None:
        self.form.set_values(draft.values)  # type: ignore[arg-type]
        self.show_problem(told(draft, self._session.now_ms()))

    def _on_saved(self) -> None:
        self.show_problem("")
        if not self.form.check():
            return
        values = self.form.values
        fields = {
            name: value
            for name, value in self.form.typed.items()
            if self._row is None or values[name] != self._base[name]
        }
        if not fields:
            self._draft.finish()
            self.accept()
            return
        self.save_button.setEnabled(False)
        save = self._save

        def work(local: LocalWork) -> None:
            save(local, dict(fields))

        before = {
            name: from_wire(self.form.table, name, self._base[name])
            for name in fields
            if self._row is not None
        }
        name = str(values[next(iter(values))])
        self._session.tasks.write(
            self._intent,
            work,
            self._done,
            self._failed,
            owner=self,
            about=name,
            opposite=self._opposite(before),
        )

    def _done(self, _none: object) -> None:
        self._draft.finish()
        self._shell.notify(Notice(words.intent(self._intent), Kind.DONE))
        self.accept()

    def _failed(self, error: Exception) -> None:
        self.save_button.setEnabled(True)
        if not self.form.show_error(error):
            self.show_problem(words.error(error))

    def _on_changed(self, changes: Changes) -> None:
        """Say beside each field what came in meanwhile; what was not touched here takes the new value."""
        if (
            self._row is None
            or not changes.touches(self.form.table, self._row["id"])
            or changes.is_only_by(self)
        ):
            return
        table, row_id = self.form.table, self._row["id"]
        self._session.tasks.read(
            lambda connection: self._session.store.rows[table].get(connection, row_id), self._take, owner=self
        )

    def _take(self, row: Values | None) -> None:
        if row is None:
            return
        typed, base = self.form.values, self._base
        for name, editor in self.form.editors.items():
            if row[name] == base[name]:
                continue
            if typed[name] == base[name]:
                editor.set_value(row[name])
            else:
                text = self.tr("Changed meanwhile to: {value}. Saving replaces it.")
                self.form.note(name, text.format(value=row[name]))
        self._base = {**base, **{name: row[name] for name in base}}


def contact_dialog(
    session: Session, customer_id: bytes, row: Values | None, shell: Shell, parent: QWidget
) -> RecordDialog:
    """The dialog of a contact."""
    made: list[bytes] = []

    def save(work: LocalWork, fields: dict[str, Any]) -> None:
        if row is None:
            made[:] = [contacts.create_contact(work, customer_id, **fields).id]
        else:
            contacts.edit_contact(work, row["id"], **fields)

    def opposite(before: dict[str, Any]) -> Opposite:
        if row is None:
            return Opposite("contact.delete", lambda work: _void(contacts.delete_contact(work, made[0])))
        return Opposite("contact.edit", lambda work: _void(contacts.edit_contact(work, row["id"], **before)))

    def heading() -> str:
        return (
            translate("RecordDialog", "New contact") if row is None else translate("RecordDialog", "Contact")
        )

    return RecordDialog(
        session,
        "contact",
        CONTACT_ROWS,
        row,
        heading,
        shell,
        parent,
        intent="contact.create" if row is None else "contact.edit",
        save=save,
        record=customer_id if row is None else row["id"],
        opposite=opposite,
    )


def address_dialog(
    session: Session, customer_id: bytes, row: Values | None, shell: Shell, parent: QWidget
) -> RecordDialog:
    """The dialog of a place of delivery."""
    made: list[bytes] = []

    def save(work: LocalWork, fields: dict[str, Any]) -> None:
        if row is None:
            made[:] = [customers.add_ship_to(work, customer_id, **fields).id]
        else:
            customers.edit_ship_to(work, row["id"], **fields)

    def opposite(before: dict[str, Any]) -> Opposite:
        if row is None:
            return Opposite(
                "customer.delete_ship_to", lambda work: _void(customers.delete_ship_to(work, made[0]))
            )
        return Opposite(
            "customer.edit_ship_to", lambda work: _void(customers.edit_ship_to(work, row["id"], **before))
        )

    def heading() -> str:
        if row is None:
            return translate("RecordDialog", "New delivery address")
        return translate("RecordDialog", "Delivery address")

    return RecordDialog(
        session,
        "ship_to_address",
        ADDRESS_ROWS,
        row,
        heading,
        shell,
        parent,
        intent="customer.add_ship_to" if row is None else "customer.edit_ship_to",
        save=save,
        record=customer_id if row is None else row["id"],
        opposite=opposite,
    )


def _void(_done: object) -> None:
    """Entities end with their session: nothing of them is handed on."""
