"""What rules, actions and screens read of orders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Select, TypeDecorator, bindparam, select, type_coerce
from sqlalchemy.orm import Session

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


@cache
def _children_of(cls: type[Replicated], column: str, only: tuple[str, ...]) -> tuple[list[str], Select[Any]]:
    """The columns of a table, or ``only`` some, and a query for them as they are stored, which is how they travel: rules ask for many
    rows, and objects of them would be made only to be taken apart.
    """
    columns = cls.__table__.columns
    wanted = [columns[name] for name in only] or list(columns)
    stored = [
        type_coerce(each, each.type.impl_instance) if isinstance(each.type, TypeDecorator) else each
        for each in wanted
    ]
    query = select(*stored).where(columns[column] == bindparam("value")).order_by(columns["id"])
    return [str(each.name) for each in wanted], query


class SessionView:
    """A session's rows as a `crm.changes.view.View`, for running the office's rules beforehand.

    New rows are seen, and changes once the caller has flushed them; standings are not known here.
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

    def children(self, table: str, column: str, value: bytes, only: tuple[str, ...] = ()) -> Sequence[Row]:
        """See `View.children`."""
        cls = self._classes[table]
        names, query = _children_of(cls, column, only)
        found = self._session.connection().execute(query, {"value": value})
        rows = [dict(zip(names, row, strict=True)) for row in found]
        new = (row for row in self._session.new if type(row) is cls and getattr(row, column) == value)
        return rows + [row_of(row) for row in new]

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


def all_lines(session: Session, order_id: bytes) -> Sequence[OrderLine]:
    """Every line that the order ever had, those that were taken off too."""
    return session.scalars(select(OrderLine).where(OrderLine.order_id == order_id)).all()
