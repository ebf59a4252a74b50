"""Deciding a conflict and taking the decision back, on a real database."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert

from crm.changes.actor import Actor
from crm.changes.entity import Replicated
from crm.changes.ops import BIRTH, CHANGE
from crm.conflicts import actions, queries, rules
from crm.conflicts.entities import Conflict
from crm.conflicts.states import ConflictState
from crm.contacts import actions as contacts
from crm.contacts.entities import Contact
from crm.customers import actions as customers
from crm.customers.entities import Customer
from crm.customers.states import Library
from crm.errors import Code, InvalidInput, NotAllowed, RuleBroken
from crm.orders.entities import OrderLine, SalesOrder
from crm.orders.states import OrderState
from crm.schema import SCHEMA
from tests.unit.crm.desk import NOON, Desk, DeskWork


class Case:
    """A rep with a customer and a contact, and conflicts about them."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.division = desk.division("N")
        self.rep: Actor = desk.actor(desk.person("安娜", division_id=self.division))
        with desk.work(self.rep) as work:
            self.customer: Customer = customers.create_customer(work, name="晨光广告")
            self.contact: Contact = contacts.create_contact(work, self.customer.id, name="吴", phone="2")

    def conflict(
        self,
        row: Replicated,
        *,
        mine: dict[str, Any],
        theirs: dict[str, Any],
        rule: str = "review",
        state: ConflictState = ConflictState.OPEN,
        names: str = "",
    ) -> Conflict:
        conflict = Conflict(
            id=self.desk.new_id(),
            table_name=row.__tablename__,
            row_id=row.id,
            field_names=names or ",".join(mine),
            rule=rule,
            state=state.value,
            mine=rules.pack(mine),
            theirs=rules.pack(theirs),
            mine_at=NOON,
        )
        with self.desk.work() as work:
            work.session.add(conflict)
        return conflict

    def resolve(self, conflict: Conflict, choose: rules.Choice, actor: Actor | None = None) -> DeskWork:
        with self.desk.work(actor or self.rep) as work:
            actions.resolve_conflict(work, SCHEMA, conflict.id, choose=choose)
        return work

    def undo(self, conflict: Conflict) -> DeskWork:
        with self.desk.work(self.rep) as work:
            actions.undo_resolution(work, SCHEMA, conflict.id)
        return work


@pytest.fixture
def case(desk: Desk) -> Case:
    return Case(desk)


@pytest.fixture
def phone(case: Case) -> Conflict:
    """The office holds phone 2; this side wanted 3."""
    return case.conflict(case.contact, mine={"phone": "3"}, theirs={"phone": "2"})


# --- single fields ----------------------------------------------------------------------------------------------------


def test_a_conflict_belongs_to_the_unit_of_the_row_it_is_about(case: Case, phone: Conflict) -> None:
    assert phone.unit == case.customer.id
    assert case.desk.session.scalars(queries.that_need_a_person()).all() == [phone]
    assert case.desk.session.scalars(queries.about("contact", case.contact.id)).all() == [phone]


def test_choosing_mine_writes_it_and_says_who_decided_when(case: Case, phone: Conflict) -> None:
    work = case.resolve(phone, "mine")
    assert work.fields_of(case.contact) == {"phone": ["2", "3"]}
    assert (phone.state, phone.resolution) == (ConflictState.RESOLVED, "mine")
    assert (phone.resolved_by, phone.resolved_at) == (case.rep.id, work.now_ms)
    assert case.desk.session.scalars(queries.that_need_a_person()).all() == []


def test_choosing_theirs_leaves_the_row_alone(case: Case, phone: Conflict) -> None:
    work = case.resolve(phone, "theirs")
    assert work.fields_of(case.contact) == {}
    assert case.contact.phone == "2"
    assert phone.state == ConflictState.RESOLVED


def test_other_values_may_be_chosen(case: Case, phone: Conflict) -> None:
    case.resolve(phone, {"phone": "2 或 3"})
    assert (case.contact.phone, phone.resolution) == ("2 或 3", "other")


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"name": "X"}, rules.NOT_CHOOSABLE),
        ({}, rules.NOT_CHOOSABLE),
        ({"deleted": 1}, rules.NOT_CHOOSABLE),
        ({"phone": "9" * 41}, Code.BAD_VALUE),
        ({"phone": 9}, Code.BAD_VALUE),
    ],
)
def test_values_the_conflict_is_not_about_are_refused(
    case: Case, phone: Conflict, values: dict[str, Any], code: int
) -> None:
    with pytest.raises(InvalidInput) as refused:
        case.resolve(phone, values)
    assert refused.value.code == code
    assert phone.state == ConflictState.OPEN


def test_a_word_that_is_no_side_is_refused(case: Case, phone: Conflict) -> None:
    with pytest.raises(InvalidInput):
        case.resolve(phone, "both")  # type: ignore[arg-type]


