"""A whole draft at once: how it is written down as somebody types, and what it comes to before that (R-081, R-082).

A form gives the draft as it shall be. `write_draft` makes it so with as few changes as that takes; `quote` says what it
comes to, what it lacks and what the office will look at, and writes nothing. Both price with `crm.orders.editing`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Unpack

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.catalogue.entities import Product
from crm.catalogue.rules import AllowedDiscount, PriceRule
from crm.catalogue.states import ProductState
from crm.changes.entity import Row
from crm.changes.view import Finding
from crm.changes.work import Work
from crm.customers.queries import find_customer
from crm.errors import Code, InvalidInput, NotAllowed, RuleBroken
from crm.money import MILLI, round_half_up
from crm.orders import queries
from crm.orders.amounts import MAX_LINES, NOTHING, OrderAmounts, possible_amounts
from crm.orders.completeness import Gap, Problem, line_figures, problems
from crm.orders.editing import (
    NO_ID,
    OrderFields,
    draft,
    first_head,
    price_book,
    reprice,
    settle,
    take_head,
    take_line,
)
from crm.orders.entities import OrderLine, SalesOrder
from crm.orders.looks import Credit, credit_of, looks_of
from crm.orders.pricing import PriceBook, price_rule_of
from crm.orders.queries import SessionView
from crm.rules import row_of

_PLAIN: Final = ("discount_bp", "wanted_on", "delivery_place", "note")


@dataclass(frozen=True)
class DraftLine:
    """A line as it shall be. ``id`` None: a new one. ``price_minor`` is a price typed by hand, None the book's."""

    product_id: bytes
    quantity_milli: int
    id: bytes | None = None
    product_unit_id: bytes | None = None
    price_minor: int | None = None
    discount_bp: int = 0
    wanted_on: date | None = None
    delivery_place: str = ""
    note: str = ""


@dataclass(frozen=True)
class Quote:
    """What a draft comes to. Rows hold stored values; lines are numbered from 1 as they were given.

    ``amounts`` have no lines when a figure is out of range. ``problems`` forbid submitting, ``looks`` do not.
    ``allowed`` is, for each line, the discount the rep may give on it; None where the product is not known.
    ``credit`` None: the customer has no limit in the order's currency.
    """

    order: Row
    lines: tuple[Row, ...]
    amounts: OrderAmounts
    problems: tuple[Problem, ...]
    looks: tuple[Finding, ...]
    allowed: tuple[AllowedDiscount | None, ...]
    credit: Credit | None


# --- writing ----------------------------------------------------------------------------------------------------------


def write_draft(
    work: Work, order_id: bytes, lines: Sequence[DraftLine], **head: Unpack[OrderFields]
) -> list[bytes]:
    """Make a draft what it shall be: lines that are not given are taken off. Gives the ids of the lines.

    Fields of the head that are not given stay. What is there already is not written again.

    :raises RuleBroken: 3008 the order is not a draft, 3006 too many lines or a retired product on a new one.
    :raises NotAllowed: 2002 no such order, product, pack, or a line that is not the order's.
    :raises InvalidInput: see `crm.orders.actions.add_line`.
    """
    order = draft(work, order_id)
    if len(lines) > MAX_LINES:
        raise RuleBroken(
            Code.NOT_SUBMITTABLE, "The order has as many lines as an order can have.", limit=MAX_LINES
        )
    manner = order.currency, order.is_net
    changed: Any = {name: value for name, value in head.items() if getattr(order, name) != value}
    take_head(work.session, order, changed)
    if changed.keys() & {"order_date", "price_list_id"}:
        reprice(work, order, keep_manual=manner == (order.currency, order.is_net))
    ids = _write_lines(work, order, lines)
    settle(work, order)
    return ids


def _write_lines(work: Work, order: SalesOrder, lines: Sequence[DraftLine]) -> list[bytes]:
    book = price_book(work, order)
    known = {line.id: line for line in queries.all_lines(work.session, order.id)}
    kept = {line.id for line in lines if line.id is not None}
    for row in known.values():
        if not row.deleted and row.id not in kept:
            row.deleted = True
    last = max((row.line_no for row in known.values()), default=0)
    rows, new = [], []
    products = {line.product_id for line in lines}
    # Read at once, and held: one by one, a hundred products are a hundred queries and as many flushes.
    held = work.session.scalars(select(Product).where(Product.id.in_(products))).all()
    with work.session.no_autoflush:
        for line in lines:
            if line.id is None:
                last += 1
                row = _new_line(book, work.new_id(), order.id, last, line)
                new.append(row)
            else:
                found = known.get(line.id)
                if found is None or found.deleted or found.product_id != line.product_id:
                    raise NotAllowed(Code.NOT_FOUND, "There is no such line.")
                row = found
                _change_line(book, row, line)
            rows.append(row)
    del held
    work.session.add_all(new)
    return [row.id for row in rows]


