"""A door between laptops and the office that strikes at a chosen moment of a chosen exchange.

It passes whole HTTP messages on, one exchange after the other on each connection. The laptops keep its address; where
the office is may change behind it.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Final, Self

STALL_S: Final = 30.0
_PIECE: Final = 64 * 1024


class Moment(StrEnum):
    """Where in an exchange the blow falls."""

    REQUEST_HALF = "half of the request has passed"
    REQUEST_WHOLE = "the request has passed, and no answer yet"
    ANSWER_BEGUN = "the office has answered, and nothing of it has passed"
    ANSWER_HALF = "half of the answer has passed"
    ANSWER_WHOLE = "the answer has passed"


@dataclass
class Trap:
    """What waits for the exchange number ``nth`` with ``path`` (1 is the next one)."""

    path: str
    moment: Moment
    strike: Callable[[], None]
    nth: int = 1
    struck: threading.Event = field(default_factory=threading.Event)


class Gate:
    """Listens on a free port; use with ``with``. ``target`` is where the office listens, None while it does not."""

    def __init__(self) -> None:
        self.target: tuple[str, int] | None = None
        self.errors: list[BaseException] = []
        self._trap: Trap | None = None
        self._lock = threading.Lock()
        self._door = socket.create_server(("127.0.0.1", 0), backlog=16)
        self._threads: list[threading.Thread] = []
        self._is_closed = False
        self._accepting = threading.Thread(target=self._accept, name="gate")
        self._accepting.start()

    @property
    def url(self) -> str:
        """The address that laptops know."""
        return f"http://127.0.0.1:{self._door.getsockname()[1]}"

    def set(self, trap: Trap) -> Trap:
        """Wait for an exchange."""
        with self._lock:
            assert self._trap is None
            self._trap = trap
        return trap

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._is_closed = True
        with suppress(OSError):
            socket.create_connection(self._door.getsockname()).close()
        self._accepting.join()
        self._door.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            laptop, _ = self._door.accept()
            if self._is_closed:
                laptop.close()
                return
            thread = threading.Thread(target=self._pass_on, args=(laptop,), name="gate-way")
            self._threads.append(thread)
            thread.start()

    def _pass_on(self, laptop: socket.socket) -> None:
        target = self.target
        with laptop, suppress(OSError, EOFError):
            laptop.settimeout(STALL_S)
            if target is None:
                return
            with socket.create_connection(target, timeout=STALL_S) as office:
                while self._exchange(laptop, office):
                    pass

    def _exchange(self, laptop: socket.socket, office: socket.socket) -> bool:
        """Pass one request and its answer on; whether the connection goes on."""
        request = _message(laptop)
        trap = self._trap_for(request)
        if trap is None:
            office.sendall(request)
            laptop.sendall(_message(office))
            return True
        if trap.moment is Moment.REQUEST_HALF:
            office.sendall(request[: len(request) // 2])
        else:
            office.sendall(request)
        if trap.moment in (Moment.ANSWER_BEGUN, Moment.ANSWER_HALF, Moment.ANSWER_WHOLE):
            answer = _message(office)
            passing = {Moment.ANSWER_BEGUN: 0, Moment.ANSWER_HALF: len(answer) // 2}
            laptop.sendall(answer[: passing.get(trap.moment, len(answer))])
        try:
            trap.strike()
        except BaseException as error:  # noqa: BLE001 - belongs to the test, which looks here
            self.errors.append(error)
        trap.struck.set()
        return False

    def _trap_for(self, request: bytes) -> Trap | None:
        with self._lock:
            trap = self._trap
            if trap is None or not request.startswith(f"POST {trap.path} ".encode()):
                return None
            trap.nth -= 1
            if trap.nth:
                return None
            self._trap = None
            return trap


def _message(end: socket.socket) -> bytes:
    """One HTTP message with its body.

    :raises EOFError: the other end has closed.
    """
    data = b""
    while b"\r\n\r\n" not in data:
        data += _piece(end)
    head, _, _ = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
    whole = len(head) + 4 + length
    while len(data) < whole:
        data += _piece(end)
    return data


def _piece(end: socket.socket) -> bytes:
    piece = end.recv(_PIECE)
    if not piece:
        raise EOFError
    return piece
