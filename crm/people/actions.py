"""What can be done to the directory: divisions, people, accounts, roles, grants (R-233, R-236, R-238, R-241, R-249).

Every action happens inside a `Work` and leaves its rows in the session, flushed; whoever owns the work commits it.
"""

from __future__ import annotations

from typing import TypedDict, Unpack

from crm.changes.work import Work
from crm.errors import Code, InvalidInput, RuleBroken
from crm.people import queries
from crm.people.entities import (
    DIVISION,
    PERSON,
    DataGrant,
    Division,
    User,
    UserRole,
    data_grant_id,
    user_role_id,
)
from crm.people.rules import (
    BAD_REP_CODE,
    DIVISION_CODE_TAKEN,
    NAME_MISSING,
    NO_SUCH_ROLE,
    REP_CODE_TAKEN,
    STAFF_RING,
    closes_a_ring,
    is_rep_code,
)
from crm.people.states import ACCOUNT, AccountState
from crm.rights import Right, Role, demand, demand_move


class PersonFields(TypedDict, total=False):
    """What may be edited of a person. Account state, place in the tree and code have actions of their own."""

    name: str
    phone: str
    email: str
    job_title: str
    is_travelling: bool


def _demand_directory(work: Work) -> None:
    demand(work.actor, Right.DIRECTORY_EDIT, queries.DIRECTORY_STANDING)


def _name(name: str) -> str:
    name = name.strip()
    if not name:
        raise RuleBroken(NAME_MISSING, "A name is needed.")
    return name


def create_division(work: Work, *, code: str, name: str, company: str = "") -> Division:
    """A new division (R-234).

    :raises RuleBroken: 3104 when another division has or had the code, 3107 without a name.
    """
    _demand_directory(work)
    if work.session.scalars(queries.division_with_code(code)).first() is not None:
        raise RuleBroken(DIVISION_CODE_TAKEN, "Another division has this code.")
    division = Division(id=work.new_id(), code=code, name=_name(name), company=company.strip())
    work.session.add(division)
    work.session.flush()
    return division


def create_user(
    work: Work,
    *,
    name: str,
    rep_code: str,
    division_id: bytes | None = None,
    superior_id: bytes | None = None,
    phone: str = "",
    email: str = "",
    job_title: str = "",
    is_travelling: bool = False,
) -> User:
    """Ask for an account for a new person (R-241). It begins as *requested*; see `approve_account`.

    :raises RuleBroken: 3101 when the code was ever given, 3103 when it is no code, 3107 without a name.
    :raises NotAllowed: 2002 when the division or the superior does not exist.
    """
    _demand_directory(work)
    if not is_rep_code(rep_code):
        raise RuleBroken(BAD_REP_CODE, "A rep's code is 2 to 4 capital letters or digits.")
    if work.session.scalars(queries.user_with_rep_code(rep_code)).first() is not None:
        raise RuleBroken(REP_CODE_TAKEN, "This code was given before; a rep's code is never used again.")
    if division_id is not None:
        queries.find_division(work.session, division_id)
    if superior_id is not None:
        queries.find_user(work.session, superior_id)
    user = User(
        id=work.new_id(),
        name=_name(name),
        rep_code=rep_code,
        division_id=division_id,
        superior_id=superior_id,
        phone=phone.strip(),
        email=email.strip(),
        job_title=job_title.strip(),
        is_travelling=is_travelling,
    )
    work.session.add(user)
    work.session.flush()
    return user


def edit_user(work: Work, user_id: bytes, **fields: Unpack[PersonFields]) -> User:
    """Change what is known of a person.

    :raises InvalidInput: 1004 for a field that is not in `PersonFields`.
    """
    _demand_directory(work)
    user = queries.find_user(work.session, user_id)
    for field, value in fields.items():
        if field not in PersonFields.__annotations__:
            raise InvalidInput(Code.UNKNOWN_FIELD, "That cannot be edited here.", field=field)
        setattr(user, field, value.strip() if isinstance(value, str) else value)
    user.name = _name(user.name)
    work.session.flush()
    return user


