"""Limits on tries, kept as rows so that every process of the office counts together.

A try is counted before it is judged: however many arrive at once, no more than the limit are looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

from sqlalchemy import Connection

from crm.errors import Code, NotAllowed
from sync_server.store.database import Database

WINDOW_MS: Final = 15 * 60 * 1000
PER_LOGIN_AND_ADDRESS: Final = 10
PER_LOGIN: Final = 100
PER_ADDRESS: Final = 100


class Limit(NamedTuple):
    """At most ``at_most`` tries of ``subject`` in one window of 15 minutes."""

    subject: str
    at_most: int


def sign_in_limits(login: str, address: str) -> tuple[Limit, ...]:
    """What a try to sign in counts against: a stranger cannot lock out a person who comes from another address."""
    name = login.casefold()
    return (
        Limit(_subject("sign-in", name, address), PER_LOGIN_AND_ADDRESS),
        Limit(_subject("sign-in", name), PER_LOGIN),
        Limit(_subject("address", address), PER_ADDRESS),
    )


def enrolment_limits(address: str) -> tuple[Limit, ...]:
    """What a try of an enrolment code counts against."""
    return (Limit(_subject("enrol", address), PER_ADDRESS),)


def count_try(database: Database, limits: Iterable[Limit]) -> None:
    """Count one try against every limit, in a transaction of its own.

    :raises NotAllowed: code 2007 when one of them is used up; ``retry_after_s`` says when the window ends.
    """
    over = False
    with database.write() as connection:
        now_ms = database.now_ms(connection)
        window = now_ms - now_ms % WINDOW_MS
        for limit in sorted(limits):  # one order for all: two tries never wait for each other in a ring
            rows = database.rows(
                connection,
                "INSERT INTO attempt (subject, window_at, count) VALUES (?, ?, 1)"
                " ON CONFLICT (subject, window_at) DO UPDATE SET count = attempt.count + 1 RETURNING count",
                (limit.subject, window),
            )
            over = over or rows[0][0] > limit.at_most
    if over:
        raise NotAllowed(
            Code.TOO_MANY_TRIES,
            "Too many tries. Wait a little, then try again.",
            retry_after_s=(window + WINDOW_MS - now_ms) // 1000 + 1,
        )


def forget_try(database: Database, connection: Connection, limits: Sequence[Limit]) -> None:
    """Somebody got it right: the first limit begins anew, the others count one try less.

    What others tried against the same name or from the same address stays counted. Old windows are cleared away.
    """
    now_ms = database.now_ms(connection)
    database.execute_many(connection, "DELETE FROM attempt WHERE subject = ?", [(limits[0].subject,)])
    database.execute_many(
        connection,
        "UPDATE attempt SET count = count - 1 WHERE subject = ? AND window_at = ? AND count > 0",
        [(limit.subject, now_ms - now_ms % WINDOW_MS) for limit in sorted(limits[1:])],
    )
    database.execute_many(connection, "DELETE FROM attempt WHERE window_at < ?", [(now_ms - 2 * WINDOW_MS,)])


def _subject(kind: str, *parts: str) -> str:
    """What is counted, so that neither names nor addresses lie in the table."""
    joined = "\x00".join((kind, *parts)).encode("utf-8", "surrogatepass")
    return f"{kind}:{sha256(joined).hexdigest()}"
