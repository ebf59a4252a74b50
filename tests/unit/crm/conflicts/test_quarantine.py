"""One person deals with a change that the office put aside."""

from __future__ import annotations

import pytest

from crm.changes.actor import Actor
from crm.conflicts import actions, queries, rules
from crm.conflicts.entities import Quarantine
from crm.conflicts.states import QuarantineState
from crm.errors import Code, NotAllowed, RuleBroken
from crm.ids import id_text
from crm.rights import Role
from tests.unit.crm.desk import Desk


class Case:
    """A rep, an order clerk of the same division, and a change put aside."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        north = desk.division("N")
        self.rep: Actor = desk.actor(desk.person("安娜", division_id=north))
        self.clerk: Actor = desk.actor(desk.person("Clerk", division_id=north, roles=[Role.APPROVER]))
        self.row = Quarantine(
            id=desk.new_id(), person_id=self.rep.id, change_id=desk.new_id(), code=Code.QUARANTINED, text="?"
        )
        with desk.work() as work:
            work.session.add(self.row)


@pytest.fixture
def case(desk: Desk) -> Case:
    return Case(desk)


def test_it_belongs_to_its_author_and_waits(case: Case) -> None:
    assert case.row.unit == case.rep.id
    assert case.desk.session.scalars(queries.quarantine_of(case.rep.id)).all() == [case.row]


def test_the_second_taker_is_told_who_was_first(case: Case) -> None:
    with case.desk.work(case.clerk) as work:
        actions.take_quarantine(work, case.row.id)
        actions.take_quarantine(work, case.row.id)
    assert (case.row.taker_id, case.row.taken_at) == (case.clerk.id, work.now_ms)
    for attempt in (actions.take_quarantine, actions.discard_quarantine, actions.release_quarantine):
        with pytest.raises(RuleBroken) as refused, case.desk.work(case.rep) as work:
            attempt(work, case.row.id)
        assert refused.value.code == rules.TAKEN
        assert refused.value.details == {"taker": id_text(case.clerk.id)}


def test_the_taker_may_leave_it_to_somebody_else(case: Case) -> None:
    with case.desk.work(case.clerk) as work:
        actions.take_quarantine(work, case.row.id)
    with case.desk.work(case.clerk) as work:
        actions.release_quarantine(work, case.row.id)
    with case.desk.work(case.rep) as work:
        actions.take_quarantine(work, case.row.id)
    assert case.row.taker_id == case.rep.id


@pytest.mark.parametrize(
    ("close", "state"),
    [
        (actions.resend_quarantine, QuarantineState.RESENT),
        (actions.discard_quarantine, QuarantineState.DISCARDED),
    ],
)
def test_it_is_closed_once_by_its_taker(case: Case, close: object, state: QuarantineState) -> None:
    assert callable(close)
    with pytest.raises(RuleBroken) as untaken, case.desk.work(case.rep) as work:
        close(work, case.row.id)
    assert untaken.value.code == Code.ILLEGAL_MOVE
    with case.desk.work(case.rep) as work:
        actions.take_quarantine(work, case.row.id)
    with case.desk.work(case.rep) as work:
        close(work, case.row.id, note="重录")
    assert (case.row.state, case.row.note) == (state, "重录")
    assert case.desk.session.scalars(queries.quarantine_of(case.rep.id)).all() == []


def test_a_colleague_neither_takes_nor_learns_of_it(case: Case) -> None:
    stranger = case.desk.actor(case.desk.person("Far", division_id=case.desk.division("S")))
    with pytest.raises(NotAllowed) as foreign, case.desk.work(stranger) as work:
        actions.take_quarantine(work, case.row.id)
    assert foreign.value.code == Code.NOT_FOUND
