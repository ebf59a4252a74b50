"""What a person can do with an order (R-081 to R-083, R-107; BR-23). Approvers act in `crm.approvals.actions`.

Every action happens inside a `Work` and leaves its rows in the session, flushed; whoever owns the work commits it.
Submitting, revising, withdrawing and cancelling are units of work of their own: one changeset moves an order once.
"""

from __future__ import annotations

from typing import Final, Unpack

from crm.catalogue.states import ProductState
from crm.changes.actor import Extent
from crm.changes.work import Work
from crm.customers.queries import find_customer, standing_of_customer
from crm.errors import Code, NotAllowed, RuleBroken
from crm.orders import queries
from crm.orders.amounts import MAX_LINES
from crm.orders.completeness import problems
from crm.orders.editing import (
    LineDetails,
    LineFields,
    OrderDetails,
    OrderFields,
    draft,
    draft_line,
    first_head,
    moving,
    price_book,
    reprice,
    settle,
    take_head,
    take_line,
)
from crm.orders.entities import MAX_SEAL_BYTES, OrderLine, OrderSeal, SalesOrder
from crm.orders.number import order_number
from crm.orders.pricing import PriceBook
from crm.orders.queries import SessionView
from crm.orders.rules import document_of
from crm.orders.seal import canonical, seal_hash
from crm.orders.states import REVISABLE, UNDECIDED, WRITE, OrderState
from crm.rights import demand
from crm.rules import row_of

SERIES: Final = "sales_order"
"""The counter that order numbers are taken from."""


# --- drafts ---------------------------------------------------------------------------------------------------------


def create_order(
    work: Work,
    customer_id: bytes,
    *,
    price_list_id: bytes | None = None,
    currency: str | None = None,
    rep_id: bytes | None = None,
    **fields: Unpack[OrderDetails],
) -> SalesOrder:
    """A new draft for a customer, dated today, with a number for ever.

    Without ``price_list_id`` the first list by code that holds today is taken (in ``currency``, when that is given);
    currency and tax manner follow the list. Delivery place and payment terms begin as the customer's.

    :raises NotAllowed: 2002 no such customer, list, terms, address, contact; 2003 no right to write orders.
    :raises InvalidInput: 1004, 1005 for a field that is unknown or out of range; a draft without a price list
        needs a currency.
    """
    customer = find_customer(work.session, customer_id)
    if customer.deleted:
        raise NotAllowed(Code.NOT_FOUND, "There is no such customer.")
    demand(work.actor, WRITE, standing_of_customer(work.session, customer))
    if rep_id not in (None, work.actor.id) and work.actor.extent(WRITE) <= Extent.OWN:
        raise NotAllowed(Code.NO_RIGHT, "You cannot write an order in another's name.")
    order = first_head(
        work.session,
        customer,
        rep_id=rep_id or work.actor.id,
        day=fields.get("order_date", work.business_date),
        price_list_id=price_list_id,
        currency=currency,
        fields=fields,
    )
    order.id = work.new_id()
    order.number = order_number(work.device_code, work.next_number(SERIES), order.id)
    work.session.add(order)
    work.session.flush()
    return order


def change_order(work: Work, order_id: bytes, **fields: Unpack[OrderFields]) -> SalesOrder:
    """Edit the head of a draft. A new date or price list prices the lines again.

    Prices typed by hand stay, unless the new list is in another currency or tax manner.

    :raises RuleBroken: 3008 the order is not a draft.
    :raises NotAllowed, InvalidInput: see `create_order`.
    """
    order = draft(work, order_id)
    manner = order.currency, order.is_net
    take_head(work.session, order, fields)
    if "order_date" in fields or "price_list_id" in fields:
        reprice(work, order, keep_manual=manner == (order.currency, order.is_net))
    settle(work, order)
    return order


def add_line(
    work: Work, order_id: bytes, product_id: bytes, *, quantity_milli: int, **fields: Unpack[LineDetails]
) -> OrderLine:
    """Put a product on a draft at the price that holds for the customer on the order's date (R-102, R-103).

    ``quantity_milli`` is in thousandths of ``product_unit_id``'s pack, or of the base unit without one.

    :raises RuleBroken: 3008 not a draft, 3006 the product is retired or the order has no room.
    :raises NotAllowed: 2002 no such product or pack.
    :raises InvalidInput: 1005 a figure out of range.
    """
    order = draft(work, order_id)
    book = price_book(work, order)
    product = book.product(product_id)
    if product is None:
        raise NotAllowed(Code.NOT_FOUND, "There is no such product.")
    if product.state == ProductState.RETIRED:
        raise RuleBroken(Code.NOT_SUBMITTABLE, "The product is no longer on sale.")
    lines = queries.all_lines(work.session, order.id)
    if sum(not line.deleted for line in lines) >= MAX_LINES:
        raise RuleBroken(
            Code.NOT_SUBMITTABLE, "The order has as many lines as an order can have.", limit=MAX_LINES
        )
    line = OrderLine(
        id=work.new_id(),
        order_id=order.id,
        line_no=1 + max((line.line_no for line in lines), default=0),
        product_id=product.id,
        product_code=product.code,
        product_name=product.name,
        unit_name=product.base_unit,
        quantity_milli=quantity_milli,
    )
    take_line(book, line, {"quantity_milli": quantity_milli, **fields})
    work.session.add(line)
    settle(work, order)
    return line


