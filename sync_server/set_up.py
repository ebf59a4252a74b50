"""The first start of an office: schema, first divisions, the administrator. And people added from the command line.

What is done here is done by the office itself, not by a person, and is recorded like every change of the directory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.changes.actor import Actor, Extent
from crm.changes.work import Work
from crm.errors import Code, NotAllowed, OfficeFault, RuleBroken
from crm.ids import PersonId, derive_id
from crm.people import actions, queries
from crm.people.entities import Division, User
from crm.people.states import AccountState
from crm.rights import Right, Role
from sync_server.accounts import devices
from sync_server.accounts.accounts import LOGIN_TAKEN, Accounts, normal_login
from sync_server.accounts.passwords import one_time_password
from sync_server.store import migrations
from sync_server.sync.office import Office

T = TypeVar("T")

ALREADY_SET_UP: Final = 9004
NOT_SET_UP: Final = 9005

ADMIN_LOGIN: Final = "admin"
ADMIN_CODE: Final = "ADM"

OFFICE_ITSELF: Final = PersonId(derive_id("person", "office"))
"""Stands as the author of what no person did."""


def not_set_up() -> OfficeFault:
    """There is no office in this database."""
    return OfficeFault(NOT_SET_UP, "This database is not set up yet. Run `roundsman-server init` first.")


class NewDivision(NamedTuple):
    """A division to begin with."""

    code: str
    name: str


@dataclass(frozen=True)
class NewPerson:
    """Somebody to be added. ``division`` is a division's code, ``superior`` a login name or a rep's code."""

    login: str
    name: str
    rep_code: str
    roles: tuple[str, ...] = ()
    division: str | None = None
    superior: str | None = None


@dataclass(frozen=True)
class PersonRow:
    """Somebody in a list for people."""

    login: str | None
    name: str
    rep_code: str
    division: str | None
    roles: tuple[str, ...]
    state: str
    devices: int


class SetUp:
    """Works on one office and its accounts."""

    def __init__(self, office: Office, accounts: Accounts) -> None:
        self._office = office
        self._accounts = accounts
        self._actor = Actor(OFFICE_ITSELF, None, {right.value: Extent.ALL for right in Right}, office=True)

    def begin(self, divisions: Sequence[NewDivision] = ()) -> str:
        """Make the office ready for use and give the administrator's one-time password.

        An earlier beginning that was cut off is continued.

        :raises OfficeFault: code 9004 when the office was set up before; nothing is changed then.
        """
        database = self._office.database
        if migrations.current(database) is not None and self._accounts.person_of(ADMIN_LOGIN) is not None:
            raise OfficeFault(
                ALREADY_SET_UP, "This database is set up already. Nothing was changed; use `serve` to start."
            )
        migrations.upgrade(database)
        known = {division.code for division in self._read(_divisions)}
        for division in divisions:
            if division.code not in known:
                self.add_division(division)
        person = self._read(lambda session: _with_code(session, ADMIN_CODE))
        if person is None:
            person = self._create(NewPerson(ADMIN_LOGIN, "Administrator", ADMIN_CODE, (Role.SYSTEM_ADMIN,)))
        self._open(person)
        password = one_time_password()
        self._accounts.create(person, ADMIN_LOGIN, password)
        return password

    def demand_ready(self) -> None:
        """Nothing when the office was set up; an older database is brought up to date.

        :raises OfficeFault: code 9005 when it was not.
        """
        if migrations.current(self._office.database) is None:
            raise not_set_up()
        migrations.upgrade(self._office.database)

    def add_division(self, division: NewDivision) -> None:
        """See `crm.people.actions.create_division`."""
        self.act(
            "division.create",
            lambda work: actions.create_division(work, code=division.code, name=division.name).id,
        )

    def add_person(self, person: NewPerson) -> str:
        """Add somebody with an open account; gives the one-time password.

        :raises RoundsmanError: login or code taken (3160, 3101), no such division or superior (2002), no such role
            (3105). Nothing is changed then.
        """
        login = normal_login(person.login)
        if self._accounts.person_of(login) is not None:
            raise RuleBroken(LOGIN_TAKEN, "The login name is taken.")
        made = self._create(person)
        self._open(made)
        password = one_time_password()
        self._accounts.create(made, login, password)
        return password

    def people(self) -> list[PersonRow]:
        """Everybody in the directory, in order of name."""
        found: list[PersonRow] = []
        database = self._office.database
        with self._office.read() as session:
            codes = {division.id: division.code for division in session.scalars(queries.divisions())}
            for user in session.scalars(queries.people()):
                own = devices.devices_of(database, session.connection(), user.id)
                found.append(
                    PersonRow(
                        login=self._accounts.login_of(user.id),
                        name=user.name,
                        rep_code=user.rep_code,
                        division=codes.get(user.division_id or b""),
                        roles=tuple(queries.roles_of(session, user.id)),
                        state=user.state,
                        devices=len(own),
                    )
                )
        return found

    def freeze(self, who: str) -> None:
        """Stop an account at once and end everything that is signed in with it (R-238)."""
        person = self.find(who)
        self.act("account.freeze", lambda work: actions.freeze_account(work, person).state)
        self._accounts.end_sessions(person)

    def thaw(self, who: str) -> None:
        """Open a frozen account again. Devices need a new enrolment code, people sign in again."""
        person = self.find(who)
        self.act("account.activate", lambda work: actions.activate_account(work, person).state)

    def new_password(self, who: str) -> str:
        """A new one-time password; the old one and what it opened end."""
        person = self.find(who)
        password = one_time_password()
        self._accounts.set_password(person, password)
        return password

    def enrolment_code(self, who: str, *, days: int) -> str:
        """A code with which the person enrols one device within ``days``."""
        person = self.find(who)
        return devices.issue_code(self._office.database, person, issued_by=OFFICE_ITSELF, days=days)

    def find(self, who: str) -> bytes:
        """The person with a login name or a rep's code.

        :raises NotAllowed: code 2002 when there is none.
        """
        person = self._accounts.person_of(who) or self._read(lambda session: _with_code(session, who))
        if person is None:
            raise NotAllowed(Code.NOT_FOUND, "There is nobody with this login name or code.")
        return person

    # -- steps

    def _create(self, person: NewPerson) -> bytes:
        superior = None if person.superior is None else self.find(person.superior)
        division = None
        if person.division is not None:
            division = self._read(lambda session: _division_with_code(session, person.division or ""))
            if division is None:
                raise NotAllowed(Code.NOT_FOUND, "There is no division with this code.")

        def create(work: Work) -> bytes:
            user = actions.create_user(
                work,
                name=person.name,
                rep_code=person.rep_code,
                division_id=division,
                superior_id=superior,
            )
            for role in person.roles:
                actions.assign_role(work, user.id, role)
            return user.id

        return self.act("user.create", create)

    def _open(self, person: bytes) -> None:
        """Take an account to *active*, one move at a time: each is a change of its own."""
        state = self._read(lambda session: queries.find_user(session, person).state)
        if state == AccountState.REQUESTED:
            state = self.act("account.approve", lambda work: actions.approve_account(work, person).state)
        if state == AccountState.APPROVED:
            self.act("account.activate", lambda work: actions.activate_account(work, person).state)

    def act(self, intent: str, action: Callable[[Work], T]) -> T:
        """Something the office itself does, with every right."""
        _, result = self._office.act(OFFICE_ITSELF, intent, action, actor=self._actor)
        return result

    def _read(self, question: Callable[[Session], T]) -> T:
        with self._office.read() as session:
            return question(session)


def _divisions(session: Session) -> list[NewDivision]:
    return [NewDivision(each.code, each.name) for each in session.scalars(queries.divisions())]


def _with_code(session: Session, rep_code: str) -> bytes | None:
    return session.scalars(
        select(User.id).where(User.rep_code == rep_code.upper(), User.deleted.is_(False))
    ).first()


def _division_with_code(session: Session, code: str) -> bytes | None:
    return session.scalars(
        select(Division.id).where(Division.code == code, Division.deleted.is_(False))
    ).first()


def describe_person(row: PersonRow) -> dict[str, object]:
    """A person as plain values for a program."""
    return {
        "login": row.login,
        "name": row.name,
        "rep_code": row.rep_code,
        "division": row.division,
        "roles": list(row.roles),
        "state": row.state,
        "devices": row.devices,
    }
