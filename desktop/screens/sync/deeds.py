"""What can be done about an entry: open it, edit it, drop it, send it again, withdraw it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QObject

from crm.changes.work import Work
from crm.conflicts.actions import discard_quarantine, resend_quarantine, take_quarantine
from crm.ids import derive_id
from desktop.kit.notices import Kind, Notice
from desktop.kit.screen import Shell
from desktop.kit.session import Session
from desktop.screens.sync.detail import Asking, Detail
from desktop.screens.sync.entries import Entry
from desktop.screens.sync.withdraw import withdrawal_of
from desktop.store.reads.conflicts import Line
from desktop.store.reads.outbox import Matter, Place, SetAside, Step, dropped_with
from desktop.store.tables import JournalState

_SCREENS: Final = {
    "customer": "customer", "contact": "customer", "ship_to_address": "customer", "customer_price": "customer",
    "sales_order": "order",
}  # fmt: skip
"""Which screen shows a record. Those of a customer's parts show the customer."""


def can_open(matter: Matter) -> bool:
    """Whether the record is here and a screen shows it."""
    return matter.is_here and matter.table in _SCREENS


def can_edit(matter: Matter) -> bool:
    """Whether it can be changed without anybody having seen it: nothing of it was sent."""
    return can_open(matter) and matter.last.is_unsent


def can_drop(matter: Matter) -> bool:
    """Whether this laptop may forget any of it."""
    return any(step.can_be_dropped for step in matter.steps)


def can_resend(matter: Matter) -> bool:
    """Whether it was refused and may be tried again."""
    refused = matter.refused
    return matter.place is Place.NEEDS_YOU and refused is not None and refused.state is JournalState.PARKED


def can_withdraw(matter: Matter) -> bool:
    """Whether a change of its own takes it back."""
    return withdrawal_of(matter) is not None


def can_decide(matter: Matter) -> bool:
    """Whether it left a conflict, open or decided, that can be looked at."""
    return matter.last.conflict_id is not None


_CAN: Final[dict[str, Callable[[Matter], bool]]] = {
    "open": can_open,
    "edit": can_edit,
    "drop": can_drop,
    "resend": can_resend,
    "withdraw": can_withdraw,
    "decide": can_decide,
}


def can(entry: Entry | None, what: str) -> bool:
    """Whether ``what`` (decide, open, edit, drop, resend, withdraw) is possible now."""
    match entry.what if entry is not None else None:
        case Matter() as matter:
            return _CAN[what](matter)
        case Line():
            return what == "decide"
        case SetAside():
            return what == "drop"
    return False


