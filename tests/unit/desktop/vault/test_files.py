"""Small files are whole, private, and gone when removed."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from desktop.vault import files

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="modes and folder syncs are POSIX")


def test_written_file_holds_the_content_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "vault.keys"
    files.write_atomically(path, b"first")
    files.write_atomically(path, b"second")
    assert path.read_bytes() == b"second"
    assert list(tmp_path.iterdir()) == [path]


@posix_only
def test_written_file_is_open_to_its_owner_only_even_after_a_stray_one_lay_there(tmp_path: Path) -> None:
    path = tmp_path / "vault.keys"
    stray = files.new_name_of(path)
    stray.write_bytes(b"stray")
    stray.chmod(0o666)
    files.write_atomically(path, b"new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@posix_only
def test_content_is_on_the_disk_before_its_name_and_the_name_before_the_return(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    real_fsync, real_replace = os.fsync, os.replace

    def fsync(descriptor: int) -> None:
        steps.append("sync folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "sync file")
        real_fsync(descriptor)

    def replace(source: Path, target: Path) -> None:
        steps.append("rename")
        real_replace(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    files.write_atomically(tmp_path / "vault.keys", b"content")
    assert steps == ["sync file", "rename", "sync folder"]


def test_failed_write_leaves_the_former_content_and_no_stray_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "vault.keys"
    files.write_atomically(path, b"former")

    def disk_full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", disk_full)
    with pytest.raises(OSError, match="No space"):
        files.write_atomically(path, b"new")
    assert path.read_bytes() == b"former"
    assert list(tmp_path.iterdir()) == [path]


@posix_only
def test_shredded_file_was_overwritten_before_it_was_removed(tmp_path: Path) -> None:
    path = tmp_path / "vault.keys"
    path.write_bytes(b"secret" * 100)
    other_name = tmp_path / "other"
    os.link(path, other_name)
    files.shred(path)
    assert not path.exists()
    assert len(other_name.read_bytes()) == 600
    assert b"secret" not in other_name.read_bytes()


def test_shredding_what_is_not_there_does_nothing(tmp_path: Path) -> None:
    files.shred(tmp_path / "absent")
    assert list(tmp_path.iterdir()) == []
