"""What people do with customers and places of delivery, on a real database."""

from __future__ import annotations

from datetime import date

import pytest

from crm.changes.actor import Actor
from crm.customers import actions, queries, rules
from crm.customers.entities import Customer
from crm.customers.states import Library
from crm.errors import Code, InvalidInput, NotAllowed, RuleBroken
from crm.ids import derive_id
from crm.people import actions as people
from crm.rights import Role
from tests.unit.crm.desk import Desk


class Town:
    """Two divisions with their people."""

    def __init__(self, desk: Desk) -> None:
        self.north, self.south = desk.division("N"), desk.division("S")
        self.anna = desk.person("安娜", division_id=self.north)
        self.ben = desk.person("Ben", division_id=self.north)
        self.far = desk.person("Far", division_id=self.south)
        self.head = desk.person("Head", division_id=self.north, roles=[Role.DIVISION_HEAD])
        self.rep: Actor = desk.actor(self.anna)
        self.other: Actor = desk.actor(self.ben)
        self.manager: Actor = desk.actor(self.head, office=True)


@pytest.fixture
def town(desk: Desk) -> Town:
    return Town(desk)


@pytest.fixture
def customer(desk: Desk, town: Town) -> Customer:
    with desk.work(town.rep) as work:
        return actions.create_customer(work, name="晨光广告有限公司", phone="010-6555 1234", region="华北")


def test_a_new_customer_is_the_reps_own_potential_one_with_a_code(desk: Desk, town: Town) -> None:
    with desk.work(town.rep) as work:
        customer = actions.create_customer(work, name=" 晨光广告 ", address_city="北京")
    assert (customer.owner_id, customer.library, customer.name) == (town.anna, Library.POTENTIAL, "晨光广告")
    assert customer.code == rules.customer_code("ND-1", 1, customer.id)
    assert customer.unit == customer.id


def test_derived_keys_are_kept_beside_the_row_and_never_sent(desk: Desk, town: Town) -> None:
    with desk.work(town.rep) as work:
        customer = actions.create_customer(work, name="Bright", tax_registration_no="911101051234")
    sent = work.fields_of(customer)
    assert customer.name_key == derive_id("customer", "name", "bright")
    assert customer.phone_key is None
    assert not {"name_key", "phone_key", "registry_key", "code_key", "looks"} & set(sent)
    assert not {"credit_limit_minor", "credit_currency"} & set(sent)


def test_an_edit_says_the_old_and_the_new_value_and_nothing_else(
    desk: Desk, town: Town, customer: Customer
) -> None:
    with desk.work(town.rep) as work:
        actions.edit_customer(work, customer.id, phone="010-7777 8888", region="华北")
    assert work.fields_of(customer) == {"phone": ["010-6555 1234", "010-7777 8888"]}
    found = desk.session.scalars(queries.likely_same(phone="+86 10 77778888")).all()
    assert found == [customer]


def test_likely_duplicates_are_shown_before_anything_is_saved(desk: Desk, customer: Customer) -> None:
    def found(name: str = "", phone: str = "") -> list[Customer]:
        return list(desk.session.scalars(queries.likely_same(name=name, phone=phone)))

    assert found("晨光广告") == [customer]
    assert found("别的", "(010)65551234") == [customer]
    assert found("别的") == found() == []
    assert list(desk.session.scalars(queries.likely_same_as(customer))) == []


def test_another_rep_can_neither_edit_nor_learn_of_a_customer(
    desk: Desk, town: Town, customer: Customer
) -> None:
    with pytest.raises(NotAllowed) as foreign, desk.work(town.other) as work:
        actions.edit_customer(work, customer.id, name="Mine now")
    with pytest.raises(NotAllowed) as absent, desk.work(town.other) as work:
        actions.edit_customer(work, b"?" * 16, name="Mine now")
    assert foreign.value.code == absent.value.code == Code.NOT_FOUND


def test_a_rep_enters_no_customer_for_somebody_else(desk: Desk, town: Town) -> None:
    with pytest.raises(NotAllowed), desk.work(town.rep) as work:
        actions.create_customer(work, name="晨光", owner_id=town.ben)
    with desk.work(town.manager) as work:
        assert actions.create_customer(work, name="晨光", owner_id=town.ben).owner_id == town.ben


def test_a_code_brought_along_is_taken_once(desk: Desk, town: Town) -> None:
    with desk.work(town.rep) as work:
        actions.create_customer(work, name="A", code="OLD-1")
    with pytest.raises(RuleBroken) as refused, desk.work(town.rep) as work:
        actions.create_customer(work, name="B", code="OLD-1")
    assert refused.value.code == rules.CODE_TAKEN


def test_a_customer_is_given_inside_the_division_and_not_across(
    desk: Desk, town: Town, customer: Customer
) -> None:
    with pytest.raises(NotAllowed), desk.work(town.rep) as work:
        actions.assign_customer(work, customer.id, owner_id=town.ben)
    with pytest.raises(RuleBroken) as refused, desk.work(town.manager) as work:
        actions.assign_customer(work, customer.id, owner_id=town.far)
    assert refused.value.code == rules.OTHER_DIVISION
    with desk.work(town.manager) as work:
        actions.assign_customer(work, customer.id, owner_id=town.ben)
    assert work.fields_of(customer) == {"owner_id": [town.anna, town.ben]}


def test_nobody_gets_a_customer_whose_account_is_stopped(desk: Desk, town: Town, customer: Customer) -> None:
    with desk.work() as work:
        people.freeze_account(work, town.ben)
    with pytest.raises(RuleBroken) as refused, desk.work(town.manager) as work:
        actions.assign_customer(work, customer.id, owner_id=town.ben)
    assert refused.value.code == rules.OWNER_AWAY