def test_a_value_that_a_rule_took_can_still_be_given_back(case: Case) -> None:
    with case.desk.work(case.rep) as work:
        contacts.edit_contact(work, case.contact.id, note="later")
    filed = case.conflict(
        case.contact,
        mine={"note": "later"},
        theirs={"note": "earlier"},
        rule="latest",
        state=ConflictState.DECIDED,
    )
    assert case.desk.session.scalars(queries.that_need_a_person()).all() == []
    case.resolve(filed, "theirs")
    assert case.contact.note == "earlier"


def test_an_office_field_in_a_side_is_never_written(case: Case) -> None:
    conflict = case.conflict(
        case.customer, mine={"credit_note_office": "x"}, theirs={"credit_note_office": ""}
    )
    with pytest.raises(InvalidInput) as refused:
        case.resolve(conflict, "mine")
    assert refused.value.code == Code.UNKNOWN_FIELD


def test_a_decision_is_made_once(case: Case, phone: Conflict) -> None:
    case.resolve(phone, "mine")
    with pytest.raises(RuleBroken) as refused:
        case.resolve(phone, "theirs")
    assert refused.value.code == Code.ILLEGAL_MOVE


def test_nobody_else_decides_or_learns_of_it(case: Case, phone: Conflict) -> None:
    stranger = case.desk.actor(case.desk.person("Ben", division_id=case.division))
    with pytest.raises(NotAllowed) as foreign:
        case.resolve(phone, "mine", stranger)
    assert foreign.value.code == Code.NOT_FOUND


# --- taking it back -----------------------------------------------------------------------------------------------------


def test_a_decision_taken_back_restores_the_row_and_opens_the_conflict(case: Case, phone: Conflict) -> None:
    case.resolve(phone, "mine")
    work = case.undo(phone)
    assert work.fields_of(case.contact) == {"phone": ["3", "2"]}
    assert (phone.state, phone.resolution, phone.resolved_by) == (ConflictState.UNDONE, "", None)
    assert case.desk.session.scalars(queries.that_need_a_person()).all() == [phone]
    case.resolve(phone, {"phone": "4"})
    assert case.contact.phone == "4"


def test_a_later_edit_is_not_overwritten_by_taking_a_decision_back(case: Case, phone: Conflict) -> None:
    case.resolve(phone, "mine")
    with case.desk.work(case.rep) as work:
        contacts.edit_contact(work, case.contact.id, phone="5")
    with pytest.raises(RuleBroken) as refused:
        case.undo(phone)
    assert refused.value.code == rules.TARGET_MOVED
    assert (case.contact.phone, phone.state) == ("5", ConflictState.RESOLVED)


def test_what_nobody_decided_cannot_be_taken_back(case: Case, phone: Conflict) -> None:
    with pytest.raises(RuleBroken) as refused:
        case.undo(phone)
    assert refused.value.code == Code.ILLEGAL_MOVE


# --- the dead, and moves ------------------------------------------------------------------------------------------------


def test_choosing_an_edit_of_the_dead_revives_them(case: Case) -> None:
    with case.desk.work(case.rep) as work:
        contacts.delete_contact(work, case.contact.id)
    conflict = case.conflict(case.contact, mine={"phone": "3"}, theirs={"deleted": 1}, rule="dead")
    case.resolve(conflict, "mine")
    assert (case.contact.deleted, case.contact.phone) == (False, "3")
    case.undo(conflict)
    assert (case.contact.deleted, case.contact.phone) == (True, "2")
    case.resolve(conflict, "theirs")
    assert case.contact.deleted is True


def test_a_contact_entered_under_a_deleted_customer_comes_back_with_it(case: Case) -> None:
    with case.desk.work(case.rep) as work:
        customers.delete_customer(work, case.customer.id)
    new_id = case.desk.new_id()
    fields = {"customer_id": case.customer.id, "name": "徐", "birthday": "1990-01-02"}
    conflict = case.conflict(
        case.customer,
        mine={"intent": "contact.create", "ops": [["contact", new_id, BIRTH, 0, fields]]},
        theirs={"rows": []},
        rule="dead",
        names="@document",
    )
    case.resolve(conflict, "mine")
    contact = case.desk.session.get_one(Contact, new_id)
    assert (case.customer.deleted, contact.name, contact.unit) == (False, "徐", case.customer.id)
    case.undo(conflict)
    assert (case.customer.deleted, contact.deleted) == (True, True)
    case.resolve(conflict, "mine")
    assert (case.customer.deleted, contact.deleted) == (False, False)


