"""People at a customer and who reports to whom."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.changes.actor import Actor
from crm.contacts import actions, queries, rules
from crm.contacts.entities import Contact
from crm.customers import actions as customers
from crm.customers.entities import Customer
from crm.customers.rules import DELETED as CUSTOMER_DELETED
from crm.errors import Code, InvalidInput, NotAllowed, RuleBroken
from tests.unit.crm.desk import ADMIN, Desk, MemoryView, change_of

FIRM = b"1" * 16
WU, XU, YE = b"w" * 16, b"x" * 16, b"y" * 16


@pytest.fixture
def rep(desk: Desk) -> Actor:
    return desk.actor(desk.person("安娜", division_id=desk.division("N")))


@pytest.fixture
def customer(desk: Desk, rep: Actor) -> Customer:
    with desk.work(rep) as work:
        return customers.create_customer(work, name="晨光广告")


@pytest.fixture
def contact(desk: Desk, rep: Actor, customer: Customer) -> Contact:
    with desk.work(rep) as work:
        return actions.create_contact(work, customer.id, name="吴经理", level=2, birthday=date(1980, 2, 29))


def test_a_contact_belongs_to_the_unit_of_its_customer(
    desk: Desk, customer: Customer, contact: Contact
) -> None:
    assert contact.unit == customer.id
    assert contact.birthday == date(1980, 2, 29)


def test_an_edit_says_what_changed(desk: Desk, rep: Actor, contact: Contact) -> None:
    with desk.work(rep) as work:
        actions.edit_contact(work, contact.id, phone=" 010-1 ", birthday=date(1980, 3, 1))
    assert work.fields_of(contact) == {"phone": ["", "010-1"], "birthday": ["1980-02-29", "1980-03-01"]}


def test_contacts_are_listed_from_the_top_and_unknown_levels_last(
    desk: Desk, rep: Actor, customer: Customer, contact: Contact
) -> None:
    with desk.work(rep) as work:
        clerk = actions.create_contact(work, customer.id, name="Clerk")
        boss = actions.create_contact(work, customer.id, name="老板", level=1, decision_role="decider")
    assert desk.session.scalars(queries.contacts_of(customer.id)).all() == [boss, contact, clerk]


@pytest.mark.parametrize(
    ("field", "value"),
    [("level", 10), ("level", -1), ("decision_role", "king"), ("communication_style", "loud"), ("name", " ")],
)
def test_a_field_that_holds_what_it_cannot_is_named(
    desk: Desk, rep: Actor, contact: Contact, field: str, value: object
) -> None:
    with pytest.raises(RuleBroken) as refused, desk.work(rep) as work:
        actions.edit_contact(work, contact.id, **{field: value})  # type: ignore[arg-type]
    assert refused.value.code == rules.BAD_FIELD
    assert refused.value.details == {"field": field}


def test_nobody_reports_to_themselves_not_even_in_a_ring(
    desk: Desk, rep: Actor, customer: Customer, contact: Contact
) -> None:
    with desk.work(rep) as work:
        below = actions.create_contact(work, customer.id, name="徐", reports_to_id=contact.id)
    for superior in (contact.id, below.id):
        with pytest.raises(RuleBroken) as refused, desk.work(rep) as work:
            actions.edit_contact(work, contact.id, reports_to_id=superior)
        assert refused.value.code == rules.REPORTS_RING


def test_a_contact_reports_to_somebody_at_the_same_customer(desk: Desk, rep: Actor, contact: Contact) -> None:
    with desk.work(rep) as work:
        other = customers.create_customer(work, name="别家")
    with pytest.raises(RuleBroken) as refused, desk.work(rep) as work:
        actions.create_contact(work, other.id, name="徐", reports_to_id=contact.id)
    assert refused.value.code == rules.OTHER_CUSTOMER


def test_a_deleted_contact_is_edited_only_after_it_was_revived(
    desk: Desk, rep: Actor, contact: Contact
) -> None:
    with desk.work(rep) as work:
        actions.delete_contact(work, contact.id)
    with pytest.raises(RuleBroken) as refused, desk.work(rep) as work:
        actions.edit_contact(work, contact.id, phone="1")
    assert refused.value.code == rules.DELETED
    with desk.work(rep) as work:
        actions.revive_contact(work, contact.id)
        actions.verify_contact(work, contact.id)
    assert contact.last_verified_on == work.business_date


def test_a_deleted_customer_gets_no_new_contacts(desk: Desk, rep: Actor, customer: Customer) -> None:
    with desk.work(rep) as work:
        customers.delete_customer(work, customer.id)
    with pytest.raises(RuleBroken) as refused, desk.work(rep) as work:
        actions.create_contact(work, customer.id, name="吴")
    assert refused.value.code == CUSTOMER_DELETED


def test_a_colleague_cannot_touch_the_contacts_of_a_customer_not_theirs(desk: Desk, contact: Contact) -> None:
    other = desk.actor(desk.person("Ben", division_id=desk.division("S")))
    with pytest.raises(NotAllowed) as refused, desk.work(other) as work:
        actions.edit_contact(work, contact.id, name="X")
    assert refused.value.code == Code.NOT_FOUND


def test_only_fields_of_a_contact_are_edited(desk: Desk, rep: Actor, contact: Contact) -> None:
    with pytest.raises(InvalidInput), desk.work(rep) as work:
        actions.edit_contact(work, contact.id, customer_id=FIRM)  # type: ignore[call-arg]


# --- the office's judgement -----------------------------------------------------------------------------------------


def test_two_halves_of_a_ring_meet_in_a_conflict_and_not_in_a_rejection() -> None:
    view = MemoryView()
    view.add("contact", id=WU, customer_id=FIRM, name="吴", reports_to_id=XU)
    before = view.add("contact", id=XU, customer_id=FIRM, name="徐")
    after = view.add("contact", id=XU, customer_id=FIRM, name="徐", reports_to_id=WU)
    (finding,) = rules.ContactRules().judge(view, change_of("contact", before, after, ADMIN))
    assert (finding.kind, finding.code) == ("conflict", rules.REPORTS_RING)


def test_the_contacts_of_a_customer_are_wanted_where_a_superior_is_named() -> None:
    view = MemoryView()
    alone = view.add("contact", id=WU, customer_id=FIRM, name="吴")
    below = view.add("contact", id=XU, customer_id=FIRM, name="徐", reports_to_id=WU)
    assert list(rules.ContactRules().wants(view, [alone])) == []
    (want,) = rules.ContactRules().wants(view, [alone, below])
    assert (want.table, want.column, want.values) == ("contact", "customer_id", frozenset({FIRM}))


people = st.sampled_from([WU, XU, YE])


@given(st.dictionaries(people, st.none() | people), people, people)
def test_a_chain_that_is_accepted_ends(tree: dict[bytes, bytes | None], who: bytes, superior: bytes) -> None:
    rows = [{"id": person, "reports_to_id": tree.get(person)} for person in (WU, XU, YE)]
    findings = list(rules.reports_findings({"id": who, "reports_to_id": superior}, rows))
    moved: dict[bytes, bytes | None] = {**tree, who: superior}
    above: bytes | None = superior
    met: list[bytes] = []
    while above is not None and above not in met:
        met.append(above)
        above = moved.get(above)
    assert bool(findings) == (who in met)
