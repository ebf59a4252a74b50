"""Rows in memory while a company is made up: what pricing reads, before any of it is in a database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from crm.changes.actor import Standing
from crm.changes.entity import Row, Wire
from crm.ids import CATALOGUE, DIRECTORY
from crm.schema import SCHEMA

_INDEXED: Final = {
    "price_list": "unit",
    "tax_rate": "unit",
    "discount_rule": "unit",
    "product_category": "unit",
    "product_unit": "product_id",
    "price_list_entry": "product_id",
    "customer_price": "customer_id",
    "ship_to_address": "customer_id",
    "contact": "customer_id",
    "user_role": "user_id",
}
"""By what the rows of a table are looked for."""


class Rows:
    """A `crm.changes.view.View` of rows that are made here and nowhere else."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[bytes, Row]] = defaultdict(dict)
        self._children: dict[tuple[str, bytes], list[Row]] = defaultdict(list)

    def make(self, table: str, row_id: bytes, **values: Wire) -> Row:
        """A new row with defaults where nothing is given. Days are ISO text, yes and no are 1 and 0."""
        row = SCHEMA[table].blank()
        row["id"] = row_id
        if table in ("division", "app_user", "user_role"):
            row["unit"] = DIRECTORY
        elif "customer_id" in row:
            row["unit"] = values["customer_id"]
        else:
            row["unit"] = row_id if table == "customer" else CATALOGUE
        unknown = values.keys() - row.keys()
        assert not unknown, f"{table} has no {unknown}"
        row.update(values)
        self._rows[table][row_id] = row
        column = _INDEXED.get(table)
        if column is not None:
            value = row[column]
            assert isinstance(value, bytes)
            self._children[table, value].append(row)
        return row

    def of(self, table: str) -> list[Row]:
        """Every row of a table, in the order in which they were made."""
        return list(self._rows[table].values())

    def get(self, table: str, row_id: bytes) -> Row | None:
        """See `View.get`."""
        return self._rows[table].get(row_id)

    def children(self, table: str, column: str, value: bytes, only: tuple[str, ...] = ()) -> Sequence[Row]:
        """See `View.children`; only by the column that the table is looked through by."""
        del only
        assert _INDEXED[table] == column
        return self._children.get((table, value), ())

    def standing(self, unit: bytes) -> Standing | None:
        """See `View.standing`; not known here."""
        del unit
        return None