def move_user(work: Work, user_id: bytes, *, division_id: bytes | None, superior_id: bytes | None) -> User:
    """Give a person another place: division and superior together.

    The customers the person holds stay in the division they were born in (sync protocol, 7); handing them over is an
    act of its own (R-239).

    :raises RuleBroken: 3102 when the person would stand above themselves.
    """
    _demand_directory(work)
    user = queries.find_user(work.session, user_id)
    if division_id is not None:
        queries.find_division(work.session, division_id)
    if superior_id is not None:
        queries.find_user(work.session, superior_id)
    if closes_a_ring(queries.superiors(work.session), user_id, superior_id):
        raise RuleBroken(STAFF_RING, "Nobody can stand above themselves in the staff tree.")
    user.division_id = division_id
    user.superior_id = superior_id
    work.session.flush()
    return user


def move_account(work: Work, user_id: bytes, to: AccountState) -> User:
    """Move an account along SM-17.

    :raises RuleBroken: 3001 when the account cannot go there from where it is.
    """
    user = queries.find_user(work.session, user_id)
    demand_move(work.actor, ACCOUNT, user.state, to.value, standing=queries.DIRECTORY_STANDING)
    user.state = to.value
    work.session.flush()
    return user


def approve_account(work: Work, user_id: bytes) -> User:
    """The leader agrees that the person gets an account (R-241)."""
    return move_account(work, user_id, AccountState.APPROVED)


def activate_account(work: Work, user_id: bytes) -> User:
    """Open the account, or open it again after a freeze. From now on the person's rights count."""
    return move_account(work, user_id, AccountState.ACTIVE)


def freeze_account(work: Work, user_id: bytes) -> User:
    """Stop the account at once (R-238, BR-08). Nothing the person entered is touched."""
    return move_account(work, user_id, AccountState.FROZEN)


def close_account(work: Work, user_id: bytes) -> User:
    """End the account for good. The person stays in the directory, so that old entries keep their author."""
    return move_account(work, user_id, AccountState.CLOSED)


def assign_role(work: Work, user_id: bytes, role: Role | str) -> UserRole:
    """Give a person a role (R-233). Giving it twice, or again after it was taken away, is the same row.

    :raises RuleBroken: 3105 when there is no such role.
    """
    _demand_directory(work)
    queries.find_user(work.session, user_id)
    if role not in set(Role):
        raise RuleBroken(NO_SUCH_ROLE, "There is no such role.")
    row_id = user_role_id(user_id, str(role))
    row = work.session.get(UserRole, row_id)
    if row is None:
        row = UserRole(id=row_id, user_id=user_id, role=str(role))
        work.session.add(row)
    row.deleted = False
    work.session.flush()
    return row


def withdraw_role(work: Work, user_id: bytes, role: Role | str) -> None:
    """Take a role away; nothing happens when the person does not have it."""
    _demand_directory(work)
    row = work.session.get(UserRole, user_role_id(user_id, str(role)))
    if row is not None:
        row.deleted = True
        work.session.flush()


def grant_data(
    work: Work,
    user_id: bytes,
    *,
    person_id: bytes | None = None,
    division_id: bytes | None = None,
    reason: str = "",
) -> DataGrant:
    """Let a person see the data of another person, or of everybody in a division (R-236). One of the two is given.

    :raises InvalidInput: 1005 unless exactly one of ``person_id`` and ``division_id`` is given.
    """
    _demand_directory(work)
    queries.find_user(work.session, user_id)
    if person_id is not None and division_id is None:
        kind, principal = PERSON, queries.find_user(work.session, person_id).id
    elif division_id is not None and person_id is None:
        kind, principal = DIVISION, queries.find_division(work.session, division_id).id
    else:
        raise InvalidInput(Code.BAD_VALUE, "A grant names one person or one division.")
    row_id = data_grant_id(user_id, principal)
    grant = work.session.get(DataGrant, row_id)
    if grant is None:
        grant = DataGrant(id=row_id, user_id=user_id, principal_kind=kind, principal_id=principal)
        work.session.add(grant)
    grant.deleted = False
    grant.reason = reason.strip()
    grant.granted_by_id = work.actor.id
    grant.granted_ms = work.now_ms
    work.session.flush()
    return grant


def withdraw_grant(work: Work, user_id: bytes, principal_id: bytes) -> None:
    """Take a grant back; nothing happens when there is none."""
    _demand_directory(work)
    grant = work.session.get(DataGrant, data_grant_id(user_id, principal_id))
    if grant is not None:
        grant.deleted = True
        work.session.flush()
