"""The steps that the actions on an order are made of: finding it, taking over what was typed, pricing, totals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, TypedDict, cast

from sqlalchemy.orm import Session

from crm.catalogue.entities import PriceList
from crm.catalogue.queries import price_lists_on
from crm.catalogue.rules import PriceRule
from crm.changes.entity import Replicated
from crm.changes.work import Work
from crm.contacts.entities import Contact
from crm.customers.entities import Customer, ShipToAddress
from crm.customers.queries import find_customer, ship_to_addresses, standing_of_customer
from crm.errors import Code, InvalidInput, NotAllowed, RuleBroken
from crm.money import BASIS_POINTS, MILLI, exponent
from crm.orders import queries
from crm.orders.amounts import LineFigures, in_bounds
from crm.orders.entities import OrderLine, SalesOrder
from crm.orders.pricing import PriceBook, PricedLine, price_rule_of
from crm.orders.queries import SessionView
from crm.orders.rules import OrderRules
from crm.orders.states import ORDER_MACHINE, WRITE, OrderState
from crm.rights import demand, demand_move
from crm.rules import row_of
from crm.terms.entities import PaymentTerms

_RULES: Final = OrderRules()
NO_ID: Final = bytes(16)
"""The id of what is not written yet."""


class OrderDetails(TypedDict, total=False):
    """What a draft's head may begin with. Captions follow from the ids."""

    contact_id: bytes | None
    order_date: date
    wanted_on: date | None
    ship_to_address_id: bytes | None
    delivery_place: str
    payment_terms_id: bytes | None
    discount_bp: int
    discount_reason: str
    reference_no: str
    note: str


class OrderFields(OrderDetails, total=False):
    """What may be edited of a draft's head."""

    price_list_id: bytes


class LineDetails(TypedDict, total=False):
    """What a line may begin with. ``unit_price_minor`` is a price typed by hand; None gives the book's."""

    product_unit_id: bytes | None
    unit_price_minor: int | None
    discount_bp: int
    wanted_on: date | None
    delivery_place: str
    note: str


class LineFields(LineDetails, total=False):
    """What may be edited of a draft's line."""

    quantity_milli: int


def order_for(work: Work, order_id: bytes) -> tuple[SalesOrder, Customer]:
    """The order and its customer.

    :raises NotAllowed: 2002 when either is not at hand.
    """
    order = queries.find_order(work.session, order_id)
    return order, find_customer(work.session, order.customer_id)


def moving(work: Work, order_id: bytes, to: OrderState) -> SalesOrder:
    """The order, when the person may move it to ``to`` now (SM-07).

    :raises RuleBroken: 3001 there is no such move from where it stands.
    :raises NotAllowed: 2002 no such order at hand, 2003 the right to the move is missing.
    """
    order, customer = order_for(work, order_id)
    standing = standing_of_customer(work.session, customer)
    demand_move(work.actor, ORDER_MACHINE, order.state, to.value, standing=standing)
    return order


def draft(work: Work, order_id: bytes) -> SalesOrder:
    """The order, when it is a draft and the person may write it (BR-23).

    :raises RuleBroken: 3008 it is not a draft.
    :raises NotAllowed: 2002 no such order at hand, 2003 without the right *order.write*.
    """
    order, customer = order_for(work, order_id)
    demand(work.actor, WRITE, standing_of_customer(work.session, customer))
    if order.state != OrderState.DRAFT:
        raise RuleBroken(
            Code.LOCKED, "A submitted order is not changed; revise it when it comes back.", state=order.state
        )
    return order


def draft_line(work: Work, line_id: bytes) -> tuple[OrderLine, SalesOrder]:
    """The line and its order, see `draft`.

    :raises NotAllowed: 2002 also when the line was taken off.
    """
    line = work.session.get(OrderLine, line_id)
    if line is None or line.deleted:
        raise NotAllowed(Code.NOT_FOUND, "There is no such line.")
    return line, draft(work, line.order_id)


def price_book(work: Work, order: SalesOrder) -> PriceBook:
    """The prices that hold for the order as it stands in the session, which is flushed."""
    work.session.flush()
    return PriceBook(SessionView(work.session), row_of(order))


