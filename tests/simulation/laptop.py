"""A laptop in the simulation: the real local copy and the real sync over a real file, started again after a crash."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

from sqlalchemy import create_engine

from crm.changes.actor import Actor
from crm.changes.ops import Outcome, Page, PullRequest
from crm.changes.safeguards import Safeguards
from crm.ids import IdFactory
from crm.rights import Role, actor_of
from crm.schema import SCHEMA, rulebook
from desktop.store.database import prepare_engine
from desktop.store.store import Store
from desktop.sync.engine import SyncEngine
from desktop.sync.transport import Transport
from tests.simulation.clocks import LaptopClock
from tests.simulation.crashes import Fuse
from tests.simulation.engines import light, url_of
from tests.simulation.world import Laptop, World

ZONE = "Asia/Shanghai"


class Device:
    """One laptop with its clock, its file and its program.

    ``made`` are the changesets that its person made and that were committed (id to body), ``dropped`` those that the
    person took back, discarded or sent again under another id (those other ids are ``resent``). ``has_contact``: the office was heard since the last
    changeset was made. ``pages`` and ``outcomes`` are what the office answered last.
    """

    def __init__(
        self,
        world: World,
        laptop: Laptop,
        folder: Path,
        clock: LaptopClock,
        chance: random.Random,
        safeguards: Safeguards,
        *,
        copied: bool,
    ) -> None:
        self.laptop = laptop
        self.clock = clock
        self.path = folder / f"{laptop.name}.db"
        self.fuse = Fuse(laptop.name)
        self.actor: Actor = actor_of(laptop.person, division_id=world.division, roles=[Role.SALES_REP.value])
        self.made: dict[bytes, bytes] = {}
        self.dropped: set[bytes] = set()
        self.resent: set[bytes] = set()
        self.pages: list[tuple[PullRequest, Page]] = []
        self.outcomes: tuple[Outcome, ...] = ()
        self.page_rows = 500
        self.is_syncing = False
        self.has_contact = True
        self.road: Transport
        self._chance = chance
        self._safeguards = safeguards
        self._rulebook = rulebook(safeguards)
        shutil.copyfile(world.laptop_file(laptop, copied=copied), self.path)

    @property
    def name(self) -> str:
        """What the trace calls it."""
        return self.laptop.name

    def start(self) -> None:
        """Start the program. ``road`` must be set."""
        engine = light(prepare_engine(create_engine(url_of(self.path))))
        self.store = Store(
            engine,
            SCHEMA,
            self._rulebook,
            self.clock,
            zone=ZONE,
            ids=IdFactory(self.clock.now_ms, self._chance.randbytes),
            safeguards=self._safeguards,
        )
        self.sync = SyncEngine(self.store, self.road, self.clock, page_rows=self.page_rows)
        self.fuse.wire(engine)

    def stop(self) -> None:
        """End the program; what it had in memory is gone."""
        self.fuse.mend()
        self.store.engine.dispose()

    def restart(self) -> None:
        """End the program and start it again."""
        self.is_syncing = False
        self.pages.clear()
        self.outcomes = ()
        self.stop()
        self.start()
