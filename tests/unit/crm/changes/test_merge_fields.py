"""What becomes of a field that one side changed, or both: every policy of the protocol (sync-protocol, 8)."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.changes.clock import stamp_of
from crm.changes.decision import Lost, read_stamps
from crm.changes.ops import BIRTH, CHANGE, Op
from crm.changes.policies import Rule
from crm.errors import Code
from tests.unit.crm.changes.subjects import ANNA, BEN, DOOR, NOON, Books, Device, desk, laptop

words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)
stamps = st.integers(stamp_of(NOON), stamp_of(NOON) + 50)
FREE = {
    "title": words.filter(lambda word: word not in {"forbidden", "broken"}),
    "note": words,
    "street": words,
    "town": words,
    "hue": words,
    "amount": st.integers(-(10**9), 10**9),
    "seen_on": st.none() | st.dates().map(lambda day: day.isoformat()),
    "is_big": st.sampled_from([0, 1]),
    "picture": st.none() | st.binary(max_size=40),
}
edits = st.sampled_from(sorted(FREE)).flatmap(lambda name: st.tuples(st.just(name), FREE[name]))


def two_laptops() -> tuple[Books, Device, Device, bytes]:
    """Books with one thing that two laptops of one person know."""
    books, one, other = Books(), laptop(1), laptop(2)
    return books, one, other, books.born(one)


def both(
    books: Books, thing: bytes, first: Device, second: Device, mine: dict[str, Any], yours: dict[str, Any]
) -> tuple[list[Lost], list[Lost]]:
    """Two edits of one thing that did not see each other; what each lost when it came in."""
    base = books.version("thing", thing)
    ops = books.edit("thing", thing, base, **mine), books.edit("thing", thing, base, **yours)
    return books.take(first, ops[0]).lost, books.take(second, ops[1]).lost


# --- one side only ----------------------------------------------------------------------------------------------------


@given(edit=edits)
def test_what_one_side_changed_is_taken(edit: tuple[str, Any]) -> None:
    books, _, other, thing = two_laptops()
    name, value = edit
    decision = books.take(other, books.edit("thing", thing, books.version("thing", thing), **{name: value}))
    assert decision.kind == "applied"
    assert decision.lost == []
    assert books.row("thing", thing)[name] == value


@given(edit=edits, again=edits)
def test_different_fields_changed_on_two_sides_are_both_taken(
    edit: tuple[str, Any], again: tuple[str, Any]
) -> None:
    books, one, other, thing = two_laptops()
    groups = {"street": "place", "town": "place"}
    if groups.get(edit[0], edit[0]) == groups.get(again[0], again[0]):
        return
    lost = both(books, thing, one, other, dict([edit]), dict([again]))
    assert lost == ([], [])
    assert books.row("thing", thing)[edit[0]] == edit[1]
    assert books.row("thing", thing)[again[0]] == again[1]


@given(edit=edits)
def test_a_change_made_on_the_newest_version_meets_nobody(edit: tuple[str, Any]) -> None:
    books, one, other, thing = two_laptops()
    books.take(one, books.edit("thing", thing, books.version("thing", thing), title="first"))
    name, value = edit
    decision = books.take(other, books.edit("thing", thing, books.version("thing", thing), **{name: value}))
    assert (decision.kind, decision.lost) == ("applied", [])


@given(edit=edits.filter(lambda edit: edit[0] != "amount"))
def test_equal_values_are_no_conflict(edit: tuple[str, Any]) -> None:
    books, one, other, thing = two_laptops()
    before = books.row("thing", thing)[edit[0]]
    assert both(books, thing, one, other, dict([edit]), dict([edit])) == ([], [])
    version = books.version("thing", thing)
    assert version == (2 if before == edit[1] else 3)
    assert books.row("thing", thing)[edit[0]] == edit[1]


# --- latest -----------------------------------------------------------------------------------------------------------


@given(mine=stamps, yours=stamps)
def test_of_two_latest_values_the_greater_stamp_wins_in_either_order(mine: int, yours: int) -> None:
    found = set()
    for order in permutations([(laptop(1), mine, "m"), (laptop(2), yours, "y")]):
        books, _, _, thing = two_laptops()
        base = books.version("thing", thing)
        ops = [
            (device, stamp, books.edit("thing", thing, base, note=value)) for device, stamp, value in order
        ]
        # Both devices are strangers to the one that made the thing.
        lost = [books.take(device, op, stamp=stamp).lost for device, stamp, op in ops][1]
        found.add(books.row("thing", thing)["note"])
        [one] = lost
        assert (one.rule, one.open, one.fields) == (Rule.LATEST, False, ("note",))
        assert {one.mine["note"], one.theirs["note"]} == {"m", "y"}
    assert found == {"m" if (mine, bytes([1]) * 16) > (yours, bytes([2]) * 16) else "y"}


def test_whoever_loses_by_the_stamp_can_read_that_the_rule_decided() -> None:
    books, one, other, thing = two_laptops()
    base = books.version("thing", thing)
    books.take(one, books.edit("thing", thing, base, note="later"), stamp=stamp_of(NOON + 1000))
    early = Op("thing", thing, CHANGE, base, {"note": ["", "early"]})
    decision = books.take(other, early, stamp=stamp_of(NOON))
    assert decision.kind == "merged"
    [lost] = decision.lost
    assert (lost.base, lost.mine, lost.theirs) == ({"note": ""}, {"note": "early"}, {"note": "later"})
    assert (lost.theirs_by, lost.theirs_stamp) == (ANNA, stamp_of(NOON + 1000))
    assert books.row("thing", thing)["note"] == "later"


# --- review -----------------------------------------------------------------------------------------------------------


@given(both_words=st.lists(words.filter(bool), min_size=2, max_size=2, unique=True))
def test_what_a_person_must_review_leaves_the_offices_value_and_an_open_conflict(
    both_words: list[str],
) -> None:
    books, one, other, thing = two_laptops()
    mine, yours = both_words
    first, second = both(books, thing, one, other, {"subtitle": mine}, {"subtitle": yours})
    assert first == []
    assert books.row("thing", thing)["subtitle"] == mine
    [lost] = second
    assert (lost.rule, lost.open, lost.fields) == (Rule.REVIEW, True, ("subtitle",))
    assert (lost.base, lost.mine, lost.theirs) == ({"subtitle": ""}, {"subtitle": yours}, {"subtitle": mine})
    assert lost.theirs_by == ANNA


@pytest.mark.parametrize("field", ["subtitle", "note", "street", "hue", "door"])
def test_a_value_that_this_side_left_as_it_was_takes_nothing_from_the_other(field: str) -> None:
    books, one, other, thing = two_laptops()
    new = "open" if field == "door" else "theirs"
    old = books.row("thing", thing)[field]
    books.take(one, books.edit("thing", thing, 2, **{field: new}))
    decision = books.take(other, Op("thing", thing, CHANGE, 2, {field: [old, old]}), stamp=other.stamp + 1)
    assert (decision.kind, books.row("thing", thing)[field]) == ("applied", new)


def test_the_rest_of_a_change_is_taken_beside_a_field_in_conflict() -> None:
    books, one, other, thing = two_laptops()
    both(books, thing, one, other, {"title": "one"}, {"title": "two", "note": "n", "amount": 5})
    row = books.row("thing", thing)
    assert (row["title"], row["note"], row["amount"]) == ("one", "n", 5)


# --- oneself ----------------------------------------------------------------------------------------------------------


@given(values=st.lists(words.filter(bool), min_size=1, max_size=5))
def test_an_edit_on_top_of_ones_own_unsent_edit_is_no_conflict(values: list[str]) -> None:
    books, one, _, thing = two_laptops()
    base, old = books.version("thing", thing), ""
    for value in values:
        decision = books.take(one, Op("thing", thing, CHANGE, base, {"subtitle": [old, value]}))
        assert decision.lost == []
        old = value
    assert books.row("thing", thing)["subtitle"] == values[-1]


def test_an_own_edit_does_not_cover_what_somebody_else_did_in_between() -> None:
    books, one, other, thing = two_laptops()
    base = books.version("thing", thing)
    books.take(one, Op("thing", thing, CHANGE, base, {"subtitle": ["", "mine"]}))
    books.take(other, books.edit("thing", thing, books.version("thing", thing), subtitle="theirs"))
    decision = books.take(one, Op("thing", thing, CHANGE, base, {"subtitle": ["mine", "mine again"]}))
    assert decision.kind == "conflict"
    assert books.row("thing", thing)["subtitle"] == "theirs"


# --- groups -----------------------------------------------------------------------------------------------------------


def test_fields_of_a_group_merge_as_one() -> None:
    books, one, other, thing = two_laptops()
    first, second = both(books, thing, one, other, {"street": "High Street"}, {"town": "London"})
    assert first == []
    [lost] = second
    assert (lost.rule, lost.open) == (Rule.GROUP, True)
    assert lost.fields == ("street", "town")
    assert (lost.mine, lost.theirs) == ({"town": "London"}, {"street": "High Street", "town": ""})
    assert (books.row("thing", thing)["street"], books.row("thing", thing)["town"]) == ("High Street", "")


def test_a_group_in_conflict_is_one_conflict_however_many_of_its_fields_differ() -> None:
    books, one, other, thing = two_laptops()
    here, there = {"street": "A", "town": "B"}, {"street": "C", "town": "D"}
    _, lost = both(books, thing, one, other, here, there)
    assert [(one.fields, one.mine, one.theirs) for one in lost] == [(("street", "town"), there, here)]


def test_a_group_shows_both_sides_whole_even_where_one_field_agrees() -> None:
    books, one, other, thing = two_laptops()
    here, there = {"street": "A", "town": "B"}, {"street": "A", "town": "D"}
    [lost] = both(books, thing, one, other, here, there)[1]
    assert (lost.mine, lost.theirs) == (there, here)


@given(mine=stamps, yours=stamps)
def test_a_group_that_goes_by_the_stamp_is_taken_or_left_whole(mine: int, yours: int) -> None:
    here, there = {"hue": "red", "tone": "dark"}, {"hue": "blue", "tone": "light"}
    books, one, other, thing = two_laptops()
    base = books.version("thing", thing)
    ops = books.edit("thing", thing, base, **here), books.edit("thing", thing, base, **there)
    books.take(one, ops[0], stamp=mine)
    [lost] = books.take(other, ops[1], stamp=yours).lost
    row = books.row("thing", thing)
    wins = there if (yours, other.incarnation) > (mine, one.incarnation) else here
    assert {name: row[name] for name in here} == wins
    assert (lost.fields, lost.open) == (("hue", "tone"), False)
    assert (lost.mine, lost.theirs) == (there, here)


# --- sum --------------------------------------------------------------------------------------------------------------


@given(
    deltas=st.lists(
        st.tuples(st.integers(1, 4), st.integers(-(10**6), 10**6)), min_size=1, max_size=5
    ).flatmap(lambda deltas: st.tuples(st.just(deltas), st.permutations(deltas)))
)
def test_sums_add_up_in_any_order_and_from_any_laptop(
    deltas: tuple[list[tuple[int, int]], list[tuple[int, int]]],
) -> None:
    totals = set()
    for order in deltas:
        books = Books()
        thing = books.born(laptop(9), amount=7)
        base = books.version("thing", thing)
        for device, delta in order:
            decision = books.take(
                laptop(device), Op("thing", thing, CHANGE, base, {"amount": [7, 7 + delta]})
            )
            assert decision.kind == "applied"
        totals.add(books.row("thing", thing)["amount"])
    assert totals == {7 + sum(delta for _, delta in deltas[0])}


def test_a_sum_out_of_range_is_refused_and_stands() -> None:
    books, one, _, thing = two_laptops()
    limit = (1 << 62) - 1
    base = books.version("thing", thing)
    assert books.take(one, Op("thing", thing, CHANGE, base, {"amount": [0, limit]})).kind == "applied"
    decision = books.take(one, Op("thing", thing, CHANGE, base, {"amount": [0, 1]}))
    assert (decision.kind, decision.code) == ("rejected", Code.BAD_VALUE)
    assert books.row("thing", thing)["amount"] == limit


# --- states -----------------------------------------------------------------------------------------------------------

moves = st.lists(st.sampled_from(sorted(DOOR.states)), min_size=1, max_size=4)


@given(path=moves, old=st.sampled_from(sorted(DOOR.states)), new=st.sampled_from(sorted(DOOR.states)))
def test_a_state_moves_only_along_the_table_from_where_the_office_stands(
    path: list[str], old: str, new: str
) -> None:
    books, one, other, thing = two_laptops()
    base = books.version("thing", thing)
    for place in path:
        books.take(one, books.edit("thing", thing, books.version("thing", thing), door=place))
    current = str(books.row("thing", thing)["door"])
    decision = books.take(other, Op("thing", thing, CHANGE, base, {"door": [old, new]}))
    now = books.row("thing", thing)["door"]
    if new in {current, old}:
        assert (decision.kind, now) == ("applied", current)
    elif (current, new) in DOOR.moves:
        assert (decision.kind, now) == ("applied", new)
    elif current != old and (old, new) in DOOR.moves:
        assert (decision.kind, now) == ("conflict", current)
        [lost] = decision.lost
        assert (lost.rule, lost.open, lost.fields) == (Rule.STATE, True, ("door",))
        assert (lost.base, lost.mine, lost.theirs) == ({"door": old}, {"door": new}, {"door": current})
    else:
        assert (decision.kind, decision.code, now) == ("rejected", Code.ILLEGAL_MOVE, current)


def test_a_move_that_nobody_gave_the_right_for_is_refused_even_when_the_office_has_moved_on() -> None:
    books, thing_maker = Books(), laptop(1)
    thing = books.born(thing_maker)
    base = books.version("thing", thing)
    books.take(thing_maker, books.edit("thing", thing, base, door="open"))
    books.take(thing_maker, books.edit("thing", thing, books.version("thing", thing), door="gone"))
    no_closer = laptop(2, rights=["thing.edit"])
    decision = books.take(no_closer, Op("thing", thing, CHANGE, base, {"door": ["open", "shut"]}))
    assert (decision.kind, decision.code) == ("rejected", Code.NO_RIGHT)


def test_a_new_row_begins_where_its_states_begin_or_makes_its_first_move() -> None:
    books, one = Books(), laptop(1)
    for place, kind in (("new", "applied"), ("open", "applied"), ("shut", "rejected"), ("?", "rejected")):
        fields = {"owner_id": ANNA, "title": "t", "door": place}
        decision = books.take(one, Op("thing", books.new_id(), BIRTH, 0, fields))
        assert decision.kind == kind, place


# --- what a device may not write --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "pair", "code"),
    [
        ("limit", [None, 5], Code.OFFICE_FIELD),
        ("length", [1, 2], Code.OFFICE_FIELD),
        ("secret", ["", "x"], Code.UNKNOWN_FIELD),
        ("margin", [0, 1], Code.UNKNOWN_FIELD),
        ("nothing", [0, 1], Code.UNKNOWN_FIELD),
        ("version", [2, 3], Code.UNKNOWN_FIELD),
        ("unit", [None, bytes(16)], Code.UNKNOWN_FIELD),
        ("stamps", [None, b""], Code.UNKNOWN_FIELD),
        ("created_by", [None, BEN], Code.UNKNOWN_FIELD),
    ],
)
def test_what_is_not_a_devices_to_write_is_refused(field: str, pair: list[Any], code: int) -> None:
    books, one, _, thing = two_laptops()
    before = books.everything()
    decision = books.take(one, Op("thing", thing, CHANGE, 2, {field: pair}))
    assert (decision.kind, decision.code) == ("rejected", code)
    fields = {"owner_id": ANNA, "title": "t", field: pair[1]}
    decision = books.take(one, Op("thing", books.new_id(), BIRTH, 0, fields))
    assert (decision.kind, decision.code) == ("rejected", code)
    assert books.everything() == before


def test_a_device_may_say_a_server_fields_default_when_it_makes_a_row() -> None:
    books = Books()
    thing = books.born(laptop(1), limit=None)
    assert books.row("thing", thing)["limit"] is None


def test_the_office_writes_its_own_fields() -> None:
    books = Books()
    thing = books.born(laptop(1))
    decision = books.take(desk(), books.edit("thing", thing, 2, limit=5, secret="s", margin=3))
    row = books.row("thing", thing)
    assert (decision.kind, row["limit"], row["secret"], row["margin"]) == ("applied", 5, "s", 3)


def test_not_even_the_office_writes_what_is_computed() -> None:
    books = Books()
    thing = books.born(laptop(1))
    assert books.take(desk(), books.edit("thing", thing, 2, length=5)).code == Code.OFFICE_FIELD


def test_what_is_written_once_stands() -> None:
    books = Books()
    thing = books.born(laptop(1), code="C-1")
    assert books.take(laptop(1), books.edit("thing", thing, 2, code="C-2")).code == Code.APPEND_ONLY
    assert books.take(laptop(1), books.edit("thing", thing, 2, code="C-1")).kind == "applied"
    assert books.row("thing", thing)["code"] == "C-1"


def test_derived_fields_follow_the_merge() -> None:
    books, one, other, thing = two_laptops()
    both(books, thing, one, other, {"title": "longer"}, {"note": "x"})
    assert books.row("thing", thing)["length"] == len("longer")


# --- the stamps beside the row ----------------------------------------------------------------------------------------


def test_a_row_carries_no_stamps_until_its_first_change_after_birth() -> None:
    books, one, _, thing = two_laptops()
    assert books.row("thing", thing)["stamps"] is None
    books.take(one, books.edit("thing", thing, 2, title="x"))
    [(name, stamp)] = read_stamps(books.row("thing", thing)).items()
    assert (name, stamp) == ("title", (3, one.stamp, one.incarnation, ANNA))


def test_a_row_says_who_changed_it_last_and_when() -> None:
    books = Books()
    thing = books.born(laptop(1))
    ben = laptop(2, BEN, extent=3)
    books.take(ben, books.edit("thing", thing, 2, title="x"), stamp=stamp_of(NOON + 5000))
    row = books.row("thing", thing)
    assert (row["created_by"], row["created_at"]) == (ANNA, NOON)
    assert (row["changed_by"], row["changed_at"]) == (BEN, NOON + 5000)


def test_a_change_that_changes_nothing_leaves_the_version() -> None:
    books, one, _, thing = two_laptops()
    before = books.everything()
    decision = books.take(one, books.edit("thing", thing, 2, title="t", note="", amount=0))
    assert (decision.kind, decision.writes) == ("applied", {})
    assert books.everything() == before
