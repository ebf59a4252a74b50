"""Deciding about submitted orders: list, read, approve, return, reject (R-107).

Shown are the orders of the divisions for which the caller has the right *order.approve*. A decision names the seal of
the document that was read, so nobody approves what they did not see.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Function, func, select, true, tuple_
from sqlalchemy.orm import Session

from crm.approvals.actions import approve_order, reject_order, return_order
from crm.approvals.entities import ApprovalDecision
from crm.approvals.queries import decisions_of
from crm.changes.actor import Actor, Extent
from crm.changes.work import Work
from crm.customers.entities import Customer
from crm.customers.queries import standing_of_customer
from crm.errors import Code, InvalidInput, NotAllowed
from crm.ids import id_text, parse_id
from crm.orders.entities import SalesOrder
from crm.orders.queries import find_order, lines_of
from crm.orders.states import UNDECIDED, OrderState
from crm.people.entities import User
from crm.rights import Right, demand
from sync_server.accounts.actors import actor_for
from sync_server.api.messages import (
    Decided,
    Decision,
    DecisionView,
    OrderHead,
    OrderLineView,
    OrderList,
    OrderView,
    Refusal,
)
from sync_server.api.operation import Call, Operation, Parameter, whole_number

PAGE: Final = 50
MAX_PAGE: Final = 200
WAITING: Final = "waiting"


def _since() -> Function[int]:
    return func.coalesce(SalesOrder.submitted_at, 0)


def list_orders(call: Call, _message: None) -> OrderList:
    """The orders in one state that the caller may decide about, those that wait longest first."""
    limit = whole_number(call, "limit", default=PAGE, most=MAX_PAGE)
    wanted = _states(call.query.get("state", WAITING))
    after = _after(call.query.get("after"))
    with call.services.office.read() as session:
        reachable = _reachable(_actor(call, session))
        orders = session.scalars(
            select(SalesOrder)
            .where(SalesOrder.state.in_(wanted), SalesOrder.deleted.is_(False), reachable, after)
            .order_by(_since(), SalesOrder.id)
            .limit(limit + 1)
        ).all()
        names = _names(session, {order.rep_id for order in orders})
        heads = [_head(order, names) for order in orders[:limit]]
    last = orders[limit - 1] if len(orders) > limit else None
    return OrderList(heads, None if last is None else f"{last.submitted_at or 0}.{last.id.hex()}")


def read_order(call: Call, _message: None) -> OrderView:
    """One order with its lines, the seal that stands, what deserves a look, and what was decided before."""
    order_id = parse_id(call.path["order_id"])
    with call.services.office.read() as session:
        order = find_order(session, order_id)
        customer = session.get(Customer, order.customer_id)
        standing = None if customer is None else standing_of_customer(session, customer)
        demand(_actor(call, session), Right.ORDER_APPROVE, standing)
        decisions = session.scalars(decisions_of(order_id)).all()
        who = {decision.created_by for decision in decisions if decision.created_by is not None}
        names = _names(session, {order.rep_id, *who})
        return OrderView(
            order=_head(order, names),
            lines=[
                msgspec.convert(line, OrderLineView, from_attributes=True)
                for line in session.scalars(lines_of(order_id))
            ],
            seal_hash=None if order.seal_hash is None else order.seal_hash.hex(),
            looks=_looks(order),
            decisions=[
                DecisionView(
                    decision.decision,
                    decision.revision,
                    decision.seal_hash.hex(),
                    decision.note,
                    decision.decided_at,
                    names.get(decision.created_by or b"", ""),
                )
                for decision in decisions
            ],
            discount_bp=order.discount_bp,
            discount_reason=order.discount_reason,
            reference_no=order.reference_no,
            note=order.note,
            delivery_place=order.delivery_place,
            payment_terms_name=order.payment_terms_name,
            wanted_on=None if order.wanted_on is None else order.wanted_on.isoformat(),
        )


def approve(call: Call, message: Decision) -> Decided:
    """Approve the document that was read."""
    seal_hash = bytes.fromhex(message.seal_hash)
    return _decide(
        call,
        "order.approve",
        lambda work, order_id: approve_order(work, order_id, seal_hash, message.note),
    )


def give_back(call: Call, message: Refusal) -> Decided:
    """Return the order to the rep, who may revise it."""
    seal_hash = bytes.fromhex(message.seal_hash)
    return _decide(
        call, "order.return", lambda work, order_id: return_order(work, order_id, seal_hash, message.note)
    )


def reject(call: Call, message: Refusal) -> Decided:
    """Refuse the order for good."""
    seal_hash = bytes.fromhex(message.seal_hash)
    return _decide(
        call, "order.reject", lambda work, order_id: reject_order(work, order_id, seal_hash, message.note)
    )


def _decide(call: Call, intent: str, action: Callable[[Work, bytes], ApprovalDecision]) -> Decided:
    order_id = parse_id(call.path["order_id"])
    outcome, decision = call.services.office.act(
        call.caller.person,
        intent,
        lambda work: action(work, order_id).decision,
        touching=[("sales_order", order_id)],
    )
    return Decided(id_text(order_id), decision, outcome.kind)


def _actor(call: Call, session: Session) -> Actor:
    database = call.services.office.database
    return actor_for(database, session.connection(), call.caller.person, office=True)


def _reachable(actor: Actor) -> ColumnElement[bool]:
    """The orders the person may decide about.

    :raises NotAllowed: code 2003 when there can be none.
    """
    extent = actor.extent(Right.ORDER_APPROVE)
    if extent is Extent.ALL:
        return true()
    if extent is Extent.DIVISION and actor.division_id is not None:
        return SalesOrder.feed_id == actor.division_id
    raise NotAllowed(Code.NO_RIGHT, "You do not have the right to do this.", right=Right.ORDER_APPROVE.value)


def _states(name: str) -> list[str]:
    if name == WAITING:
        return sorted(UNDECIDED)
    if name not in set(OrderState):
        raise InvalidInput(Code.BAD_VALUE, "There is no such state.", field="state")
    return [name]


def _after(text: str | None) -> ColumnElement[bool]:
    if text is None:
        return true()
    since, _, order_id = text.partition(".")
    if not (since.isascii() and since.isdecimal() and len(since) <= 16):
        raise InvalidInput(Code.BAD_VALUE, "The list cannot be continued from there.", field="after")
    return tuple_(_since(), SalesOrder.id) > tuple_(int(since), parse_id(order_id))


def _names(session: Session, people: set[bytes]) -> dict[bytes, str]:
    found = session.execute(select(User.id, User.name).where(User.id.in_(sorted(people))))
    return {row.id: row.name for row in found}


def _looks(order: SalesOrder) -> list[dict[str, Any]]:
    return msgspec.json.decode(order.looks, type=list[dict[str, Any]]) if order.looks else []


def _head(order: SalesOrder, names: dict[bytes, str]) -> OrderHead:
    return OrderHead(
        id=id_text(order.id),
        number=order.number,
        state=order.state,
        revision=order.revision,
        customer_name=order.customer_name,
        rep_name=names.get(order.rep_id, ""),
        order_date=order.order_date.isoformat(),
        submitted_at=order.submitted_at,
        currency=order.currency,
        net_total_minor=order.net_total_minor,
        tax_total_minor=order.tax_total_minor,
        gross_total_minor=order.gross_total_minor,
        looks=len(_looks(order)),
    )


_ORDER: Final = (Parameter("order_id", {"type": "string", "format": "uuid"}, "The order's id."),)
_DECISION_ERRORS: Final = (Code.NO_RIGHT, Code.ILLEGAL_MOVE, Code.SEAL_OTHER, Code.BAD_VALUE)

OPERATIONS: Final = (
    Operation(
        name="list-orders",
        method="GET",
        path="/v1/orders",
        summary="Orders to decide about, those that wait longest first.",
        answer=OrderList,
        run=list_orders,
        query=(
            Parameter(
                "state",
                {"type": "string", "enum": [WAITING, *OrderState], "default": WAITING},
                "Orders in this state; `waiting` is every state that waits for a decision.",
            ),
            Parameter(
                "limit", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": PAGE}, "How many."
            ),
            Parameter("after", {"type": "string"}, "What `next` of the page before said."),
        ),
        errors=(Code.NO_RIGHT,),
    ),
    Operation(
        name="read-order",
        method="GET",
        path="/v1/orders/{order_id}",
        summary="One order: lines, seal, what deserves a look, decisions.",
        answer=OrderView,
        run=read_order,
        path_parts=_ORDER,
        errors=(Code.NO_RIGHT,),
    ),
    Operation(
        name="approve-order",
        method="POST",
        path="/v1/orders/{order_id}/approve",
        summary="Approve the sealed document that was read.",
        request=Decision,
        answer=Decided,
        run=approve,
        path_parts=_ORDER,
        errors=_DECISION_ERRORS,
    ),
    Operation(
        name="return-order",
        method="POST",
        path="/v1/orders/{order_id}/return",
        summary="Return the order to the rep with a reason.",
        request=Refusal,
        answer=Decided,
        run=give_back,
        path_parts=_ORDER,
        errors=_DECISION_ERRORS,
    ),
    Operation(
        name="reject-order",
        method="POST",
        path="/v1/orders/{order_id}/reject",
        summary="Refuse the order for good, with a reason.",
        request=Refusal,
        answer=Decided,
        run=reject,
        path_parts=_ORDER,
        errors=_DECISION_ERRORS,
    ),
)