def _new_line(book: PriceBook, row_id: bytes, order_id: bytes, line_no: int, line: DraftLine) -> OrderLine:
    product = book.product(line.product_id)
    if product is None:
        raise NotAllowed(Code.NOT_FOUND, "There is no such product.")
    if product.state == ProductState.RETIRED:
        raise RuleBroken(Code.NOT_SUBMITTABLE, "The product is no longer on sale.")
    row = OrderLine(
        id=row_id,
        order_id=order_id,
        line_no=line_no,
        product_id=product.id,
        product_code=product.code,
        product_name=product.name,
        unit_name=product.base_unit,
        quantity_milli=line.quantity_milli,
    )
    fields: dict[str, Any] = {name: getattr(line, name) for name in _PLAIN}
    take_line(
        book,
        row,
        {
            **fields,
            "quantity_milli": line.quantity_milli,
            "product_unit_id": line.product_unit_id,
            "unit_price_minor": line.price_minor,
        },
    )
    return row


def _change_line(book: PriceBook, row: OrderLine, line: DraftLine) -> None:
    fields: dict[str, Any] = {
        name: value
        for name in ("quantity_milli", "product_unit_id", *_PLAIN)
        if getattr(row, name) != (value := getattr(line, name))
    }
    by_hand = row.unit_price_minor if price_rule_of(row.price_certificate) is PriceRule.MANUAL else None
    if line.price_minor != by_hand:
        fields["unit_price_minor"] = line.price_minor
    take_line(book, row, fields)


# --- looking ahead ----------------------------------------------------------------------------------------------------


def quote(
    session: Session,
    order_id: bytes | None,
    lines: Sequence[DraftLine],
    *,
    customer_id: bytes,
    rep_id: bytes,
    on: date,
    **head: Unpack[OrderFields],
) -> Quote:
    """What a draft would come to if it were written so and submitted on ``on``. ``order_id`` None: a new order.

    ``session`` is one that is never written. Figures that cannot be are told as problems.

    :raises NotAllowed, InvalidInput: see `crm.orders.actions.create_order`.
    """
    order = _order(session, order_id, customer_id=customer_id, rep_id=rep_id, on=on)
    fields: Any = {name: value for name, value in head.items() if name != "discount_bp"}
    take_head(session, order, fields)
    order.discount_bp = head.get("discount_bp", order.discount_bp)
    view, row = SessionView(session), row_of(order)
    book = PriceBook(view, row)
    found = []
    wrong: list[Problem] = []
    for number, line in enumerate(lines, start=1):
        entry, gap = _priced(session, book, number, line)
        found.append(entry)
        if gap is not None:
            wrong.append(Problem(gap, number))
    figures = tuple(line_figures(entry) for entry in found)
    amounts = possible_amounts(figures, order.discount_bp, is_net=order.is_net)
    told = [each for each in problems(book, row, found) if each not in wrong]
    looks: tuple[Finding, ...] = ()
    if amounts is not NOTHING:
        looks = tuple(looks_of(view, row, found, amounts, on=on.isoformat()))
    return Quote(
        order=row,
        lines=tuple(found),
        amounts=amounts,
        problems=(*wrong, *told),
        looks=looks,
        allowed=_allowed(book, lines, found),
        credit=credit_of(view, book, row, amounts),
    )


def _order(
    session: Session, order_id: bytes | None, *, customer_id: bytes, rep_id: bytes, on: date
) -> SalesOrder:
    if order_id is not None:
        return queries.find_order(session, order_id)
    customer = find_customer(session, customer_id)
    return first_head(session, customer, rep_id=rep_id, day=on, price_list_id=None, currency=None, fields={})


def _priced(session: Session, book: PriceBook, number: int, line: DraftLine) -> tuple[Row, Gap | None]:
    """The line as it would be written; where it cannot be, as far as that goes and why."""
    row, gap = _as_it_stands(session, line), None
    try:
        if row is None:
            row = _new_line(book, NO_ID, NO_ID, number, line)
        else:
            _change_line(book, row, line)
    except InvalidInput:
        gap = Gap.OUT_OF_RANGE
    except RuleBroken:
        gap = Gap.RETIRED_PRODUCT
    except NotAllowed:
        gap = Gap.UNKNOWN_PRODUCT
    if row is None:
        product = book.product(line.product_id)
        row = OrderLine(
            id=NO_ID,
            order_id=NO_ID,
            line_no=number,
            product_id=line.product_id,
            product_code=product.code if product is not None else "",
            product_name=product.name if product is not None else "",
            unit_name=product.base_unit if product is not None else "",
            quantity_milli=line.quantity_milli,
        )
    values = dict(row_of(row))
    values["line_no"] = number
    return values, gap


def _as_it_stands(session: Session, line: DraftLine) -> OrderLine | None:
    if line.id is None:
        return None
    row = session.get(OrderLine, line.id)
    return row if row is not None and row.product_id == line.product_id else None


def _allowed(
    book: PriceBook, lines: Sequence[DraftLine], found: Sequence[Row]
) -> tuple[AllowedDiscount | None, ...]:
    list_amount = sum(
        round_half_up(figures.list_price_minor * figures.quantity_milli, MILLI)
        for figures in map(line_figures, found)
    )
    return tuple(
        None if product is None else book.allowed_discount(product, list_amount)
        for product in (book.product(line.product_id) for line in lines)
    )
