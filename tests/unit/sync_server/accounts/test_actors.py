"""The actor read by driver SQL is the one that the directory's own queries give."""

from __future__ import annotations

import pytest

from crm.errors import Code, NotAllowed
from crm.people import actions, queries
from crm.people.entities import User
from sync_server.accounts.actors import actor_for
from tests.unit.sync_server.conftest import Premises


def both(premises: Premises, person: bytes, *, office: bool = False) -> None:
    """Fails unless both ways give the same actor."""
    with premises.office.read() as session:
        fast = actor_for(premises.database, session.connection(), person, office=office)
        assert fast == queries.actor_for(session, person, office=office)


def test_both_ways_agree_about_everybody_in_a_grown_directory(premises: Premises) -> None:
    head = premises.add("head", "HE", "division_head")
    lead = premises.add("lead", "LE", "sales_rep", "approver", superior="head")
    rep = premises.add("rep", "RE", "sales_rep", superior="lead")
    other = premises.add("other", "OT", "sales_rep", division="IND")
    nobody = premises.add("nobody", "NO")
    group = premises.add("group", "GR", "group_manager", division=None)
    with premises.office.read() as session:
        division = session.get_one(User, rep).division_id
        assert division is not None
    admin = premises.set_up.find("admin")
    premises.office.act(admin, "t", lambda work: actions.grant_data(work, other, person_id=rep).id)
    premises.office.act(admin, "t", lambda work: actions.grant_data(work, nobody, division_id=division).id)
    premises.office.act(admin, "t", lambda work: actions.grant_data(work, group, person_id=lead).id)
    premises.office.act(admin, "t", lambda work: actions.withdraw_grant(work, group, lead))
    premises.set_up.act("t", lambda work: actions.withdraw_role(work, lead, "approver"))
    for person in (head, lead, rep, other, nobody, group):
        both(premises, person)
        both(premises, person, office=True)
    with premises.database.snapshot() as connection:
        seen = actor_for(premises.database, connection, head, office=False).below
        assert seen == {lead, rep}
        assert actor_for(premises.database, connection, other, office=False).below == {rep}
        assert actor_for(premises.database, connection, group, office=False).below == frozenset()


def test_ring_in_the_tree_ends(premises: Premises) -> None:
    one = premises.add("one", "ON", "sales_rep")
    two = premises.add("two", "TW", "sales_rep", superior="one")
    with premises.database.write() as connection:
        premises.database.rows(
            connection, "UPDATE app_user SET superior_id = ? WHERE id = ? RETURNING id", (two, one)
        )
    both(premises, one)


def test_frozen_and_closed_people_act_no_more(premises: Premises) -> None:
    rep = premises.add("rep", "RE", "sales_rep")
    premises.set_up.freeze("rep")
    assert refused(premises, rep) == Code.DEVICE_STATE
    premises.set_up.act("t", lambda work: actions.close_account(work, rep).state)
    assert refused(premises, rep) == Code.BAD_CREDENTIALS
    assert refused(premises, b"\x07" * 16) == Code.BAD_CREDENTIALS


def refused(premises: Premises, person: bytes) -> int:
    """The number with which the person is refused."""
    with premises.database.snapshot() as connection, pytest.raises(NotAllowed) as caught:
        actor_for(premises.database, connection, person, office=False)
    return caught.value.code