def change_line(work: Work, line_id: bytes, **fields: Unpack[LineFields]) -> OrderLine:
    """Edit a line of a draft. A new quantity or pack prices it again, unless its price was typed by hand.

    :raises: see `add_line`.
    """
    line, order = draft_line(work, line_id)
    take_line(price_book(work, order), line, dict(fields))
    settle(work, order)
    return line


def remove_line(work: Work, line_id: bytes) -> None:
    """Take a line off a draft. Its number is not given again.

    :raises: see `change_line`.
    """
    line, order = draft_line(work, line_id)
    line.deleted = True
    settle(work, order)


def price_order(work: Work, order_id: bytes) -> SalesOrder:
    """Price every line of a draft again by what holds on the order's date; prices typed by hand stay.

    :raises RuleBroken: 3008 the order is not a draft.
    """
    order = draft(work, order_id)
    reprice(work, order, keep_manual=True)
    settle(work, order)
    return order


# --- moves ----------------------------------------------------------------------------------------------------------


def submit_order(work: Work, order_id: bytes) -> SalesOrder:
    """Seal the draft and hand it to the office (SM-07; sync-protocol, 14). From now on it is read-only (BR-23).

    The seal is a new `OrderSeal`; the order's ``seal_hash`` names it.

    :raises RuleBroken: 3001 not a draft; 3006 something is missing: ``problems`` names the gaps
        (`crm.orders.completeness.Gap`), separated by commas, ``line_no`` the first line concerned.
    """
    order = moving(work, order_id, OrderState.SUBMITTED)
    settle(work, order)
    order.submitted_at = work.now_ms
    view = SessionView(work.session)
    row = row_of(order)
    lines, amounts = document_of(view, row)
    found = list(problems(PriceBook(view, row), row, lines))
    if found:
        raise RuleBroken(
            Code.NOT_SUBMITTABLE,
            "Something is missing before the order can be submitted.",
            problems=",".join(dict.fromkeys(problem.gap.value for problem in found)),
            line_no=next((each.line_no for each in found if each.line_no is not None), None),
        )
    content = canonical(row, lines, amounts)
    if len(content) > MAX_SEAL_BYTES:
        raise RuleBroken(Code.NOT_SUBMITTABLE, "The order is too large to be sealed.", limit=MAX_SEAL_BYTES)
    seal = OrderSeal(
        id=work.new_id(),
        order_id=order.id,
        revision=order.revision,
        content=content,
        hash=seal_hash(content),
    )
    work.session.add(seal)
    order.seal_hash = seal.hash
    order.state = OrderState.SUBMITTED.value
    work.session.flush()
    return order


def revise_order(work: Work, order_id: bytes) -> SalesOrder:
    """Take up a returned or withdrawn order again: a draft of the next revision. Earlier seals stay as they are.

    :raises RuleBroken: 3001 the order is neither returned nor withdrawn.
    """
    order = moving(work, order_id, OrderState.DRAFT)
    assert order.state in REVISABLE
    order.state = OrderState.DRAFT.value
    order.revision += 1
    order.seal_hash = None
    order.submitted_at = None
    work.session.flush()
    return order


def withdraw_order(work: Work, order_id: bytes) -> SalesOrder:
    """Take back an order that was sent and is not decided yet.

    :raises RuleBroken: 3001 it was not sent, or is decided.
    """
    order = moving(work, order_id, OrderState.WITHDRAWN)
    assert order.state in UNDECIDED
    order.state = OrderState.WITHDRAWN.value
    work.session.flush()
    return order


def cancel_order(work: Work, order_id: bytes) -> SalesOrder:
    """Give up an order for good: a draft, or one submitted, returned or withdrawn.

    :raises RuleBroken: 3001 it has gone too far.
    """
    order = moving(work, order_id, OrderState.CANCELLED)
    order.state = OrderState.CANCELLED.value
    work.session.flush()
    return order


_EXECUTION: Final = frozenset(
    {
        OrderState.EXECUTING,
        OrderState.DELIVERED,
        OrderState.SETTLED,
        OrderState.CLOSED,
        OrderState.RETURN_OPEN,
        OrderState.REFUNDED,
        OrderState.REPLACED,
    }
)


def advance_order(work: Work, order_id: bytes, to: OrderState) -> SalesOrder:
    """Say how far the execution of an approved order has come; the rep sees it at the next sync (R-083, R-084).

    :raises RuleBroken: 3001 no such step from here, or ``to`` is no step of execution.
    :raises NotAllowed: 2003 without the right *order.execute*.
    """
    order = moving(work, order_id, to)
    if to not in _EXECUTION:
        raise RuleBroken(Code.ILLEGAL_MOVE, "That is no step of execution.", after=to.value)
    order.state = to.value
    work.session.flush()
    return order
