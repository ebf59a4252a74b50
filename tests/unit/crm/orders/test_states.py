"""The table of moves of an order is complete (SM-07)."""

from __future__ import annotations

from crm.orders.states import FINAL, ORDER_MACHINE, OWING, REVISABLE, UNDECIDED, OrderState
from crm.rights import Right

STATES = {state.value for state in OrderState}


def test_every_state_is_in_the_machine_and_no_other() -> None:
    assert ORDER_MACHINE.states == STATES
    assert ORDER_MACHINE.start == OrderState.DRAFT


def test_every_state_is_reached_from_a_draft() -> None:
    reached: set[str | int] = {ORDER_MACHINE.start}
    while True:
        more = {after for before, after in ORDER_MACHINE.moves if before in reached} - reached
        if not more:
            break
        reached |= more
    assert reached == STATES


def test_nothing_leaves_a_final_state_and_something_leaves_every_other() -> None:
    left = {before for before, _after in ORDER_MACHINE.moves}
    assert left & FINAL == set()
    assert left | FINAL == STATES


def test_a_final_state_is_reached_from_everywhere() -> None:
    ends: set[str | int] = {*FINAL}
    while True:
        more = {before for before, after in ORDER_MACHINE.moves if after in ends} - ends
        if not more:
            break
        ends |= more
    assert ends == STATES


def test_only_approvers_decide() -> None:
    for before in UNDECIDED:
        for after in ("approved", "returned", "rejected"):
            assert ORDER_MACHINE.right_for(before, after) == Right.ORDER_APPROVE
    decided = {"approved", "returned", "rejected"}
    for (start, end), right in ORDER_MACHINE.moves.items():
        if end in decided:
            assert (start in UNDECIDED, right) == (True, Right.ORDER_APPROVE)


def test_withdrawing_ends_with_the_decision() -> None:
    assert {before for before, after in ORDER_MACHINE.moves if after == "withdrawn"} == UNDECIDED


def test_only_returned_and_withdrawn_orders_become_drafts_again() -> None:
    assert {before for before, after in ORDER_MACHINE.moves if after == "draft"} == REVISABLE


def test_cancelled_comes_from_where_the_sources_say_and_from_withdrawn() -> None:
    found = {before for before, after in ORDER_MACHINE.moves if after == "cancelled"}
    assert found == {"draft", "submitted", "returned", "withdrawn"}


def test_draft_and_ended_orders_owe_nothing() -> None:
    assert not OWING & (FINAL | {OrderState.DRAFT.value})
