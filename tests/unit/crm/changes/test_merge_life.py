"""Deletion, revival, and what belongs to the dead (sync-protocol, 8 and 13)."""

from __future__ import annotations

from crm.changes.decision import DOCUMENT_STAMP
from crm.changes.ops import BIRTH, CHANGE, Op
from crm.changes.policies import Rule
from crm.errors import Code
from tests.unit.crm.changes.subjects import ANNA, BEN, Books, laptop


def dead_thing() -> tuple[Books, bytes, int]:
    """A thing that one laptop deleted, and the version another one last saw."""
    books = Books()
    thing = books.born(laptop(1), title="t", subtitle="s")
    base = books.version("thing", thing)
    assert books.take(laptop(1), Op("thing", thing, CHANGE, base, {"deleted": [0, 1]})).kind == "applied"
    return books, thing, base


def test_a_deleted_row_stays_and_says_that_it_is_dead() -> None:
    books, thing, base = dead_thing()
    row = books.row("thing", thing)
    assert (row["deleted"], row["title"], row["version"]) == (1, "t", base + 1)


def test_an_edit_of_the_dead_waits_in_a_conflict_and_the_row_stays_dead() -> None:
    books, thing, base = dead_thing()
    before = books.everything()
    decision = books.take(
        laptop(2), Op("thing", thing, CHANGE, base, {"title": ["t", "new"], "subtitle": ["s", "s"]})
    )
    assert decision.kind == "conflict"
    assert books.everything() == before
    [lost] = decision.lost
    assert (lost.rule, lost.open, lost.fields) == (Rule.DEAD, True, ("title",))
    assert (lost.base, lost.mine, lost.theirs) == ({"title": "t"}, {"title": "new"}, {"deleted": 1})
    assert lost.theirs_by == ANNA


def test_two_people_who_delete_one_row_agree() -> None:
    books, thing, base = dead_thing()
    before = books.everything()
    decision = books.take(laptop(2), Op("thing", thing, CHANGE, base, {"deleted": [0, 1]}))
    assert (decision.kind, decision.lost) == ("applied", [])
    assert books.everything() == before


def test_the_dead_live_again_only_by_a_move() -> None:
    books, thing, _ = dead_thing()
    op = Op(
        "thing", thing, CHANGE, books.version("thing", thing), {"deleted": [1, 0], "title": ["t", "back"]}
    )
    assert books.take(laptop(2), op).kind == "applied"
    row = books.row("thing", thing)
    assert (row["deleted"], row["title"]) == (0, "back")


def test_a_part_for_the_dead_waits_with_everything_that_came_with_it() -> None:
    books, thing, _ = dead_thing()
    piece = books.new_id()
    before = books.everything()
    ops = [
        Op("piece", piece, BIRTH, 0, {"thing_id": thing, "label": "x"}),
        Op("piece", books.new_id(), BIRTH, 0, {"thing_id": thing, "label": "y"}),
    ]
    decision = books.take(laptop(2), *ops)
    assert decision.kind == "conflict"
    assert books.everything() == before
    [lost] = decision.lost
    assert (lost.table, lost.row_id, lost.unit) == ("thing", thing, thing)
    assert (lost.rule, lost.fields, lost.theirs_by) == (Rule.DEAD, (DOCUMENT_STAMP,), ANNA)
    assert lost.mine["ops"] == [[op.table, op.id, op.kind, op.base, op.fields] for op in ops]


def test_what_waits_together_is_kept_apart_by_unit_because_each_has_its_own_readers() -> None:
    books, thing, _ = dead_thing()
    other = books.born(laptop(2), title="other")
    before = books.everything()
    birth = Op("piece", books.new_id(), BIRTH, 0, {"thing_id": thing})
    edit = books.edit("thing", other, books.version("thing", other), title="new")
    decision = books.take(laptop(2), birth, edit)
    assert books.everything() == before
    assert [(lost.unit, [op[1] for op in lost.mine["ops"]]) for lost in decision.lost] == [
        (thing, [birth.id]),
        (other, [other]),
    ]
    assert [lost.theirs["rows"] for lost in decision.lost] == [[], [["thing", other, {"title": "other"}]]]


