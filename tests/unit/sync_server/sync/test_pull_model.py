"""Any history of the office, fetched in pages of any size: what every page and every checkpoint may and must hold.

The laptop is a dictionary of rows. The office's answer is compared with its rows, never with the code that reads them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias, cast

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from crm.changes.digest import digest
from crm.changes.entity import Row
from crm.changes.ops import BIRTH, CHANGE, Op, Page
from crm.changes.view import Key
from crm.schema import SCHEMA
from tests.contract.backends import Backend
from tests.unit.sync_server.sync.firm import Firm, Laptop

Step: TypeAlias = tuple[Any, ...]

which = st.integers(0, 30)
sizes = st.sampled_from([1, 2, 3, 5, 8, 1000])
changes: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.just("customer"), which),
    st.tuples(st.just("contacts"), which, st.integers(1, 6)),
    st.tuples(st.just("edit"), which),
    st.tuples(st.just("kill"), which),
    st.tuples(st.just("assign"), which, which),
    st.tuples(st.just("assign"), which, which),
    st.tuples(st.just("snatch"), which, which),
    st.tuples(st.just("snatch"), st.just(1), which),
    st.tuples(st.just("catalogue")),
    st.tuples(st.just("refused"), which),
)
fetches: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.just("page"), which, sizes),
    st.tuples(st.just("page"), st.just(1), st.sampled_from([1, 2, 3])),
    st.tuples(st.just("checkpoint"), which, sizes),
)
histories = st.lists(st.one_of(changes, fetches), min_size=5, max_size=40)


class World:
    """A firm of four laptops, two of them Anna's, and everything that happened to it."""

    def __init__(self, firm: Firm) -> None:
        self.firm = firm
        self.laptops = [firm.laptop(person) for person in (firm.anna, firm.anna, firm.ben, firm.chen)]
        self.head = firm.laptop(firm.head)
        self.customers: list[bytes] = []
        self.names = 0
        for laptop in self.laptops:
            self.happen(("customer", self.laptops.index(laptop)))
            self.happen(("contacts", len(self.customers) - 1, 5))
        for place in (0, 2, 3):
            self.happen(("checkpoint", place, 1000))
        # The second laptop of Anna is new, and in the middle of its first copy.
        fresh = self.laptops[1]
        while not any(table == "customer" for table, _ in fresh.staged):
            self.fetch(fresh, 4)

    def name(self) -> str:
        self.names += 1
        return f"name {self.names}"

    def some_customer(self, place: int) -> Row | None:
        if not self.customers:
            return None
        return self.firm.row("customer", self.customers[place % len(self.customers)])

    def laptop_of(self, person: object) -> Laptop:
        return next(one for one in (*self.laptops, self.head) if one.person == person)

    def happen(self, step: Step) -> None:
        """One step of the history."""
        kind, place = step[0], cast(int, step[1] if len(step) > 1 else 0)
        laptop = self.laptops[place % len(self.laptops)]
        if kind == "customer":
            self.customers.append(self.firm.customer(laptop))
        elif kind == "catalogue":
            self.firm.edit("product", self.firm.products[0], name=self.name())
        elif kind == "refused":
            laptop.hand_in(Op("nothing", self.firm.new_id(), BIRTH, 0, {}))
        elif kind == "page":
            self.fetch(laptop, step[2])
        elif kind == "checkpoint":
            while not self.fetch(laptop, step[2]).complete:
                pass
        elif kind == "snatch":
            # What is being copied to this laptop just now goes to somebody else.
            units = [row["unit"] for row in laptop.staged.values() if row["unit"] in self.customers]
            if units:
                self.touch("assign", self.firm.row("customer", units[-1]), step)
        else:
            row = self.some_customer(place)
            if row is not None:
                self.touch(kind, row, step)

    def touch(self, kind: str, row: Row, step: Step) -> None:
        """A customer is worked on by whoever holds it, or handed over by the head of its division."""
        customer, holder = cast(bytes, row["id"]), self.laptop_of(row["owner_id"])
        version = cast(int, row["version"])
        if kind == "contacts":
            holder.hand_in(
                *[
                    Op(
                        "contact",
                        self.firm.new_id(),
                        BIRTH,
                        0,
                        {"customer_id": customer, "name": self.name()},
                    )
                    for _ in range(step[2])
                ]
            )
        elif kind == "edit":
            holder.hand_in(Op("customer", customer, CHANGE, version, {"name": [row["name"], self.name()]}))
        elif kind == "kill":
            holder.hand_in(Op("customer", customer, CHANGE, version, {"deleted": [row["deleted"], 1]}))
        elif row["feed_id"] == self.firm.north:
            to = (self.firm.anna, self.firm.ben, self.firm.head)[step[2] % 3]
            self.head.hand_in(Op("customer", customer, CHANGE, version, {"owner_id": [row["owner_id"], to]}))

    def fetch(self, laptop: Laptop, rows: int) -> Page:
        """One page, looked at from every side."""
        firm = self.firm
        begins = not laptop.position
        scope, truth = firm.scope_of(laptop.person), firm.in_scope(laptop.person)
        if begins:
            assert laptop.has_news() or laptop.rows == truth
        already = dict(laptop.rows)
        page = laptop.fetch(rows=rows)
        self.see_rows(page, truth)
        assert set(page.entering) <= scope - {row["unit"] for row in already.values()}
        assert not set(page.evicted) & scope
        for one in page.digests:
            held = [
                (key[1], cast(int, row["version"]))
                for key, row in truth.items()
                if (row["unit"], key[0]) == (one.unit, one.table)
            ]
            assert (one.digest, one.rows) == (digest(held), len(held))
        if page.complete:
            assert laptop.rows == truth
            assert {row["unit"] for row in already.values()} - scope <= set(page.evicted)
            assert page.receipt is not None
            assert page.receipt.n == laptop.n
            assert not laptop.has_news()
        return page

    @staticmethod
    def see_rows(page: Page, truth: dict[Key, Row]) -> None:
        """Every row of a page is what the office holds at this moment for this person, and whole."""
        for block in page.blocks:
            assert {*block.columns, *block.same} == set(SCHEMA[block.table].wire_columns)
            for values in block.rows:
                row = {**block.same, **dict(zip(block.columns, values, strict=True))}
                assert truth[block.table, cast(bytes, row["id"])] == row


def run(firms: Backend, history: Sequence[Step]) -> None:
    with firms.office() as url:
        firm = Firm(url)
        world = World(firm)
        for step in history:
            world.happen(step)
        for place in range(len(world.laptops)):
            world.happen(("checkpoint", place, 3))
        assert firm.faults() == []
        firm.close()


COMMON = {"suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]}


@settings(max_examples=50, **COMMON)  # type: ignore[arg-type]
@given(history=histories)
def test_every_page_and_every_checkpoint_holds_what_it_should_on_sqlite(
    sqlite_firms: Backend, history: list[Step]
) -> None:
    run(sqlite_firms, history)


@settings(max_examples=8, phases=[Phase.generate], **COMMON)  # type: ignore[arg-type]
@given(history=histories)
def test_every_page_and_every_checkpoint_holds_what_it_should_on_postgresql(
    postgres_firms: Backend, history: list[Step]
) -> None:
    run(postgres_firms, history)
