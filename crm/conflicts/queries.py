"""What rules and actions read of conflicts and quarantined changes."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from crm.changes.actor import Standing
from crm.changes.entity import Root, Schema
from crm.conflicts.entities import Conflict, Quarantine
from crm.conflicts.states import NEEDS_A_PERSON, QuarantineState
from crm.errors import Code, NotAllowed
from crm.ids import CATALOGUE, COMPANY, DIRECTORY
from crm.people.entities import User
from crm.people.queries import standing_of


def that_need_a_person() -> Select[Conflict]:
    """The conflicts that count as *Needs you*, the oldest first."""
    return (
        select(Conflict)
        .where(Conflict.deleted.is_(False), Conflict.state.in_(NEEDS_A_PERSON))
        .order_by(Conflict.mine_at, Conflict.id)
    )


def about(table: str, row_id: bytes) -> Select[Conflict]:
    """Every conflict there ever was about a row, the latest first."""
    return (
        select(Conflict)
        .where(Conflict.row_id == row_id, Conflict.table_name == table, Conflict.deleted.is_(False))
        .order_by(Conflict.mine_at.desc(), Conflict.id)
    )


def quarantine_of(person_id: bytes) -> Select[Quarantine]:
    """A person's changes that the office put aside and nobody has dealt with, the oldest first."""
    return (
        select(Quarantine)
        .where(
            Quarantine.person_id == person_id,
            Quarantine.deleted.is_(False),
            Quarantine.state.in_((QuarantineState.WAITING.value, QuarantineState.TAKEN.value)),
        )
        .order_by(Quarantine.id)
    )


def find_conflict(session: Session, conflict_id: bytes) -> Conflict:
    """The conflict.

    :raises NotAllowed: code 2002 when there is none at hand.
    """
    conflict = session.get(Conflict, conflict_id)
    if conflict is None or conflict.deleted:
        raise NotAllowed(Code.NOT_FOUND, "There is no such conflict.")
    return conflict


def find_quarantine(session: Session, quarantine_id: bytes) -> Quarantine:
    """The quarantined change.

    :raises NotAllowed: code 2002 when there is none at hand.
    """
    row = session.get(Quarantine, quarantine_id)
    if row is None or row.deleted:
        raise NotAllowed(Code.NOT_FOUND, "There is no such change.")
    return row


def standing_of_unit(session: Session, schema: Schema, unit: bytes) -> Standing | None:
    """How any unit stands; None when it is not at hand."""
    if unit in (CATALOGUE, DIRECTORY):
        return Standing(COMPANY, frozenset())
    for entity in schema:
        if isinstance(entity.scope, Root):
            root = session.get(entity.cls, unit)
            if root is not None:
                return standing_of(session, getattr(root, entity.scope.owner), root.feed_id)
    person = session.get(User, unit)
    return None if person is None else Standing(person.division_id, frozenset({person.id}))