def find_price_list(
    session: Session, price_list_id: bytes | None, currency: str | None, day: date
) -> PriceList | None:
    """The list that was named; without one the first by code that holds on ``day`` in ``currency``, or None.

    :raises NotAllowed: 2002 no such list.
    :raises InvalidInput: 1005 it is in another currency than ``currency``.
    """
    if price_list_id is not None:
        price_list = session.get(PriceList, price_list_id)
        if price_list is None or price_list.deleted:
            raise NotAllowed(Code.NOT_FOUND, "There is no such price list.")
        if currency is not None and price_list.currency != currency:
            raise InvalidInput(Code.BAD_VALUE, "The price list is in another currency.", field="currency")
        return price_list
    holding = session.scalars(price_lists_on(day))
    return next((each for each in holding if currency is None or each.currency == currency), None)


def first_head(
    session: Session,
    customer: Customer,
    *,
    rep_id: bytes,
    day: date,
    price_list_id: bytes | None,
    currency: str | None,
    fields: OrderDetails,
) -> SalesOrder:
    """An order as it begins, without id and number and not in the session: `crm.orders.actions.create_order`.

    :raises NotAllowed, InvalidInput: see there.
    """
    price_list = find_price_list(session, price_list_id, currency, day)
    if price_list is None and currency is None:
        raise InvalidInput(Code.BAD_VALUE, "An order needs a price list or a currency.", field="currency")
    order = SalesOrder(
        id=NO_ID,
        number="",
        rep_id=rep_id,
        customer_id=customer.id,
        customer_name=customer.name,
        order_date=day,
        currency=price_list.currency if price_list is not None else cast(str, currency),
        price_list_id=price_list.id if price_list is not None else None,
        is_net=price_list.is_net if price_list is not None else True,
    )
    exponent(order.currency)
    if "ship_to_address_id" not in fields and "delivery_place" not in fields:
        address = session.scalars(ship_to_addresses(customer.id)).first()
        if address is not None:
            order.ship_to_address_id, order.delivery_place = address.id, place_of(address)
    if "payment_terms_id" not in fields and customer.payment_terms_id is not None:
        take_terms(session, order, customer.payment_terms_id)
    take_head(session, order, fields)
    return order


def place_of(address: ShipToAddress) -> str:
    """An address in one line, as it stands on the order for ever."""
    parts = (
        address.address_province,
        address.address_city,
        address.address_street,
        address.address_postcode,
        address.recipient,
        address.phone,
    )
    return " ".join(part for part in parts if part)[:500] or address.label


def take_terms(session: Session, order: SalesOrder, terms_id: bytes | None) -> None:
    """Put payment terms on the order, with the name they have now; None takes them off."""
    terms = None if terms_id is None else session.get(PaymentTerms, terms_id)
    if terms_id is not None and terms is None:
        raise NotAllowed(Code.NOT_FOUND, "There are no such payment terms.")
    order.payment_terms_id = terms_id
    order.payment_terms_name = "" if terms is None else terms.name


def take_head(session: Session, order: SalesOrder, fields: OrderDetails | OrderFields) -> None:
    """Put what was typed on the order's head, with the captions that follow.

    Words of one's own in ``delivery_place`` stand above the address of ``ship_to_address_id``.

    :raises InvalidInput: 1004 an unknown field, 1005 a discount out of range.
    :raises NotAllowed: 2002 terms, address, contact or list that is not there or not this customer's.
    """
    known = OrderFields.__annotations__
    for name, value in cast("Mapping[str, Any]", fields).items():
        if name not in known:
            raise InvalidInput(Code.UNKNOWN_FIELD, "That cannot be edited here.", field=name)
        if name == "payment_terms_id":
            take_terms(session, order, value)
        elif name == "ship_to_address_id":
            _take_address(session, order, value)
        elif name == "contact_id":
            contact = None if value is None else session.get(Contact, value)
            if value is not None and (contact is None or contact.customer_id != order.customer_id):
                raise NotAllowed(Code.NOT_FOUND, "The customer has no such contact.")
            order.contact_id = value
        elif name == "price_list_id":
            price_list = cast(PriceList, find_price_list(session, value, None, order.order_date))
            order.price_list_id, order.currency = price_list.id, price_list.currency
            order.is_net = price_list.is_net
        elif name == "discount_bp":
            order.discount_bp = _basis_points(value)
        else:
            setattr(order, name, value.strip() if isinstance(value, str) else value)
    if "delivery_place" in fields:
        order.delivery_place = fields["delivery_place"].strip()  # words of one's own stand above the address


