"""What rules and actions read of the directory."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from crm.changes.actor import Actor, Standing
from crm.errors import Code, NotAllowed
from crm.ids import COMPANY
from crm.people.entities import DataGrant, Division, User, UserRole
from crm.people.rules import data_seen
from crm.people.states import AccountState
from crm.rights import Role, actor_of

DIRECTORY_STANDING = Standing(COMPANY, frozenset())
"""How the directory stands: it belongs to no division, so only rights over all divisions reach it."""


def divisions() -> Select[Division]:
    """Every division that is not deleted, in order of code."""
    return select(Division).where(Division.deleted.is_(False)).order_by(Division.code)


def division_with_code(code: str) -> Select[Division]:
    """Whichever division has or had the code, deleted ones too."""
    return select(Division).where(Division.code == code)


def people() -> Select[User]:
    """Everybody who is not deleted, in order of name."""
    return select(User).where(User.deleted.is_(False)).order_by(User.name, User.id)


def people_of(division_id: bytes) -> Select[User]:
    """Everybody of a division who is not deleted, in order of name."""
    return people().where(User.division_id == division_id)


def reps_of(division_id: bytes) -> Select[User]:
    """The active sales reps of a division, in order of name: those a customer can be given to (R-024)."""
    return people_of(division_id).where(
        User.state == AccountState.ACTIVE.value,
        User.id.in_(
            select(UserRole.user_id).where(UserRole.role == Role.SALES_REP.value, UserRole.deleted.is_(False))
        ),
    )


def user_with_rep_code(rep_code: str) -> Select[User]:
    """Whoever has or had the code, those who left too."""
    return select(User).where(User.rep_code == rep_code)


def find_user(session: Session, user_id: bytes) -> User:
    """The person.

    :raises NotAllowed: code 2002 when there is none.
    """
    user = session.get(User, user_id)
    if user is None or user.deleted:
        raise NotAllowed(Code.NOT_FOUND, "There is no such person.")
    return user


def find_division(session: Session, division_id: bytes) -> Division:
    """The division.

    :raises NotAllowed: code 2002 when there is none.
    """
    division = session.get(Division, division_id)
    if division is None or division.deleted:
        raise NotAllowed(Code.NOT_FOUND, "There is no such division.")
    return division


def roles_of(session: Session, user_id: bytes) -> Sequence[str]:
    """The roles a person has, in order."""
    return session.scalars(
        select(UserRole.role)
        .where(UserRole.user_id == user_id, UserRole.deleted.is_(False))
        .order_by(UserRole.role)
    ).all()


def superiors(session: Session) -> dict[bytes, bytes | None]:
    """The staff tree: person to superior, of everybody who is not deleted."""
    rows = session.execute(select(User.id, User.superior_id).where(User.deleted.is_(False)))
    return {row.id: row.superior_id for row in rows}


def seen_by(session: Session, user_id: bytes) -> frozenset[bytes]:
    """Whose data the person may see beside their own: the tree below, and the grants (R-236)."""
    rows = session.execute(
        select(User.id, User.superior_id, User.division_id).where(User.deleted.is_(False))
    ).all()
    grants = session.execute(
        select(DataGrant.principal_kind, DataGrant.principal_id).where(
            DataGrant.user_id == user_id, DataGrant.deleted.is_(False)
        )
    )
    return data_seen(
        {who: superior for who, superior, _ in rows},
        {who: division for who, _, division in rows},
        [(kind, principal) for kind, principal in grants],
        user_id,
    )


def actor_for(session: Session, user_id: bytes, *, office: bool) -> Actor:
    """The person as the one who acts, with the rights, tree and grants the directory gives.

    A person whose account is not active acts with no rights at all (R-238). ``office`` says that the action runs at
    the office.

    :raises NotAllowed: code 2002 when there is no such person.
    """
    user = find_user(session, user_id)
    active = user.state == AccountState.ACTIVE.value
    return actor_of(
        user.id,
        division_id=user.division_id,
        roles=roles_of(session, user_id) if active else (),
        below=seen_by(session, user_id) if active else (),
        office=office,
    )


def standing_of(session: Session, owner_id: bytes, feed_id: bytes | None) -> Standing:
    """How a unit stands that ``owner_id`` holds.

    ``feed_id`` is the division the unit was born in, where it is known (at the office); elsewhere the owner's
    division is taken, which is the same unless the owner has moved since.
    """
    owner = session.get(User, owner_id)
    division = feed_id or (owner.division_id if owner is not None else None)
    return Standing(division, frozenset({owner_id}))
