"""Opaque tokens: a short one for every request, a long one that is exchanged for the next pair (sync-protocol, 15).

The office keeps only hashes. A refresh token that was exchanged goes on working until one of the tokens it was
exchanged for is used, so that an answer lost on the way locks nobody out. After that it is a copy in wrong hands:
whoever shows it ends the whole family.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection

from crm.errors import Code, NotAllowed
from sync_server.accounts.standing import Bearer, demand_account, demand_device
from sync_server.store.database import Database

ACCESS_S: Final = 15 * 60
REFRESH_S: Final = 90 * 24 * 60 * 60
TOKEN_BYTES: Final = 32
KEEP_MS: Final = 24 * 60 * 60 * 1000
"""How long a token that has ended stays known."""

ACCESS: Final = "access"
REFRESH: Final = "refresh"


_READ_REFRESH: Final = (
    "SELECT t.person, t.device, t.family, t.expires_at, t.used_at, t.revoked_at, u.state, d.state FROM token t"
    " LEFT JOIN app_user u ON u.id = t.person AND u.deleted = 0"
    " LEFT JOIN device d ON d.id = t.device"
    " WHERE t.hash = ? AND t.kind = 'refresh'"
)


@dataclass(frozen=True)
class TokenPair:
    """What a device or a person gets; ``expires_in_s`` is about the access token."""

    access_token: str
    refresh_token: str
    expires_in_s: int


@dataclass(frozen=True)
class Lifetimes:
    """How long tokens live, in seconds."""

    access_s: int = ACCESS_S
    refresh_s: int = REFRESH_S


def token_hash(token: str) -> bytes:
    """What the office keeps of a token."""
    return sha256(token.encode("utf-8", "surrogatepass")).digest()


def issue(
    database: Database,
    connection: Connection,
    bearer: Bearer,
    *,
    lifetimes: Lifetimes,
    family: bytes | None = None,
) -> TokenPair:
    """A new pair for ``bearer``, of a new family unless one is given."""
    now_ms = database.now_ms(connection)
    family = family or secrets.token_bytes(16)
    access, refresh = secrets.token_urlsafe(TOKEN_BYTES), secrets.token_urlsafe(TOKEN_BYTES)
    database.execute_many(
        connection,
        "INSERT INTO token (hash, kind, person, device, family, issued_at, expires_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                token_hash(token),
                kind,
                bearer.person,
                bearer.device,
                family,
                now_ms,
                now_ms + lifetime_s * 1000,
            )
            for token, kind, lifetime_s in (
                (access, ACCESS, lifetimes.access_s),
                (refresh, REFRESH, lifetimes.refresh_s),
            )
        ],
    )
    return TokenPair(access, refresh, lifetimes.access_s)


def authenticate(database: Database, connection: Connection, access_token: str) -> Bearer:
    """Who sends a request: one query, for every request.

    :raises NotAllowed: code 2001 when the token is unknown, over or revoked; 2004 and 2006 see `demand_account` and
        `demand_device`.
    """
    rows = database.rows(
        connection,
        "SELECT t.person, t.device, t.expires_at, u.state, d.state FROM token t"
        " LEFT JOIN app_user u ON u.id = t.person AND u.deleted = 0"
        " LEFT JOIN device d ON d.id = t.device"
        " WHERE t.hash = ? AND t.kind = 'access' AND t.revoked_at IS NULL",
        (token_hash(access_token),),
    )
    if not rows:
        raise _not_signed_in()
    person, device, expires_at, account_state, device_state = rows[0]
    if expires_at <= database.now_ms(connection):
        raise _not_signed_in()
    demand_account(account_state)
    if device is not None:
        demand_device(device_state)
    return Bearer(person, device)


def refresh(database: Database, refresh_token: str, *, lifetimes: Lifetimes) -> tuple[Bearer, TokenPair]:
    """Exchange a refresh token for the next pair.

    :raises NotAllowed: code 2001 when the token is unknown, over, revoked, or was superseded by one that is in use
        already (then its whole family is revoked); 2004 and 2006 see `demand_account` and `demand_device`.
    """
    hashed = token_hash(refresh_token)
    with database.write() as connection:
        exchanged = _exchange(database, connection, hashed, lifetimes=lifetimes)
    # Raised out here: the revocation of a family must be committed, not undone by the error that tells of it.
    if exchanged is None:
        raise _not_signed_in()
    return exchanged


def _exchange(
    database: Database, connection: Connection, hashed: bytes, *, lifetimes: Lifetimes
) -> tuple[Bearer, TokenPair] | None:
    lock = "" if database.is_sqlite else " FOR UPDATE OF t"
    rows = database.rows(
        connection,
        _READ_REFRESH + lock,
        (hashed,),
    )
    if not rows:
        return None
    person, device, family, expires_at, used_at, revoked_at, account_state, device_state = rows[0]
    now_ms = database.now_ms(connection)
    if revoked_at is not None:
        revoke_family(database, connection, family)
        return None
    if expires_at <= now_ms:
        return None
    demand_account(account_state)
    if device is not None:
        demand_device(device_state)
    if used_at is None:
        # The first use confirms that the answer with this token arrived: what came before it has ended.
        _run(database, connection, "UPDATE token SET used_at = ? WHERE hash = ?", now_ms, hashed)
        _run(
            database,
            connection,
            "UPDATE token SET revoked_at = ? WHERE family = ? AND kind = 'refresh' AND hash <> ?"
            " AND revoked_at IS NULL",
            now_ms,
            family,
            hashed,
        )
    _run(
        database,
        connection,
        "DELETE FROM token WHERE family = ? AND kind = 'access' AND expires_at < ?",
        family,
        now_ms - KEEP_MS,
    )
    bearer = Bearer(person, device)
    return bearer, issue(database, connection, bearer, lifetimes=lifetimes, family=family)


def revoke_family(database: Database, connection: Connection, family: bytes) -> None:
    """End every token of a family."""
    _revoke(database, connection, "family", family)


def revoke_person(database: Database, connection: Connection, person: bytes) -> None:
    """End every token of a person, on all devices."""
    _revoke(database, connection, "person", person)


def revoke_device(database: Database, connection: Connection, device: bytes) -> None:
    """End every token of a device."""
    _revoke(database, connection, "device", device)


def sign_out(database: Database, access_token: str) -> None:
    """End the family of an access token; nothing happens when it is not known."""
    with database.write() as connection:
        rows = database.rows(
            connection, "SELECT family FROM token WHERE hash = ?", (token_hash(access_token),)
        )
        for (family,) in rows:
            revoke_family(database, connection, family)


def _revoke(database: Database, connection: Connection, column: str, value: bytes) -> None:
    now_ms = database.now_ms(connection)
    _run(
        database,
        connection,
        f"UPDATE token SET revoked_at = ? WHERE {column} = ? AND revoked_at IS NULL",  # noqa: S608 - a constant
        now_ms,
        value,
    )


def _run(database: Database, connection: Connection, statement: str, *parameters: object) -> None:
    database.execute_many(connection, statement, [parameters])


def _not_signed_in() -> NotAllowed:
    return NotAllowed(Code.NOT_SIGNED_IN, "You are not signed in. Sign in again.")
