"""Long lists over an encrypted copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from pytestqt.qtbot import QtBot

from crm.changes.actor import Actor
from crm.ids import PersonId
from desktop.kit.bus import Bus
from desktop.kit.tasks import Tasks
from desktop.store.reads.customers import CUSTOMERS
from desktop.store.reads.listing import PAGE, Reading, Row
from desktop.store.store import Store
from desktop.store.writer import ThreadWriter
from desktop.widgets.keyset import KeysetModel, ShownColumn
from tests.unit.desktop.store.search.copies import OWNER, customer, make_copy, put

COUNT: Final = 4 * PAGE + 30


def text(name: str) -> Callable[[Row], str]:
    return lambda row: str(row[name] or "")


COLUMNS: Final = (
    ShownColumn("code", lambda: "Code", text("code"), sort="code", width=100),
    ShownColumn("name", lambda: "Name", text("name"), sort="name", width=240),
    ShownColumn("city", lambda: "City", text("address_city"), sort="address_city"),
    ShownColumn("email", lambda: "Email", text("email"), is_hidden=True),
    ShownColumn("last_order", lambda: "Last order", text("last_order"), is_figure=True, width=120),
)


@dataclass
class Desk:
    store: Store
    bus: Bus
    tasks: Tasks
    model: KeysetModel

    def codes(self) -> list[str]:
        """The codes of the rows that are here."""
        rows = [self.model.row(number) for number in range(self.model.rowCount())]
        return [row["code"] for row in rows if row is not None]


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    """A list of `COUNT` customers, shown by code."""
    store = make_copy(tmp_path / "copy.db", ThreadWriter())
    rows = [
        customer(
            f"c{number}",
            f"客户{number}",
            code=f"C-{number:05}",
            address_city="海口" if number % 3 else "三亚",
        )
        for number in range(COUNT)
    ]
    put(store, "customer", *rows)
    bus = Bus(store)
    tasks = Tasks(store, bus, lambda: Actor(PersonId(OWNER), None, {}))
    model = KeysetModel(tasks, bus, COLUMNS)
    with qtbot.waitSignal(model.shown):
        model.show(Reading(CUSTOMERS, "code"))
    qtbot.waitUntil(lambda: not tasks.is_busy)
    yield Desk(store, bus, tasks, model)
    tasks.close()
    bus.close()
    store.close()
    store.engine.dispose()
