"""A document and its lines merge as one, or not at all (sync-protocol, 8 and 14)."""

from __future__ import annotations

from typing import Any

from crm.changes.decision import DOCUMENT_STAMP, Decision, read_stamps
from crm.changes.ops import BIRTH, CHANGE, Op
from crm.changes.policies import Rule
from crm.errors import Code
from tests.unit.crm.changes.subjects import ANNA, BEN, Books, Device, laptop


class Desk:
    """A thing with a paper of one line, and two laptops that know them."""

    def __init__(self) -> None:
        self.books, self.one, self.other = Books(), laptop(1), laptop(2)
        self.thing = self.books.born(self.one)
        self.paper = self.books.new_id()
        self.line = self.books.new_id()
        decision = self.books.take(
            self.one,
            Op("paper", self.paper, BIRTH, 0, {"thing_id": self.thing}),
            Op("paper_line", self.line, BIRTH, 0, {"paper_id": self.paper, "quantity": 1}),
        )
        assert decision.kind == "applied"

    @property
    def seen(self) -> int:
        """The version of the paper as it stands."""
        return self.books.version("paper", self.paper)

    def head(self, base: int, **fields: Any) -> Op:
        """A change of the paper; without fields it names the version its lines were edited on."""
        return self.books.edit("paper", self.paper, base, **fields)

    def quantity(self, base: int, value: int) -> Op:
        return self.books.edit("paper_line", self.line, base, quantity=value)

    def set_quantity(self, device: Device, seen: int, value: int) -> Decision:
        return self.books.take(device, self.head(seen), self.quantity(seen, value))

    def value(self, name: str, table: str = "paper") -> Any:
        return self.books.row(table, self.paper if table == "paper" else self.line)[name]


def test_a_document_is_born_with_its_lines_and_its_totals() -> None:
    desk = Desk()
    assert (desk.value("total"), desk.value("doubled", "paper_line")) == (2, 2)
    assert desk.books.row("paper_line", desk.line)["unit"] == desk.thing


def test_a_line_changed_alone_on_the_newest_document_is_taken_and_moves_the_document() -> None:
    desk = Desk()
    before = desk.seen
    assert desk.set_quantity(desk.other, before, 5).kind == "applied"
    assert (desk.value("total"), desk.value("quantity", "paper_line")) == (10, 5)
    assert desk.seen == before + 1
    assert read_stamps(desk.books.row("paper", desk.paper))[DOCUMENT_STAMP].seq == before + 1


def test_two_changes_of_one_document_do_not_mix() -> None:
    desk = Desk()
    base = desk.seen
    assert desk.set_quantity(desk.one, base, 5).kind == "applied"
    before = desk.books.everything()
    ops = (
        desk.head(base, head="other"),
        Op("paper_line", desk.books.new_id(), BIRTH, 0, {"paper_id": desk.paper, "quantity": 9}),
    )
    decision = desk.books.take(desk.other, *ops)
    assert (decision.kind, decision.code, decision.writes) == ("conflict", Code.STALE, {})
    assert desk.books.everything() == before
    [lost] = decision.lost
    assert (lost.table, lost.row_id, lost.unit) == ("paper", desk.paper, desk.thing)
    assert (lost.rule, lost.open, lost.fields) == (Rule.GROUP, True, (DOCUMENT_STAMP,))
    assert lost.theirs_by == ANNA


def test_a_document_that_lost_is_kept_whole_with_every_operation() -> None:
    desk = Desk()
    base = desk.seen
    desk.set_quantity(desk.one, base, 5)
    ops = [desk.head(base, head="other"), desk.quantity(base, 7)]
    [lost] = desk.books.take(desk.other, *ops).lost
    assert lost.mine["intent"] == "test"
    assert lost.mine["ops"] == [[op.table, op.id, op.kind, op.base, op.fields] for op in ops]
    assert lost.theirs == {
        "rows": [["paper", desk.paper, {"head": ""}], ["paper_line", desk.line, {"quantity": 5}]]
    }


