"""What cannot be understood is refused with a number, changes nothing and breaks nothing (sync-protocol, 5)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.changes.ops import BIRTH, CHANGE, Op
from crm.errors import Code
from tests.unit.crm.changes.subjects import ANNA, RULEBOOK, SCHEMA, Books, laptop


def books_with_a_thing() -> tuple[Books, bytes]:
    books = Books()
    return books, books.born(laptop(1))


@pytest.mark.parametrize(
    ("op", "code"),
    [
        (Op("nothing", b"x" * 16, BIRTH, 0, {}), Code.UNKNOWN_TABLE),
        (Op("thing", b"short", BIRTH, 0, {}), Code.BAD_ID),
        (Op("thing", b"x" * 16, 7, 0, {}), Code.MALFORMED),
        (Op("thing", b"x" * 16, BIRTH, 0, {"owner_id": ANNA}), Code.BAD_VALUE),
        (
            Op("thing", b"x" * 16, BIRTH, 0, {"owner_id": ANNA, "title": "t", "id": b"y" * 16}),
            Code.UNKNOWN_FIELD,
        ),
        (
            Op("thing", b"x" * 16, BIRTH, 0, {"owner_id": ANNA, "title": "t", "deleted": 1}),
            Code.UNKNOWN_FIELD,
        ),
        (Op("thing", b"x" * 16, BIRTH, 0, {"owner_id": b"z" * 16, "title": "t"}), Code.NOT_FOUND),
        (Op("piece", b"x" * 16, BIRTH, 0, {"thing_id": None}), Code.BAD_VALUE),
    ],
)
def test_a_birth_that_cannot_be_is_refused_with_its_number(op: Op, code: int) -> None:
    books, _ = books_with_a_thing()
    before = books.everything()
    decision = books.take(laptop(1), op)
    assert (decision.kind, decision.code) == ("rejected", code)
    assert books.everything() == before


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"title": "t"}, Code.MALFORMED),
        ({"title": ["t"]}, Code.MALFORMED),
        ({"title": ["t", "u", "v"]}, Code.MALFORMED),
        ({"title": {"old": "t"}}, Code.MALFORMED),
        ({"title": ["t", None]}, Code.BAD_VALUE),
        ({"title": ["t", 5]}, Code.BAD_VALUE),
        ({"title": ["t", "x" * 41]}, Code.BAD_VALUE),
        ({"title": ["t", "a\x00b"]}, Code.BAD_VALUE),
        ({"amount": [0, "1"]}, Code.BAD_VALUE),
        ({"amount": [0, 1.5]}, Code.BAD_VALUE),
        ({"amount": [0, True]}, Code.BAD_VALUE),
        ({"amount": [0, 1 << 62]}, Code.BAD_VALUE),
        ({"is_big": [0, 2]}, Code.BAD_VALUE),
        ({"is_big": [0, "1"]}, Code.BAD_VALUE),
        ({"picture": [None, b"x" * 41]}, Code.BAD_VALUE),
        ({"friend_id": [None, b"x"]}, Code.BAD_VALUE),
        ({"seen_on": [None, "2026-02-30"]}, Code.BAD_VALUE),
        ({"seen_on": [None, "2026-W22-5"]}, Code.BAD_VALUE),
        ({"seen_on": [None, "２０２６-05-29"]}, Code.BAD_VALUE),
        ({"seen_on": [None, 20260529]}, Code.BAD_VALUE),
        ({"deleted": [0, 2]}, Code.BAD_VALUE),
        ({"deleted": [0, None]}, Code.BAD_VALUE),
        ({"deleted": [[], 1]}, Code.BAD_VALUE),
        ({"door": ["new", ["open"]]}, Code.BAD_VALUE),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_its_number(fields: dict[str, Any], code: int) -> None:
    books, thing = books_with_a_thing()
    before = books.everything()
    decision = books.take(laptop(1), Op("thing", thing, CHANGE, 2, fields))
    assert (decision.kind, decision.code) == ("rejected", code)
    assert books.everything() == before


def test_one_row_stands_in_a_change_once() -> None:
    books, thing = books_with_a_thing()
    edit = books.edit("thing", thing, 2, title="x")
    assert books.take(laptop(1), edit, edit).code == Code.MALFORMED


def test_a_change_applies_whole_or_not_at_all() -> None:
    books, thing = books_with_a_thing()
    before = books.everything()
    good = books.edit("thing", thing, 2, title="x")
    bad = Op("piece", books.new_id(), BIRTH, 0, {"thing_id": thing, "label": 5})
    decision = books.take(laptop(1), good, bad)
    assert (decision.kind, decision.writes, decision.lost) == ("rejected", {}, [])
    assert books.everything() == before


def test_a_rule_that_forbids_undoes_the_whole_change_and_says_why() -> None:
    books, thing = books_with_a_thing()
    before = books.everything()
    piece = Op("piece", books.new_id(), BIRTH, 0, {"thing_id": thing})
    decision = books.take(laptop(1), piece, books.edit("thing", thing, 2, title="forbidden"))
    assert (decision.kind, decision.code, dict(decision.details)) == ("rejected", 3999, {"field": "title"})
    assert books.everything() == before


def test_a_rule_that_only_looks_twice_refuses_nothing() -> None:
    books, thing = books_with_a_thing()
    decision = books.take(laptop(1), books.edit("thing", thing, 2, title="odd"))
    assert (decision.kind, [look.code for look in decision.looks]) == ("applied", ["odd"])


def test_a_defect_of_a_rule_rises_and_leaves_the_books_as_they_were() -> None:
    books, thing = books_with_a_thing()
    before = books.everything()
    with pytest.raises(ZeroDivisionError):
        books.take(laptop(1), books.edit("thing", thing, 2, title="broken"))
    assert books.everything() == before


# --- whatever comes ---------------------------------------------------------------------------------------------------

ids = st.sampled_from([ANNA, *(number.to_bytes(16, "big") for number in range(1, 9))]) | st.binary(
    min_size=16, max_size=16
)
values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 64), 1 << 64)
    | st.floats()
    | st.text(max_size=45)
    | st.binary(max_size=45)
    | ids,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
names = st.sampled_from(sorted({name for entity in SCHEMA for name in entity.columns})) | st.text(max_size=8)


@st.composite
def anything(draw: st.DrawFn) -> Op:
    """An operation that mostly makes sense, and not always."""
    entity = SCHEMA[draw(st.sampled_from(sorted(SCHEMA.entities)))]
    kind = draw(st.sampled_from([BIRTH, CHANGE, CHANGE, 2]))
    fields: dict[str, Any] = {}
    for name in draw(st.lists(st.sampled_from(sorted(entity.fields)) | names, max_size=4, unique=True)):
        item = entity.fields.get(name)
        value: st.SearchStrategy[Any] = values
        if item is not None and draw(st.booleans()):
            value = {"id": ids, "int": st.integers(-9, 9), "text": st.text(max_size=5)}.get(item.kind, values)
        old, new = draw(value), draw(value)
        fields[name] = new if kind == BIRTH and draw(st.integers(0, 9)) else [old, new]
    table = entity.name if draw(st.integers(0, 20)) else draw(st.text(max_size=5))
    return Op(table, draw(ids), kind, draw(st.integers(0, 12)), fields)


@settings(max_examples=400)
@given(changes=st.lists(st.lists(anything(), max_size=4), min_size=1, max_size=4))
def test_whatever_comes_has_an_outcome_and_a_refusal_has_a_number(changes: list[list[Op]]) -> None:
    books, thing = books_with_a_thing()
    books.rulebook = {name: rules for name, rules in RULEBOOK.items() if name == "paper"}
    paper = books.born(laptop(1), "paper", thing_id=thing)
    line = books.new_id()
    seen = books.version("paper", paper)
    books.take(
        laptop(1),
        Op("paper", paper, CHANGE, seen, {}),
        Op("paper_line", line, BIRTH, 0, {"paper_id": paper}),
    )
    for ops in changes:
        before = books.everything()
        decision = books.take(laptop(1), *ops)
        assert decision.kind in {"applied", "merged", "conflict", "rejected"}
        if decision.kind == "rejected":
            assert decision.code >= 1000
            assert (decision.writes, decision.lost) == ({}, [])
            assert books.everything() == before