def test_a_part_for_the_dead_is_taken_when_the_parent_is_revived_with_it() -> None:
    books, thing, _ = dead_thing()
    revival = Op("thing", thing, CHANGE, books.version("thing", thing), {"deleted": [1, 0]})
    birth = Op("piece", books.new_id(), BIRTH, 0, {"thing_id": thing, "label": "x"})
    assert books.take(laptop(2), revival, birth).kind == "applied"


def test_what_waits_for_the_dead_is_judged_before_it_is_kept() -> None:
    books, thing, _ = dead_thing()
    birth = Op("piece", books.new_id(), BIRTH, 0, {"thing_id": thing})
    for bad, code in (
        (Op("nothing", bytes(16), BIRTH, 0, {}), Code.UNKNOWN_TABLE),
        (Op("thing", bytes(16), CHANGE, 0, {"title": ["a", "b"]}), Code.NOT_FOUND),
        (Op("piece", books.new_id(), BIRTH, 0, {"thing_id": thing, "label": 5}), Code.BAD_VALUE),
    ):
        decision = books.take(laptop(2), birth, bad)
        assert (decision.kind, decision.code) == ("rejected", code)


def test_a_conflict_with_the_dead_shows_nothing_of_a_foreign_row() -> None:
    books, thing, _ = dead_thing()
    stranger = laptop(3, b"c" * 16, division=b"S" * 16)
    foreign = books.born(stranger, title="a secret of others")
    decision = books.take(
        laptop(2),
        Op("piece", books.new_id(), BIRTH, 0, {"thing_id": thing}),
        Op("thing", foreign, CHANGE, 2, {"title": ["?", "!"]}),
    )
    assert (decision.kind, decision.code, decision.lost) == ("rejected", Code.NOT_FOUND, [])
    assert "secret" not in repr(decision)


def test_a_part_of_a_part_of_the_dead_waits_too() -> None:
    books = Books()
    thing = books.born(laptop(1))
    paper = books.new_id()
    books.take(laptop(1), Op("paper", paper, BIRTH, 0, {"thing_id": thing}))
    seen = books.version("paper", paper)
    books.take(laptop(1), Op("thing", thing, CHANGE, books.version("thing", thing), {"deleted": [0, 1]}))
    line = Op("paper_line", books.new_id(), BIRTH, 0, {"paper_id": paper})
    decision = books.take(laptop(2), Op("paper", paper, CHANGE, seen, {}), line)
    assert decision.kind == "conflict"


def test_edit_and_deletion_that_did_not_see_each_other_end_the_same_in_either_order() -> None:
    ends = []
    for deletion_first in (True, False):
        books = Books()
        thing = books.born(laptop(1), title="t")
        edit = laptop(1), Op("thing", thing, CHANGE, 2, {"title": ["t", "worked on"], "amount": [0, 3]})
        deletion = laptop(2, BEN, extent=3), Op("thing", thing, CHANGE, 2, {"deleted": [0, 1]})
        lost = [
            lost
            for device, op in ([deletion, edit] if deletion_first else [edit, deletion])
            for lost in books.take(device, op).lost
        ]
        assert books.row("thing", thing)["deleted"] == 1
        [one] = lost
        assert (one.rule, one.open, one.theirs, one.theirs_by) == (Rule.DEAD, True, {"deleted": 1}, BEN)
        assert (sorted(one.fields), one.mine) == (["amount", "title"], {"title": "worked on", "amount": 3})
        assert (one.mine_by or ANNA) == ANNA
        ends.append(one.unit)
    assert len(ends) == 2


def test_whoever_deletes_what_they_saw_last_leaves_no_conflict() -> None:
    books = Books()
    thing = books.born(laptop(1))
    books.take(laptop(1), books.edit("thing", thing, 2, title="x"))
    op = Op("thing", thing, CHANGE, books.version("thing", thing), {"deleted": [0, 1]})
    assert books.take(laptop(2), op).kind == "applied"


def test_ones_own_unsent_edit_and_deletion_are_no_conflict() -> None:
    books = Books()
    thing = books.born(laptop(1))
    books.take(laptop(1), books.edit("thing", thing, 2, title="x"))
    assert books.take(laptop(1), Op("thing", thing, CHANGE, 2, {"deleted": [0, 1]})).kind == "applied"