def test_different_lines_of_one_document_changed_on_two_sides_are_a_conflict() -> None:
    desk = Desk()
    second = desk.books.new_id()
    birth = Op("paper_line", second, BIRTH, 0, {"paper_id": desk.paper, "quantity": 2})
    desk.books.take(desk.one, desk.head(desk.seen), birth)
    base = desk.seen
    desk.set_quantity(desk.one, base, 5)
    decision = desk.books.take(
        desk.other, desk.head(base), desk.books.edit("paper_line", second, base, quantity=8)
    )
    assert decision.kind == "conflict"
    assert desk.books.row("paper_line", second)["quantity"] == 2


def test_the_same_change_of_a_document_on_two_sides_is_no_conflict() -> None:
    desk = Desk()
    base = desk.seen
    ops = desk.head(base), desk.quantity(base, 5)
    assert desk.books.take(desk.one, *ops).kind == "applied"
    before = desk.books.everything()
    decision = desk.books.take(desk.other, *ops)
    assert (decision.kind, decision.lost) == ("applied", [])
    assert desk.books.everything() == before


def test_a_document_named_without_any_change_stays_as_it_is() -> None:
    desk = Desk()
    before = desk.books.everything()
    decision = desk.books.take(desk.other, Op("paper", desk.paper, CHANGE, desk.seen, {}))
    assert (decision.kind, decision.writes) == ("applied", {})
    assert desk.books.everything() == before


def test_changes_of_one_laptop_follow_each_other_though_it_saw_none_come_back() -> None:
    desk = Desk()
    base = desk.seen
    assert desk.set_quantity(desk.one, base, 5).kind == "applied"
    assert desk.set_quantity(desk.one, base, 6).kind == "applied"
    assert desk.value("total") == 12


def test_a_document_nobody_has_seen_yet_can_be_edited_by_its_author() -> None:
    desk = Desk()
    assert desk.books.take(desk.one, desk.head(0, head="x")).kind == "applied"


def test_lines_come_with_their_document() -> None:
    desk = Desk()
    before = desk.books.everything()
    for op in (
        desk.quantity(desk.seen, 5),
        Op("paper_line", desk.books.new_id(), BIRTH, 0, {"paper_id": desk.paper}),
        Op("paper_line", desk.line, CHANGE, desk.seen, {"deleted": [0, 1]}),
    ):
        decision = desk.books.take(desk.one, op)
        assert (decision.kind, decision.code) == ("rejected", Code.MALFORMED), op
    assert desk.books.everything() == before


def test_taking_a_line_out_is_a_change_of_the_document() -> None:
    desk = Desk()
    base = desk.seen
    removal = Op("paper_line", desk.line, CHANGE, base, {"deleted": [0, 1]})
    assert desk.books.take(desk.one, desk.head(base, head="other")).kind == "applied"
    decision = desk.books.take(desk.other, Op("paper", desk.paper, CHANGE, base, {}), removal)
    assert decision.kind == "conflict"
    assert desk.value("deleted", "paper_line") == 0
    decision = desk.books.take(desk.other, Op("paper", desk.paper, CHANGE, desk.seen, {}), removal)
    assert decision.kind == "applied"
    assert (desk.value("deleted", "paper_line"), desk.value("total")) == (1, 0)


def test_a_line_changed_here_and_taken_out_there_waits_and_stays_out() -> None:
    desk = Desk()
    base = desk.seen
    removal = Op("paper_line", desk.line, CHANGE, base, {"deleted": [0, 1]})
    assert desk.books.take(desk.one, desk.head(base), removal).kind == "applied"
    before = desk.books.everything()
    decision = desk.set_quantity(desk.other, base, 5)
    assert (decision.kind, [lost.rule for lost in decision.lost]) == ("conflict", [Rule.DEAD])
    assert desk.books.everything() == before


