"""A laptop that is enrolled anew; as a program, its first copy in a process of its own, which tells its peak memory."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from desktop.bootstrap import EnrolmentOrder, Laptop, enrol_folder, open_laptop
from desktop.settings import Settings

PASSPHRASE: Final = "a bench needs no secret"  # noqa: S105 - of a copy that lives for a minute


@contextmanager
def new_laptop(url: str, code: str, folder: Path) -> Iterator[Laptop]:
    """An enrolled laptop with an empty encrypted copy."""
    settings = Settings(folder)
    os.environ.setdefault("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    enrol_folder(settings, EnrolmentOrder(url, code, folder.name), passphrase=lambda: PASSPHRASE)
    with open_laptop(settings, passphrase=lambda: PASSPHRASE) as opened:
        yield opened


def peak_mb(process: str) -> int | None:
    """The most memory that a process has held since its program began, in MB; None where the system is not Linux.

    (What `resource` tells of a child includes what its parent held when it was started.)
    """
    told = Path("/proc", process, "status")
    lines = told.read_text().splitlines() if told.exists() else []
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM:")), None)


if __name__ == "__main__":
    with new_laptop(sys.argv[1], sys.argv[2], Path(sys.argv[3])) as one:
        report = one.sync.round()
    if not report.complete:
        sys.exit(report.message)
    print(peak_mb("self") or 0)
