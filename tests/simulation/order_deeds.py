"""What people do with orders on their laptops."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from crm.changes.work import Work
from crm.orders import actions as orders
from crm.orders.editing import settle
from crm.orders.entities import OrderLine, SalesOrder
from tests.simulation.hands import HEAT, Hands, short

Deed = tuple[int, str, Callable[[], None]]
"""How often, against each other; its name; what it does."""


class OrderDeeds(Hands):
    """Deeds with orders, those of a client that was tampered with among them."""

    def order_deeds(self) -> list[Deed]:
        """All of them."""
        return [
            (4, "order.create", self._create_order),
            (6, "order.line", self._edit_line),
            (2, "order.edit", self._edit_order),
            (7, "order.submit", self._submit),
            (3, "order.move", self._move_order),
            (3, "order.tamper", self._tamper),
        ]

    def _create_order(self) -> None:
        found = self._some("customer")
        if found is None:
            return
        lines = self._chance.randint(0, 2)

        def create(work: Work) -> None:
            order = orders.create_order(
                work, found[0], wanted_on=work.business_date + timedelta(days=30), delivery_place="the gate"
            )
            for _ in range(lines):
                self._add_line(work, order.id)
            if lines and self._chance.random() < 0.3:
                orders.submit_order(work, order.id)

        self._work("order.create", f"creates an order of {short(found[0])} with {lines} lines", create)

    def _add_line(self, work: Work, order_id: bytes) -> None:
        product = self._chance.choice(self._world.products)
        orders.add_line(work, order_id, product, quantity_milli=1000 * self._chance.randint(1, 5))

    def _draft(self) -> bytes | None:
        """A draft, most often the oldest one: people work on one order together."""
        oldest = "id = (SELECT min(id) FROM sales_order WHERE state = 'draft' AND deleted = 0)"
        found = self._some("sales_order", oldest) if self._chance.random() < HEAT else None
        found = found or self._some("sales_order", "state = 'draft'") or self._some("sales_order")
        return found[0] if found is not None else None

    def _edit_line(self) -> None:
        order_id = self._draft()
        if order_id is None:
            return
        line = self._some("order_line", f"order_id = X'{order_id.hex()}' AND deleted = 0")
        kind = self._chance.choice(["add", "change", "change", "remove"])
        if line is None or kind == "add":
            self._work(
                "order.line.add",
                f"adds a line to order {short(order_id)}",
                lambda work: self._add_line(work, order_id),
            )
        elif kind == "change":
            quantity = 1000 * self._chance.randint(1, 9)
            self._work(
                "order.line.change",
                f"sets the quantity of a line of order {short(order_id)}",
                lambda work: orders.change_line(work, line[0], quantity_milli=quantity),
            )
        else:
            self._work(
                "order.line.remove",
                f"takes a line off order {short(order_id)}",
                lambda work: orders.remove_line(work, line[0]),
            )

    def _edit_order(self) -> None:
        order_id = self._draft()
        if order_id is not None:
            fields: Any = self._chance.choice([{"note": self._value()}, {"discount_bp": 100}])
            self._work(
                "order.edit",
                f"sets {sorted(fields)} of order {short(order_id)}",
                lambda work: orders.change_order(work, order_id, **fields),
            )

    def _submit(self) -> None:
        order_id = self._draft()
        if order_id is not None:
            self._work(
                "order.submit",
                f"submits order {short(order_id)}",
                lambda work: orders.submit_order(work, order_id),
            )

    def _move_order(self) -> None:
        found = self._some("sales_order", "state <> 'draft'", columns="id, state")
        if found is None:
            return
        order_id, state = found
        action, word = (
            (orders.revise_order, "revises")
            if state in ("returned", "withdrawn")
            else self._chance.choice([(orders.withdraw_order, "withdraws"), (orders.cancel_order, "cancels")])
        )
        self._work(f"order.{word}", f"{word} order {short(order_id)}", lambda work: action(work, order_id))

    def _tamper(self) -> None:
        """A client that was tampered with: the price of a line is changed after the document was sealed."""
        order_id = self._draft()
        if order_id is None:
            return

        def submit(work: Work) -> None:
            orders.submit_order(work, order_id)
            line = work.session.query(OrderLine).filter_by(order_id=order_id, deleted=False).first()
            order = work.session.get(SalesOrder, order_id)
            if line is None or order is None:
                return
            line.unit_price_minor += 1
            settle(work, order)

        self._tally.faults["tampered"] += 1
        self._work(
            "order.submit", f"submits order {short(order_id)} and changes a price under the seal", submit
        )
