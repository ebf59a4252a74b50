"""One process at a time in a data folder."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from desktop.vault.errors import FolderInUse, FolderNotLockable
from desktop.vault.files import PRIVATE_FILE_MODE, make_private_folder

LOCK_FILE: Final = "in-use.lock"
# Windows forbids others to read the locked bytes; the process id stands before them.
_LOCKED_OFFSET: Final = 1024
_HELD_BY_ANOTHER: Final = frozenset({errno.EACCES, errno.EAGAIN, errno.EDEADLK})


@contextlib.contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Hold ``folder`` for this process while the block runs; the folder is made where missing.

    The operating system gives the lock back when the process ends, however it ends. A second holder in the same
    process is refused too. The lock file stays: removing it would let two processes lock two files of one name. A
    forked child shares the lock until it ends; a started program does not.

    :raises FolderInUse: another holder; ``process`` in the details is its id, or None.
    :raises FolderNotLockable: the file system has no locks.
    """
    make_private_folder(folder)
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
    descriptor = os.open(folder / LOCK_FILE, flags, PRIVATE_FILE_MODE)
    try:
        try:
            _take(descriptor)
        except OSError as error:
            if error.errno in _HELD_BY_ANOTHER:
                raise FolderInUse(process=_read_process(descriptor)) from error
            raise FolderNotLockable() from error
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        try:
            yield
        finally:
            _give_back(descriptor)
    finally:
        os.close(descriptor)


def _read_process(descriptor: int) -> int | None:
    os.lseek(descriptor, 0, os.SEEK_SET)
    try:
        return int(os.read(descriptor, 20))
    except (ValueError, OSError):
        return None


if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int) -> None:
        os.lseek(descriptor, _LOCKED_OFFSET, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _give_back(descriptor: int) -> None:
        os.lseek(descriptor, _LOCKED_OFFSET, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    # flock belongs to the open file, so it also refuses a second holder in this process; lockf would not.
    def _take(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _give_back(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
