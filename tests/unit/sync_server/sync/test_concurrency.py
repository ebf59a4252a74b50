"""Many writers and readers at once: no number is skipped, no row is passed over, nobody waits for ever (sync-protocol, 6)."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from threading import Event

import pytest

from crm.changes.ops import BIRTH, Op
from crm.ids import PersonId, derive_id
from tests.contract.backends import Backend
from tests.unit.sync_server.sync.firm import ANYTHING, Firm, Laptop, customer_birth

WRITERS = 8
ROUNDS = 12


@pytest.fixture
def firm(postgres_firms: Backend) -> Iterator[Firm]:
    """The firm on PostgreSQL: SQLite has one writer at a time anyway."""
    with postgres_firms.office() as url:
        firm = Firm(url)
        yield firm
        firm.close()


def write(laptop: Laptop, customer: bytes, place: int) -> list[str]:
    """Rounds of births and edits in one customer, several changesets a request."""
    firm, kinds = laptop.firm, []
    name = str(firm.row("customer", customer)["name"])
    for turn in range(ROUNDS):
        new = f"{place}-{turn}"
        contact = firm.new_id()
        sealed = [
            laptop.sealed(laptop.changeset(op))
            for op in (
                Op("contact", contact, BIRTH, 0, {"customer_id": customer, "name": new}),
                Op("customer", customer, 1, 1 << 40, {"name": [name, new]}),
                customer_birth(firm.new_id(), laptop.person, name=new),
            )
        ]
        kinds += [outcome.kind for outcome in laptop.push(sealed).outcomes]
        name = new
    return kinds


def gapless(firm: Firm) -> bool:
    """Whether every feed's records are 1, 2, 3 … up to its counter, in one snapshot."""
    with firm.database.snapshot() as connection:
        heads = dict(firm.database.rows(connection, "SELECT id, seq FROM feed"))
        seqs: dict[bytes, list[int]] = {feed: [] for feed in heads}
        for feed, seq in firm.database.rows(
            connection, "SELECT feed, seq FROM feed_record ORDER BY feed, seq"
        ):
            seqs[feed].append(seq)
    return all(seqs[feed] == list(range(1, head + 1)) for feed, head in heads.items())


def test_eight_writers_leave_no_hole_that_a_reader_could_fall_into(firm: Firm) -> None:
    people = [firm.anna, firm.ben, firm.head, firm.chen]
    laptops = [firm.laptop(people[place % 4]) for place in range(WRITERS)]
    readers = [firm.laptop(person) for person in people]
    shared = {person: firm.customer(firm.laptop(person)) for person in people}
    done = Event()

    def read(reader: Laptop) -> int:
        """Checkpoint after checkpoint; a row that was passed over would never come again."""
        count = 0
        while not done.is_set() or count == 0:
            reader.checkpoint(rows=7)
            assert gapless(firm)
            for (table, _), row in reader.rows.items():
                if table == "contact":
                    assert ("customer", row["customer_id"]) in reader.rows
            count += 1
        return count

    with ThreadPoolExecutor(WRITERS + len(readers)) as pool:
        reading = [pool.submit(read, reader) for reader in readers]
        writing: list[Future[list[str]]] = [
            pool.submit(write, laptop, shared[laptop.person], place) for place, laptop in enumerate(laptops)
        ]
        kinds = [kind for one in writing for kind in one.result()]
        done.set()
        assert all(one.result() for one in reading)
    assert len(kinds) == WRITERS * ROUNDS * 3
    assert set(kinds) <= {"applied", "conflict"}
    assert gapless(firm)
    for reader in readers:
        reader.checkpoint()
        assert reader.rows == firm.in_scope(reader.person)
    assert len(firm.rows("contact")) == WRITERS * ROUNDS
    assert firm.faults() == []


def test_units_that_change_hands_at_once_end_with_one_holder_each(firm: Firm) -> None:
    anna, ben = firm.laptop(firm.anna), firm.laptop(firm.ben)
    customers = [firm.customer(anna) for _ in range(4)]
    heads = [firm.laptop(firm.head) for _ in range(16)]

    def hand_over(turn: int) -> str:
        customer, laptop = customers[turn % 4], heads[turn]
        to = (firm.ben, firm.anna)[turn // 4 % 2]
        return laptop.hand_in(laptop.edit("customer", customer, owner_id=to)).kind

    with ThreadPoolExecutor(4) as pool:
        kinds = list(pool.map(hand_over, range(16)))
    assert set(kinds) <= {"applied", "conflict"}
    for laptop in (anna, ben):
        laptop.checkpoint()
        assert laptop.rows == firm.in_scope(laptop.person)
    assert gapless(firm)
    assert firm.faults() == []


def test_actions_at_the_office_and_laptops_at_once_keep_the_books(firm: Firm) -> None:
    laptops = [firm.laptop(person) for person in (firm.anna, firm.ben, firm.chen)]
    customers = [firm.customer(laptop) for laptop in laptops]

    def office(turn: int) -> str:
        if turn % 2:
            return firm.edit("product", firm.products[0], name=f"p{turn}").kind
        return firm.edit("customer", customers[turn % 3], note=f"n{turn}").kind

    def road(turn: int) -> str:
        laptop = laptops[turn % 3]
        ops = [Op("contact", firm.new_id(), BIRTH, 0, {"customer_id": customers[turn % 3], "name": "x"})]
        return laptop.hand_in(*ops).kind

    with ThreadPoolExecutor(4) as pool:
        work = [pool.submit(office, turn) for turn in range(20)]
        for turn in range(20):
            assert road(turn) == "applied"
        assert {one.result() for one in work} == {"applied"}
    assert gapless(firm)
    assert firm.faults() == []


def test_people_who_come_for_the_first_time_at_once_do_not_wait_for_each_other(firm: Firm) -> None:
    touching = [("customer", firm.customer(firm.laptop(firm.anna)))]

    def number(person: PersonId) -> int:
        """An action that locks the person's own feed and the division's."""
        act, actor = firm.office.act, replace(ANYTHING, id=person)
        return act(person, "test", lambda work: work.next_number("odd"), touching=touching, actor=actor)[1]

    with ThreadPoolExecutor(WRITERS) as pool:
        found: list[int] = []
        for turn in range(8):
            # Ids before and after that of the division: whichever comes first must be locked first.
            people = [PersonId(derive_id("person", str(turn), str(place))) for place in range(2)]
            found += pool.map(number, people * WRITERS)
    assert sorted(found) == list(range(1, 8 * 2 * WRITERS + 1))
    assert gapless(firm)
