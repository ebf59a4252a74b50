"""What people do at the office takes the way of every change, and ends where a laptop's change would (sync-protocol, 5)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any, cast

import msgspec
import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crm.changes.codec import decode
from crm.changes.entity import Row
from crm.changes.ops import Changeset
from crm.contacts import actions as contacts
from crm.contacts.entities import Contact
from crm.customers import actions as customers
from crm.customers.entities import Customer
from crm.errors import Code, InvalidInput, LocalFault, NotAllowed, RuleBroken
from crm.ids import COMPANY
from crm.orders import actions as orders
from sync_server.sync.office import OfficeWork
from tests.contract.backends import Backend
from tests.unit.sync_server.sync.firm import ANYTHING, ITSELF, NOON, Firm, Laptop, customer_birth


def create(work: OfficeWork, name: str = "a") -> bytes:
    return customers.create_customer(work, name=name).id


def state_of(firm: Firm) -> dict[str, Any]:
    """Everything that a change leaves behind at the office, but for chance and for who held it in hand."""
    return {
        "rows": firm.everything(),
        "units": firm.sql("SELECT * FROM unit ORDER BY id"),
        "holders": firm.sql("SELECT * FROM holder ORDER BY unit, principal, why, enter_seq"),
        "digests": firm.sql("SELECT * FROM unit_digest ORDER BY unit, tbl"),
        "feeds": firm.sql("SELECT id, kind, epoch, seq FROM feed ORDER BY id"),
        "records": firm.sql(
            'SELECT feed, seq, change_id, "by", at, "rows" FROM feed_record ORDER BY feed, seq'
        ),
        "touches": firm.sql("SELECT * FROM feed_touch ORDER BY feed, seq, unit, tbl"),
        "changesets": firm.sql(
            "SELECT change_id, hash, stamp, effective_stamp, business_date, intent, actor, body, kind, code, text "
            "FROM changeset ORDER BY change_id"
        ),
    }


def last_changeset(firm: Firm) -> Changeset:
    [(body,)] = firm.sql("SELECT body FROM changeset ORDER BY received_at DESC, change_id DESC LIMIT 1")
    return decode(Changeset, body)


def test_an_action_at_the_office_and_the_same_change_of_a_laptop_end_in_the_same_state(
    firms: Backend,
) -> None:
    with firms.office() as one, firms.office() as other:
        office, away = Firm(one), Firm(other)
        laptop = away.laptop(away.anna)
        customer: bytes = b""
        contact: bytes = b""

        def first(work: OfficeWork) -> None:
            nonlocal customer, contact
            customer = create(work)
            contact = contacts.create_contact(work, customer, name="x").id

        def second(work: OfficeWork) -> None:
            customers.edit_customer(work, customer, name="b", phone="010-65551234")
            contacts.edit_contact(work, contact, note="n")

        def third(work: OfficeWork) -> None:
            contacts.delete_contact(work, contact)
            customers.add_ship_to(work, customer, label="gate", address_city="Beijing")
            order = orders.create_order(work, customer, currency="CNY")
            orders.add_line(work, order.id, office.products[0], quantity_milli=2000, unit_price_minor=500)

        for action in (first, second, third):
            office.clock.ms += 60_000
            away.clock.ms = office.clock.ms
            office.act(action, office.anna)
            changeset = last_changeset(office)
            # A laptop whose life bears the name that an action at the office gives to its own.
            laptop.incarnation, laptop.n = changeset.change_id, 0
            [outcome] = laptop.push([laptop.sealed(changeset)]).outcomes
            assert outcome.kind == "applied", outcome
            assert state_of(office) == state_of(away)
        assert office.faults() == []
        office.close()
        away.close()


def test_an_action_gives_what_it_returns_and_its_outcome(firm: Firm) -> None:
    outcome, customer = firm.office.act(firm.anna, "customer.create", create)
    assert outcome.kind == "applied"
    assert firm.row("customer", customer)["owner_id"] == firm.anna
    assert firm.sql("SELECT device, n, intent, kind FROM changeset WHERE change_id=?", outcome.change_id) == [
        (None, 0, "customer.create", "applied")
    ]


def test_an_action_that_changes_nothing_leaves_no_trace(firm: Firm) -> None:
    firm.act(create, firm.anna)
    before = state_of(firm)
    outcome, answer = firm.office.act(firm.anna, "look", lambda work: work.now_ms)
    assert (outcome.kind, answer) == ("applied", NOON)
    assert state_of(firm) == before


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (lambda work: create(work, "") and None, RuleBroken),
        (lambda work: customers.edit_customer(work, bytes(16), name="x"), NotAllowed),
        (lambda work: (create(work), 1 // 0), ZeroDivisionError),
    ],
)
def test_an_action_that_fails_leaves_nothing_behind_and_takes_no_number(
    firm: Firm, wrong: Any, error: type[Exception]
) -> None:
    firm.act(create, firm.anna)
    before = state_of(firm)
    numbers = firm.sql("SELECT key, value FROM setting ORDER BY key")
    with pytest.raises(error):
        firm.act(wrong, firm.anna)
    assert (state_of(firm), firm.sql("SELECT key, value FROM setting ORDER BY key")) == (before, numbers)


def test_what_the_merge_refuses_an_action_raises(firm: Firm, chen: Laptop) -> None:
    foreign = firm.customer(chen)

    def not_asking(work: OfficeWork) -> None:
        row = work.session.get(Customer, foreign)
        assert row is not None
        row.name = "x"

    with pytest.raises(NotAllowed) as refusal:
        firm.act(not_asking, firm.anna)
    assert refusal.value.code == Code.NOT_FOUND
    assert firm.row("customer", foreign)["name"] != "x"


def test_too_large_an_action_is_refused(firm: Firm) -> None:
    def many(work: OfficeWork) -> None:
        customer = create(work)
        work.session.add_all([Contact(id=work.new_id(), customer_id=customer, name="x") for _ in range(2000)])

    with pytest.raises(InvalidInput) as refusal:
        firm.act(many, firm.anna)
    assert refusal.value.code == Code.TOO_LARGE
    assert firm.rows("customer") == []


def test_the_office_counts_its_numbers_on(firm: Firm) -> None:
    assert [firm.act(lambda work: work.next_number("odd")) for _ in range(3)] == [1, 2, 3]

    def twice(work: OfficeWork) -> list[int]:
        return [work.next_number("odd"), work.next_number("odd"), work.next_number("other")]

    assert firm.act(twice) == [4, 5, 1]


def test_people_at_once_never_get_one_number_twice(firm: Firm) -> None:
    people = [firm.anna, firm.ben, firm.chen, firm.head]
    with ThreadPoolExecutor(4) as pool:
        found = list(
            pool.map(
                lambda place: firm.act(lambda work: work.next_number("odd"), people[place % 4]), range(24)
            )
        )
    assert sorted(found) == list(range(1, 25))


def test_an_action_that_reads_what_it_did_not_name_still_sees_the_last_state(
    firm: Firm, anna: Laptop
) -> None:
    customer = firm.customer(anna, name="a")
    if firm.database.is_sqlite:
        pytest.skip("on SQLite an action holds the one lock there is from its beginning")
    runs: list[str] = []

    def slow(work: OfficeWork) -> None:
        row = work.session.get(Customer, customer)
        assert row is not None
        if not runs:
            # While the action is under way the laptop hands in a change of the same row.
            assert anna.hand_in(anna.edit("customer", customer, name="b")).kind == "applied"
        runs.append(row.name)
        row.name += "!"

    outcome, _ = firm.office.act(ITSELF, "edit", slow, actor=ANYTHING)
    assert outcome.kind == "applied"
    assert (runs[-1], firm.row("customer", customer)["name"]) == ("b", "b!")
    assert firm.rows("conflict") == []


def test_every_lock_of_an_action_is_taken_in_one_order(
    firm: Firm, anna: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = firm.customer(anna)
    if firm.database.is_sqlite:
        pytest.skip("on SQLite there is one lock")
    locked: list[list[bytes]] = []
    rows_in = firm.database.rows_in

    def watch(connection: Any, statement: str, values: Any, *more: Any) -> list[tuple[Any, ...]]:
        wanted = list(values)
        if "FOR UPDATE" in statement:
            locked.append(wanted)
        if "FROM changeset" in statement or "SELECT DISTINCT principal" in statement:
            locked.append([])
        return rows_in(connection, statement, wanted, *more)

    monkeypatch.setattr(firm.database, "rows_in", watch)

    def both(work: OfficeWork) -> None:
        for cls, row_id in ((Customer, customer),):
            row = work.session.get(cls, row_id)
            assert row is not None
            row.name = "x"
        person = work.session.execute(text("SELECT 1")).scalar_one()
        assert person == 1

    firm.office.act(ITSELF, "both", both, touching=[("product", firm.products[0])], actor=ANYTHING)
    of_the_last_try = locked[: locked.index([])][-1]
    assert {firm.north, COMPANY, ITSELF} <= set(of_the_last_try)
    assert of_the_last_try == sorted(of_the_last_try)


def test_a_failed_flush_of_an_action_opens_no_door_past_the_guard(firm: Firm, anna: Laptop) -> None:
    customer = firm.customer(anna, name="a")

    def twin(work: OfficeWork) -> None:
        work.session.add(Customer(id=customer, code="C-x", name="x", owner_id=firm.anna))
        work.session.flush()

    for _ in range(3):
        with pytest.raises(IntegrityError):
            firm.act(twin)
    for _ in range(3):
        with pytest.raises(LocalFault), firm.database.write() as connection:
            connection.execute(update(Customer).values(name="past the guard"))
    assert firm.row("customer", customer)["name"] == "a"


def test_an_action_stands_in_the_companys_day(firm: Firm) -> None:
    firm.clock.ms = 1_780_000_000_000 - 1_780_000_000_000 % 86_400_000 + 17 * 3_600_000
    assert firm.act(lambda work: (work.business_date, work.device_code)) == (date(2026, 5, 29), "HQ-0")


def test_reading_keeps_nothing(firm: Firm, anna: Laptop) -> None:
    customer = firm.customer(anna, name="a")
    with firm.office.read() as session:
        row = session.scalars(select(Customer)).one()
        row.name = "changed"
    assert firm.row("customer", customer)["name"] == "a"


def test_reading_sees_one_moment(firm: Firm, anna: Laptop) -> None:
    customer = firm.customer(anna, name="a")

    def name(session: Session) -> str:
        session.expire_all()
        return session.scalars(select(Customer)).one().name

    with firm.office.read() as session:
        assert name(session) == "a"
        assert anna.hand_in(anna.edit("customer", customer, name="b")).kind == "applied"
        assert name(session) == "a"
    with firm.office.read() as session:
        assert name(session) == "b"


def test_what_a_laptop_did_not_see_of_an_action_is_a_conflict_as_between_laptops(
    firm: Firm, anna: Laptop
) -> None:
    customer = firm.customer(anna, name="a")
    base = cast(int, firm.row("customer", customer)["version"])
    firm.edit("customer", customer, name="of the office")
    op = msgspec.structs.replace(anna.edit("customer", customer, base=base, name="of Anna"))
    assert anna.hand_in(op).kind == "conflict"
    rows: list[Row] = firm.rows("conflict")
    assert [row["theirs_by"] for row in rows] == [ITSELF]


def test_two_people_at_the_office_are_concurrent_like_two_laptops(firm: Firm, anna: Laptop) -> None:
    customer = firm.customer(anna, name="a")
    assert firm.edit("customer", customer, name="b").kind == "applied"
    assert firm.edit("customer", customer, name="c").kind == "applied"
    assert firm.row("customer", customer)["name"] == "c"


def test_a_births_unit_at_the_office_is_held_by_its_owner(firm: Firm) -> None:
    customer = firm.act(lambda work: customers.create_customer(work, name="a", owner_id=firm.ben).id)
    assert firm.sql("SELECT principal, leave_seq FROM holder WHERE unit=?", customer) == [(firm.ben, None)]
    assert customer_birth(customer, firm.ben).id == customer
    assert firm.faults() == []