def _take_address(session: Session, order: SalesOrder, address_id: bytes | None) -> None:
    address = None if address_id is None else session.get(ShipToAddress, address_id)
    if address_id is not None and (
        address is None or address.deleted or address.customer_id != order.customer_id
    ):
        raise NotAllowed(Code.NOT_FOUND, "The customer has no such place of delivery.")
    order.ship_to_address_id = address_id
    if address is not None:
        order.delivery_place = place_of(address)


def _basis_points(value: int) -> int:
    if not 0 <= value <= BASIS_POINTS:
        raise InvalidInput(
            Code.BAD_VALUE, "A discount is between nothing and everything.", field="discount_bp"
        )
    return value


def take_line(book: PriceBook, line: OrderLine, fields: Mapping[str, Any]) -> None:
    """Put what was typed on a line, and price it when quantity, pack or price are among it.

    A price typed by hand stays through later changes until ``unit_price_minor`` None gives it up.

    :raises InvalidInput: 1004 an unknown field, 1005 a figure out of range.
    :raises NotAllowed: 2002 no such product, or the pack is none of its packs.
    """
    for name, value in fields.items():
        if name not in LineFields.__annotations__:
            raise InvalidInput(Code.UNKNOWN_FIELD, "That cannot be edited here.", field=name)
        if name == "discount_bp":
            line.discount_bp = _basis_points(value)
        elif name != "unit_price_minor":
            setattr(line, name, value.strip() if isinstance(value, str) else value)
    if fields.keys() & {"quantity_milli", "product_unit_id", "unit_price_minor"}:
        manual = price_rule_of(line.price_certificate) is PriceRule.MANUAL
        by_hand = fields.get("unit_price_minor", line.unit_price_minor if manual else None)
        _price_line(book, line, by_hand=by_hand)
    figures = LineFigures(
        line.unit_price_minor, line.quantity_milli, line.discount_bp, line.tax_rate_bp, line.list_price_minor
    )
    if not in_bounds(figures):
        raise InvalidInput(Code.BAD_VALUE, "A quantity, price or discount is out of range.")


def _price_line(book: PriceBook, line: OrderLine, *, by_hand: int | None) -> None:
    priced = book.price(line.product_id, line.product_unit_id, line.quantity_milli)
    if priced is None:
        raise NotAllowed(Code.NOT_FOUND, "There is no such product or pack.")
    line.unit_name = priced.product.base_unit if priced.unit is None else priced.unit.name
    line.unit_factor_milli = MILLI if priced.unit is None else priced.unit.factor_milli
    line.tax_rate_bp = priced.tax_bp or 0
    line.unit_price_minor = by_hand if by_hand is not None else _book_price(priced)
    line.list_price_minor = (
        priced.found.list_price_minor if priced.found is not None else line.unit_price_minor
    )
    line.price_certificate = book.certificate(priced, manual_price_minor=by_hand)


def _book_price(priced: PricedLine) -> int:
    return 0 if priced.found is None else priced.found.price_minor


def reprice(work: Work, order: SalesOrder, *, keep_manual: bool) -> None:
    """Price every line again; with ``keep_manual`` prices typed by hand stay."""
    book = price_book(work, order)
    for line in work.session.scalars(queries.lines_of(order.id)).all():
        manual = keep_manual and price_rule_of(line.price_certificate) is PriceRule.MANUAL
        _price_line(book, line, by_hand=line.unit_price_minor if manual else None)


def settle(work: Work, order: SalesOrder) -> None:
    """Derive what the office will derive, so that the screen shows it now."""
    if work.session.dirty:
        work.session.flush()
    at_hand: dict[bytes, Replicated] = {order.id: order}
    at_hand |= {row.id: row for row in work.session.new if isinstance(row, OrderLine)}
    for (_table, row_id), values in _RULES.derive(SessionView(work.session), row_of(order)).items():
        target = at_hand.get(row_id) or work.session.get(OrderLine, row_id)
        for name, value in values.items():
            # What is set to what it was is looked at again by every flush.
            if getattr(target, name) != value:
                setattr(target, name, value)
    work.session.flush()
