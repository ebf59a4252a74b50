"""A firm into which rows are imported, without files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from crm.changes.entity import Row, Wire
from sync_server.imports.load import Loader
from sync_server.imports.runs import Run, Runs, RunState
from sync_server.imports.undo import Undone, undo
from sync_server.imports.wanted import Copied, Reference, Value, WantedRecord, WantedRow
from tests.unit.sync_server.sync.firm import ITSELF, Firm

Document = tuple[WantedRow | None, list[WantedRow]]
SOURCE = "old"


@dataclass
class Told:
    """What became of the rows: (file, key) to outcome, and the reasons of those that were rejected."""

    outcomes: dict[tuple[str, str], str] = field(default_factory=dict)
    reasons: dict[tuple[str, str], str] = field(default_factory=dict)

    def row(self, row: WantedRow, outcome: str, reason: str) -> None:
        """See `sync_server.imports.load.Watch`."""
        assert (row.file, row.key) not in self.outcomes, "a row ended twice"
        self.outcomes[row.file, row.key] = outcome
        if reason:
            self.reasons[row.file, row.key] = reason


@dataclass
class Desk:
    """Imports rows into the firm."""

    firm: Firm
    should_stop: Callable[[], bool] = lambda: False

    @property
    def runs(self) -> Runs:
        return Runs(self.firm.database)

    def load(
        self, *files: Iterable[Document], source: str = SOURCE, settings: Any = None
    ) -> tuple[Told, Run]:
        """One run over some files."""
        told = Told()
        with self.runs.only_one(source):
            run = self.runs.begin(source, "The old system", ITSELF, settings or {})
            loader = Loader(self.firm.office, run, should_stop=self.should_stop)
            for file in files:
                loader.load(file, told)
            self.runs.mark(run.id, RunState.DONE, {})
        return told, self.runs.get(run.id)

    def undo(self, run: Run) -> Undone:
        """Take a run back."""
        return undo(self.firm.office, self.runs.get(run.id), ITSELF)

    def living(self, table: str) -> list[Row]:
        """The rows of a table that are not deleted."""
        return [row for row in self.firm.rows(table) if not row["deleted"]]


def one(entity: str, key: str, values: dict[str, Value], **more: Any) -> Document:
    """A row that feeds one record."""
    record = WantedRecord(entity, key, values, **more)
    return WantedRow(entity, 2, tuple(map(str, values)), key, (record,)), []


def customer(
    key: str,
    *,
    match: tuple[str, ...] = ("code",),
    owner: str = "ANN",
    row_id: bytes | None = None,
    deleted: bool = False,
    **values: Value,
) -> Document:
    """A row of customers; the code is its key."""
    given: dict[str, Value] = {
        "code": key,
        "name": f"Firm {key}",
        "owner_id": Reference("app_user", match=("rep_code", owner)),
        "library": "trading",
        **values,
    }
    return one("customer", key, given, match=match, id=row_id, deleted=deleted)


def product(key: str, category: Wire, **values: Value) -> Document:
    """A row of products."""
    given: dict[str, Value] = {
        "code": key,
        "name": f"Product {key}",
        "category_id": category,
        "base_unit": "piece",
    }
    return one("product", key, {**given, **values}, match=("code",))


def order(
    key: str, customer_key: str, *quantities: int, line: dict[str, Value] | None = None, **values: Value
) -> Document:
    """A row of orders and its lines, each with the product ``POST``."""
    head: dict[str, Value] = {
        "number": f"OLD-{key}",
        "origin": SOURCE,
        "rep_id": Reference("app_user", match=("rep_code", "ANN")),
        "customer_id": Reference("customer", customer_key),
        "customer_name": Copied("customer_id", "name"),
        "state": "closed",
        "order_date": "1998-05-06",
        "currency": "USD",
        **values,
    }
    root = WantedRow("orders", 2, (key,), key, (WantedRecord("sales_order", key, head),))
    parts = []
    for place, quantity in enumerate(quantities, 1):
        of_line: dict[str, Value] = {
            "order_id": Reference("sales_order", key),
            "line_no": place,
            "product_id": Reference("product", match=("code", "POST")),
            "product_code": Copied("product_id", "code"),
            "product_name": Copied("product_id", "name"),
            "unit_name": "piece",
            "quantity_milli": quantity,
            "unit_price_minor": 1000,
            **(line or {}),
        }
        name = f"{key}/{place}"
        parts.append(
            WantedRow(
                "lines", 10 + place, (name,), name, (WantedRecord("order_line", name, of_line),), document=key
            )
        )
    return root, parts
