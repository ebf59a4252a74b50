"""The road between a laptop and the office, with the faults of roads: it can be cut, and it can lose one answer.

A relay of bytes over TCP. Whatever happens to it happens outside both programs, as on a real network.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

_PIECE: Final = 64 * 1024
_BACKLOG: Final = 16


class Road:
    """Listens on a free port of this machine and passes everything on to ``host:port``. Close it, or use ``with``."""

    def __init__(self, host: str, port: int) -> None:
        self._target = host, port
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._is_cut = False
        self._is_closed = False
        self._to_lose: bytes | None = None
        self.answers_lost = 0
        self.bytes_up = 0
        self.bytes_down = 0
        self._door = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
        self._thread = threading.Thread(target=self._accept, name="road", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The address by which the office is reached over this road."""
        return f"http://127.0.0.1:{self._door.getsockname()[1]}"

    def cut(self) -> None:
        """From now on nothing passes: what is under way breaks off, and who comes is turned away."""
        with self._lock:
            self._is_cut = True
            broken, self._open = self._open, set()
        for end in broken:
            _end(end)

    def mend(self) -> None:
        """Everything passes again."""
        with self._lock:
            self._is_cut = False

    def lose_answer_to(self, path: str) -> None:
        """Deliver the next request to ``path`` whole, then break off before its answer comes back."""
        with self._lock:
            self._to_lose = f"POST {path} ".encode()

    def close(self) -> None:
        """Cut for good."""
        self._is_closed = True
        self.cut()
        # Somebody at the door wakes the thread on every system; closing the socket under it does not.
        with suppress(OSError):
            socket.create_connection(self._door.getsockname()).close()
        self._thread.join()
        self._door.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    # -- inside

    def _accept(self) -> None:
        while not self._is_closed:
            try:
                laptop, _address = self._door.accept()
            except OSError:
                return
            office = self._reach_office()
            if office is None or not self._keep(laptop, office):
                _end(laptop)
                continue
            way = _Way(self, laptop, office)
            for pump in (way.up, way.down):
                threading.Thread(target=pump, name="road-way", daemon=True).start()

    def _reach_office(self) -> socket.socket | None:
        with self._lock:
            if self._is_cut:
                return None
        try:
            return socket.create_connection(self._target)
        except OSError:
            return None

    def _keep(self, laptop: socket.socket, office: socket.socket) -> bool:
        with self._lock:
            if not self._is_cut:
                self._open |= {laptop, office}
                return True
        _end(office)
        return False

    def forget(self, *ends: socket.socket) -> None:
        """These connections are over."""
        with self._lock:
            self._open -= set(ends)
        for end in ends:
            _end(end)

    def takes_answer_of(self, piece: bytes) -> bool:
        """Whether the answer to the request that begins with ``piece`` is the one to lose."""
        with self._lock:
            if self._to_lose is None or not piece.startswith(self._to_lose):
                return False
            self._to_lose = None
            return True


class _Way:
    """One connection: a pump for each direction, each in a thread of its own."""

    def __init__(self, road: Road, laptop: socket.socket, office: socket.socket) -> None:
        self._road = road
        self._laptop = laptop
        self._office = office
        self._loses_answer = False

    def up(self) -> None:
        """Pass on what the laptop says. A request begins with a piece of its own: none is sent before its answer."""
        with suppress(OSError):
            while piece := self._laptop.recv(_PIECE):
                if self._road.takes_answer_of(piece):
                    self._loses_answer = True
                self._road.bytes_up += len(piece)
                self._office.sendall(piece)
        self._road.forget(self._laptop, self._office)

    def down(self) -> None:
        """Pass on what the office says. It answers when all is written down, so its first byte is proof of that."""
        with suppress(OSError):
            while piece := self._office.recv(_PIECE):
                if self._loses_answer:
                    self._road.answers_lost += 1
                    break
                self._road.bytes_down += len(piece)
                self._laptop.sendall(piece)
        self._road.forget(self._laptop, self._office)


def _end(connection: socket.socket) -> None:
    """Close a socket that another thread may be reading."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