def test_a_document_deleted_here_and_edited_there_is_a_conflict_of_the_document() -> None:
    desk = Desk()
    base = desk.seen
    desk.set_quantity(desk.one, base, 5)
    decision = desk.books.take(desk.other, Op("paper", desk.paper, CHANGE, base, {"deleted": [0, 1]}))
    assert (decision.kind, [lost.rule for lost in decision.lost]) == ("conflict", [Rule.GROUP])
    assert desk.value("deleted") == 0


# --- states of documents ----------------------------------------------------------------------------------------------


def test_a_move_alone_goes_by_the_offices_state_and_not_by_the_documents_version() -> None:
    desk = Desk()
    desk.books.take(desk.one, desk.head(desk.seen, path="sent"))
    seen = desk.seen
    looks = laptop(3, BEN, extent=3)
    assert desk.books.take(looks, desk.head(seen, path="looked_at")).kind == "applied"
    decision = desk.books.take(desk.one, Op("paper", desk.paper, CHANGE, seen, {"path": ["sent", "back"]}))
    assert (decision.kind, desk.value("path")) == ("applied", "back")


def test_a_move_that_came_too_late_is_a_conflict_about_the_state() -> None:
    desk = Desk()
    desk.books.take(desk.one, desk.head(desk.seen, path="sent"))
    seen = desk.seen
    taker = laptop(3, BEN, extent=3)
    assert desk.books.take(taker, desk.head(seen, path="taken")).kind == "applied"
    decision = desk.books.take(desk.one, Op("paper", desk.paper, CHANGE, seen, {"path": ["sent", "back"]}))
    assert (decision.kind, desk.value("path")) == ("conflict", "taken")
    [lost] = decision.lost
    assert (lost.rule, lost.open, lost.theirs_by) == (Rule.STATE, True, BEN)


def test_an_edit_and_a_move_that_did_not_see_each_other_are_both_taken_unless_a_rule_forbids() -> None:
    desk = Desk()
    base = desk.seen
    desk.books.take(desk.one, desk.head(base, path="sent"))
    decision = desk.books.take(desk.other, desk.head(base, head="late"))
    assert (decision.kind, desk.value("head"), desk.value("path")) == ("applied", "late", "sent")


def test_a_move_with_an_edit_goes_by_the_documents_version() -> None:
    desk = Desk()
    base = desk.seen
    desk.set_quantity(desk.one, base, 5)
    ops = Op("paper", desk.paper, CHANGE, base, {"path": ["draft", "sent"], "head": ["", "sealed"]})
    decision = desk.books.take(desk.other, ops)
    assert (decision.kind, desk.value("path"), desk.value("head")) == ("conflict", "draft", "")


# --- rules of documents -----------------------------------------------------------------------------------------------


def test_a_rule_that_finds_a_conflict_leaves_the_document_as_the_office_has_it() -> None:
    desk = Desk()
    before = desk.books.everything()
    decision = desk.books.take(desk.one, desk.head(desk.seen, head="torn"), desk.quantity(desk.seen, 5))
    assert (decision.kind, decision.code, decision.writes) == ("conflict", 3004, {})
    assert [lost.rule for lost in decision.lost] == [Rule.SEAL]
    assert desk.books.everything() == before


def test_a_conflict_of_a_document_that_was_never_stored_in_a_new_unit_is_a_rejection() -> None:
    books, one = Books(), laptop(1)
    thing, paper = books.new_id(), books.new_id()
    before = books.everything()
    decision = books.take(
        one,
        Op("thing", thing, BIRTH, 0, {"owner_id": ANNA, "title": "t"}),
        Op("paper", paper, BIRTH, 0, {"thing_id": thing, "head": "torn"}),
    )
    assert (decision.kind, decision.code, decision.lost) == ("rejected", 3004, [])
    assert books.everything() == before


def test_what_hangs_on_a_document_is_judged_with_it() -> None:
    desk = Desk()
    fields = {"paper_id": desk.paper, "word": "yes"}
    torn = desk.head(desk.seen, head="torn")
    annex = Op("annex", desk.books.new_id(), BIRTH, 0, fields)
    assert desk.books.take(desk.one, torn, annex).kind == "conflict"
    assert desk.books.take(desk.one, annex).kind == "applied"
