"""Rows of a spreadsheet as lines of an order: product and quantity, and as far as they are there unit and discount."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from desktop.kit import format as formatting
from desktop.store.reads.products import Product, exact_product

MOST_ROWS: Final = 300


@dataclass(frozen=True)
class PastedRow:
    """One row as it was pasted; ``number`` from 1."""

    number: int
    product: str
    quantity: str
    unit: str = ""
    discount: str = ""


@dataclass(frozen=True)
class Understood:
    """A row and what was made of it. What is not understood has the name of the column in ``wrong``."""

    row: PastedRow
    product: Product | None
    quantity_milli: int | None
    unit_id: bytes | None
    discount_bp: int | None
    wrong: tuple[str, ...]


def rows_of(text: str) -> list[PastedRow]:
    """The rows of a text from the clipboard: cells by tabs, or by the last run of blanks before a number.

    Empty rows and a heading (no figure in the second cell of the first row) are left out.
    """
    found = []
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        cells = [cell.strip().strip('"') for cell in line.split("\t")]
        if len(cells) == 1 and " " in cells[0]:
            left, _, right = cells[0].rpartition(" ")
            cells = [left, right] if formatting.read_quantity(right) is not None else cells
        if not any(cells):
            continue
        cells += [""] * (4 - len(cells))
        found.append(PastedRow(number, *cells[:4]))
    if found and found[0].quantity and formatting.read_quantity(found[0].quantity) is None and len(found) > 1:
        rest_is_figures = any(formatting.read_quantity(row.quantity) is not None for row in found[1:])
        found = found[1:] if rest_is_figures else found
    return found[:MOST_ROWS]


def understand(connection: Any, rows: Sequence[PastedRow], customer_id: bytes | None) -> list[Understood]:
    """What the rows mean, one by one. A read query."""
    return [_understand(connection, row, customer_id) for row in rows]


def _understand(connection: Any, row: PastedRow, customer_id: bytes | None) -> Understood:
    wrong = []
    product = exact_product(connection, row.product, customer_id) if row.product else None
    if product is None:
        wrong.append("product")
    quantity = formatting.read_quantity(row.quantity) if row.quantity else None
    if quantity is None or quantity <= 0:
        wrong.append("quantity")
    unit_id = None
    if product is not None:
        unit_id = product.scanned_unit_id or product.packs[0].id
        if row.unit:
            same = [pack for pack in product.packs if pack.name.casefold() == row.unit.casefold()]
            if same:
                unit_id = same[0].id
            else:
                wrong.append("unit")
    discount = formatting.read_rate(row.discount) if row.discount else 0
    if discount is None or not 0 <= discount <= 10_000:
        discount = None
        wrong.append("discount")
    return Understood(row, product, quantity, unit_id, discount, tuple(wrong))
