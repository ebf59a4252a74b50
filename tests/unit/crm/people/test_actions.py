"""Divisions, people, accounts, roles and grants, as actions on a real database."""

from __future__ import annotations

import pytest

from crm.errors import Code, InvalidInput, NotAllowed, RuleBroken
from crm.people import actions, queries, rules
from crm.people.entities import User
from crm.people.states import ACCOUNT, AccountState
from crm.rights import Right, Role
from tests.unit.crm.desk import Desk


def test_an_account_begins_as_requested_and_opens_step_by_step(desk: Desk) -> None:
    north = desk.division("N")
    with desk.work() as work:
        user = actions.create_user(work, name=" 王芳 ", rep_code="WF", division_id=north)
    assert (user.name, user.state) == ("王芳", AccountState.REQUESTED)
    with pytest.raises(RuleBroken) as skipped, desk.work() as work:
        actions.activate_account(work, user.id)
    assert skipped.value.code == Code.ILLEGAL_MOVE
    with desk.work() as work:
        actions.approve_account(work, user.id)
    with desk.work() as work:
        actions.activate_account(work, user.id)
    assert work.fields_of(user) == {"state": ["approved", "active"]}


def test_a_rep_code_is_never_given_twice_even_after_the_person_left(desk: Desk) -> None:
    with desk.work() as work:
        user = actions.create_user(work, name="Li", rep_code="LI")
        user.deleted = True
    with pytest.raises(RuleBroken) as refused, desk.work() as work:
        actions.create_user(work, name="Lin", rep_code="LI")
    assert refused.value.code == rules.REP_CODE_TAKEN


def test_a_bad_code_or_an_empty_name_makes_no_person(desk: Desk) -> None:
    for name, rep_code, code in [("Li", "li", rules.BAD_REP_CODE), ("  ", "LI", rules.NAME_MISSING)]:
        with pytest.raises(RuleBroken) as refused, desk.work() as work:
            actions.create_user(work, name=name, rep_code=rep_code)
        assert refused.value.code == code
    assert desk.session.query(User).count() == 0


def test_a_division_code_is_given_once(desk: Desk) -> None:
    desk.division("N")
    with pytest.raises(RuleBroken) as refused:
        desk.division("N")
    assert refused.value.code == rules.DIVISION_CODE_TAKEN


def test_a_rep_cannot_touch_the_directory(desk: Desk) -> None:
    north = desk.division("N")
    rep = desk.actor(desk.person("Anna", division_id=north))
    with pytest.raises(NotAllowed) as refused, desk.work(rep) as work:
        actions.create_user(work, name="Friend", rep_code="FR")
    assert refused.value.code == Code.NO_RIGHT


def test_a_move_changes_division_and_superior_and_never_closes_a_ring(desk: Desk) -> None:
    north, south = desk.division("N"), desk.division("S")
    boss = desk.person("Boss", division_id=north)
    rep = desk.person("Rep", division_id=north, superior_id=boss)
    with pytest.raises(RuleBroken) as refused, desk.work() as work:
        actions.move_user(work, boss, division_id=north, superior_id=rep)
    assert refused.value.code == rules.STAFF_RING
    with desk.work() as work:
        moved = actions.move_user(work, rep, division_id=south, superior_id=None)
    assert (moved.division_id, moved.superior_id) == (south, None)


def test_a_frozen_account_has_no_rights_until_it_is_opened_again(desk: Desk) -> None:
    north = desk.division("N")
    rep = desk.person("Anna", division_id=north)
    assert desk.actor(rep).rights
    with desk.work() as work:
        actions.freeze_account(work, rep)
    assert not desk.actor(rep).rights
    with desk.work() as work:
        actions.activate_account(work, rep)
    assert desk.actor(rep).rights
    with desk.work() as work:
        actions.close_account(work, rep)
    with pytest.raises(RuleBroken), desk.work() as work:
        actions.activate_account(work, rep)


def test_every_state_of_an_account_can_be_reached() -> None:
    reached = {ACCOUNT.start}
    for _ in AccountState:
        reached |= {after for before, after in ACCOUNT.moves if before in reached}
    assert reached == set(AccountState)


def test_a_role_given_twice_or_again_is_one_row(desk: Desk) -> None:
    rep = desk.person("Anna", division_id=desk.division("N"))
    with desk.work() as work:
        actions.assign_role(work, rep, Role.APPROVER)
        actions.assign_role(work, rep, Role.APPROVER)
    assert desk.actor(rep).extent(Right.ORDER_APPROVE)
    with desk.work() as work:
        actions.withdraw_role(work, rep, Role.APPROVER)
    assert not desk.actor(rep).extent(Right.ORDER_APPROVE)
    with desk.work() as work:
        row = actions.assign_role(work, rep, "approver")
    assert work.fields_of(row) == {"deleted": [1, 0]}
    assert queries.roles_of(desk.session, rep) == ["approver", "sales_rep"]
    with pytest.raises(RuleBroken) as refused, desk.work() as work:
        actions.assign_role(work, rep, "wizard")
    assert refused.value.code == rules.NO_SUCH_ROLE


def test_superiors_and_the_granted_see_the_data(desk: Desk) -> None:
    north, south = desk.division("N"), desk.division("S")
    boss = desk.person("Boss", division_id=north)
    rep = desk.person("Rep", division_id=north, superior_id=boss)
    far = desk.person("Far", division_id=south)
    assert desk.actor(boss).below == {rep}
    with desk.work() as work:
        actions.grant_data(work, boss, division_id=south, reason="交接")
    assert desk.actor(boss).below == {rep, far}
    with desk.work() as work:
        actions.withdraw_grant(work, boss, south)
        actions.grant_data(work, rep, person_id=far)
    assert desk.actor(boss).below == {rep}
    assert desk.actor(rep).below == {far}


def test_a_grant_names_one_principal(desk: Desk) -> None:
    rep = desk.person("Rep", division_id=desk.division("N"))
    with pytest.raises(InvalidInput), desk.work() as work:
        actions.grant_data(work, rep)


def test_only_fields_of_a_person_are_edited(desk: Desk) -> None:
    rep = desk.person("Rep", division_id=desk.division("N"))
    with desk.work() as work:
        user = actions.edit_user(work, rep, phone=" 010-1234567 ", is_travelling=True)
    assert work.fields_of(user) == {"phone": ["", "010-1234567"], "is_travelling": [0, 1]}
    with pytest.raises(InvalidInput) as refused, desk.work() as work:
        actions.edit_user(work, rep, rep_code="ZZ")  # type: ignore[call-arg]
    assert refused.value.code == Code.UNKNOWN_FIELD


def test_reps_a_customer_can_be_given_to_are_active_sales_people_of_the_division(desk: Desk) -> None:
    north, south = desk.division("N"), desk.division("S")
    rep = desk.person("Rep", division_id=north)
    frozen = desk.person("Frozen", division_id=north)
    desk.person("Clerk", division_id=north, roles=[Role.APPROVER])
    desk.person("Far", division_id=south)
    with desk.work() as work:
        actions.freeze_account(work, frozen)
    assert [user.id for user in desk.session.scalars(queries.reps_of(north))] == [rep]
