"""Finding products for an order: by code, barcode, name, pinyin, and what the customer usually buys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Connection

from crm.catalogue.states import ProductState
from crm.money import MILLI
from crm.orders.states import PLACED
from desktop.store.driver import fetch, fetch_in
from desktop.store.search.find import search

LIMIT: Final = 12
USUAL: Final = 30
"""Products that are offered as usual, at most."""


@dataclass(frozen=True)
class Pack:
    """How a product can be ordered. ``id`` None is the base unit; ``factor_milli`` thousandths of it."""

    id: bytes | None
    name: str
    factor_milli: int = MILLI
    is_default: bool = False


@dataclass(frozen=True)
class Bought:
    """What the customer bought of a product last, on the ISO day ``on``; ``price_minor`` per unit of the line."""

    on: str
    quantity_milli: int
    unit_id: bytes | None
    unit_name: str
    price_minor: int
    currency: str


@dataclass(frozen=True)
class Product:
    """A product as it is offered. ``packs`` has the base unit, and the one that is taken by itself first.

    ``bought`` None: never by this customer. ``scanned_unit_id`` is the pack whose barcode was asked for. ``is_near``: it was
    found with a slip in what was typed, and is nothing to be taken for granted.
    """

    id: bytes
    code: str
    name: str
    spec: str
    barcode: str
    is_retired: bool
    min_quantity_milli: int
    step_quantity_milli: int
    packs: tuple[Pack, ...]
    bought: Bought | None = None
    scanned_unit_id: bytes | None = None
    is_near: bool = False

    def pack(self, unit_id: bytes | None) -> Pack:
        """A pack by id; the first one where there is none such."""
        return next((pack for pack in self.packs if pack.id == unit_id), self.packs[0])

    def first_quantity_milli(self, unit_id: bytes | None) -> int:
        """The smallest whole number of a pack that minimum and step allow."""
        factor = self.pack(unit_id).factor_milli
        least = max(-(-self.min_quantity_milli * MILLI // (factor * MILLI)), 1) * MILLI
        step = self.step_quantity_milli
        if not step:
            return least
        for tried in range(least, least + 1000 * MILLI, MILLI):
            if tried * factor % (step * MILLI) == 0:
                return tried
        return least


def find_products(
    connection: Connection, text: str, customer_id: bytes | None, *, limit: int = LIMIT
) -> list[Product]:
    """The products on sale that ``text`` finds, best first: the very code or barcode, then as search ranks them."""
    typed = text.strip()
    if not typed:
        return []
    exact, scanned = _exactly(connection, typed)
    ids = list(dict.fromkeys([*exact, *scanned]))
    near: set[bytes] = set()
    if len(ids) < limit:
        hits = search(connection, typed, kinds=("product",), limit=limit)
        near = {hit.id for hit in hits if hit.is_near}
        ids += [hit.id for hit in hits if hit.id not in ids]
        if not hits:
            ids += [row_id for row_id in _holding(connection, typed, limit) if row_id not in ids]
    found = products_of(connection, ids, customer_id, scanned=scanned)
    return [replace(product, is_near=product.id in near) for product in found if not product.is_retired][
        :limit
    ]


def exact_product(
    connection: Connection, text: str, customer_id: bytes | None, *, in_full: bool = False
) -> Product | None:
    """The product that has the very code, barcode or name, or (not ``in_full``) the only one that is found; None when that
    is not clear.
    """
    found = [one for one in find_products(connection, text, customer_id) if not one.is_near]
    if not found:
        return None
    typed = text.strip().casefold()
    same = [
        one for one in found if typed in (one.code.casefold(), one.barcode.casefold(), one.name.casefold())
    ]
    same = same or [one for one in found if one.scanned_unit_id is not None]
    if len(same) == 1:
        return same[0]
    return found[0] if len(found) == 1 and not in_full else None


def _exactly(connection: Connection, typed: str) -> tuple[list[bytes], dict[bytes, bytes]]:
    """Products with the code or barcode, and packs with the barcode by their product."""
    found = fetch(
        connection,
        "SELECT id FROM product WHERE deleted = 0 AND (code IN (?, ?) OR barcode = ?) ORDER BY state, code",
        (typed, typed.upper(), typed),
    )
    packs = fetch(
        connection, "SELECT product_id, id FROM product_unit WHERE deleted = 0 AND barcode = ?", (typed,)
    )
    return [row_id for (row_id,) in found], dict(tuple(row) for row in packs)


def _holding(connection: Connection, typed: str, limit: int) -> list[bytes]:
    """Products whose code or name holds the text: before there is an index."""
    found = fetch(
        connection,
        "SELECT id FROM product WHERE deleted = 0 AND (instr(lower(code), lower(?)) OR instr(lower(name), lower(?))) "
        "ORDER BY code LIMIT ?",
        (typed, typed, limit),
    )
    return [row_id for (row_id,) in found]


def usual_products(connection: Connection, customer_id: bytes, *, limit: int = USUAL) -> list[Product]:
    """What the customer ordered most often, then most lately, as far as it is still sold (R-080)."""
    marks = ", ".join("?" * len(PLACED))
    found = fetch(
        connection,
        "SELECT l.product_id FROM sales_order o JOIN order_line l ON l.order_id = o.id "
        f"WHERE o.customer_id = ? AND o.deleted = 0 AND l.deleted = 0 AND o.state IN ({marks}) "
        "GROUP BY l.product_id ORDER BY count(DISTINCT o.id) DESC, max(o.order_date) DESC, l.product_id LIMIT ?",
        (customer_id, *sorted(PLACED), limit),
    )
    usual = products_of(connection, [row_id for (row_id,) in found], customer_id)
    return [product for product in usual if not product.is_retired]


def products_of(
    connection: Connection,
    ids: Sequence[bytes],
    customer_id: bytes | None,
    *,
    scanned: dict[bytes, bytes] | None = None,
) -> list[Product]:
    """Products by id, retired ones too, in the order of the ids, with packs and what the customer bought last."""
    if not ids:
        return []
    rows = {
        row[0]: row
        for row in fetch_in(
            connection,
            "SELECT id, code, name, spec, barcode, state, min_quantity_milli, step_quantity_milli, base_unit, deleted "
            "FROM product WHERE id IN ({in})",
            ids,
        )
    }
    packs: dict[bytes, list[Pack]] = {}
    for product_id, unit_id, name, factor, is_default in fetch_in(
        connection,
        "SELECT product_id, id, name, factor_milli, is_default FROM product_unit "
        "WHERE deleted = 0 AND product_id IN ({in})",
        ids,
    ):
        packs.setdefault(product_id, []).append(Pack(unit_id, name, factor, bool(is_default)))
    bought = {} if customer_id is None else _bought(connection, ids, customer_id)
    found = []
    for row_id in ids:
        if row_id not in rows:
            continue
        _, code, name, spec, barcode, state, least, step, base, is_gone = rows[row_id]
        own = sorted(packs.get(row_id, []), key=lambda pack: (not pack.is_default, pack.factor_milli))
        whole = [pack for pack in own if pack.is_default]
        rest = [pack for pack in own if not pack.is_default]
        found.append(
            Product(
                id=row_id,
                code=code,
                name=name,
                spec=spec or "",
                barcode=barcode or "",
                is_retired=bool(is_gone) or state == ProductState.RETIRED,
                min_quantity_milli=least,
                step_quantity_milli=step,
                packs=(*whole, Pack(None, base), *rest),
                bought=bought.get(row_id),
                scanned_unit_id=(scanned or {}).get(row_id),
            )
        )
    return found


def _bought(connection: Connection, ids: Sequence[bytes], customer_id: bytes) -> dict[bytes, Bought]:
    states = sorted(PLACED)
    marks = ", ".join("?" * len(states))
    rows = fetch_in(
        connection,
        "SELECT l.product_id, o.order_date, o.id, l.quantity_milli, l.product_unit_id, l.unit_name, "
        "l.unit_price_minor, o.currency FROM sales_order o JOIN order_line l ON l.order_id = o.id "
        f"WHERE o.customer_id = ? AND o.deleted = 0 AND l.deleted = 0 AND o.state IN ({marks}) "
        "AND l.product_id IN ({in})",
        ids,
        before=(customer_id, *states),
    )
    last: dict[bytes, tuple[tuple[str, bytes], Bought]] = {}
    for product_id, on, order_id, quantity, unit_id, unit_name, price, currency in rows:
        key = (on, order_id)
        if product_id not in last or key > last[product_id][0]:
            last[product_id] = key, Bought(on, quantity, unit_id, unit_name, price, currency)
    return {product_id: bought for product_id, (_, bought) in last.items()}