def test_a_move_is_made_only_while_it_can_be_made(case: Case) -> None:
    conflict = case.conflict(
        case.customer, mine={"library": "trading"}, theirs={"library": "public"}, rule="state"
    )
    with case.desk.work(case.rep) as work:
        customers.move_library(work, case.customer.id, Library.PUBLIC, reason="休眠")
    with pytest.raises(RuleBroken) as refused:
        case.resolve(conflict, "mine")
    assert refused.value.code == Code.ILLEGAL_MOVE
    assert (case.customer.library, conflict.state) == (Library.PUBLIC, ConflictState.OPEN)
    with case.desk.work(case.rep) as work:
        customers.move_library(work, case.customer.id, Library.POTENTIAL)
    case.resolve(conflict, "mine")
    assert case.customer.library == Library.TRADING


# --- documents ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def order(case: Case) -> SalesOrder:
    with case.desk.work(case.rep) as work:
        order = SalesOrder(
            id=work.new_id(),
            number="ND-1-00001-AAAA",
            rep_id=case.rep.id,
            customer_id=case.customer.id,
            customer_name="晨光广告",
            order_date=work.business_date,
            currency="CNY",
            note="office",
        )
        work.session.add(order)
        work.session.flush()
        work.session.add(line(work.new_id(), order, 1))
    return order


def line(row_id: bytes, order: SalesOrder, line_no: int) -> OrderLine:
    return OrderLine(**line_fields(order.id, line_no), id=row_id)


def line_fields(order_id: bytes, line_no: int) -> dict[str, Any]:
    return {
        "order_id": order_id,
        "line_no": line_no,
        "product_id": b"p" * 16,
        "product_code": "P",
        "product_name": "灯箱",
        "unit_name": "块",
        "quantity_milli": 1000,
    }


def document(case: Case, order_id: bytes, ops: list[list[Any]], row: Replicated | None = None) -> Conflict:
    mine = {"intent": "order.submit", "ops": ops}
    if row is not None:
        return case.conflict(row, mine=mine, theirs={"rows": []}, rule="group", names="@document")
    conflict_id = case.desk.new_id()
    with case.desk.work():
        case.desk.session.execute(
            insert(Conflict).values(
                id=conflict_id,
                unit=case.customer.id,
                table_name="sales_order",
                row_id=order_id,
                field_names="@document",
                rule="seal",
                mine=rules.pack(mine),
                theirs=rules.pack({"rows": []}),
            )
        )
    return case.desk.session.get_one(Conflict, conflict_id)


def test_a_document_chosen_gets_its_values_without_its_moves_and_seals(case: Case, order: SalesOrder) -> None:
    (first,) = case.desk.session.query(OrderLine).filter_by(order_id=order.id)
    new_id = case.desk.new_id()
    conflict = document(
        case,
        order.id,
        [
            [
                "sales_order",
                order.id,
                CHANGE,
                1,
                {
                    "note": ["", "mine"],
                    "wanted_on": [None, "2026-06-01"],
                    "state": ["draft", "submitted"],
                    "seal_hash": [None, b"h" * 32],
                    "submitted_at": [None, NOON],
                },
            ],
            ["order_line", first.id, CHANGE, 1, {"deleted": [0, 1]}],
            ["order_line", new_id, BIRTH, 0, line_fields(order.id, 2)],
            [
                "order_seal",
                case.desk.new_id(),
                BIRTH,
                0,
                {"order_id": order.id, "revision": 1, "content": b"{}", "hash": b"h" * 32},
            ],
        ],
        order,
    )
    work = case.resolve(conflict, "mine")
    assert (order.note, str(order.wanted_on)) == ("mine", "2026-06-01")
    assert (order.state, order.seal_hash, order.submitted_at) == (OrderState.DRAFT, None, None)
    assert first.deleted
    assert case.desk.session.get_one(OrderLine, new_id).unit == case.customer.id
    assert {op.table for op in work.ops} == {"conflict", "sales_order", "order_line"}
    case.undo(conflict)
    assert (order.note, order.wanted_on, first.deleted) == ("office", None, False)
    assert case.desk.session.get_one(OrderLine, new_id).deleted


@pytest.mark.parametrize("table", ["sales_order", "order_line"])
def test_a_decision_does_not_write_into_a_document_that_was_sealed_since(
    case: Case, order: SalesOrder, table: str
) -> None:
    (first,) = case.desk.session.query(OrderLine).filter_by(order_id=order.id)
    row_id = order.id if table == "sales_order" else first.id
    conflict = document(case, order.id, [[table, row_id, CHANGE, 1, {"note": ["", "mine"]}]], order)
    with case.desk.work(case.rep):
        order.state = OrderState.SUBMITTED.value
    with pytest.raises(RuleBroken) as refused:
        case.resolve(conflict, "mine")
    assert (refused.value.code, refused.value.details) == (Code.LOCKED, {"state": "submitted"})
    assert (order.note, first.note) == ("office", "")
    case.resolve(conflict, "theirs")
    assert conflict.state == ConflictState.RESOLVED


