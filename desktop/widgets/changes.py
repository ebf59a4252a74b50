"""The history of a record as a list: every field's old and new value, who, when, from where, and how it stands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any, Final

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crm.contacts import actions as contacts
from crm.customers import actions as customers
from crm.schema import SCHEMA
from desktop.kit import values, words
from desktop.kit.bus import Changes
from desktop.kit.format import NO_VALUE, formats
from desktop.kit.session import Session
from desktop.kit.theme import spaced
from desktop.kit.translated import Translated
from desktop.store.reads.history import Change, History, history
from desktop.store.reads.listing import Row
from desktop.store.tables import JournalState
from desktop.store.work import LocalWork
from desktop.widgets.empty import Empty
from desktop.widgets.fixed import FixedModel
from desktop.widgets.keyset import ShownColumn
from desktop.widgets.pill_cells import PillCells, Told
from desktop.widgets.table import Table

translate: Final = QCoreApplication.translate

_STATES: Final = {
    JournalState.WAITING.value: ("waiting", ""),
    JournalState.SENDING.value: ("sending", "information"),
    JournalState.ANSWERED.value: ("answered", "done"),
    JournalState.DONE.value: ("done", "done"),
    JournalState.PARKED.value: ("parked", ""),
}
"""A changeset's state to the word and the meaning of its pill."""
_EDITS: Final = {
    "customer": (customers.CustomerFields, "customer.edit"),
    "contact": (contacts.ContactFields, "contact.edit"),
    "ship_to_address": (customers.ShipToFields, "customer.edit_ship_to"),
}
"""Tables whose fields can be set back, with what may be edited and the intent."""


class ChangeList(Translated):
    """The history of one record. ``counted``: so many lines are shown. ``chosen``: the person is on another line."""

    chosen = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._asked: tuple[str, bytes] | None = None
        self._found: History | None = None
        self._is_old = False
        self._empty = Empty(
            "history",
            lambda: self.tr("Nothing is known here yet"),
            lambda: self.tr("Changes are listed from the day on which the record came to this laptop."),
        )
        self.model = FixedModel(session.tasks, session.bus, self._columns(), self)
        self.table = Table(self.model, name="list.history", empty=self._empty)
        place = [column.name for column in self.model.columns].index("state")
        self.table.setItemDelegateForColumn(place, PillCells(self.table, _pill))
        self.table.current_changed.connect(lambda _row_id: self.chosen.emit())
        column = QVBoxLayout(self)
        spaced(column, gap="")
        column.addWidget(self.table)
        session.bus.changed.connect(self._on_changed)
        self.dress()

    def _columns(self) -> tuple[ShownColumn, ...]:
        return (
            ShownColumn("when", lambda: self.tr("When"), lambda row: row["when"], width=112),
            ShownColumn("what", lambda: self.tr("What"), lambda row: row["what"], width=104),
            ShownColumn("before", lambda: self.tr("Before"), lambda row: row["before"], width=112),
            ShownColumn("after", lambda: self.tr("After"), lambda row: row["after"], width=120),
            ShownColumn("who", lambda: self.tr("Who"), lambda row: row["who"], width=104),
            ShownColumn("where", lambda: self.tr("Where"), lambda row: row["where"], width=72),
            ShownColumn("state", lambda: self.tr("State"), lambda row: row["state"], width=104),
        )

    # -- what is shown

    @property
    def found(self) -> History | None:
        """What was read last."""
        return self._found

    def show_record(self, table: str, row_id: bytes) -> None:
        """Show the history of a record."""
        if self._asked != (table, row_id):
            self._asked, self._found = (table, row_id), None
            self.model.show_rows([])
        self._read()

    def _read(self) -> None:
        self._is_old = False
        if self._asked is not None:
            table, row_id = self._asked
            self._session.tasks.read(
                partial(history, table=table, row_id=row_id), self._show, owner=self, slot="history"
            )

    def _show(self, found: History) -> None:
        self._found = found
        self._tell()

    def _tell(self) -> None:
        if self._found is not None:
            self.model.show_rows(list(lines(self._found, self._session)))

    def _on_changed(self, changes: Changes) -> None:
        if self._asked is None or not changes.touches(*self._asked):
            return
        if self.isVisible():
            self._read()
        else:
            self._is_old = True

    def showEvent(self, event: QShowEvent) -> None:
        """What changed while nobody looked is read now."""
        super().showEvent(event)
        if self._is_old:
            self._read()

    # -- taking back

    @property
    def current(self) -> Row | None:
        """The line that the person is on."""
        return self.model.row(self.table.currentIndex().row())

    @property
    def can_take_back(self) -> bool:
        """Whether the change that the person is on can be undone: it is not sent yet, or its field can be set back."""
        row = self.current
        if row is None:
            return False
        change: Change = row["change"]
        return change.is_waiting or _may_set_back(change, row["field"])

    def take_back(self) -> None:
        """Undo the change that the person is on: dropped while it waits, set back by a change of its own afterwards."""
        row = self.current
        if row is None or not self.can_take_back:
            return
        change: Change = row["change"]
        if change.is_waiting and change.change_id is not None:
            store, change_id = self._session.store, change.change_id
            self._session.tasks.run(
                lambda _job: store.take_back(change_id), lambda _ids: self._read(), owner=self
            )
            return
        field, old = row["field"], change.fields[row["field"]][0]
        _, intent = _EDITS[change.table]
        self._session.tasks.write(
            intent,
            partial(_set_back, change.table, change.row_id, field, old),
            lambda _none: self._read(),
            owner=self,
            about=words.field(change.table, field),
        )

    # -- words

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        self.table.setAccessibleName(self.tr("History"))
        self._tell()


