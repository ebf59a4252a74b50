"""Who may change what, and what a stranger learns: nothing (sync-protocol, 5 and 7)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.changes.actor import Extent, Standing
from crm.changes.decision import Decision
from crm.changes.ops import BIRTH, CHANGE, Op
from crm.errors import Code
from crm.ids import COMPANY
from tests.unit.crm.changes.subjects import ANNA, BEN, EDIT, NORTH, SOUTH, Books, Device, actor, desk, laptop

CHEN = b"c" * 16
"""Somebody of the other division."""
NOWHERE = b"\xff" * 16


def stranger() -> Device:
    return laptop(7, CHEN, division=SOUTH)


def answer(decision: Decision) -> tuple[Any, ...]:
    return decision.kind, decision.code, decision.text, dict(decision.details), decision.lost


# --- how far a right goes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "may"),
    [
        (actor(ANNA), True),
        (actor(BEN), False),
        (actor(BEN, extent=Extent.TREE), False),
        (actor(BEN, extent=Extent.TREE, below=[ANNA]), True),
        (actor(BEN, extent=Extent.DIVISION), True),
        (actor(CHEN, extent=Extent.DIVISION, division=SOUTH), False),
        (actor(CHEN, extent=Extent.ALL, division=SOUTH), True),
        (actor(CHEN, extent=Extent.DIVISION, division=None), False),
        (actor(ANNA, extent=Extent.NONE), False),
    ],
)
def test_a_right_reaches_as_far_as_its_extent(who: Any, may: bool) -> None:
    books = Books()
    thing = books.born(laptop(1))
    decision = books.take(Device(who, b"x" * 16), books.edit("thing", thing, 2, title="new"))
    assert decision.kind == ("applied" if may else "rejected")
    assert books.row("thing", thing)["title"] == ("new" if may else "t")


@given(
    one=st.sampled_from(Extent), two=st.sampled_from(Extent), division=st.sampled_from([None, NORTH, SOUTH])
)
def test_the_greater_extent_includes_the_smaller(one: Extent, two: Extent, division: bytes | None) -> None:
    less, more = sorted((one, two))
    for standing in (
        Standing(NORTH, frozenset({ANNA})),
        Standing(NORTH, frozenset({BEN})),
        Standing(COMPANY, frozenset()),
        Standing(None, frozenset()),
    ):
        if actor(BEN, extent=less, division=division).may(EDIT, standing):
            assert actor(BEN, extent=more, division=division).may(EDIT, standing)


# --- foreign and absent -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"title": ["t", "new"]},
        {},
        {"door": ["new", "open"]},
        {"deleted": [0, 1]},
        {"nothing": [0, 1]},
        {"title": ["t", 5]},
        {"title": "t"},
        {"length": [1, 2]},
        {"secret": ["", "x"]},
        {"friend_id": [None, NOWHERE]},
    ],
)
def test_a_foreign_row_and_none_at_all_give_the_same_answer(fields: dict[str, Any]) -> None:
    books = Books()
    foreign = books.born(laptop(1))
    assert answer(books.take(stranger(), Op("thing", foreign, CHANGE, 2, fields))) == answer(
        books.take(stranger(), Op("thing", NOWHERE, CHANGE, 2, fields))
    )


def test_a_part_for_a_foreign_parent_and_for_none_give_the_same_answer() -> None:
    books = Books()
    foreign = books.born(laptop(1))
    answers = [
        answer(books.take(stranger(), Op("piece", books.new_id(), BIRTH, 0, {"thing_id": parent})))
        for parent in (foreign, NOWHERE)
    ]
    assert answers[0] == answers[1]
    assert answers[0][1] == Code.NOT_FOUND


def test_a_reference_to_a_foreign_row_and_to_none_give_the_same_answer() -> None:
    books = Books()
    foreign = books.born(laptop(1))
    own = books.born(stranger())
    answers = [
        answer(books.take(stranger(), Op("thing", own, CHANGE, 2, {"friend_id": [None, friend]})))
        for friend in (foreign, NOWHERE)
    ]
    assert answers[0] == answers[1]
    assert answers[0][1] == Code.NOT_FOUND


def test_a_reference_reaches_what_one_holds_oneself_and_what_everybody_reads() -> None:
    books = Books()
    thing, friend = books.born(laptop(1)), books.born(laptop(1))
    decision = books.take(laptop(1), books.edit("thing", thing, 2, friend_id=friend))
    assert decision.kind == "applied"
    decision = books.take(laptop(1), books.edit("thing", thing, 3, owner_id=BEN))
    assert decision.kind == "applied"


def test_a_missing_right_on_a_unit_one_holds_is_called_missing() -> None:
    books = Books()
    thing = books.born(laptop(1))
    reader = laptop(2, rights=[])
    decision = books.take(reader, books.edit("thing", thing, 2, title="x"))
    assert (decision.kind, decision.code) == ("rejected", Code.NO_RIGHT)


def test_what_everybody_reads_only_those_with_the_right_may_change() -> None:
    books = Books()
    op = Op("person", ANNA, CHANGE, 1, {"name": ["x", "y"]})
    assert books.take(laptop(1), op).code == Code.NO_RIGHT
    assert books.take(desk(), op).kind == "applied"


# --- births -----------------------------------------------------------------------------------------------------------


def test_who_makes_a_unit_holds_it_from_the_same_change_on() -> None:
    books = Books()
    thing = books.new_id()
    decision = books.take(
        laptop(1),
        Op("thing", thing, BIRTH, 0, {"owner_id": ANNA, "title": "t"}),
        Op("piece", books.new_id(), BIRTH, 0, {"thing_id": thing}),
    )
    assert decision.kind == "applied"
    assert books.row("thing", thing)["feed_id"] == NORTH
    assert {write.row["unit"] for write in decision.writes.values()} == {thing}


def test_a_unit_for_somebody_else_needs_a_right_that_reaches_them() -> None:
    books = Books()
    fields = {"owner_id": BEN, "title": "t"}
    assert books.take(laptop(1), Op("thing", books.new_id(), BIRTH, 0, fields)).kind == "rejected"
    head = laptop(1, extent=Extent.DIVISION)
    assert books.take(head, Op("thing", books.new_id(), BIRTH, 0, fields)).kind == "applied"
    over_there = Op("thing", books.new_id(), BIRTH, 0, {"owner_id": CHEN, "title": "t"})
    assert books.take(head, over_there).kind == "rejected"


def test_the_unit_of_a_row_is_computed_and_never_believed() -> None:
    books = Books()
    mine, other = books.born(laptop(1)), books.born(laptop(1))
    piece = books.born(laptop(1), "piece", thing_id=mine)
    assert books.row("piece", piece)["unit"] == mine
    assert books.take(laptop(1), Op("piece", piece, CHANGE, 2, {"unit": [mine, other]})).kind == "rejected"


def test_a_part_never_moves_to_another_parent() -> None:
    books = Books()
    mine, other = books.born(laptop(1)), books.born(laptop(1))
    piece = books.born(laptop(1), "piece", thing_id=mine)
    before = books.everything()
    decision = books.take(
        laptop(1), books.edit("piece", piece, books.version("piece", piece), thing_id=other)
    )
    assert (decision.kind, decision.code) == ("rejected", Code.APPEND_ONLY)
    assert books.everything() == before


def test_ones_own_things_are_nobody_elses() -> None:
    books = Books()
    assert books.take(laptop(1), Op("diary", books.new_id(), BIRTH, 0, {"person_id": ANNA})).kind == "applied"
    decision = books.take(laptop(1), Op("diary", books.new_id(), BIRTH, 0, {"person_id": BEN}))
    assert (decision.kind, decision.code) == ("rejected", Code.NOT_FOUND)


def test_a_row_with_a_known_id_is_not_born_again() -> None:
    books = Books()
    thing = books.born(laptop(1))
    before = books.everything()
    decision = books.take(laptop(1), Op("thing", thing, BIRTH, 0, {"owner_id": ANNA, "title": "again"}))
    assert (decision.kind, decision.code) == ("rejected", Code.BAD_ID)
    assert books.everything() == before


def test_only_the_office_makes_rows_that_stand_beside_others() -> None:
    books = Books()
    for device in (laptop(1), desk()):
        decision = books.take(device, Op("remark", books.new_id(), BIRTH, 0, {}))
        assert (decision.kind, decision.code) == ("rejected", Code.NO_RIGHT)


def test_somebody_without_a_division_holds_nothing_new() -> None:
    books = Books()
    row = books.row("person", BEN)
    books.view.put("person", {**row, "division_id": None})
    for device in (laptop(1, BEN, division=None), laptop(1, BEN, extent=Extent.DIVISION, division=None)):
        decision = books.take(device, Op("thing", books.new_id(), BIRTH, 0, {"owner_id": BEN, "title": "t"}))
        assert (decision.kind, decision.code) == ("rejected", Code.BAD_VALUE)


# --- moves ------------------------------------------------------------------------------------------------------------


def test_a_move_needs_its_own_right_and_nothing_else() -> None:
    books = Books()
    thing = books.born(laptop(1), door="open")
    closer = laptop(2, BEN, extent=Extent.DIVISION, rights=["thing.close"])
    assert books.take(closer, books.edit("thing", thing, 2, door="shut")).kind == "applied"
    assert books.take(closer, books.edit("thing", thing, 3, title="x")).kind == "rejected"
    both = books.edit("thing", thing, 3, door="open", title="x")
    assert books.take(closer, both).kind == "rejected"


def test_the_right_to_one_move_is_not_the_right_to_another() -> None:
    books = Books()
    thing = books.born(laptop(1), door="open")
    editor = laptop(1, rights=[EDIT])
    decision = books.take(editor, books.edit("thing", thing, 2, door="shut"))
    assert (decision.kind, decision.code) == ("rejected", Code.NO_RIGHT)


def test_a_false_word_about_the_old_state_opens_no_door() -> None:
    books = Books()
    thing = books.born(laptop(1), door="open")
    editor = laptop(1, rights=[EDIT])
    # From "new" to "gone" would be the editor's move; from "open" to "shut" is not, whatever the change claims.
    lie = Op("thing", thing, CHANGE, 2, {"door": ["new", "shut"]})
    assert books.take(editor, lie).kind == "rejected"
    assert books.row("thing", thing)["door"] == "open"
