"""Small files that must be whole: written at once, private to the user, removed for good."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from typing import Final

PRIVATE_FILE_MODE: Final = 0o600
PRIVATE_FOLDER_MODE: Final = 0o700
_BINARY: Final = getattr(os, "O_BINARY", 0)


def make_private_folder(folder: Path) -> None:
    """Make ``folder`` and its parents where missing; a new one is open to its owner only."""
    folder.mkdir(mode=PRIVATE_FOLDER_MODE, parents=True, exist_ok=True)


def new_name_of(path: Path) -> Path:
    """Where the next content of ``path`` is prepared."""
    return path.with_name(path.name + ".new")


def write_atomically(path: Path, content: bytes) -> None:
    """Replace ``path`` by ``content``: afterwards, and after a power cut, it holds the old or the new, never a part.

    On return the new content is on the disk. One writer at a time: the temporary file has a fixed name, so an
    interrupted write leaves at most one, which the next write removes.

    :raises OSError: when the disk is full or the folder cannot be written; ``path`` is as before.
    """
    temporary = new_name_of(path)
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, PRIVATE_FILE_MODE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def create_empty(path: Path) -> None:
    """Make an empty file that only its owner can read; nothing happens when it is there already."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | _BINARY, PRIVATE_FILE_MODE))
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Put the folder's list of names on the disk. Windows has no such call and needs none."""
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def shred(path: Path) -> None:
    """Overwrite a small file with random bytes, then remove it; nothing happens when it is not there.

    Journalling file systems and flash drives may keep older blocks: this raises the cost of finding them, it does
    not promise anything. What protects the data is that the content was encrypted.

    :raises OSError: it could not be overwritten, yet it is removed; or it could not be removed.
    """
    if not path.exists():
        return
    try:
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(os.fstat(file.fileno()).st_size))
            file.flush()
            os.fsync(file.fileno())
    finally:
        path.unlink()
        sync_folder(path.parent)
