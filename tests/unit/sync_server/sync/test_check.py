"""The check finds whatever breaks the promises that one side alone can see, and nothing else (sync-protocol, 16)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
import pytest

from crm.approvals import actions as approvals
from crm.changes.ops import BIRTH, CHANGE, Op
from crm.contacts import actions as contacts
from crm.customers import actions as customers
from crm.ids import CATALOGUE, COMPANY
from crm.orders import actions as orders
from crm.orders.entities import SalesOrder
from sync_server.sync.check import check
from sync_server.sync.office import OfficeWork
from tests.unit.sync_server.sync.firm import SECRET, Firm, Laptop, customer_birth
from tests.unit.sync_server.sync.test_push import WITH_DEFECT


@dataclass
class Scene:
    """A firm to which a little of everything has happened."""

    firm: Firm
    laptop: Laptop
    customer: bytes = b""
    contact: bytes = b""
    order: bytes = b""

    def happen(self) -> None:
        firm, laptop = self.firm, self.laptop

        def begin(work: OfficeWork) -> None:
            self.customer = customers.create_customer(work, name="a").id
            self.contact = contacts.create_contact(work, self.customer, name="x").id
            customers.add_ship_to(work, self.customer, label="gate", address_city="Beijing")
            order = orders.create_order(work, self.customer, currency="CNY", wanted_on=date(2026, 6, 1))
            orders.add_line(work, order.id, firm.products[0], quantity_milli=2000, unit_price_minor=500)
            self.order = order.id

        def submit(work: OfficeWork) -> bytes:
            seal = orders.submit_order(work, self.order).seal_hash
            assert seal is not None
            return seal

        firm.act(begin, firm.anna)
        seal = firm.act(submit, firm.anna)
        touching = [("sales_order", self.order)]
        firm.act(lambda work: approvals.approve_order(work, self.order, seal), firm.head, touching=touching)
        base = firm.row("customer", self.customer)["version"]
        firm.edit("customer", self.customer, note="of the office")
        conflict = Op("customer", self.customer, CHANGE, base, {"note": ["", "of Anna"]})  # type: ignore[arg-type]
        assert laptop.hand_in(conflict).kind == "conflict"
        assert laptop.hand_in(customer_birth(firm.new_id(), firm.anna, name="defect")).kind == "quarantined"
        assert laptop.hand_in(Op("nothing", firm.new_id(), BIRTH, 0, {})).kind == "rejected"
        assert laptop.hand_in(customer_birth(firm.new_id(), firm.anna, name="b")).kind == "applied"


@pytest.fixture
def scene(firm: Firm) -> Any:
    """See `Scene`."""
    sick = Firm(firm.url, WITH_DEFECT, seed=3)
    scene = Scene(sick, sick.laptop(sick.anna))
    scene.happen()
    yield scene
    sick.close()


@pytest.mark.allow_log("sync_server.sync.push")
def test_nothing_is_wrong_where_nothing_was_planted(scene: Scene) -> None:
    assert check(scene.firm.database) == []
    assert {row["state"] for row in scene.firm.rows("sales_order")} == {"approved"}


Plant = Callable[[Scene], None]


def sql(statement: str, *names: str) -> Plant:
    """A statement with ids of the scene for its marks."""

    def plant(scene: Scene) -> None:
        known = {"north": scene.firm.north, "anna": scene.firm.anna, "ben": scene.firm.ben, "?": bytes(16)}
        values = [known[name] if name in known else getattr(scene, name) for name in names]
        scene.firm.plant(statement, *values)

    return plant


def of_the_office(scene: Scene) -> None:
    side = msgspec.msgpack.encode({"credit_note_office": "secret"})
    scene.firm.plant("UPDATE conflict SET theirs=?", side)


def of_the_office_in_a_document(scene: Scene) -> None:
    op = ["product", scene.firm.products[0], 1, 1, {"cost_minor": [SECRET, 1]}]
    scene.firm.plant("UPDATE conflict SET mine=?", msgspec.msgpack.encode({"intent": "x", "ops": [op]}))


def unreadable(scene: Scene) -> None:
    scene.firm.plant("UPDATE changeset SET body=? WHERE kind='applied'", b"no changeset")


def twice(scene: Scene) -> None:
    scene.firm.plant("UPDATE changeset SET n=1 WHERE incarnation=? AND n=4", scene.laptop.incarnation)


def number_ahead(scene: Scene) -> None:
    scene.firm.plant("UPDATE incarnation SET last_n=3 WHERE id=?", scene.laptop.incarnation)


def twin_number(scene: Scene) -> None:
    def another(work: OfficeWork) -> None:
        orders.create_order(work, scene.customer, currency="CNY")

    scene.firm.act(another, scene.firm.anna)
    scene.firm.plant("UPDATE sales_order SET number=(SELECT number FROM sales_order WHERE id=?)", scene.order)


def row_gone(table: str) -> Plant:
    return lambda scene: scene.firm.plant(f"DELETE FROM {table}")


PLANTS: dict[str, tuple[int, Plant]] = {
    "another unit than the parent's": (1, sql("UPDATE contact SET unit=?", "ben")),
    "no such unit": (1, sql("UPDATE contact SET unit=?", "?")),
    "another feed than the unit's": (1, sql("UPDATE contact SET feed_id=?", "ben")),
    "a part without its parent": (1, sql("UPDATE contact SET customer_id=?", "?")),
    "a new row that is not there": (2, row_gone("contact")),
    "all rows of a table that are not there": (12, row_gone("contact")),
    "a body that cannot be read": (2, unreadable),
    "a change that is not kept": (2, sql("DELETE FROM changeset WHERE kind='applied'")),
    "a conflict that is not there": (2, row_gone("conflict")),
    "a quarantine that is not there": (2, row_gone("quarantine")),
    "one number twice": (3, twice),
    "a number above the last": (3, number_ahead),
    "a hole in a feed": (4, sql("DELETE FROM feed_record WHERE feed=? AND seq=2", "north")),
    "a counter ahead of its feed": (4, sql("UPDATE feed SET seq=seq+1 WHERE id=?", "north")),
    "a counter behind its feed": (4, sql("UPDATE feed SET seq=seq-1 WHERE id=?", "north")),
    "another tag": (4, sql("UPDATE feed SET tag='12345678' WHERE id=?", "north")),
    "records of no feed": (4, sql("DELETE FROM feed WHERE id=?", "north")),
    "a version above the head": (4, sql("UPDATE contact SET version=99")),
    "a version that nobody gave": (4, sql("UPDATE contact SET version=0")),
    "a version without its record": (4, sql("DELETE FROM feed_touch WHERE tbl='contact'")),
    "a head ahead of the records": (4, sql("UPDATE unit SET head=head+1 WHERE id=?", "customer")),
    "an owner who does not hold": (6, sql("DELETE FROM holder WHERE unit=?", "customer")),
    "an owner who ceased to hold": (6, sql("UPDATE holder SET leave_seq=5 WHERE unit=?", "customer")),
    "somebody who holds and owns nothing": (
        6,
        sql(
            "INSERT INTO holder (unit, principal, why, enter_seq, feed, access, leave_seq) "
            "SELECT unit, ?, why, enter_seq, feed, access, leave_seq FROM holder WHERE unit=?",
            "ben",
            "customer",
        ),
    ),
    "an owner who may only read": (6, sql("UPDATE holder SET access='read' WHERE unit=?", "customer")),
    "a holder of another feed": (6, sql("UPDATE holder SET feed=? WHERE unit=?", "ben", "customer")),
    "a holder who hears of nothing": (6, sql("DELETE FROM principal_feed WHERE principal=?", "anna")),
    "a catalogue that nobody holds": (
        6,
        lambda scene: scene.firm.plant("DELETE FROM holder WHERE unit=?", bytes(CATALOGUE)),
    ),
    "a company that hears of nothing": (
        6,
        lambda scene: scene.firm.plant("DELETE FROM principal_feed WHERE principal=?", bytes(COMPANY)),
    ),
    "one order number twice": (8, twin_number),
    "a wrong digest": (12, sql("UPDATE unit_digest SET digest=? WHERE tbl='contact'", "?")),
    "a wrong count": (12, sql("""UPDATE unit_digest SET "rows"="rows"+1 WHERE tbl='contact'""")),
    "no digest": (12, sql("DELETE FROM unit_digest WHERE tbl='contact'")),
    "an order without its seal": (19, row_gone("order_seal")),
    "an order that names no seal": (19, sql("UPDATE sales_order SET seal_hash=NULL")),
    "an order that names another seal": (
        19,
        sql("UPDATE sales_order SET seal_hash='12345678123456781234567812345678'"),
    ),
    "a sealed order that was changed": (19, sql("UPDATE order_line SET quantity_milli=3000")),
    "sealed bytes that were changed": (
        19,
        lambda scene: scene.firm.plant("UPDATE order_seal SET content=?", b"x"),
    ),
    "a decision about nothing sealed": (19, sql("UPDATE approval_decision SET revision=7")),
    "a field of the office in a conflict": (22, of_the_office),
    "a field of the office in a document's conflict": (22, of_the_office_in_a_document),
}


@pytest.mark.allow_log("sync_server.sync.push")
@pytest.mark.parametrize("name", PLANTS)
def test_what_was_planted_is_found_under_its_number(scene: Scene, name: str) -> None:
    invariant, plant = PLANTS[name]
    plant(scene)
    found = check(scene.firm.database)
    assert invariant in {violation.invariant for violation in found}, found
    assert all(violation.text and violation.where for violation in found)


@pytest.mark.allow_log("sync_server.sync.push")
def test_an_order_that_was_brought_from_elsewhere_needs_no_seal_and_one_that_has_one_keeps_it(
    scene: Scene,
) -> None:
    firm = scene.firm
    firm.plant("UPDATE sales_order SET origin='northwind'")
    assert check(firm.database) == []
    firm.plant("DELETE FROM approval_decision")
    firm.plant("DELETE FROM order_seal")
    assert 19 not in {violation.invariant for violation in check(firm.database)}
    firm.plant("UPDATE sales_order SET origin=''")
    assert 19 in {violation.invariant for violation in check(firm.database)}


@pytest.mark.allow_log("sync_server.sync.push")
def test_a_sealed_order_that_was_brought_from_elsewhere_is_as_it_was_sealed(scene: Scene) -> None:
    scene.firm.plant("UPDATE sales_order SET origin='northwind'")
    scene.firm.plant("UPDATE order_line SET quantity_milli=3000")
    assert 19 in {violation.invariant for violation in check(scene.firm.database)}


@pytest.mark.allow_log("sync_server.sync.push")
def test_the_jump_of_a_restored_office_is_no_hole(scene: Scene) -> None:
    firm = scene.firm
    firm.plant("UPDATE feed SET epoch=epoch+1, seq=seq+4294967296")
    assert check(firm.database) == []
    firm.edit("customer", scene.customer, note="after the jump")
    assert check(firm.database) == []


@pytest.mark.allow_log("sync_server.sync.push")
def test_a_conflict_that_several_changes_joined_is_theirs_all(scene: Scene) -> None:
    firm, laptop = scene.firm, scene.laptop
    for old, new in (("of Anna", "b"), ("b", "c")):
        op = Op("customer", scene.customer, CHANGE, 1, {"note": [old, new]})
        assert laptop.hand_in(op).kind == "conflict"
    assert len(firm.rows("conflict")) == 1
    assert check(firm.database) == []
    firm.plant("DELETE FROM conflict")
    assert sum(violation.text.startswith("a conflict of which") for violation in check(firm.database)) == 3


@pytest.mark.allow_log("sync_server.sync.push")
def test_the_check_changes_nothing(scene: Scene) -> None:
    before = scene.firm.everything()
    check(scene.firm.database)
    assert scene.firm.everything() == before
    assert SalesOrder.__tablename__ == "sales_order"
