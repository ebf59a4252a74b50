"""What is shown is the confirmed rows with this laptop's live changesets on top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crm.changes.actor import Standing
from crm.changes.clock import stamp_of
from crm.changes.entity import Row
from crm.changes.ops import BIRTH, CHANGE, Changeset, Op
from crm.changes.view import Key
from desktop.store.replay import replay
from tests.unit.desktop.store.desk import some_id
from tests.unit.desktop.store.toys import ANN, RULEBOOK, SCHEMA

CUSTOMER = some_id("customer")
ORDER = some_id("order")
LINE = some_id("line")
NEW_LINE = some_id("new line")
CUSTOMER_KEY = "toy_customer", CUSTOMER
ORDER_KEY = "toy_order", ORDER
LINE_KEY = "toy_line", LINE
NEW_LINE_KEY = "toy_line", NEW_LINE


class Nothing:
    """A view without rows."""

    def get(self, table: str, row_id: bytes) -> Row | None:
        return None

    def children(self, table: str, column: str, value: bytes, only: tuple[str, ...] = ()) -> Sequence[Row]:
        return []

    def standing(self, unit: bytes) -> Standing | None:
        return None


def row(table: str, row_id: bytes, **values: Any) -> Row:
    return {**SCHEMA[table].blank(), "id": row_id, "unit": CUSTOMER, "version": 7, **values}


def customer(**values: Any) -> Row:
    return row("toy_customer", CUSTOMER, **{"name": "Acme", "owner_id": ANN, "name_key": "acme", **values})


def document(state: str) -> dict[Key, Row | None]:
    return {
        CUSTOMER_KEY: customer(),
        ORDER_KEY: row(
            "toy_order", ORDER, customer_id=CUSTOMER, number="1", state=state, note="office", total=10
        ),
        LINE_KEY: row("toy_line", LINE, order_id=ORDER, amount=10, share=100),
    }


def changeset(*ops: Op, at: int = 1000) -> Changeset:
    return Changeset(some_id(str(at)), stamp_of(at), "2026-11-21", 1, "test", ANN, ops)


def shown(confirmed: Mapping[Key, Row | None], *changesets: Changeset) -> dict[Key, Any]:
    return dict(replay(SCHEMA, RULEBOOK, Nothing(), confirmed=confirmed, changesets=changesets))


def add_line(at: int = 1000) -> Changeset:
    return changeset(
        Op("toy_order", ORDER, CHANGE, 7, {}),
        Op("toy_line", NEW_LINE, BIRTH, 0, {"order_id": ORDER, "amount": 30}),
        at=at,
    )


def move(before: str, after: str, at: int = 1000) -> Changeset:
    return changeset(Op("toy_order", ORDER, CHANGE, 7, {"state": [before, after]}), at=at)


def test_nothing_waiting_shows_the_confirmed_rows() -> None:
    assert shown(document("draft")) == document("draft")


def test_change_sets_its_fields_and_what_follows_from_them() -> None:
    found = shown(
        {CUSTOMER_KEY: customer(phone="1")},
        changeset(Op("toy_customer", CUSTOMER, CHANGE, 7, {"name": ["Acme", "Beta"]})),
    )
    assert found[CUSTOMER_KEY]["name"] == "Beta"
    assert found[CUSTOMER_KEY]["name_key"] == "beta"
    assert found[CUSTOMER_KEY]["phone"] == "1"
    assert found[CUSTOMER_KEY]["version"] == 7
    assert found[CUSTOMER_KEY]["changed_by"] == ANN


@given(st.integers(-5, 5), st.lists(st.integers(-5, 5), max_size=5))
def test_sums_add_up_on_whatever_the_office_holds(office: int, deltas: list[int]) -> None:
    changes = [
        changeset(Op("toy_customer", CUSTOMER, CHANGE, 7, {"visits": [100, 100 + delta]}), at=number)
        for number, delta in enumerate(deltas)
    ]
    found = shown({CUSTOMER_KEY: customer(visits=office)}, *changes)
    assert found[CUSTOMER_KEY]["visits"] == office + sum(deltas)


def test_change_of_a_row_that_left_is_passed_over() -> None:
    found = shown(
        {CUSTOMER_KEY: None}, changeset(Op("toy_customer", CUSTOMER, CHANGE, 7, {"name": ["Acme", "Beta"]}))
    )
    assert found == {CUSTOMER_KEY: None}


def test_birth_below_a_parent_that_left_is_not_shown() -> None:
    found = shown(
        {**dict.fromkeys(document("draft")), NEW_LINE_KEY: None},
        add_line(),
    )
    assert set(found.values()) == {None}


def test_birth_that_the_office_has_by_now_is_not_made_again() -> None:
    confirmed: dict[Key, Row | None] = {**document("draft")}
    confirmed[NEW_LINE_KEY] = row("toy_line", NEW_LINE, order_id=ORDER, amount=31)
    found = shown(confirmed, add_line())
    assert found[NEW_LINE_KEY]["amount"] == 31


def test_edit_of_a_draft_is_shown_with_its_totals() -> None:
    found = shown({**document("draft"), NEW_LINE_KEY: None}, add_line())
    assert found[ORDER_KEY]["total"] == 40
    assert (found[LINE_KEY]["share"], found[NEW_LINE_KEY]["share"]) == (25, 75)
    assert (found[NEW_LINE_KEY]["unit"], found[NEW_LINE_KEY]["version"]) == (CUSTOMER, 0)


def test_edit_of_an_order_that_was_sealed_meanwhile_does_not_touch_it() -> None:
    confirmed = {**document("approved"), NEW_LINE_KEY: None}
    note = changeset(Op("toy_order", ORDER, CHANGE, 7, {"note": ["office", "mine"]}), at=2000)
    assert shown(confirmed, add_line(), note) == confirmed


def test_move_from_where_the_office_no_longer_stands_is_not_shown() -> None:
    confirmed = document("approved")
    assert shown(confirmed, move("submitted", "withdrawn")) == confirmed


def test_move_that_is_still_allowed_is_shown_and_moves_no_amount() -> None:
    confirmed = document("submitted")
    confirmed[ORDER_KEY] = {**(confirmed[ORDER_KEY] or {}), "total": 999}
    found = shown(confirmed, move("submitted", "withdrawn"))
    assert (found[ORDER_KEY]["state"], found[ORDER_KEY]["total"]) == ("withdrawn", 999)


def test_edits_before_a_submit_are_shown_with_it() -> None:
    found = shown({**document("draft"), NEW_LINE_KEY: None}, add_line(), move("draft", "submitted", at=2000))
    assert (found[ORDER_KEY]["state"], found[ORDER_KEY]["total"]) == ("submitted", 40)


def test_revision_opens_a_returned_order_for_the_edits_after_it() -> None:
    found = shown({**document("returned"), NEW_LINE_KEY: None}, move("returned", "draft"), add_line(at=2000))
    assert (found[ORDER_KEY]["state"], found[ORDER_KEY]["total"]) == ("draft", 40)


@given(st.lists(st.sampled_from(["Acme", "Beta", "Gamma"]), max_size=6))
def test_replaying_the_rest_on_what_was_confirmed_shows_the_same(names: list[str]) -> None:
    """When the office applies the first ones as they are, nothing on the screen moves."""
    changes = [
        changeset(Op("toy_customer", CUSTOMER, CHANGE, 7, {"name": ["?", name], "visits": [0, 1]}), at=number)
        for number, name in enumerate(names, 1)
    ]
    start: dict[Key, Row | None] = {CUSTOMER_KEY: customer()}
    everything = shown(start, *changes)
    for done in range(len(changes) + 1):
        assert shown(shown(start, *changes[:done]), *changes[done:]) == everything