def test_a_decision_that_was_sealed_is_not_taken_back(case: Case, order: SalesOrder) -> None:
    (first,) = case.desk.session.query(OrderLine).filter_by(order_id=order.id)
    ops = [["order_line", first.id, CHANGE, 1, {"note": ["", "mine"]}]]
    conflict = document(case, order.id, ops, order)
    case.resolve(conflict, "mine")
    with case.desk.work(case.rep):
        order.state = OrderState.SUBMITTED.value
    with pytest.raises(RuleBroken) as refused:
        case.undo(conflict)
    assert refused.value.code == Code.LOCKED
    assert first.note == "mine"


def test_a_document_left_as_the_office_has_it_is_not_touched(case: Case, order: SalesOrder) -> None:
    ops = [["sales_order", order.id, CHANGE, 1, {"note": ["", "mine"]}]]
    conflict = document(case, order.id, ops, order)
    with pytest.raises(InvalidInput):
        case.resolve(conflict, {"note": "neither"})
    work = case.resolve(conflict, "theirs")
    assert {op.table for op in work.ops} == {"conflict"}


def test_an_order_that_never_arrived_is_chosen_as_a_draft(case: Case) -> None:
    order_id, line_id = case.desk.new_id(), case.desk.new_id()
    head = {
        "number": "ND-1-00002-BBBB",
        "rep_id": case.rep.id,
        "customer_id": case.customer.id,
        "customer_name": "晨光广告",
        "order_date": "2026-05-29",
        "currency": "CNY",
        "state": "submitted",
        "is_net": 0,
        "seal_hash": b"h" * 32,
    }
    conflict = document(
        case,
        order_id,
        [
            ["sales_order", order_id, BIRTH, 0, head],
            ["order_line", line_id, BIRTH, 0, line_fields(order_id, 1)],
        ],
    )
    case.resolve(conflict, "mine")
    order = case.desk.session.get_one(SalesOrder, order_id)
    assert (order.state, order.is_net, order.seal_hash) == (OrderState.DRAFT, False, None)
    assert order.number == "ND-1-00002-BBBB"


# --- a conflict about a decision ------------------------------------------------------------------------------------------


def second_decision(case: Case, phone: Conflict, *ops: list[Any]) -> Conflict:
    mine = {"intent": "conflict.resolve", "ops": list(ops)}
    return case.conflict(phone, mine=mine, theirs={"rows": []}, rule="group", names="@document")


def test_the_second_decision_can_replace_the_first(case: Case, phone: Conflict) -> None:
    case.resolve(phone, "theirs")
    second = second_decision(
        case,
        phone,
        ["conflict", phone.id, CHANGE, 1, {"resolution": ["", "mine"], "state": ["open", "resolved"]}],
        ["contact", case.contact.id, CHANGE, 1, {"phone": ["2", "3"]}],
    )
    case.resolve(second, "mine")
    assert (case.contact.phone, phone.resolution) == ("3", "mine")
    assert second.state == ConflictState.RESOLVED
    with pytest.raises(RuleBroken) as refused:
        case.undo(second)
    assert refused.value.code == rules.NOTHING_TO_UNDO
    case.undo(phone)
    assert case.contact.phone == "2"


def test_the_second_decision_may_have_been_other_values_or_to_open_it_again(
    case: Case, phone: Conflict
) -> None:
    case.resolve(phone, "mine")
    other = second_decision(
        case,
        phone,
        ["conflict", phone.id, CHANGE, 1, {"resolution": ["", "other"]}],
        ["contact", case.contact.id, CHANGE, 1, {"phone": ["2", "7"]}],
    )
    case.resolve(other, "mine")
    assert (case.contact.phone, phone.resolution) == ("7", "other")
    again = second_decision(case, phone, ["conflict", phone.id, CHANGE, 1, {"resolution": ["mine", ""]}])
    case.resolve(again, "mine")
    assert (case.contact.phone, phone.state) == ("2", ConflictState.UNDONE)


def test_the_first_decision_can_be_left_to_stand(case: Case, phone: Conflict) -> None:
    case.resolve(phone, "mine")
    second = second_decision(case, phone, ["conflict", phone.id, CHANGE, 1, {"resolution": ["", "theirs"]}])
    with pytest.raises(InvalidInput):
        case.resolve(second, {"resolution": "theirs"})
    case.resolve(second, "theirs")
    assert (case.contact.phone, phone.resolution) == ("3", "mine")


def test_a_change_that_decides_nothing_cannot_be_chosen(case: Case, phone: Conflict) -> None:
    second = second_decision(case, phone, ["conflict", phone.id, CHANGE, 1, {"note": ["", "x"]}])
    with pytest.raises(InvalidInput) as refused:
        case.resolve(second, "mine")
    assert refused.value.code == rules.NOT_CHOOSABLE
