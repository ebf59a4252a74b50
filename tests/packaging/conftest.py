"""The programs in `dist/`, and a machine on which there is nothing else.

`make packaging` builds first and then demands these tests; `make test` runs them only when `dist/` holds a build of
exactly these sources, because building takes as long as many tests together.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import pytest

from tools import building

PROJECT = Path(__file__).resolve().parents[2]
IS_REQUIRED = os.environ.get("ROUNDSMAN_PACKAGING") == "required"


class Bare:
    """A root folder with the smallest Debian, no Python, and the built programs in /opt."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def __call__(self, command: Sequence[str], **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a program in it."""
        return run(["chroot", self.root, *command], **environment)


def absent(reason: str, *, is_ours: bool) -> NoReturn:
    """Skip, saying why. Fail instead where the tests were demanded and it is the build that is missing."""
    if IS_REQUIRED and is_ours:
        pytest.fail(reason)
    pytest.skip(reason)


def run(command: Sequence[str | Path], **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program with nothing of our environment but what is given."""
    return subprocess.run(
        [os.fspath(word) for word in command],
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="session")
def dist() -> Path:
    """The folder of the built programs."""
    folder = PROJECT / "dist"
    stamp = folder / building.STAMP
    is_built = stamp.exists() and (IS_REQUIRED or stamp.read_text().strip() == building.fingerprint(PROJECT))
    if not is_built:
        absent("dist/ holds no build of these sources: run make packaging", is_ours=True)
    return folder


@pytest.fixture(scope="session")
def bare(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bare]:
    """The bare root; it takes half a gigabyte while the tests run."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        absent("only root on Linux can look into a bare root", is_ours=False)
    if shutil.which("debootstrap") is None:
        absent("debootstrap is missing: apt-get install --yes debootstrap", is_ours=False)
    root = tmp_path_factory.mktemp("bare") / "root"
    done = subprocess.run(
        ["debootstrap", "--variant=minbase", "bookworm", os.fspath(root)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    if done.returncode != 0:
        last = (done.stdout.strip().splitlines() or [""])[-1]
        absent(f"the bare root could not be made: {last}", is_ours=False)
    for name in ("roundsman", "roundsman-server"):
        shutil.copytree(dist / name, root / "opt" / name, symlinks=True)
    assert not list((root / "usr/bin").glob("python*"))

    yield Bare(root)
    shutil.rmtree(root)
