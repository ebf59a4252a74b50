"""Who may do what (R-233 to R-236; domain model, 3.3)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.changes.actor import Extent, Standing
from crm.changes.policies import Machine
from crm.errors import Code, NotAllowed, RuleBroken
from crm.rights import FIVE_LEVELS, RIGHTS, Right, Role, actor_of, demand, demand_move, rights_of

NORTH, SOUTH = b"N" * 16, b"S" * 16
ANNA, BEN, CHEN, DING = b"a" * 16, b"b" * 16, b"c" * 16, b"d" * 16

ANNAS = Standing(NORTH, frozenset({ANNA}))
BENS = Standing(NORTH, frozenset({BEN}))
SOUTHERN = Standing(SOUTH, frozenset({CHEN}))

BUSINESS = (
    Right.CUSTOMER_VIEW,
    Right.CUSTOMER_EDIT,
    Right.ORDER_WRITE,
    Right.ORDER_APPROVE,
    Right.OFFICE_READ,
)

roles = st.lists(st.sampled_from(Role))


def test_there_are_five_levels_and_every_role_has_rights() -> None:
    assert len(FIVE_LEVELS) == 5
    assert set(RIGHTS) == set(Role)
    assert all(RIGHTS[role] for role in Role)


def test_rep_edits_own_customers_and_no_others() -> None:
    rep = actor_of(ANNA, division_id=NORTH, roles=[Role.SALES_REP])
    assert rep.may(Right.CUSTOMER_EDIT, ANNAS)
    assert not rep.may(Right.CUSTOMER_EDIT, BENS)
    assert not rep.may(Right.CUSTOMER_EDIT, SOUTHERN)


def test_rep_sees_the_data_of_those_below_but_does_not_edit_it() -> None:
    rep = actor_of(ANNA, division_id=NORTH, roles=[Role.SALES_REP], below=[BEN])
    assert rep.may(Right.CUSTOMER_VIEW, BENS)
    assert not rep.may(Right.CUSTOMER_EDIT, BENS)


def test_division_head_reaches_the_own_division_and_no_other() -> None:
    head = actor_of(DING, division_id=NORTH, roles=[Role.DIVISION_HEAD])
    for right in (Right.CUSTOMER_VIEW, Right.CUSTOMER_ASSIGN, Right.ORDER_APPROVE):
        assert head.may(right, ANNAS)
        assert not head.may(right, SOUTHERN)


def test_group_management_sees_everything_and_enters_nothing() -> None:
    manager = actor_of(CHEN, division_id=None, roles=[Role.GROUP_MANAGER])
    assert manager.may(Right.CUSTOMER_VIEW, ANNAS)
    assert manager.may(Right.CUSTOMER_VIEW, SOUTHERN)
    assert not manager.may(Right.CUSTOMER_EDIT, ANNAS)
    assert not manager.may(Right.ORDER_WRITE, ANNAS)


def test_system_admin_has_no_business_data() -> None:
    assert not set(BUSINESS) & set(RIGHTS[Role.SYSTEM_ADMIN])


def test_only_sales_writes_orders() -> None:
    writers = {role for role in Role if Right.ORDER_WRITE in RIGHTS[role]}
    assert writers == {Role.SALES_REP, Role.DIVISION_HEAD}


def test_a_role_of_a_newer_version_gives_nothing() -> None:
    assert rights_of(["regional_oracle"]) == {}


@given(roles, roles)
def test_more_roles_never_take_a_right_away(some: list[Role], more: list[Role]) -> None:
    fewer, both = rights_of(some), rights_of([*some, *more])
    assert all(both[right] >= extent for right, extent in fewer.items())


@given(roles)
def test_of_each_right_the_widest_extent_counts(some: list[Role]) -> None:
    found = rights_of(some)
    for right in Right:
        widest = max((RIGHTS[role].get(right, Extent.NONE) for role in some), default=Extent.NONE)
        assert found.get(right, Extent.NONE) is widest


def test_a_foreign_unit_and_none_at_all_give_the_same_answer() -> None:
    rep = actor_of(ANNA, division_id=NORTH, roles=[Role.SALES_REP])
    with pytest.raises(NotAllowed) as foreign:
        demand(rep, Right.CUSTOMER_EDIT, SOUTHERN)
    with pytest.raises(NotAllowed) as absent:
        demand(rep, Right.CUSTOMER_EDIT, None)
    assert str(foreign.value) == str(absent.value)
    assert foreign.value.code == Code.NOT_FOUND


def test_a_right_that_is_missing_altogether_is_called_missing() -> None:
    rep = actor_of(ANNA, division_id=NORTH, roles=[Role.SALES_REP])
    with pytest.raises(NotAllowed) as refused:
        demand(rep, Right.ORDER_APPROVE, ANNAS)
    assert refused.value.code == Code.NO_RIGHT


def test_a_move_needs_to_be_in_the_table_and_its_right_in_hand() -> None:
    machine = Machine("door", "shut", {("shut", "open"): Right.ORDER_WRITE.value})
    rep = actor_of(ANNA, division_id=NORTH, roles=[Role.SALES_REP])
    demand_move(rep, machine, "shut", "open", standing=ANNAS)
    with pytest.raises(RuleBroken) as illegal:
        demand_move(rep, machine, "open", "shut", standing=ANNAS)
    assert illegal.value.code == Code.ILLEGAL_MOVE
    with pytest.raises(NotAllowed):
        demand_move(rep, machine, "shut", "open", standing=BENS)