def lines(found: History, session: Session) -> Iterator[Row]:
    """A line for each field that changed, and one for the beginning."""
    now_ms = session.now_ms()
    for number, change in enumerate(found.changes):
        shared = {
            "change": change,
            "when": formats().moment(change.at_ms, now_ms),
            "who": person_text(change.by, found, session),
            "where": where_text(change, session),
            "state": words.state(_STATES[change.state][0]) if change.state in _STATES else "",
        }
        entity = SCHEMA[change.table]
        told = {name: pair for name, pair in change.fields.items() if values.is_told(entity, name)}
        if change.born:
            after = beginning_text(change, found)
            yield {
                **shared,
                "id": _id(number, ""),
                "field": "",
                "what": part_of(change, found, translate("ChangeList", "Entered")),
                "before": "",
                "after": after,
            }
            continue
        for name, (old, new) in told.items():
            yield {
                **shared,
                "id": _id(number, name),
                "field": name,
                "what": part_of(
                    change,
                    found,
                    translate("ChangeList", "Removed")
                    if name == "deleted"
                    else words.field(change.table, name),
                ),
                "before": value_text(change, name, old, found),
                "after": value_text(change, name, new, found),
            }


def part_of(change: Change, found: History, what: str) -> str:
    """What changed, with the line that it is about where it is not the record itself."""
    caption = found.captions.get((change.table, change.row_id))
    if (change.table, change.row_id) == (found.table, found.row_id) or caption is None:
        return what
    return f"{what} · {caption.title}"


def _id(number: int, name: str) -> bytes:
    return f"{number}/{name}".encode()


def value_text(change: Change, name: str, value: Any, found: Any) -> str:
    """A value of a change in words; ``found`` has the captions."""
    currency = getattr(found, "currency", "")
    entity = SCHEMA[change.table]
    return values.value_text(
        entity, name, value, captions=found.captions, formats=formats(), currency=currency
    )


def beginning_text(change: Change, found: Any) -> str:
    """What a record began with, in a line."""
    entity = SCHEMA[change.table]
    return " · ".join(
        value_text(change, name, new, found)
        for name, (_old, new) in change.fields.items()
        if values.is_told(entity, name) and name in _TELLING and not values.is_empty(new)
    )


_TELLING: Final = (
    "number",
    "customer_name",
    "product_name",
    "quantity_milli",
    "name",
    "label",
    "code",
    "phone",
    "mobile",
    "title",
    "address_city",
    "address_street",
)


def person_text(by: bytes | None, found: Any, session: Session) -> str:
    """Who did it."""
    if by is None:
        return translate("ChangeList", "The office")
    if by == session.person:
        return translate("ChangeList", "You")
    caption = found.captions.get(("app_user", by))
    return caption.title if caption is not None and caption.title else NO_VALUE


def where_text(change: Change, session: Session) -> str:
    """On which laptop, as far as is known: what came in came from the office."""
    if not change.is_from_here:
        return translate("ChangeList", "Came in")
    return session.device_code or translate("ChangeList", "This laptop")


def _pill(row: Row) -> Told | None:
    change: Change = row["change"]
    if change.state not in _STATES:
        return None
    code, meaning = _STATES[change.state]
    return code, "", meaning


def _may_set_back(change: Change, name: str) -> bool:
    if change.born or change.table not in _EDITS or change.state == JournalState.SENDING.value:
        return False
    return name in _EDITS[change.table][0].__annotations__


def _set_back(table: str, row_id: bytes, name: str, old: Any, work: LocalWork) -> None:
    typed = from_wire(table, name, old)
    if table == "customer":
        customers.edit_customer(work, row_id, **{name: typed})
    elif table == "contact":
        contacts.edit_contact(work, row_id, **{name: typed})
    else:
        customers.edit_ship_to(work, row_id, **{name: typed})


def from_wire(table: str, name: str, value: Any) -> Any:
    """A stored value as actions take it."""
    kind = SCHEMA[table].fields[name].kind
    if kind == "day":
        return date.fromisoformat(value) if value else None
    return bool(value) if kind == "flag" else value