class Deeds(QObject):
    """Does it, outside the GUI thread, and says how it went. ``done`` is called after each."""

    def __init__(
        self, session: Session, shell: Shell, detail: Detail, done: Callable[[], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session, self._shell, self._detail, self._done = session, shell, detail, done

    def open(self, entry: Entry) -> None:
        """Go to the record that the entry is about; to the conflict, where it is one."""
        match entry.what:
            case Line():
                self.decide(entry)
            case Matter() as matter:
                self.go(matter.table, matter.row_id, matter.customer_id)

    def decide(self, entry: Entry) -> None:
        """Go to the conflict: both sides beside each other."""
        match entry.what:
            case Line() as found:
                self._shell.open("conflict", {"id": found.row_id.hex()})
            case Matter() as matter if matter.last.conflict_id is not None:
                self._shell.open("conflict", {"id": matter.last.conflict_id.hex()})

    def go(self, table: str, row_id: bytes, customer_id: bytes | None = None) -> None:
        """Go to a record."""
        target = row_id if table in {"customer", "sales_order"} else customer_id
        if table in _SCREENS and target is not None:
            self._shell.open(_SCREENS[table], {"id": target.hex()})

    def edit(self, entry: Entry) -> None:
        """Open the record; an order that was submitted and not sent becomes a draft again first."""
        matter = entry.what
        if not isinstance(matter, Matter) or not can_edit(matter):
            return
        step = matter.last
        if step.intent != "order.submit":
            self.open(entry)
            return
        self._session.tasks.change(
            lambda store: store.take_back(step.change_id),
            lambda _ids: self.open(entry),
            self._shell.tell_error,
            owner=self,
        )

    def drop(self, entry: Entry) -> None:
        """Forget the entry, after asking."""
        match entry.what:
            case SetAside() as other:
                self._close_set_aside(other.row_id, is_resent=False)
            case Matter() as matter:
                step = next((step for step in matter.steps if step.can_be_dropped), None)
                if step is not None:
                    self.drop_step(step)

    def drop_step(self, step: Step) -> None:
        """Forget a step and what rests on it, after asking."""
        query = partial(dropped_with, change_id=step.change_id)
        self._session.tasks.read(query, partial(self._ask, step), owner=self, slot="drop")

    def _ask(self, step: Step, others: Sequence[int]) -> None:
        if others:
            question = self.tr(
                "Drop this and %n other change(s) that rest on it? The records become what they were before.",
                "",
                len(others),
            )
        else:
            question = self.tr("Drop this change? The record becomes what it was before.")
        self._detail.ask(Asking(question, self.tr("Drop it"), partial(self._drop, step), self.keep))

    def keep(self) -> None:
        """The careful answer."""
        self._detail.stop_asking()
        self._done()

    def _drop(self, step: Step) -> None:
        self._detail.stop_asking()

        def dropped(ids: list[bytes]) -> None:
            self._close_quarantine_of(step, is_resent=False)
            self._tell(self.tr("%n change(s) dropped", "", len(ids)))

        self._session.tasks.change(
            lambda store: store.discard(step.change_id), dropped, self._shell.tell_error, owner=self
        )

    def resend(self, entry: Entry) -> None:
        """Put what was refused, and what rests on it, into the queue again."""
        matter = entry.what
        step = matter.refused if isinstance(matter, Matter) and can_resend(matter) else None
        if step is None:
            return

        def sent(ids: list[bytes]) -> None:
            self._close_quarantine_of(step, is_resent=True)
            self._tell(self.tr("%n change(s) wait to be sent again", "", len(ids)))

        self._session.tasks.change(
            lambda store: store.resend(step.change_id), sent, self._shell.tell_error, owner=self
        )

    def withdraw(self, entry: Entry) -> None:
        """Take back by a new change what was sent."""
        withdrawal = withdrawal_of(entry.what) if isinstance(entry.what, Matter) else None
        if withdrawal is None:
            return
        text = self.tr("Withdrawn. The office learns of it with the next sync.")
        self._session.tasks.write(
            withdrawal.intent,
            withdrawal.action,
            lambda _result: self._tell(text),
            self._shell.tell_error,
            owner=self,
        )

    def _tell(self, text: str) -> None:
        self._shell.notify(Notice(text, Kind.DONE))
        self._done()

    # -- what the office set aside is closed there too: taken first, then closed, as its moves ask for

    def _close_quarantine_of(self, step: Step, *, is_resent: bool) -> None:
        if step.outcome == "quarantined":
            self._close_set_aside(derive_id("quarantine", step.change_id), is_resent=is_resent)

    def _close_set_aside(self, quarantine_id: bytes, *, is_resent: bool) -> None:
        def take(work: Work) -> None:
            take_quarantine(work, quarantine_id)

        def close(work: Work) -> None:
            if is_resent:
                resend_quarantine(work, quarantine_id)
            else:
                discard_quarantine(work, quarantine_id)

        def taken(_none: None) -> None:
            intent = "conflict.resend_quarantine" if is_resent else "conflict.discard_quarantine"
            self._session.tasks.write(intent, close, self._closed, self._shell.tell_error, owner=self)

        self._session.tasks.write("conflict.take_quarantine", take, taken, self._shell.tell_error, owner=self)

    def _closed(self, _none: None) -> None:
        self._done()
