"""What is measured: a made-up company of a size, served by a real server process, and laptops with encrypted copies."""

from __future__ import annotations

import gc
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.laptop import new_laptop
from crm.schema import RULEBOOK, SCHEMA
from demo.company import Company
from demo.volume import build_volume
from desktop.bootstrap import CLOCK, Laptop
from sync_server.accounts.actors import actor_for
from sync_server.accounts.devices import issue_code
from sync_server.store.database import Database
from sync_server.store.migrations import upgrade
from sync_server.sync.office import Office

SCALE: Final = {"XS": 0.1, "S": 1, "M": 10}
START_S: Final = 30


@dataclass(frozen=True)
class World:
    """An office of some size. ``rows`` is what a laptop of the one rep holds after its first copy, about."""

    database: Database
    office: Office
    company: Company
    url: str
    folder: Path
    server_pid: int

    def code(self) -> str:
        """A one-time code for another laptop of the rep."""
        return issue_code(self.database, self.company.reps[0], issued_by=self.company.system_admin)


@contextmanager
def world(size: str, folder: Path, database_url: str | None = None) -> Iterator[World]:
    """Make a company of ``size`` up and serve it; ends with everything stopped."""
    url = database_url or f"sqlite:///{folder / 'office.db'}"
    database = Database(url, SCHEMA)
    upgrade(database)
    office = Office(database, RULEBOOK, lambda c, who, at: actor_for(database, c, who, office=at))
    scale = SCALE[size]
    company = build_volume(
        office,
        seed=1,
        clock=CLOCK,
        customers=int(1_000 * scale),
        products=int(500 * scale),
        orders_count=int(5_000 * scale),
    )
    # The company is held for the bench alone: a laptop's collector would not walk through it.
    gc.collect()
    gc.freeze()
    with _served(url, folder) as (address, server_pid):
        yield World(database, office, company, address, folder, server_pid)
    database.close()


@contextmanager
def _served(database_url: str, folder: Path) -> Iterator[tuple[str, int]]:
    ready = folder / "ready"
    command = [
        sys.executable, "-m", "sync_server", "serve", "--database", database_url, "--port", "0",
        "--ready-file", str(ready),
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + START_S
            while not ready.exists() or not ready.read_text().strip():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("the server did not start")
                time.sleep(0.02)
            yield ready.read_text().strip().rsplit(" ", 1)[-1], process.pid
        finally:
            process.terminate()


@contextmanager
def laptop(made: World, name: str) -> Iterator[Laptop]:
    """An enrolled laptop with an empty encrypted copy."""
    with new_laptop(made.url, made.code(), made.folder / name) as opened:
        yield opened