def test_credit_is_set_at_the_office_by_those_who_may(desk: Desk, town: Town, customer: Customer) -> None:
    with pytest.raises(NotAllowed), desk.work(town.rep) as work:
        actions.set_credit(work, customer.id, limit_minor=1, currency="CNY")
    with pytest.raises(NotAllowed), desk.work(desk.actor(town.head)) as work:
        actions.set_credit(work, customer.id, limit_minor=1, currency="CNY")
    with desk.work(town.manager) as work:
        actions.set_credit(work, customer.id, limit_minor=5_000_00, currency="CNY", note_office="慢")
    assert (customer.credit_limit_minor, customer.credit_note_office) == (500_000, "慢")


def test_converting_makes_a_potential_customer_a_trading_one_for_good(
    desk: Desk, town: Town, customer: Customer
) -> None:
    with desk.work(town.rep) as work:
        actions.convert_customer(work, customer.id)
    assert work.fields_of(customer) == {"library": ["potential", "trading"]}
    with pytest.raises(RuleBroken) as refused, desk.work(town.rep) as work:
        actions.move_library(work, customer.id, Library.PUBLIC)
    assert refused.value.code == Code.ILLEGAL_MOVE


def test_nothing_is_invalid_without_a_reason(desk: Desk, town: Town, customer: Customer) -> None:
    with pytest.raises(RuleBroken) as refused, desk.work(town.rep) as work:
        actions.move_library(work, customer.id, Library.INVALID)
    assert refused.value.code == rules.REASON_MISSING
    with desk.work(town.rep) as work:
        actions.move_library(work, customer.id, Library.INVALID, reason=" 停业 ")
    assert (customer.library, customer.invalid_reason) == (Library.INVALID, "停业")


def test_a_deleted_customer_is_edited_only_after_it_was_revived(
    desk: Desk, town: Town, customer: Customer
) -> None:
    with desk.work(town.rep) as work:
        actions.delete_customer(work, customer.id)
    assert work.fields_of(customer) == {"deleted": [0, 1]}
    assert desk.session.scalars(queries.customers_of(town.anna)).all() == []
    with pytest.raises(RuleBroken) as refused, desk.work(town.rep) as work:
        actions.edit_customer(work, customer.id, name="X")
    assert refused.value.code == rules.DELETED
    with desk.work(town.rep) as work:
        actions.revive_customer(work, customer.id)
    assert desk.session.scalars(queries.customers_of(town.anna)).all() == [customer]


def test_only_fields_of_a_customer_are_edited(desk: Desk, town: Town, customer: Customer) -> None:
    with pytest.raises(InvalidInput) as refused, desk.work(town.rep) as work:
        actions.edit_customer(work, customer.id, owner_id=town.ben)  # type: ignore[call-arg]
    assert refused.value.code == Code.UNKNOWN_FIELD


def test_a_failed_edit_leaves_the_customer_as_it_was(desk: Desk, town: Town, customer: Customer) -> None:
    with pytest.raises(RuleBroken), desk.work(town.rep) as work:
        actions.edit_customer(work, customer.id, name="新名", deal_type="barter")
    assert customer.name == "晨光广告有限公司"


def test_verifying_notes_the_business_day(desk: Desk, town: Town, customer: Customer) -> None:
    with desk.work(town.rep) as work:
        actions.verify_customer(work, customer.id)
    assert customer.last_verified_on == work.business_date
    assert isinstance(customer.last_verified_on, date)


def test_one_place_of_delivery_is_the_default(desk: Desk, town: Town, customer: Customer) -> None:
    with desk.work(town.rep) as work:
        first = actions.add_ship_to(work, customer.id, label="北门", address_city="北京")
        second = actions.add_ship_to(work, customer.id, label="仓库")
    assert (first.is_default, second.is_default) == (True, False)
    assert first.unit == customer.id
    with desk.work(town.rep) as work:
        actions.set_default_ship_to(work, second.id)
    assert work.fields_of(first) == {"is_default": [1, 0]}
    assert desk.session.scalars(queries.ship_to_addresses(customer.id)).all() == [second, first]


def test_a_deleted_place_of_delivery_is_offered_no_more_until_revived(
    desk: Desk, town: Town, customer: Customer
) -> None:
    with desk.work(town.rep) as work:
        place = actions.add_ship_to(work, customer.id, label="北门")
    with desk.work(town.rep) as work:
        actions.delete_ship_to(work, place.id)
    assert desk.session.scalars(queries.ship_to_addresses(customer.id)).all() == []
    with pytest.raises(RuleBroken), desk.work(town.rep) as work:
        actions.edit_ship_to(work, place.id, label="南门")
    with desk.work(town.rep) as work:
        actions.revive_ship_to(work, place.id)
        actions.edit_ship_to(work, place.id, label="南门", delivery_note="周一至周五")
    assert work.fields_of(place)["label"] == ["北门", "南门"]


def test_a_place_of_delivery_needs_a_label_and_a_customer_of_ones_own(
    desk: Desk, town: Town, customer: Customer
) -> None:
    with pytest.raises(RuleBroken) as refused, desk.work(town.rep) as work:
        actions.add_ship_to(work, customer.id, label=" ")
    assert refused.value.code == rules.BAD_FIELD
    with pytest.raises(NotAllowed), desk.work(town.other) as work:
        actions.add_ship_to(work, customer.id, label="北门")
