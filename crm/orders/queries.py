"""What rules, actions and screens read of orders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from crm.changes.actor import Standing
from crm.changes.entity import Replicated, Row
from crm.changes.view import Finding
from crm.errors import Code, NotAllowed
from crm.orders.completeness import Problem, problems
from crm.orders.entities import OrderLine, OrderSeal, SalesOrder
from crm.orders.looks import looks_of
from crm.orders.pricing import PriceBook
from crm.orders.rules import document_of
from crm.rules import row_of


def orders_of(customer_id: bytes) -> Select[SalesOrder]:
    """The orders of a customer that are not deleted, the newest first."""
    return (
        select(SalesOrder)
        .where(SalesOrder.customer_id == customer_id, SalesOrder.deleted.is_(False))
        .order_by(SalesOrder.order_date.desc(), SalesOrder.id.desc())
    )


def with_number(number: str) -> Select[SalesOrder]:
    """Whichever order has the number."""
    return select(SalesOrder).where(SalesOrder.number == number)


def lines_of(order_id: bytes) -> Select[OrderLine]:
    """The lines of an order that are not deleted, as the document lists them."""
    return (
        select(OrderLine)
        .where(OrderLine.order_id == order_id, OrderLine.deleted.is_(False))
        .order_by(OrderLine.line_no, OrderLine.id)
    )


def seals_of(order_id: bytes) -> Select[OrderSeal]:
    """Every sealed document of an order, in order of revision and time."""
    return (
        select(OrderSeal)
        .where(OrderSeal.order_id == order_id, OrderSeal.deleted.is_(False))
        .order_by(OrderSeal.revision, OrderSeal.id)
    )


class SessionView:
    """A session's rows as a `crm.changes.view.View`, for running the office's rules beforehand.

    The caller flushes; standings are not known here.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._classes: dict[str, type[Replicated]] = {
            mapper.class_.__tablename__: mapper.class_ for mapper in Replicated.registry.mappers
        }

    def get(self, table: str, row_id: bytes) -> Row | None:
        """See `View.get`."""
        found = self._session.get(self._classes[table], row_id)
        return None if found is None else row_of(found)

    def children(self, table: str, column: str, value: bytes) -> Sequence[Row]:
        """See `View.children`."""
        cls = self._classes[table]
        attribute: InstrumentedAttribute[bytes] = getattr(cls, column)
        return [
            row_of(found)
            for found in self._session.scalars(select(cls).where(attribute == value).order_by(cls.id))
        ]

    def standing(self, unit: bytes) -> Standing | None:
        """See `View.standing`; not known."""
        return None


def find_order(session: Session, order_id: bytes) -> SalesOrder:
    """The order.

    :raises NotAllowed: code 2002 when there is none at hand, or it was deleted.
    """
    order = session.get(SalesOrder, order_id)
    if order is None or order.deleted:
        raise NotAllowed(Code.NOT_FOUND, "There is no such order.")
    return order


def standing_seal(session: Session, order: SalesOrder) -> OrderSeal | None:
    """The sealed document that the order's ``seal_hash`` names; None for an order that was never submitted."""
    if order.seal_hash is None:
        return None
    return session.scalars(
        select(OrderSeal).where(OrderSeal.order_id == order.id, OrderSeal.hash == order.seal_hash)
    ).first()


def problems_of(session: Session, order_id: bytes) -> list[Problem]:
    """What the order lacks before it can be submitted (R-082); empty when nothing."""
    view = SessionView(session)
    order = row_of(find_order(session, order_id))
    lines, _amounts = document_of(view, order)
    return list(problems(PriceBook(view, order), order, lines))


def looks_at(session: Session, order_id: bytes, *, on: date) -> list[Finding]:
    """What would deserve a look if the order were submitted on ``on``, by what is at hand (R-104)."""
    view = SessionView(session)
    order = row_of(find_order(session, order_id))
    lines, amounts = document_of(view, order)
    return list(looks_of(view, order, lines, amounts, on=on.isoformat()))


def next_line_no(session: Session, order_id: bytes) -> int:
    """One more than the greatest line number the order ever had."""
    taken = session.scalars(select(OrderLine.line_no).where(OrderLine.order_id == order_id))
    return max(taken.all(), default=0) + 1
