"""One process at a time uses a data folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.vault import exclusive
from desktop.vault.errors import FolderInUse, FolderNotLockable
from desktop.vault.folder_lock import LOCK_FILE

HOLD = """
import sys
from pathlib import Path
from desktop.vault import exclusive
with exclusive(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""
PROJECT = Path(__file__).resolve().parents[4]


def holder(folder: Path) -> subprocess.Popen[str]:
    """Another process that holds the folder until its input ends or it is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_second_process_is_told_which_one_holds_the_folder(tmp_path: Path) -> None:
    with holder(tmp_path) as other:
        with pytest.raises(FolderInUse) as caught, exclusive(tmp_path):
            pass
        assert caught.value.code == 4140
        assert caught.value.details == {"process": other.pid}
        other.communicate()
    with exclusive(tmp_path):
        pass


def test_folder_is_free_once_its_holder_was_killed(tmp_path: Path) -> None:
    with holder(tmp_path) as other:
        other.kill()
        other.communicate()
    with exclusive(tmp_path):
        assert (tmp_path / LOCK_FILE).read_text() == f"{os.getpid()}\n"


def test_second_holder_in_the_same_process_is_refused_too(tmp_path: Path) -> None:
    with exclusive(tmp_path):
        with pytest.raises(FolderInUse) as caught, exclusive(tmp_path):
            pass
        assert caught.value.details == {"process": os.getpid()}
        # The refused attempt did not free it.
        with pytest.raises(FolderInUse), exclusive(tmp_path):
            pass


def test_folder_is_given_back_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), exclusive(tmp_path):
        raise RuntimeError
    with exclusive(tmp_path):
        pass


def test_two_folders_do_not_hinder_each_other(tmp_path: Path) -> None:
    with exclusive(tmp_path / "a"), exclusive(tmp_path / "b"):
        assert (tmp_path / "a").is_dir()
        assert (tmp_path / "b").is_dir()


def test_unreadable_lock_file_names_no_process(tmp_path: Path) -> None:
    with exclusive(tmp_path):
        (tmp_path / LOCK_FILE).write_text("?")
        with pytest.raises(FolderInUse) as caught, exclusive(tmp_path):
            pass
    assert caught.value.details == {"process": None}


def test_file_system_without_locks_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(_descriptor: int) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr("desktop.vault.folder_lock._take", no_locks)
    with pytest.raises(FolderNotLockable), exclusive(tmp_path):
        pass
