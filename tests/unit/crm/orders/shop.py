"""The outdoor advertising firm of the first scenario: one laptop (a desk) and an office that judges what it sends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from sqlalchemy import select

from crm.catalogue import actions as catalogue
from crm.changes.actor import Actor, Standing
from crm.changes.clock import stamp_of
from crm.changes.decision import Decision, Sender
from crm.changes.entity import Row
from crm.changes.merge import decide
from crm.changes.ops import Changeset, Op
from crm.changes.safeguards import ALL, Safeguards
from crm.changes.view import Overlay
from crm.customers import actions as customers
from crm.orders import actions as orders
from crm.orders.entities import SalesOrder
from crm.rights import Role
from crm.rules import row_of
from crm.schema import SCHEMA, rulebook
from tests.unit.crm.desk import Desk, DeskWork, MemoryView

MARCH_11 = date(2025, 3, 11)
NOON_MARCH_11 = 1_741_665_600_000 + 4 * 3600 * 1000


class Shop:
    """One rep with one customer of grade *major*, an approver, two products with prices.

    ``desk`` is the rep's laptop. `hand_in` gives a unit of work's operations to the office, which keeps its rows in
    memory.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        desk.now_ms = NOON_MARCH_11
        self.division_id = desk.division("HN")
        self.rep_id = desk.person("林晓东", division_id=self.division_id)
        self.clerk_id = desk.person("黄燕", division_id=self.division_id, roles=[Role.APPROVER])
        self.rep = desk.actor(self.rep_id)
        self.clerk = desk.actor(self.clerk_id, office=True)
        with desk.work(self.rep) as work:
            self.customer_id = customers.create_customer(
                work, name="海口椰风置业有限公司", grade="major", region="海南"
            ).id
            customers.add_ship_to(
                work, self.customer_id, label="总部", address_city="海口", address_street="滨海大道 1 号"
            )
        with desk.work() as work:
            top = catalogue.create_category(work, name="户外媒体")
            self.category_id = catalogue.create_category(work, name="单立柱", parent_id=top.id).id
            tax_class = catalogue.create_tax_class(work, code="ADV", name="广告服务")
            self.tax_class_id = tax_class.id
            self.tax_rate_id = catalogue.add_tax_rate(work, tax_class.id, rate_bp=600).id
            self.pillar_id = catalogue.create_product(
                work,
                code="P-0007",
                name="三亚绕城高速 K12 单立柱 18m×6m",
                base_unit="面·月",
                category_id=self.category_id,
                tax_class_id=tax_class.id,
                step_quantity_milli=1000,
                floor_price_minor=3_000_000,
                cost_currency="CNY",
            ).id
            self.screen_id = catalogue.create_product(
                work, code="P-0021", name="海口国贸 LED 大屏 15 秒", base_unit="月", tax_class_id=tax_class.id
            ).id
            price_list = catalogue.create_price_list(
                work,
                code="STD",
                name="标准价",
                currency="CNY",
                version_label="2025-1",
                valid_from=date(2025, 1, 1),
            )
            self.price_list_id = price_list.id
            catalogue.set_list_price(work, price_list.id, self.pillar_id, price_minor=3_800_000)
            catalogue.set_list_price(work, price_list.id, self.screen_id, price_minor=2_600_000)
            catalogue.create_discount_rule(
                work, max_discount_bp=500, grade="major", role=Role.SALES_REP.value
            )
            catalogue.create_discount_rule(work, max_discount_bp=300, grade="ordinary")
        self.agree_price(3_610_000)
        self.memory = MemoryView({self.customer_id: Standing(self.division_id, frozenset({self.rep_id}))})
        self.office = Overlay(self.memory)
        self.rules = rulebook()
        self.share_with_office()

    def agree_price(self, price_minor: int) -> bytes:
        head = self.desk.person("王海涛", division_id=self.division_id, roles=[Role.DIVISION_HEAD])
        with self.desk.work(self.desk.actor(head, office=True)) as work:
            return catalogue.agree_price(
                work, self.customer_id, self.pillar_id, price_minor=price_minor, currency="CNY"
            ).id

    def share_with_office(self) -> None:
        """Give the office every row of the desk: what happened before the test begins."""
        for entity in SCHEMA:
            for found in self.desk.session.scalars(select(entity.cls)):
                self.office.put(entity.name, row_of(found))

    def switch_off(self, **safeguards: bool) -> None:
        self.rules = rulebook(Safeguards(**{**vars(ALL), **safeguards}))

    def hand_in(self, work: DeskWork, *, ops: tuple[Op, ...] | None = None) -> Decision:
        """What the office says of a unit of work."""
        actor: Actor = work.actor
        changeset = Changeset(
            self.desk.new_id(),
            stamp_of(work.now_ms),
            work.business_date.isoformat(),
            SCHEMA.version,
            "test",
            actor.id,
            work.ops if ops is None else ops,
        )
        sender = Sender(actor, b"i" * 16, stamp_of(work.now_ms), work.now_ms)
        return decide(SCHEMA, self.rules, self.office, changeset, sender)

    @contextmanager
    def sent(self, actor: Actor | None = None) -> Iterator[DeskWork]:
        """A unit of work that the office takes; the test fails when it does not."""
        with self.desk.work(actor or self.rep) as work:
            yield work
        decision = self.hand_in(work)
        assert (decision.kind, decision.code) == ("applied", 0), decision

    def draft(self) -> SalesOrder:
        """The order of the first scenario: 2 faces x 3 months and 2 months of a screen, on the laptop alone."""
        with self.desk.work(self.rep) as work:
            order = self.take(work)
        self.ops = work.ops
        return order

    def take(self, work: DeskWork) -> SalesOrder:
        order = orders.create_order(work, self.customer_id, wanted_on=date(2025, 4, 1))
        orders.add_line(work, order.id, self.pillar_id, quantity_milli=6_000, delivery_place="K12")
        orders.add_line(work, order.id, self.screen_id, quantity_milli=2_000)
        return order

    def submitted(self) -> SalesOrder:
        """The same order, submitted and taken by the office."""
        with self.sent() as work:
            order = self.take(work)
        with self.sent() as work:
            orders.submit_order(work, order.id)
        return order

    def row(self, table: str, row_id: bytes) -> Row:
        """A row as the office has it."""
        row = self.office.get(table, row_id)
        assert row is not None
        return row
