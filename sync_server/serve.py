"""Serving: one process on one socket, and on SQLite never a second one."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO, Final

import uvicorn
from litestar import Litestar

from crm.errors import Code, LocalFault, OfficeFault
from sync_server.app import SERVICES
from sync_server.settings import Settings
from sync_server.store.database import Database

CANNOT_LISTEN: Final = 9006
YOUNG_OBJECTS: Final = 50_000
"""So many new objects before Python searches them for rings, which takes about 20 ms. A push makes thousands that
live until its end; at Python's own 700 the searches took 3 to 29 % of its time, so 0 to 4 % (measured 2026-11)."""
YOUNG_SEARCHES: Final = 100
"""So many such searches before one of those that are older, and of these before one of everything."""


@contextmanager
def only_server(database: Database) -> Iterator[None]:
    """Hold the lock of a SQLite file while serving it. PostgreSQL may have many servers: nothing is locked.

    The lock is the operating system's and ends with the process, however that ends. The file beside the database
    stays and means nothing by itself.

    :raises OfficeFault: code 9002 when another process holds it.
    """
    path = database.url.database if database.is_sqlite else None
    if not path or path == ":memory:":
        yield
        return
    with Path(f"{path}.lock").open("a+b") as file:
        try:
            _lock(file)
        except OSError as error:
            raise OfficeFault(
                Code.SECOND_SERVER,
                "Another server is running on this database. A SQLite file has one server; several need PostgreSQL.",
            ) from error
        yield


if sys.platform == "win32":

    def _lock(file: IO[bytes]) -> None:
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:

    def _lock(file: IO[bytes]) -> None:
        import fcntl

        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


class Server(uvicorn.Server):
    """uvicorn that says when it really listens, and lets those go who wait for news when it is about to end."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], stopping: asyncio.Event) -> None:
        super().__init__(config)
        self._ready = ready
        self._stopping = stopping
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, then say so."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
        super().handle_exit(sig, frame)

    def stop(self) -> None:
        """Begin to stop, from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
        self.should_exit = True


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address; port 0 takes a free one.

    :raises OfficeFault: code 9006 when the address cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol must be named: asyncio switches Nagle's algorithm off only for sockets that say TCP, and with it on
    # every answer of two segments waits 40 ms for the client's delayed acknowledgement.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise OfficeFault(
            CANNOT_LISTEN,
            f"Cannot listen on {host} port {port}: {error.strerror or 'the address is not known'}.",
        ) from error
    return bound


def address_of(bound: socket.socket) -> str:
    """The address under which the socket answers."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def make_server(app: Litestar, settings: Settings, ready: Callable[[], None]) -> Server:
    """The server for an application, not yet running."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        timeout_graceful_shutdown=settings.stop_s,
        timeout_keep_alive=65,
        backlog=2048,
    )
    return Server(config, ready, app.state[SERVICES].stopping)


def serve(app: Litestar, settings: Settings, *, host: str, port: int, ready_file: Path | None) -> None:
    """Serve until SIGTERM or SIGINT. Prints one line, and writes it to ``ready_file``, when really listening."""
    bound = listen(host, port)

    def ready() -> None:
        line = f"listening on {address_of(bound)}"
        if ready_file is not None:
            _write_whole(ready_file, line + "\n")
        print(line, flush=True)

    # After a graceful end uvicorn raises the signal again; by then it must not kill what is left to do.
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda _signal, _frame: None)
    _search_for_rings_less()
    try:
        make_server(app, settings, ready).run(sockets=[bound])
    finally:
        bound.close()
        if ready_file is not None:
            ready_file.unlink(missing_ok=True)


def _search_for_rings_less() -> None:
    """Leave what stands from the start alone: it is there until the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, YOUNG_SEARCHES, YOUNG_SEARCHES)


def _write_whole(path: Path, text: str) -> None:
    """Whoever finds the file finds all of it."""
    partial = path.with_name(path.name + ".partial")
    try:
        partial.write_text(text, encoding="utf-8")
        os.replace(partial, path)
    except OSError as error:
        raise LocalFault(Code.STORE_CLOSED, f"The ready file cannot be written: {error.strerror}.") from error
