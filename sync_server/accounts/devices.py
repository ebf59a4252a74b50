"""Devices and their enrolment by a code that is used once (sync-protocol, 12 and 15)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection

from crm.errors import Code, NotAllowed
from crm.ids import id_text
from sync_server.accounts import tokens
from sync_server.accounts.standing import Bearer, DeviceState, demand_account
from sync_server.accounts.tokens import Lifetimes, TokenPair
from sync_server.store.database import Database

CODE_DAYS: Final = 7
REPEAT_MS: Final = 15 * 60 * 1000
"""How long the device that used a code may ask again with it, because the answer may have been lost."""

_ALPHABET: Final = (
    "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: nothing looks like something else
)
_CODE_LENGTH: Final = 12
_GROUP: Final = 4
_MISREAD: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


@dataclass(frozen=True)
class Installation:
    """What a device says of itself when it enrols. Ids are made by the device."""

    device: bytes
    incarnation: bytes
    name: str
    client_version: str


@dataclass(frozen=True)
class Enrolment:
    """The device as the office knows it now, and its first tokens. ``ordinal`` counts the devices of a person."""

    person: bytes
    ordinal: int
    tokens: TokenPair


@dataclass(frozen=True)
class DeviceRow:
    """A device in a list for people."""

    id: bytes
    ordinal: int
    name: str
    state: str
    enrolled_at: int
    last_contact_at: int


def issue_code(database: Database, person: bytes, *, issued_by: bytes, days: int = CODE_DAYS) -> str:
    """A new code with which ``person`` enrols one device within ``days``. It is shown now and never again.

    :raises NotAllowed: 2002 when there is no such person; 2004 or 2006 when the account is not open.
    """
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))
    with database.write() as connection:
        _demand_person(database, connection, person)
        now_ms = database.now_ms(connection)
        database.execute_many(
            connection,
            "INSERT INTO enrolment_code (hash, person, issued_by, expires_at) VALUES (?, ?, ?, ?)",
            [(_code_hash(letters), person, issued_by, now_ms + days * 24 * 60 * 60 * 1000)],
        )
        database.execute_many(
            connection,
            "DELETE FROM enrolment_code WHERE expires_at < ?",
            [(now_ms - 30 * 24 * 60 * 60 * 1000,)],
        )
    return "-".join(letters[start : start + _GROUP] for start in range(0, _CODE_LENGTH, _GROUP))


def enrol(database: Database, code: str, installation: Installation, *, lifetimes: Lifetimes) -> Enrolment:
    """Make the installation a device of the person whom the code was given to.

    The device that used a code may repeat the request for 15 minutes: it gets the same place and fresh tokens, and
    those of the lost answer end. A device that the person has already, enrolled again with a new code, keeps its
    ordinal.

    :raises NotAllowed: code 2005 when the code is unknown, over or used, or the ids belong to somebody else; 2004 or
        2006 when the account is not open.
    """
    with database.write() as connection:
        person = _take_code(database, connection, code, installation.device)
        _demand_person(database, connection, person)
        ordinal = _place_device(database, connection, person, installation)
        tokens.revoke_device(database, connection, installation.device)
        pair = tokens.issue(database, connection, Bearer(person, installation.device), lifetimes=lifetimes)
    return Enrolment(person, ordinal, pair)


def devices_of(database: Database, connection: Connection, person: bytes) -> list[DeviceRow]:
    """Every device a person has or had, in order of ordinal."""
    rows = database.rows(
        connection,
        "SELECT id, ordinal, name, state, enrolled_at, last_contact_at FROM device WHERE person = ? ORDER BY ordinal",
        (person,),
    )
    return [DeviceRow(*row) for row in rows]


def set_device_state(database: Database, device: bytes, state: DeviceState) -> None:
    """Say what a device may do from now on. A closed one loses its tokens.

    :raises NotAllowed: code 2002 when there is no such device.
    """
    with database.write() as connection:
        changed = database.rows(
            connection, "UPDATE device SET state = ? WHERE id = ? RETURNING ordinal", (state.value, device)
        )
        if not changed:
            raise NotAllowed(Code.NOT_FOUND, "There is no such device.")
        if state is DeviceState.CLOSED:
            tokens.revoke_device(database, connection, device)


def _take_code(database: Database, connection: Connection, code: str, device: bytes) -> bytes:
    lock = "" if database.is_sqlite else " FOR UPDATE"
    hashed = _code_hash(code)
    rows = database.rows(
        connection,
        f"SELECT person, expires_at, used_at, device FROM enrolment_code WHERE hash = ?{lock}",  # noqa: S608
        (hashed,),
    )
    now_ms = database.now_ms(connection)
    if not rows:
        raise _refused()
    person, expires_at, used_at, used_by = rows[0]
    if used_at is None:
        if expires_at <= now_ms:
            raise _refused()
        database.execute_many(
            connection,
            "UPDATE enrolment_code SET used_at = ?, device = ? WHERE hash = ?",
            [(now_ms, device, hashed)],
        )
    elif used_by != device or used_at + REPEAT_MS <= now_ms:
        raise _refused()
    found: bytes = person
    return found


def _place_device(
    database: Database, connection: Connection, person: bytes, installation: Installation
) -> int:
    now_ms = database.now_ms(connection)
    rows = database.rows(
        connection, "SELECT person, ordinal, state FROM device WHERE id = ?", (installation.device,)
    )
    if rows:
        owner, known_ordinal, state = rows[0]
        if owner != person or state != DeviceState.ACTIVE:
            raise _refused()
        ordinal = int(known_ordinal)
        database.execute_many(
            connection,
            "UPDATE device SET name = ?, client_version = ?, last_contact_at = ? WHERE id = ?",
            [(installation.name, installation.client_version, now_ms, installation.device)],
        )
    else:
        highest = database.rows(
            connection, "SELECT COALESCE(MAX(ordinal), 0) FROM device WHERE person = ?", (person,)
        )
        ordinal = int(highest[0][0]) + 1
        database.execute_many(
            connection,
            "INSERT INTO device (id, person, ordinal, name, state, enrolled_at, last_contact_at, clock_offset_ms,"
            " client_version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    installation.device,
                    person,
                    ordinal,
                    installation.name,
                    DeviceState.ACTIVE.value,
                    now_ms,
                    now_ms,
                    0,
                    installation.client_version,
                )
            ],
        )
    _place_incarnation(database, connection, installation, now_ms)
    return ordinal


def _place_incarnation(
    database: Database, connection: Connection, installation: Installation, now_ms: int
) -> None:
    rows = database.rows(
        connection, "SELECT device FROM incarnation WHERE id = ?", (installation.incarnation,)
    )
    if not rows:
        database.execute_many(
            connection,
            "INSERT INTO incarnation (id, device, last_n, durable_n, began_at) VALUES (?, ?, ?, ?, ?)",
            [(installation.incarnation, installation.device, 0, 0, now_ms)],
        )
    elif rows[0][0] != installation.device:
        raise _refused()


def _demand_person(database: Database, connection: Connection, person: bytes) -> None:
    """Locks the person's row on PostgreSQL, so that two devices of one person never get the same ordinal."""
    lock = "" if database.is_sqlite else " FOR UPDATE"
    rows = database.rows(
        connection,
        f"SELECT state FROM app_user WHERE id = ? AND deleted = 0{lock}",  # noqa: S608 - a constant
        (person,),
    )
    if not rows:
        raise NotAllowed(Code.NOT_FOUND, "There is no such person.", person=id_text(person))
    demand_account(rows[0][0])


def _code_hash(code: str) -> bytes:
    normal = code.upper().translate(_MISREAD)
    return sha256(normal.encode("utf-8", "surrogatepass")).digest()


def _refused() -> NotAllowed:
    return NotAllowed(Code.BAD_ENROLMENT, "This code is not valid (any more). Ask the office for a new one.")
