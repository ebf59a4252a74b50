"""Laws of replay and fold that hold for any history: found by trying many (hypothesis)."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from crm.changes.safeguards import Safeguards
from crm.errors import Code
from desktop.store.pages import next_request
from desktop.store.tables import JournalState
from tests.unit.desktop.store.desk import Desk
from tests.unit.desktop.sync.test_crash import crash_everywhere, round_until_through

AMOUNTS = st.integers(0, 50)
NAMES = st.sampled_from(["Acme", "Beta", "forbidden", "Gamma"])
PICK = st.integers(0, 1_000_000)


class LaptopAndOffice(RuleBasedStateMachine):
    """A person works, the office works, the road fails, the program restarts; in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())

    @initialize(rows=st.sampled_from([2, 3, 5000]))
    def begin(self, rows: int) -> None:
        self.desk = Desk(self.folder, page_rows=rows)
        self.units = [self.desk.office.customer(f"Customer {number}", contacts=2) for number in range(3)]

    def teardown(self) -> None:
        if hasattr(self, "desk"):
            self.desk.office.lose = []
            for _ in range(3):
                self.desk.round()
            self.desk.assert_whole()
            for change, state in self.desk.states().items():
                # It may have gone with an earlier one that it rested on.
                if state is self.desk.states()[change] is JournalState.PARKED:
                    self.desk.store.discard(change)
            self.desk.round()
            self.desk.assert_in_step()
            assert len(self.desk.office.applied) == len(set(self.desk.office.applied))
            self.desk.close()
        shutil.rmtree(self.folder)

    # -- the person

    def pick(self, table: str, pick: int) -> bytes | None:
        found = sorted(key[1] for key in self.desk.shown() if key[0] == table)
        return found[pick % len(found)] if found else None

    @rule(name=NAMES)
    def new_customer(self, name: str) -> None:
        self.units.append(self.desk.new_customer(name)[0])

    @rule(pick=PICK, name=NAMES)
    def rename(self, pick: int, name: str) -> None:
        customer = self.pick("toy_customer", pick)
        if customer is not None and self.desk.row("toy_customer", customer)["name"] != name:
            self.desk.rename(customer, name)

    @rule(pick=PICK, times=st.integers(1, 5))
    def visit(self, pick: int, times: int) -> None:
        customer = self.pick("toy_customer", pick)
        if customer is not None:
            self.desk.visit(customer, times)

    @rule(pick=PICK, amounts=st.lists(AMOUNTS, max_size=3))
    def new_order(self, pick: int, amounts: list[int]) -> None:
        customer = self.pick("toy_customer", pick)
        if customer is not None:
            self.desk.new_order(customer, *amounts)

    @rule(pick=PICK, amount=AMOUNTS)
    def add_line(self, pick: int, amount: int) -> None:
        order = self.pick("toy_order", pick)
        if order is not None and self.desk.row("toy_order", order)["state"] == "draft":
            self.desk.add_line(order, amount)

    @rule(pick=PICK)
    def write_a_note_that_breaks_the_office(self, pick: int) -> None:
        order = self.pick("toy_order", pick)
        row = self.desk.row("toy_order", order) if order is not None else None
        if order is not None and row is not None and row["state"] == "draft" and row["note"] != "crash":
            self.desk.write_note(order, "crash")

    @rule(pick=PICK)
    def submit(self, pick: int) -> None:
        order = self.pick("toy_order", pick)
        if order is not None and self.desk.row("toy_order", order)["state"] == "draft":
            self.desk.move(order, "submitted")

    @rule(pick=PICK)
    def drop_something_unsent(self, pick: int) -> None:
        unsent = [
            change
            for change, state in self.desk.states().items()
            if state in (JournalState.WAITING, JournalState.PARKED)
        ]
        if unsent:
            self.desk.store.discard(unsent[pick % len(unsent)])

    @rule(pick=PICK)
    def send_something_parked_again(self, pick: int) -> None:
        parked = [change for change, state in self.desk.states().items() if state is JournalState.PARKED]
        if parked:
            self.desk.store.resend(parked[pick % len(parked)])

    # -- the office

    @rule(pick=PICK, name=st.sampled_from(["Delta", "Epsilon"]))
    def office_renames(self, pick: int, name: str) -> None:
        unit = self.units[pick % len(self.units)]
        if ("toy_customer", unit) in self.desk.office.rows:
            self.desk.office.write("toy_customer", unit, name=name, name_key=name.lower())

    @rule(pick=PICK, state=st.sampled_from(["approved", "returned"]))
    def office_decides(self, pick: int, state: str) -> None:
        orders = sorted(
            row_id
            for (table, row_id), row in self.desk.office.rows.items()
            if table == "toy_order" and row["state"] == "submitted"
        )
        if orders:
            self.desk.office.write("toy_order", orders[pick % len(orders)], state=state)

    @rule(pick=PICK)
    def unit_leaves_or_comes_back(self, pick: int) -> None:
        unit = self.units[pick % len(self.units)]
        if unit in self.desk.office.enter:
            self.desk.office.take_away(unit)
        elif unit in self.desk.office.leave:
            self.desk.office.give_back(unit)

    # -- the road and the machine

    @rule(lost=st.lists(st.sampled_from(["before", "after"]), max_size=2))
    def sync(self, lost: list[str]) -> None:
        self.desk.office.lose = lost
        assert self.desk.round().code in (0, Code.UNREACHABLE)
        self.desk.office.lose = []

    @rule()
    def only_push(self) -> None:
        before = self.desk.shown()
        self.desk.push_only()
        assert self.desk.shown() == before  # an answer alone moves nothing on the screen

    @rule()
    def only_pull(self) -> None:
        self.desk.pull_only()

    @precondition(lambda self: self.desk.store.state().copied)
    @rule()
    def same_page_again(self) -> None:
        self.desk.pull_only()
        before = self.desk.shown()
        request = next_request(self.desk.store.state(), 1)
        page = self.desk.office.pull(request)
        self.desk.store.take_page(request, page).result()
        assert self.desk.shown() == before

    @rule()
    def restart(self) -> None:
        before = self.desk.shown()
        self.desk.restart()
        assert self.desk.shown() == before

    @invariant()
    def copy_does_not_contradict_itself(self) -> None:
        if hasattr(self, "desk"):
            self.desk.assert_whole()


TestLaptopAndOffice = LaptopAndOffice.TestCase
TestLaptopAndOffice.settings = settings(
    max_examples=25,
    stateful_step_count=20,
    phases=[Phase.reuse, Phase.generate, Phase.shrink],  # explaining traces every line
)


def test_loss_of_the_safeguard_receipt_is_noticed(tmp_path: Path) -> None:
    desk = Desk(tmp_path, safeguards=Safeguards(receipt=False))
    customer = desk.office.customer("Acme")
    desk.round()
    desk.rename(customer, "Acme Ltd")
    before = desk.shown()
    desk.push_only()
    assert desk.shown() != before


def test_loss_of_the_safeguard_cursor_is_noticed(tmp_path: Path) -> None:
    def prepare(desk: Desk) -> None:
        customer = desk.office.customer("Acme", contacts=1)
        desk.round()
        desk.office.write("toy_customer", customer, name="Beta")

    with pytest.raises(AssertionError):
        crash_everywhere(tmp_path, prepare, round_until_through, safeguards=Safeguards(cursor=False))
