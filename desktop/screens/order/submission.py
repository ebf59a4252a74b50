"""Handing an order in: what is missing is gone to first, and what the office will look at is asked about once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from crm.orders.actions import submit_order, withdraw_order
from crm.orders.completeness import Gap, Problem
from desktop.kit.deeds import Opposite
from desktop.kit.screen import Shell
from desktop.kit.session import Session
from desktop.screens.order.lines import Col
from desktop.screens.order.telling import look_text

if TYPE_CHECKING:
    from desktop.screens.order.entry import EntryView

_COLUMNS: Final = {
    Gap.NO_WANTED_DATE: Col.WANTED,
    Gap.WANTED_BEFORE_ORDER: Col.WANTED,
    Gap.NO_DELIVERY_PLACE: Col.PLACE,
    Gap.NO_PRICE: Col.PRICE,
    Gap.UNKNOWN_PRODUCT: Col.PRODUCT,
    Gap.RETIRED_PRODUCT: Col.PRODUCT,
}


class Submission(QObject):
    """Hands in what is written in ``entry``. ``submitted`` carries the id of the order that was handed in."""

    submitted = Signal(bytes)

    def __init__(self, session: Session, shell: Shell, entry: EntryView) -> None:
        super().__init__(entry)
        self._session, self._shell, self._entry = session, shell, entry
        self._is_waiting = False
        self._accepted: tuple[str, ...] = ()

    def begin(self) -> None:
        """Another order is written."""
        self._is_waiting = False
        self.forget()

    def forget(self) -> None:
        """The order is another one now: nothing of it was agreed to."""
        self._ask(())

    def go_on(self) -> None:
        """What the order comes to is known now."""
        if self._is_waiting:
            self.submit()

    def submit(self) -> None:
        """Hand the order in, as soon as it is known what it comes to."""
        entry = self._entry
        entry.grid.finish()
        found = entry.quote_now
        self._is_waiting = found is None
        if found is None:
            return
        entry.say_hint()
        unfinished = entry.lines.unfinished()
        if unfinished:
            bad = entry.lines.lines[unfinished[0]]
            entry.grid.go(unfinished[0], next(iter(bad.wrong), Col.PRODUCT))
        elif not entry.head.is_understood:
            return
        elif found.problems:
            self._go_to(found.problems[0])
        else:
            looks = tuple(look_text(each, entry.lines.currency) for each in found.looks)
            if looks and looks != self._accepted:
                self._ask(looks)
                return
            self.forget()
            entry.keeper.keep(self._write)

    def _ask(self, looks: tuple[str, ...]) -> None:
        self._accepted = looks
        self._entry.confirm.setVisible(bool(looks))

    def _write(self) -> None:
        entry, order_id = self._entry, self._entry.order_id
        if order_id is None:
            return
        self._session.tasks.write(
            "order.submit",
            lambda work: submit_order(work, order_id).id,
            self.submitted.emit,
            self._shell.tell_error,
            owner=self,
            about=entry.number,
            opposite=Opposite("order.withdraw", lambda work: withdraw_order(work, order_id).id),
        )

    def _go_to(self, problem: Problem) -> None:
        """Go to where something is missing."""
        entry = self._entry
        if problem.line_no is None:
            if problem.gap is Gap.NO_LINES:
                entry.grid.begin()
        elif problem.gap is Gap.NO_WANTED_DATE and not entry.head.wanted.text():
            entry.head.wanted.setFocus()
        elif problem.gap is Gap.NO_DELIVERY_PLACE and not entry.head.address.text().strip():
            entry.head.address.setFocus()
        else:
            kept = entry.lines.kept()
            row = entry.lines.row_of(kept[problem.line_no - 1]) if problem.line_no <= len(kept) else None
            entry.grid.go(row or 0, _COLUMNS.get(problem.gap, Col.QUANTITY))
