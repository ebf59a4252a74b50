"""A laptop and its office, and what a person does with them: the words that the tests are written in."""

from __future__ import annotations

import copy
import shutil
from pathlib import Path
from typing import Any

from sqlalchemy import select

from crm.changes.entity import Row
from crm.changes.safeguards import ALL, Safeguards
from crm.changes.view import Key
from crm.ids import derive_id
from desktop.store import journal as log
from desktop.store.status import faults
from desktop.store.store import Store
from desktop.store.tables import JournalState
from desktop.store.writer import Writer
from desktop.sync.engine import RoundReport, SyncEngine
from desktop.sync.pull import Pulled, pull
from desktop.sync.push import Pushed, push_steps
from tests.unit.desktop.store.office import ToyOffice
from tests.unit.desktop.store.toys import (
    ANN,
    ME,
    Contact,
    Customer,
    Line,
    Order,
    Seal,
    TestClock,
    make_store,
    price,
)


class Desk:
    """One laptop with its office, on a file. ``customer`` is for a test's own use."""

    customer = b""

    def __init__(
        self,
        folder: Path,
        *,
        writer: Writer | None = None,
        safeguards: Safeguards = ALL,
        page_rows: int = 5000,
    ) -> None:
        self.path = folder / "copy.db"
        self.clock = TestClock()
        self.office = ToyOffice(self.clock)
        self.safeguards = safeguards
        self.page_rows = page_rows
        self.openings = 0
        self.open(writer)

    def open(self, writer: Writer | None = None) -> None:
        """Start the program (again)."""
        self.openings += 1
        self.store: Store = make_store(
            self.path, self.clock, writer=writer, safeguards=self.safeguards, seed=self.openings
        )
        self.sync = SyncEngine(self.store, self.office, self.clock, page_rows=self.page_rows)

    def copy_to(self, folder: Path) -> Desk:
        """Another laptop and office in exactly this state. Close this one first."""
        twin = copy.copy(self)
        twin.path = folder / self.path.name
        shutil.copy(self.path, twin.path)
        twin.office = copy.deepcopy(self.office)
        twin.clock = twin.office.clock
        twin.open()
        return twin

    def close(self) -> None:
        self.store.close()
        self.store.engine.dispose()

    def restart(self) -> None:
        self.close()
        self.open()

    def round(self) -> RoundReport:
        self.clock.forward(1000)
        return self.sync.round()

    def push_only(self) -> Pushed:
        """Hand in what waits, and nothing else."""
        pushed = Pushed()
        steps = push_steps(self.store, self.clock, pushed)
        request = next(steps, None)
        while request is not None:
            try:
                request = steps.send(self.office.push(request))
            except StopIteration:
                break
        return pushed

    def pull_only(self) -> Pulled:
        """Pull to a checkpoint, and nothing else."""
        pulled = Pulled()
        pull(self.store, self.office, rows=self.page_rows, pulled=pulled)
        return pulled

    # -- what a person does

    def new_customer(self, name: str) -> tuple[bytes, bytes]:
        """The row's id and the changeset's."""
        with self.store.unit_of_work("customer.create", ME) as work:
            row = Customer(id=work.new_id(), name=name, owner_id=ANN, name_key=name.lower())
            work.session.add(row)
        return row.id, done(work.change_id)

    def rename(self, customer: bytes, name: str) -> bytes:
        with self.store.unit_of_work("customer.edit", ME) as work:
            row = work.session.get_one(Customer, customer)
            row.name, row.name_key = name, name.lower()
        return done(work.change_id)

    def visit(self, customer: bytes, times: int = 1) -> bytes:
        with self.store.unit_of_work("customer.visit", ME) as work:
            work.session.get_one(Customer, customer).visits += times
        return done(work.change_id)

    def new_contact(self, customer: bytes, name: str) -> tuple[bytes, bytes]:
        with self.store.unit_of_work("contact.create", ME) as work:
            row = Contact(id=work.new_id(), customer_id=customer, name=name)
            work.session.add(row)
        return row.id, done(work.change_id)

    def new_order(self, customer: bytes, *amounts: int) -> tuple[bytes, bytes]:
        with self.store.unit_of_work("order.create", ME) as work:
            number = f"{work.device_code}-{work.next_number('order')}"
            order = Order(id=work.new_id(), number=number, customer_id=customer)
            lines = [Line(id=work.new_id(), order_id=order.id, amount=amount) for amount in amounts]
            price(order, lines)
            work.session.add_all([order, *lines])
        return order.id, done(work.change_id)

    def add_line(self, order_id: bytes, amount: int) -> bytes:
        with self.store.unit_of_work("order.edit", ME) as work:
            order = work.session.get_one(Order, order_id)
            lines = list(work.session.scalars(select(Line).where(Line.order_id == order_id)))
            lines.append(Line(id=work.new_id(), order_id=order_id, amount=amount))
            price(order, lines)
            work.session.add_all(lines)
        return done(work.change_id)

    def write_note(self, order_id: bytes, note: str) -> bytes:
        with self.store.unit_of_work("order.edit", ME) as work:
            work.session.get_one(Order, order_id).note = note
        return done(work.change_id)

    def move(self, order_id: bytes, state: str) -> bytes:
        with self.store.unit_of_work(f"order.{state}", ME) as work:
            order = work.session.get_one(Order, order_id)
            order.state = state
            if state == "submitted":
                work.session.add(Seal(id=work.new_id(), order_id=order_id, content=b"sealed"))
        return done(work.change_id)

    # -- what is there

    def shown(self) -> dict[Key, Row]:
        """Every row of the main tables."""
        with self.store.reading() as connection:
            return {
                (name, row["id"]): row  # type: ignore[misc]
                for name, table in self.store.rows.tables.items()
                for row in table.where_in(
                    connection,
                    "deleted",
                    [0, 1],  # type: ignore[list-item]
                )
            }

    def row(self, table: str, row_id: bytes) -> dict[str, Any]:
        return self.shown()[table, row_id]

    def states(self) -> dict[bytes, JournalState]:
        with self.store.reading() as connection:
            return {entry.change_id: entry.state for entry in log.entries(connection)}

    def entry(self, change_id: bytes) -> log.Entry:
        with self.store.reading() as connection:
            found = log.find(connection, change_id)
        assert found is not None
        return found

    def assert_whole(self) -> None:
        """The copy does not contradict itself."""
        assert faults(self.store) == []

    def assert_in_step(self) -> None:
        """Nothing waits, and the copy holds what the office holds for it, row for row."""
        self.assert_whole()
        assert self.shown() == self.office.in_scope()


def done(change_id: bytes | None) -> bytes:
    assert change_id is not None
    return change_id


def some_id(name: str) -> bytes:
    return derive_id("test", name)
