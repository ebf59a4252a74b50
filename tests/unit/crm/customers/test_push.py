"""What a laptop does with customers, handed in at the office: the merge with the rules of the subjects."""

from __future__ import annotations

from typing import Any

import pytest

from crm.changes.actor import Actor
from crm.changes.clock import stamp_of
from crm.changes.decision import Decision, Sender, settle
from crm.changes.merge import decide
from crm.changes.ops import Changeset, Op
from crm.changes.view import Overlay
from crm.contacts import actions as contacts
from crm.contacts import rules as contact_rules
from crm.customers import actions, rules
from crm.customers.entities import Customer
from crm.errors import Code
from crm.ids import DIRECTORY
from crm.rules import row_of
from crm.schema import SCHEMA
from tests.unit.crm.desk import NOON, Desk, MemoryView

RULES = {**rules.RULES, **contact_rules.RULES}


class Office:
    """The merge over rows in memory, knowing the people of the desk."""

    def __init__(self, desk: Desk) -> None:
        self.division = desk.division("N")
        self.anna = desk.person("安娜", division_id=self.division)
        self.ben = desk.person("Ben", division_id=self.division)
        view = MemoryView()
        for person in (self.anna, self.ben):
            view.add("app_user", id=person, unit=DIRECTORY, division_id=self.division, state="active")
        self.view = Overlay(view)
        self.seq = 0

    def take(self, actor: Actor, ops: tuple[Op, ...]) -> Decision:
        self.seq += 1
        changeset = Changeset(bytes([self.seq]) * 16, stamp_of(NOON), "2026-05-29", 1, "test", actor.id, ops)
        sender = Sender(actor, actor.id, stamp_of(NOON), NOON)
        decision = decide(SCHEMA, RULES, self.view, changeset, sender)
        settle(decision, {self.division: self.seq}, sender)
        return decision


@pytest.fixture
def office(desk: Desk) -> Office:
    return Office(desk)


def entered(desk: Desk, actor: Actor, **fields: Any) -> tuple[Customer, tuple[Op, ...]]:
    with desk.work(actor) as work:
        customer = actions.create_customer(work, **fields)
    return customer, work.ops


def test_the_office_stores_what_the_laptop_holds(desk: Desk, office: Office) -> None:
    rep = desk.actor(office.anna)
    customer, ops = entered(desk, rep, name="晨光广告", phone="010-65551234", address_city="北京")
    decision = office.take(rep, ops)
    assert (decision.kind, decision.looks) == ("applied", [])
    stored, local = office.view.get("customer", customer.id), row_of(customer)
    assert stored is not None
    assert {name: stored[name] for name in SCHEMA["customer"].fields} == {
        name: local[name] for name in SCHEMA["customer"].fields
    }


def test_the_same_firm_from_two_reps_is_taken_and_marked(desk: Desk, office: Office) -> None:
    anna, ben = desk.actor(office.anna), desk.actor(office.ben)
    office.take(anna, entered(desk, anna, name="晨光广告有限公司")[1])
    second, ops = entered(desk, ben, name="晨光广告")
    decision = office.take(ben, ops)
    assert decision.kind == "applied"
    assert [look.code for look in decision.looks] == [rules.DUPLICATE]
    row = office.view.get("customer", second.id)
    assert row is not None
    assert '"duplicate"' in str(row["looks"])


def test_a_mark_goes_when_its_reason_goes(desk: Desk, office: Office) -> None:
    anna = desk.actor(office.anna)
    office.take(anna, entered(desk, anna, name="晨光广告")[1])
    second, ops = entered(desk, anna, name="晨光广告")
    office.take(anna, ops)
    with desk.work(anna) as work:
        actions.edit_customer(work, second.id, name="晨光传媒")
    office.take(anna, work.ops)
    row = office.view.get("customer", second.id)
    assert row is not None
    assert row["looks"] == ""


def test_a_laptop_that_gives_its_customer_away_is_refused(desk: Desk, office: Office) -> None:
    anna = desk.actor(office.anna)
    customer, ops = entered(desk, anna, name="晨光广告")
    office.take(anna, ops)
    given = Op("customer", customer.id, 1, 1, {"owner_id": [office.anna, office.ben]})
    decision = office.take(anna, (given,))
    assert (decision.kind, decision.code) == ("rejected", Code.NO_RIGHT)


def test_a_laptop_sets_no_credit_and_changes_no_code(desk: Desk, office: Office) -> None:
    anna = desk.actor(office.anna)
    customer, ops = entered(desk, anna, name="晨光广告")
    office.take(anna, ops)
    attempts: list[tuple[dict[str, Any], int]] = [
        ({"credit_limit_minor": [None, 1]}, Code.OFFICE_FIELD),
        ({"credit_note_office": ["", "x"]}, Code.UNKNOWN_FIELD),
        ({"code": [customer.code, "C-1"]}, Code.APPEND_ONLY),
        ({"name_key": [None, bytes(16)]}, Code.OFFICE_FIELD),
    ]
    for fields, code in attempts:
        decision = office.take(anna, (Op("customer", customer.id, 1, 1, fields),))
        assert (decision.kind, decision.code) == ("rejected", code)


def test_a_contact_arrives_with_its_customer_in_one_change(desk: Desk, office: Office) -> None:
    anna = desk.actor(office.anna)
    with desk.work(anna) as work:
        customer = actions.create_customer(work, name="晨光广告")
        place = actions.add_ship_to(work, customer.id, label="北门")
        boss = contacts.create_contact(work, customer.id, name="老板")
        clerk = contacts.create_contact(work, customer.id, name="职员", reports_to_id=boss.id)
    decision = office.take(anna, work.ops)
    assert decision.kind == "applied", decision.text
    for row in (place, boss, clerk):
        stored = office.view.get(row.__tablename__, row.id)
        assert stored is not None
        assert stored["unit"] == customer.id
