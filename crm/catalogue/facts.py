"""The catalogue as rules see it: small frozen records of stored values.

A fact is made from a mapped object or from a row of a `crm.changes.view.View`, so that laptop and office run the
same rules. Days are ISO text, which sorts as days do; yes and no are 1 and 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

from crm.changes.entity import Replicated, Row, Wire, to_wire
from crm.changes.view import StoredRows

Source: TypeAlias = Replicated | Mapping[str, Wire]
"""A mapped object, or a row as a view gives it."""

F = TypeVar("F", bound=NamedTuple)


class CategoryFact(NamedTuple):
    """A category and the one above it."""

    id: bytes
    parent_id: bytes | None


class ProductFact(NamedTuple):
    """What pricing and checking need of a product."""

    id: bytes
    code: str
    name: str
    category_id: bytes | None
    base_unit: str
    tax_class_id: bytes | None
    min_quantity_milli: int
    step_quantity_milli: int
    state: str
    floor_price_minor: int | None
    cost_currency: str | None


class UnitFact(NamedTuple):
    """A pack: ``factor_milli`` thousandths of the product's base unit."""

    id: bytes
    product_id: bytes
    name: str
    factor_milli: int


class PriceListFact(NamedTuple):
    """One version of a price list."""

    id: bytes
    code: str
    version_label: str
    currency: str
    is_net: int
    valid_from: str | None
    valid_to: str | None


class ListEntryFact(NamedTuple):
    """A price on a list from a quantity upwards."""

    id: bytes
    price_list_id: bytes
    product_id: bytes
    product_unit_id: bytes | None
    min_quantity_milli: int
    price_minor: int


class CustomerPriceFact(NamedTuple):
    """A price agreed with one customer."""

    id: bytes
    customer_id: bytes
    product_id: bytes
    product_unit_id: bytes | None
    min_quantity_milli: int
    price_minor: int
    currency: str
    is_net: int
    valid_from: str | None
    valid_to: str | None


class DiscountFact(NamedTuple):
    """A discount rule; None is *any*."""

    id: bytes
    role: str | None
    grade: str | None
    category_id: bytes | None
    product_id: bytes | None
    min_amount_minor: int
    currency: str | None
    max_discount_bp: int
    valid_from: str | None
    valid_to: str | None


class TaxRateFact(NamedTuple):
    """A rate of a tax class; None is *any*."""

    id: bytes
    tax_class_id: bytes
    rate_bp: int
    tax_category: str | None
    region: str | None
    valid_from: str | None
    valid_to: str | None


KINDS: Final[tuple[type[NamedTuple], ...]] = (
    CategoryFact,
    ProductFact,
    UnitFact,
    PriceListFact,
    ListEntryFact,
    CustomerPriceFact,
    DiscountFact,
    TaxRateFact,
)
_GETTERS: Final = {kind: itemgetter(*kind._fields) for kind in KINDS}


def fact(kind: type[F], source: Source) -> F:
    """The record of ``kind`` that ``source`` holds."""
    if isinstance(source, Replicated):
        return kind._make(to_wire(getattr(source, name)) for name in kind._fields)
    getter: Any = _GETTERS[kind]
    return kind._make(getter(source))


def facts(kind: type[F], sources: Iterable[Source]) -> list[F]:
    """The records of those sources that are not deleted."""
    return [fact(kind, source) for source in sources if not is_deleted(source)]


def row_facts(kind: type[F], rows: Iterable[Row]) -> Sequence[F]:
    """As `facts`, for rows of a view alone: the office asks thousands of times a second, mostly for the same rows."""
    made: dict[type, Any] = rows.made if isinstance(rows, StoredRows) else {}
    found: Sequence[F] | None = made.get(kind)
    if found is None:
        getter: Any = _GETTERS[kind]
        make = kind._make
        found = made[kind] = tuple(make(getter(row)) for row in rows if not row["deleted"])
    return found


def is_deleted(source: Source) -> bool:
    """Whether the row is marked as deleted."""
    return source.deleted if isinstance(source, Replicated) else bool(source["deleted"])


def wire_row(source: Source, names: Sequence[str]) -> Row:
    """The stored values of ``names``."""
    if isinstance(source, Replicated):
        return {name: to_wire(getattr(source, name)) for name in names}
    return {name: source[name] for name in names}
