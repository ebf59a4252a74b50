"""Sets the stage once, and plays seeds on it."""

from __future__ import annotations

import gc
import logging
import random
import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import create_engine

from crm.changes.safeguards import ALL, Safeguards
from crm.ids import IdFactory
from crm.schema import SCHEMA, rulebook
from desktop.store.database import prepare_engine
from desktop.store.store import Store
from desktop.sync.engine import SyncEngine
from sync_server.sync.push import Caller
from tests.simulation.books import Beginning
from tests.simulation.clocks import TrueTime
from tests.simulation.engines import light, url_of
from tests.simulation.host import OfficeHost
from tests.simulation.laptop import ZONE
from tests.simulation.ledger import Ledger
from tests.simulation.play import Play
from tests.simulation.tally import Tally, Violation
from tests.simulation.world import Laptop, World, build_office

_LOGGERS = ("sync_server", "desktop", "crm")
MEMORY = Path("/dev/shm")
"""Files in memory where the system has such a place."""


@dataclass
class Result:
    """What came of one seed. ``violation`` is empty when every promise was kept."""

    seed: int
    tally: Tally
    digest: str
    violation: str = ""
    invariant: int = 0
    trace: tuple[str, ...] = ()


class Scene(NamedTuple):
    """The world and our books at the beginning, as they are handed to other processes."""

    world: World
    beginning: Beginning


class Stage:
    """The world's files in a folder of their own. Use as a context manager.

    With a ``scene`` another process has built the world and will remove it.
    """

    def __init__(self, scene: Scene | None = None) -> None:
        self._is_guest = scene is not None
        self._folder: Path
        self.world: World
        self.beginning: Beginning
        if scene is not None:
            self.world, self.beginning = scene
            self._folder = self.world.folder

    def __enter__(self) -> Stage:
        for name in _LOGGERS:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # faults are meant here
        if not self._is_guest:
            root = MEMORY if MEMORY.is_dir() else None
            self._folder = Path(tempfile.mkdtemp(prefix="roundsman-", dir=root))
            self._build()
        gc.collect()
        gc.freeze()
        return self

    @property
    def scene(self) -> Scene:
        """What another process needs to play on this stage."""
        return Scene(self.world, self.beginning)

    def _build(self) -> None:
        self.world = build_office(self._folder)
        for laptop in self.world.laptops:
            self._copy(laptop)
        ledger = Ledger(self.world.office_file, SCHEMA, Tally())
        self.beginning = ledger.beginning()
        ledger.close()
        _settle(self.world.office_file)

    def __exit__(self, *_error: object) -> None:
        gc.unfreeze()
        if not self._is_guest:
            shutil.rmtree(self._folder, ignore_errors=True)
        for name in _LOGGERS:
            logging.getLogger(name).setLevel(logging.NOTSET)

    def _copy(self, laptop: Laptop) -> None:
        """A laptop's file just enrolled, and after its first copy."""
        time = TrueTime()
        chance = random.Random(laptop.name)
        host = OfficeHost(self.world.office_file, time, chance, ALL)
        path = self._folder / "laptop.db"
        engine = light(prepare_engine(create_engine(url_of(path))))
        store = Store(
            engine, SCHEMA, rulebook(), time, zone=ZONE, ids=IdFactory(time.now_ms, chance.randbytes)
        )
        store.enrol(incarnation=laptop.incarnation, device_code=laptop.code)
        _settle(path)
        shutil.copyfile(path, self.world.laptop_file(laptop, copied=False))
        report = SyncEngine(store, _Straight(host, laptop), time).round()
        assert report.complete, report
        engine.dispose()
        host.stop()
        _settle(path)
        path.rename(self.world.laptop_file(laptop, copied=True))

    def play(self, seed: int, safeguards: Safeguards = ALL) -> Result:
        """One seed; what is not a `Violation` but an error of the code that is tried counts as one."""
        folder = self._folder / f"seed-{seed}"
        folder.mkdir()
        play = Play(seed, self.world, self.beginning, folder, safeguards=safeguards)
        violation, invariant = "", 0
        try:
            play.run()
        except Violation as error:
            violation, invariant = str(error), error.invariant
        except Exception as error:  # noqa: BLE001 - the seed is told, and the others go on
            violation = f"{type(error).__name__}: {error}"
            play.trace.lines += _where(error)
        finally:
            play.close()
            shutil.rmtree(folder, ignore_errors=True)
        trace = tuple(play.trace.last()) if violation else ()
        return Result(seed, play.tally, play.trace.digest(), violation, invariant, trace)


class _Straight:
    """A road on which nothing happens."""

    def __init__(self, host: OfficeHost, laptop: Laptop) -> None:
        caller = Caller(laptop.person, laptop.device)
        self.push = lambda request: host.push(caller, request)
        self.pull = lambda request: host.pull(caller, request)
        self.wake = lambda cursor, timeout_s: False


def _settle(path: Path) -> None:
    """Bring everything into the one file, so that it can be copied."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _where(error: BaseException) -> list[str]:
    import traceback

    return traceback.format_exception(error)[-12:]
