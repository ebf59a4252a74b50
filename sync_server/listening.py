"""News from the other servers of one PostgreSQL: what they announce wakes those who wait here.

Missing an announcement loses nothing, for whoever waits also looks at the heads; so a broken connection is opened
again at leisure, and nothing is asked for what was missed.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final

import psycopg
from psycopg import sql

from sync_server.store.database import Database
from sync_server.sync.office import CHANNEL, Office

log = logging.getLogger(__name__)

TURN_S: Final = 0.5
"""How often a listener sees whether it is to end."""
AGAIN_S: Final = 5.0
CONNECT_S: Final = 5


@contextmanager
def listening(office: Office) -> Iterator[None]:
    """Listen on a thread of its own for as long as the context lasts; nothing to do on SQLite, which has one server."""
    if office.database.is_sqlite:
        yield
        return
    stop = Event()
    thread = Thread(target=_listen, args=(office, stop), name="listening", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(CONNECT_S + TURN_S)


def _listen(office: Office, stop: Event) -> None:
    while not stop.is_set():
        try:
            with psycopg.connect(
                _address(office.database), autocommit=True, connect_timeout=CONNECT_S
            ) as connection:
                connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
                while not stop.is_set():
                    for notice in connection.notifies(timeout=TURN_S, stop_after=1):
                        office.hub.announce(_principals(notice.payload))
        except psycopg.Error as error:
            log.warning("listening.lost error=%s", type(error).__name__)
            stop.wait(AGAIN_S)


def _address(database: Database) -> str:
    return database.url.set(drivername="postgresql").render_as_string(hide_password=False)


def _principals(payload: str) -> frozenset[bytes]:
    """The principals that an announcement names; none when it is not one of ours."""
    try:
        return frozenset(bytes.fromhex(name) for name in payload.split(",") if name)
    except ValueError:
        return frozenset()
