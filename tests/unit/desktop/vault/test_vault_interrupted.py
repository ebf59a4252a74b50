"""Work on the vault stops at any line: the process dies there, or the system call there fails."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import keyring
import pytest

import desktop.vault
from desktop.vault import DatabaseKey, Vault
from desktop.vault.errors import KeyGone, VaultFault, VaultMissing, WrongPassphrase

from .conftest import FileBackend

PROGRAM = str(Path(desktop.vault.__file__).parent)
# Short, because the program runs some lines for each character.
PASSPHRASE = "电池 horse"
OTHER_PASSPHRASE = "staples!"

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="a process is forked for every line"),
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
    pytest.mark.allow_log("desktop.vault"),
    pytest.mark.usefixtures("quick_derivation"),
]

Stop = Callable[[], None]


def die() -> None:
    """As SIGKILL would: no `except`, no `finally`."""
    os._exit(9)


def fail() -> None:
    raise OSError(28, "No space left on device")


def stopped_at(line: int, work: Callable[[], object], stop: Stop) -> bool:
    """Run ``work`` in a forked process and stop it before its ``line``-th line in `desktop.vault`.

    Returns False when the work has no such line.
    """
    child = os.fork()
    if child == 0:
        left = line

        def trace(frame: FrameType, event: str, _argument: Any) -> Any:
            if not frame.f_code.co_filename.startswith(PROGRAM):
                return None
            nonlocal left
            left -= event == "line"
            if event == "line" and left == 0:
                stop()
            return trace

        status = 1
        try:
            sys.settrace(trace)
            work()
            # What was stopped may have been dealt with, such as a key store that does not answer.
            status = 9 if left <= 0 else 0
        except (OSError, VaultFault):
            status = 9
        finally:
            os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in {0, 9}
    return status == 9


class Places:
    """A new folder and a new key store for every line."""

    def __init__(self, base: Path, kind: str) -> None:
        self.base = base
        self.kind = kind
        self.stops = 0

    def each_line(
        self, prepare: Callable[[], None], work: Callable[[], object], stop: Stop
    ) -> Iterator[None]:
        for line in itertools.count(1):
            place = self.base / str(line)
            place.mkdir()
            self.folder = place / "data"
            self.backend = FileBackend(place / "operating-system-keys.json")
            if self.kind == "keyring":
                keyring.set_keyring(self.backend)
            prepare()
            if not stopped_at(line, work, stop):
                break
            self.stops += 1
            yield
        # The net is worth nothing if it never closed on anything.
        assert self.stops > 30

    def vault(self, passphrase: str = PASSPHRASE) -> Vault:
        return Vault(self.folder, passphrase=lambda: passphrase)


@pytest.fixture(params=["keyring", "passphrase"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Places:
    return Places(tmp_path, request.param)


@pytest.fixture(autouse=True)
def no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that dies takes nothing from the disk's cache with it; `test_files` sees to the order of syncs."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture(params=[die, fail])
def stop(request: pytest.FixtureRequest) -> Stop:
    stop: Stop = request.param
    return stop


def test_interrupted_creation_leaves_a_whole_vault_or_none(places: Places, stop: Stop) -> None:
    whole = 0
    for _ in places.each_line(lambda: None, lambda: places.vault().create(), stop):
        if places.vault().is_created:
            whole += 1
            key = places.vault().unlock()
        else:
            with pytest.raises(VaultMissing):
                places.vault().unlock()
            key = places.vault().create()
        assert places.vault().unlock() == key
        # No stray key of the interrupted call is left, nor any file of it. (A key store that fails its probe may
        # keep the probe, and then the passphrase protects.)
        kind = places.vault().kind
        assert len(places.backend.entries.keys() - {"probe"}) == (1 if kind == "keyring" else 0)
        assert kind == places.kind or stop is fail
        expected = {"vault.json"} if kind == "keyring" else {"vault.json", "vault.keys"}
        assert {path.name for path in places.folder.iterdir()} == expected
    assert 0 < whole < places.stops


def test_interrupted_destruction_never_loses_a_file_before_the_key_and_can_be_finished(
    places: Places, stop: Stop
) -> None:
    def prepare() -> None:
        places.vault().create()
        places.vault().keep_secret("refresh-token", b"value")
        (places.folder / "copy.db").write_bytes(b"data")

    for _ in places.each_line(
        prepare, lambda: places.vault().destroy(also=[places.folder / "copy.db"]), stop
    ):
        database = places.folder / "copy.db"
        # A key store that fails does not keep the files from being removed; nothing else comes before the key.
        if not places.vault().is_created or (not database.exists() and stop is die):
            with pytest.raises((KeyGone, VaultMissing)):
                places.vault().unlock()
            assert not any(entry.endswith("/database-key") for entry in places.backend.entries)
        places.vault().destroy(also=[database])
        assert list(places.folder.iterdir()) == []
        assert places.backend.entries == {}


def test_interrupted_keeping_leaves_the_former_or_the_new_secret(places: Places, stop: Stop) -> None:
    keys: list[DatabaseKey] = []

    def prepare() -> None:
        keys.append(places.vault().create())
        places.vault().keep_secret("refresh-token", b"former")

    def work() -> None:
        places.vault().keep_secret("refresh-token", b"new")
        places.vault().keep_secret("another", b"value")

    for _ in places.each_line(prepare, work, stop):
        assert places.vault().secret("refresh-token") in {b"former", b"new"}
        assert places.vault().secret("another") in {None, b"value"}
        assert places.vault().unlock() == keys[-1]
        places.vault().destroy()
        assert places.backend.entries == {}


def test_interrupted_change_of_passphrase_leaves_one_that_opens(tmp_path: Path, stop: Stop) -> None:
    places = Places(tmp_path, "passphrase")
    keys: list[DatabaseKey] = []
    opened = {PASSPHRASE: 0, OTHER_PASSPHRASE: 0}

    for _ in places.each_line(
        lambda: keys.append(places.vault().create()),
        lambda: places.vault().change_passphrase(PASSPHRASE, OTHER_PASSPHRASE),
        stop,
    ):
        opening = []
        for passphrase in opened:
            try:
                assert places.vault(passphrase).unlock() == keys[-1]
                opening.append(passphrase)
            except WrongPassphrase:
                pass
        assert len(opening) == 1
        opened[opening[0]] += 1
    assert min(opened.values()) > 0
