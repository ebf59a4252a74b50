"""Accounts: a login name and a password for a person of the directory, and signing in with them.

Whether the person may do anything is the directory's word alone (`User.state`). An account lives at the office and
never replicates. Hashing is slow on purpose and never happens inside a transaction.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from crm.errors import Code, InvalidInput, NotAllowed, RuleBroken
from sync_server.accounts import attempts, devices, tokens
from sync_server.accounts.devices import Enrolment, Installation
from sync_server.accounts.passwords import Passwords
from sync_server.accounts.standing import Bearer, demand_account
from sync_server.accounts.tokens import Lifetimes, TokenPair
from sync_server.store.database import Database
from sync_server.store.feeds import found_person

LOGIN_TAKEN: Final = 3160
_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,98}[a-z0-9]")


class _Stored(NamedTuple):
    person: bytes
    password_hash: str
    account_state: str | None


@dataclass(frozen=True)
class Accounts:
    """Everything about signing in, over one database."""

    database: Database
    passwords: Passwords
    lifetimes: Lifetimes = field(default_factory=Lifetimes)

    def create(self, person: bytes, login: str, password: str) -> None:
        """Give a person a login name and a first password, and begin what is their own.

        :raises InvalidInput: code 1005 for a login or password of the wrong form.
        :raises RuleBroken: code 3160 when the login is taken or the person has one.
        """
        name = normal_login(login)
        hashed = self.passwords.hash(password)
        with self.database.write() as connection:
            now_ms = self.database.now_ms(connection)
            made = self.database.rows(
                connection,
                "INSERT INTO account (person, login, password_hash, state, created_at, password_changed_at)"
                " VALUES (?, ?, ?, 'active', ?, ?) ON CONFLICT DO NOTHING RETURNING person",
                (person, name, hashed, now_ms, now_ms),
            )
            if not made:
                raise RuleBroken(LOGIN_TAKEN, "The login name is taken, or the person has one already.")
            found_person(self.database, connection, person)

    def login_of(self, person: bytes) -> str | None:
        """The login name of a person, None without one."""
        with self.database.snapshot() as connection:
            rows = self.database.rows(connection, "SELECT login FROM account WHERE person = ?", (person,))
        return str(rows[0][0]) if rows else None

    def person_of(self, login: str) -> bytes | None:
        """The person with a login name, None when nobody has it."""
        name = login.strip().lower()
        if _LOGIN.fullmatch(name) is None:
            return None
        with self.database.snapshot() as connection:
            rows = self.database.rows(connection, "SELECT person FROM account WHERE login = ?", (name,))
        return bytes(rows[0][0]) if rows else None

    def sign_in(self, login: str, password: str, *, address: str) -> tuple[Bearer, TokenPair]:
        """Tokens for a person without a device.

        :raises NotAllowed: 2004 when name or password is wrong (which of them is not said) or the account is not
            open; 2006 when it is frozen, said only to who knows the password; 2007 after too many tries.
        """
        name = login.strip().lower()
        limits = attempts.sign_in_limits(name, address)
        attempts.count_try(self.database, limits)
        stored = self._verified(name, password)
        demand_account(stored.account_state)
        bearer = Bearer(stored.person, None)
        with self.database.write() as connection:
            attempts.forget_try(self.database, connection, limits)
            pair = tokens.issue(self.database, connection, bearer, lifetimes=self.lifetimes)
        return bearer, pair

    def own_code(self, login: str, password: str, *, address: str) -> str:
        """An enrolment code for the person who knows the password: for one device, within a day.

        :raises NotAllowed: as `sign_in`.
        """
        name = login.strip().lower()
        limits = attempts.sign_in_limits(name, address)
        attempts.count_try(self.database, limits)
        stored = self._verified(name, password)
        demand_account(stored.account_state)
        with self.database.write() as connection:
            attempts.forget_try(self.database, connection, limits)
        return devices.issue_code(self.database, stored.person, issued_by=stored.person, days=1)

    def change_password(self, login: str, old: str, new: str, *, address: str) -> None:
        """A person gives themselves a new password; all their tokens without a device end.

        :raises NotAllowed: as `sign_in`.
        :raises InvalidInput: code 1005 when the new one is too short or too long.
        """
        name = login.strip().lower()
        limits = attempts.sign_in_limits(name, address)
        attempts.count_try(self.database, limits)
        stored = self._verified(name, old)
        demand_account(stored.account_state)
        self.set_password(stored.person, new)

    def set_password(self, person: bytes, password: str) -> None:
        """Replace the password of a person and end what it had opened. Devices go on: they have tokens of their own.

        :raises InvalidInput: code 1005 when it is too short or too long.
        :raises NotAllowed: code 2002 when the person has no account.
        """
        hashed = self.passwords.hash(password)
        with self.database.write() as connection:
            now_ms = self.database.now_ms(connection)
            changed = self.database.rows(
                connection,
                "UPDATE account SET password_hash = ?, password_changed_at = ? WHERE person = ? RETURNING login",
                (hashed, now_ms, person),
            )
            if not changed:
                raise NotAllowed(Code.NOT_FOUND, "This person has no login.")
            self.database.execute_many(
                connection,
                "UPDATE token SET revoked_at = ? WHERE person = ? AND device IS NULL AND revoked_at IS NULL",
                [(now_ms, person)],
            )

    def enrol(self, code: str, installation: Installation, *, address: str) -> Enrolment:
        """See `devices.enrol`.

        :raises NotAllowed: code 2007 after too many tries from one address, and what `devices.enrol` raises.
        """
        limits = attempts.enrolment_limits(address)
        attempts.count_try(self.database, limits)
        enrolment = devices.enrol(self.database, code, installation, lifetimes=self.lifetimes)
        with self.database.write() as connection:
            attempts.forget_try(self.database, connection, limits)
        return enrolment

    def refresh(self, refresh_token: str) -> tuple[Bearer, TokenPair]:
        """See `tokens.refresh`."""
        return tokens.refresh(self.database, refresh_token, lifetimes=self.lifetimes)

    def sign_out(self, access_token: str) -> None:
        """See `tokens.sign_out`."""
        tokens.sign_out(self.database, access_token)

    def end_sessions(self, person: bytes) -> None:
        """End every token of a person, as after a freeze."""
        with self.database.write() as connection:
            tokens.revoke_person(self.database, connection, person)

    def _stored(self, name: str) -> _Stored | None:
        if _LOGIN.fullmatch(name) is None:
            return None
        with self.database.snapshot() as connection:
            rows = self.database.rows(
                connection,
                "SELECT a.person, a.password_hash, u.state FROM account a"
                " LEFT JOIN app_user u ON u.id = a.person AND u.deleted = 0 WHERE a.login = ?",
                (name,),
            )
        return _Stored(*rows[0]) if rows else None

    def _verified(self, name: str, password: str) -> _Stored:
        stored = self._stored(name)
        verdict = self.passwords.verify(stored.password_hash if stored else None, password)
        if stored is None or not verdict.is_right:
            raise NotAllowed(Code.BAD_CREDENTIALS, "Name or password is wrong.")
        if verdict.new_hash is not None:
            with self.database.write() as connection:
                self.database.execute_many(
                    connection,
                    "UPDATE account SET password_hash = ? WHERE person = ? AND password_hash = ?",
                    [(verdict.new_hash, stored.person, stored.password_hash)],
                )
        return stored


def normal_login(login: str) -> str:
    """The login name as it is stored: small letters, digits and ``. _ @ + -``, 2 to 100 of them.

    :raises InvalidInput: code 1005 otherwise.
    """
    name = login.strip().lower()
    if _LOGIN.fullmatch(name) is None:
        raise InvalidInput(
            Code.BAD_VALUE, "A login name has 2 to 100 letters, digits or . _ @ + -", field="login"
        )
    return name
