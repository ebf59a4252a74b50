"""Starts processes in no time: it has imported both programs and forks one off for each order.

Reads orders from standard input, one JSON line each, and tells on standard output what became of them:

    {"run": "server", "url": …, "ready": …}  or  {"run": "laptop", "folder": …, "out": …}    →  {"pid": 7}
                                                                          when it ends       →  {"ended": 7, "code": -9}

It ends, and all its children with it, when standard input does. `Nursery` is the other side.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import queue
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NoReturn, Self

from sqlalchemy.orm import configure_mappers

PROJECT: Final = Path(__file__).resolve().parents[2]
PASSPHRASE: Final = "a passphrase for the test"
PAGE_ROWS: Final = 100
"""Small pages: a first copy has many of them."""
WAIT_S: Final = 60.0


def derive_quickly(secret: bytes, salt: bytes, **_cost: object) -> bytes:
    """One hash in place of Argon2id's 0.2 s: a laptop is opened a hundred times here."""
    return hashlib.blake2b(secret, key=salt, digest_size=32).digest()


# --- the other side ----------------------------------------------------------------------------------------------------


class Nursery:
    """Starts and kills processes. Use with ``with``; what they print goes to ``log``."""

    def __init__(self, log: Path) -> None:
        self._log = log.open("ab")
        self._process: subprocess.Popen[bytes] | None = None
        self._started: queue.Queue[int] = queue.Queue()
        self._ended: dict[int, queue.Queue[int]] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.nursery"],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        self._reader = threading.Thread(target=self._read, name="nursery")
        self._reader.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(WAIT_S)
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._log.close()

    def start(self, **order: str) -> int:
        """Start a process; gives its id."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()
        pid = self._started.get(timeout=WAIT_S)
        assert pid, f"the nursery has ended, see {self._log.name}"
        return pid

    def wait(self, pid: int) -> int:
        """Wait for the end of a process: its exit code, or the negative number of the signal that killed it."""
        return self._end_of(pid).get(timeout=WAIT_S)

    def kill(self, pid: int) -> None:
        """SIGKILL: no farewell of any kind."""
        os.kill(pid, signal.SIGKILL)

    def _end_of(self, pid: int) -> queue.Queue[int]:
        with self._lock:
            return self._ended.setdefault(pid, queue.Queue())

    def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        for line in self._process.stdout:
            told = json.loads(line)
            if "pid" in told:
                self._started.put(told["pid"])
            else:
                self._end_of(told["ended"]).put(told["code"])
        self._started.put(0)


# --- this side ---------------------------------------------------------------------------------------------------------


def main() -> None:
    """Fork on order, tell of every end."""
    # Imported once, for all children.
    for name in ("desktop.bootstrap", "sync_server.__main__", "sync_server.serve"):
        importlib.import_module(name)
    configure_mappers()
    setattr(importlib.import_module("desktop.vault.passphrase"), "hash_secret_raw", derive_quickly)  # noqa: B010

    ended, noticed = os.pipe()
    os.set_blocking(ended, False)
    os.set_blocking(noticed, False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    signal.set_wakeup_fd(noticed)
    children: set[int] = set()
    buffer = b""
    while True:
        readable, _, _ = select.select([0, ended], [], [])
        if ended in readable:
            os.read(ended, 4096)
            _tell_of_the_ended(children)
        if 0 in readable:
            piece = os.read(0, 4096)
            if not piece:
                break
            *lines, buffer = (buffer + piece).split(b"\n")
            for line in lines:
                pid = _fork(json.loads(line))
                children.add(pid)
                _tell(pid=pid)
    for pid in children:
        os.kill(pid, signal.SIGKILL)


def _tell(**values: int) -> None:
    os.write(1, json.dumps(values).encode() + b"\n")


def _tell_of_the_ended(children: set[int]) -> None:
    for pid in list(children):
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            children.discard(pid)
            _tell(ended=pid, code=os.waitstatus_to_exitcode(status))


def _fork(order: Mapping[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 70
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
        code = _serve(order) if order["run"] == "server" else _sync(order)
    finally:
        _end(code)


def _end(code: int) -> NoReturn:
    sys.stderr.flush()
    os._exit(code)


def _serve(order: Mapping[str, Any]) -> int:
    from sync_server.__main__ import main as run

    where = ["--database", order["url"], "--port", "0", "--ready-file", order["ready"]]
    return run(["serve", *where, "--log-level", "warning"])


def _sync(order: Mapping[str, Any]) -> int:
    """One round; its report goes to the file ``out``."""
    from desktop.bootstrap import CLOCK, open_laptop
    from desktop.settings import Settings
    from desktop.sync.engine import SyncEngine

    with open_laptop(Settings(Path(order["folder"])), passphrase=lambda: PASSPHRASE) as laptop:
        report = SyncEngine(laptop.store, laptop.transport, CLOCK, page_rows=PAGE_ROWS).round()
    Path(order["out"]).write_text(json.dumps(report.as_values()), encoding="utf-8")
    return 0 if report.complete and not report.code else 1


if __name__ == "__main__":
    main()
