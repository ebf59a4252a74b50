"""What a unit of work writes is what its changeset says (sync-protocol, 4)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crm.changes.capture import Capture
from crm.changes.ops import BIRTH, CHANGE
from crm.errors import Code, LocalFault
from crm.ids import DIRECTORY
from tests.unit.crm.changes.store import Store
from tests.unit.crm.changes.subjects import (
    ANNA,
    BEN,
    NOON,
    SCHEMA,
    Annex,
    Diary,
    Paper,
    PaperLine,
    Person,
    Piece,
    Remark,
    Thing,
)


def a_thing(store: Store, **fields: Any) -> Thing:
    return Thing(id=store.new_id(), owner_id=ANNA, **{"title": "t", **fields})


@pytest.fixture
def thing(store: Store) -> Thing:
    """A thing that the office has confirmed as version 7."""
    with store.work() as work:
        thing = a_thing(store, subtitle="s")
        work.session.add(thing)
    with store.work() as work:
        thing.version = 7
    return thing


# --- births -----------------------------------------------------------------------------------------------------------


def test_a_birth_carries_every_field_that_is_a_devices_to_write(store: Store) -> None:
    with store.work() as work:
        thing = a_thing(store, seen_on=date(2026, 5, 29), is_big=True, picture=b"p")
        work.session.add(thing)
    op = work.op(thing)
    assert (op.table, op.kind, op.base) == ("thing", BIRTH, 0)
    assert op.fields == {
        "owner_id": ANNA,
        "title": "t",
        "subtitle": "",
        "note": "",
        "code": "",
        "amount": 0,
        "door": "new",
        "street": "",
        "town": "",
        "hue": "",
        "tone": "",
        "seen_on": "2026-05-29",
        "is_big": 1,
        "picture": b"p",
        "friend_id": None,
    }


def test_what_the_office_sets_travels_only_when_it_is_set(store: Store) -> None:
    with store.work() as work:
        thing = a_thing(store, limit=5, secret="x", margin=3)
        work.session.add(thing)
    fields = work.fields(thing)
    assert (fields["limit"], fields["secret"], fields["margin"]) == (5, "x", 3)
    assert "length" not in fields


def test_a_row_says_who_made_it_and_when(store: Store) -> None:
    with store.work(BEN, NOON + 5) as work:
        thing = a_thing(store)
        work.session.add(thing)
    assert (thing.created_by, thing.created_at, thing.changed_by, thing.changed_at) == (BEN, NOON + 5) * 2


def test_a_birth_with_later_edits_in_one_work_is_one_birth(store: Store) -> None:
    with store.work() as work:
        thing = a_thing(store)
        work.session.add(thing)
        work.session.flush()
        thing.title = "second"
        work.session.flush()
        thing.title = "third"
    [op] = work.ops
    assert (op.kind, op.fields["title"]) == (BIRTH, "third")


@pytest.mark.parametrize("flushed_between", [True, False])
def test_what_is_born_and_removed_again_in_one_work_was_never_there(
    store: Store, thing: Thing, flushed_between: bool
) -> None:
    with store.work() as work:
        piece = Piece(id=store.new_id(), thing_id=thing.id)
        work.session.add(piece)
        if flushed_between:
            work.session.flush()
        piece.deleted = True
    assert work.ops == ()


# --- changes ----------------------------------------------------------------------------------------------------------


def test_a_change_carries_old_and_new_of_what_changed_and_nothing_else(store: Store, thing: Thing) -> None:
    with store.work() as work:
        thing.title = "new"
        thing.is_big = True
        thing.seen_on = date(2026, 5, 29)
    op = work.op(thing)
    assert (op.kind, op.base) == (CHANGE, 7)
    assert op.fields == {"title": ["t", "new"], "is_big": [0, 1], "seen_on": [None, "2026-05-29"]}


def test_over_several_flushes_the_first_old_and_the_last_new_count(store: Store, thing: Thing) -> None:
    with store.work() as work:
        for value in ("one", "two", "three"):
            thing.title = value
            work.session.flush()
    assert work.fields(thing) == {"title": ["t", "three"]}


def test_capture_goes_on_over_queries_that_flush_and_rows_that_are_read_again(
    store: Store, thing: Thing
) -> None:
    with store.work() as work:
        thing.title = "one"
        work.session.query(Thing).filter_by(title="one").one()
        work.session.expire(thing)
        thing.subtitle = "two"
    assert work.fields(thing) == {"title": ["t", "one"], "subtitle": ["s", "two"]}


def test_what_ends_where_it_began_drops_out(store: Store, thing: Thing) -> None:
    with store.work() as work:
        thing.title = "away"
        thing.subtitle = "other"
        work.session.flush()
        thing.title = "t"
    assert work.fields(thing) == {"subtitle": ["s", "other"]}


def test_a_work_that_changes_nothing_in_the_end_says_nothing(store: Store, thing: Thing) -> None:
    with store.work() as work:
        thing.title = "away"
        work.session.flush()
        thing.title = "t"
        thing.subtitle = "s"
    assert work.ops == ()


def test_computed_fields_stay_at_home(store: Store, thing: Thing) -> None:
    with store.work() as work:
        thing.length = 99
    assert work.ops == ()


def test_who_and_when_follow_a_change_and_only_a_change(store: Store, thing: Thing) -> None:
    with store.work(BEN, NOON + 9):
        thing.title = "t"
    assert (thing.changed_by, thing.changed_at) == (ANNA, NOON)
    with store.work(BEN, NOON + 9):
        thing.title = "new"
    assert (thing.changed_by, thing.changed_at, thing.created_by) == (BEN, NOON + 9, ANNA)


def test_fields_that_merge_as_one_travel_as_one(store: Store, thing: Thing) -> None:
    with store.work() as work:
        thing.street = "High Street"
    assert work.fields(thing) == {"street": ["", "High Street"], "town": ["", ""]}


def test_a_removal_is_a_mark_and_a_revival_too(store: Store, thing: Thing) -> None:
    with store.work() as work:
        thing.deleted = True
    assert work.fields(thing) == {"deleted": [0, 1]}
    with store.work() as work:
        thing.deleted = False
    assert work.fields(thing) == {"deleted": [1, 0]}
    assert store.count("thing") == 1


def test_a_row_is_never_removed(store: Store, thing: Thing) -> None:
    with pytest.raises(LocalFault) as refused, store.work() as work:
        work.session.delete(thing)
    assert refused.value.code == Code.UNCAPTURED_WRITE
    assert store.count("thing") == 1


# --- order and documents ----------------------------------------------------------------------------------------------


def test_parents_come_before_their_parts_whatever_was_written_first(store: Store) -> None:
    with store.work() as work:
        thing, paper, line = a_thing(store), store.new_id(), store.new_id()
        work.session.add(thing)
        work.session.flush()
        work.session.add(PaperLine(id=line, paper_id=paper, quantity=1))
        work.session.add(Paper(id=paper, thing_id=thing.id))
        work.session.flush()
    assert [op.table for op in work.ops] == ["thing", "paper", "paper_line"]


def test_a_document_whose_lines_alone_changed_is_named_with_the_version_they_were_edited_on(
    store: Store, thing: Thing
) -> None:
    with store.work() as work:
        paper = Paper(id=store.new_id(), thing_id=thing.id)
        work.session.add(paper)
        work.session.flush()
        line = PaperLine(id=store.new_id(), paper_id=paper.id, quantity=1)
        work.session.add(line)
    assert [op.kind for op in work.ops] == [BIRTH, BIRTH]
    with store.work() as work:
        paper.version = 11
    with store.work() as work:
        line.quantity = 2
    assert [(op.table, op.kind, op.base, op.fields) for op in work.ops] == [
        ("paper", CHANGE, 11, {}),
        ("paper_line", CHANGE, 0, {"quantity": [1, 2]}),
    ]


def test_a_document_that_changed_with_its_lines_is_named_once(store: Store, thing: Thing) -> None:
    with store.work() as work:
        paper = Paper(id=store.new_id(), thing_id=thing.id)
        work.session.add(paper)
    with store.work() as work:
        paper.head = "x"
        work.session.add(PaperLine(id=store.new_id(), paper_id=paper.id))
        work.session.add(Annex(id=store.new_id(), paper_id=paper.id))
    assert [op.table for op in work.ops] == ["paper", "paper_line", "annex"]


# --- units ------------------------------------------------------------------------------------------------------------


def test_the_unit_of_a_new_row_comes_from_its_parent(store: Store, thing: Thing) -> None:
    with store.work() as work:
        person = Person(id=store.new_id(), name="x")
        paper = Paper(id=store.new_id(), thing_id=thing.id)
        line = PaperLine(id=store.new_id(), paper_id=paper.id)
        diary = Diary(id=store.new_id(), person_id=BEN)
        remark = Remark(id=store.new_id(), table_name="thing", row_id=thing.id)
        work.session.add_all([line, paper, person, diary, remark])
    assert thing.unit == thing.id
    assert (paper.unit, line.unit, remark.unit) == (thing.id,) * 3
    assert (person.unit, diary.unit) == (DIRECTORY, BEN)


def test_a_unit_that_somebody_claims_is_not_believed(store: Store, thing: Thing) -> None:
    with store.work() as work:
        piece = Piece(id=store.new_id(), thing_id=thing.id, unit=b"?" * 16)
        work.session.add(piece)
    assert piece.unit == thing.id


def test_a_part_without_its_parent_is_refused(store: Store) -> None:
    with pytest.raises(LocalFault) as refused, store.work() as work:
        work.session.add(Piece(id=store.new_id(), thing_id=b"?" * 16))
    assert refused.value.code == Code.UNCAPTURED_WRITE
    assert store.count("piece") == 0


# --- what breaks it ---------------------------------------------------------------------------------------------------


def test_a_savepoint_rolled_back_under_it_makes_a_capture_useless(store: Store, thing: Thing) -> None:
    def half(session: Session) -> None:
        savepoint = session.begin_nested()
        thing.title = "new"
        session.flush()
        savepoint.rollback()

    with pytest.raises(LocalFault) as refused, store.work() as work:
        half(work.session)
    assert refused.value.code == Code.UNCAPTURED_WRITE


def test_a_savepoint_that_is_kept_breaks_nothing(store: Store, thing: Thing) -> None:
    with store.work() as work:
        with work.session.begin_nested():
            thing.title = "new"
        thing.subtitle = "later"
    assert work.fields(thing) == {"title": ["t", "new"], "subtitle": ["s", "later"]}


def test_a_closed_capture_hears_nothing_more(store: Store, thing: Thing) -> None:
    capture = Capture(SCHEMA, store.session, actor=ANNA, now_ms=NOON)
    capture.close()
    thing.title = "unheard"
    with pytest.raises(LocalFault):
        store.session.flush()
    store.session.rollback()
    assert capture.ops() == ()


def test_a_flush_that_fails_leaves_the_guard_where_it_was(store: Store, thing: Thing) -> None:
    twin = Thing(id=thing.id, owner_id=ANNA, title="the same id")
    store.session.expunge(thing)
    with pytest.raises(IntegrityError), store.work() as work:
        work.session.add(twin)
    with pytest.raises(LocalFault), store.engine.begin() as connection:
        connection.execute(text("UPDATE thing SET title='past the guard'"))
    with store.engine.connect() as connection:
        assert connection.execute(text("SELECT title FROM thing")).scalars().all() == ["t"]
