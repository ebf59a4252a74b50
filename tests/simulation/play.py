"""One seed: the firm, its laptops, a bad road, and what happens; then quiet, and everything is compared."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from crm.changes.ops import Page, PushAnswer, PushRequest
from crm.changes.safeguards import ALL, Safeguards
from crm.errors import Code
from crm.schema import SCHEMA
from desktop.store.errors import UnfitPage
from desktop.store.status import faults
from sync_server.sync.push import Caller
from tests.simulation.books import Beginning
from tests.simulation.clocks import DAY_MS, MINUTE_MS, LaptopClock, TrueTime
from tests.simulation.crashes import bury
from tests.simulation.deeds import Deeds
from tests.simulation.desk import Desk
from tests.simulation.host import OfficeHost
from tests.simulation.laptop import Device
from tests.simulation.ledger import Ledger
from tests.simulation.mirror import Mirror
from tests.simulation.quiet import Quiet
from tests.simulation.road import Road
from tests.simulation.seat import Seat
from tests.simulation.tally import Tally, Trace, Violation
from tests.simulation.watch import check_page, check_push
from tests.simulation.world import World

CASTS: Final = ((0, 1), (0, 2), (0, 1, 2), (0, 1, 2), (0, 1, 2, 3))
"""Which laptops take part: two of one rep, or one each of several."""
OFFSETS_MS: Final = (0, 0, 0, 90_000, -5 * MINUTE_MS, 3 * 60 * MINUTE_MS, -2 * DAY_MS, 3 * DAY_MS)
QUIET_ROUNDS: Final = 6
MAX_CRASH_STATEMENT: Final = 70
CUT: Final = ("request cut", "answer cut")


class Play:
    """The play of one seed. `run` raises `Violation` when a promise is broken."""

    def __init__(
        self,
        seed: int,
        world: World,
        beginning: Beginning,
        folder: Path,
        *,
        safeguards: Safeguards = ALL,
    ) -> None:
        self.seed = seed
        self.tally = Tally()
        self.trace = Trace()
        self._world = world
        self._chance = random.Random(f"play {seed}")
        self._time = TrueTime()
        self._safeguards = safeguards
        self._depth = 0
        office_file = folder / "office.db"
        shutil.copyfile(world.office_file, office_file)
        self._host = OfficeHost(office_file, self._time, self._stream("office"), safeguards)
        self._ledger = Ledger(office_file, SCHEMA, self.tally, beginning)
        self._hot = self._chance.choice(world.customers)
        self._desk = Desk(
            self._host, world, self._ledger, self._hot, self._stream("desk"), self.tally, self.trace
        )
        self._badness = self._chance.choice([0.0, 0.1, 0.2, 0.35])
        self._crashes = self._chance.choice([0.0, 0.08, 0.2])
        self._bustle = self._chance.choice([0.04, 0.12, 0.3, 0.5])
        self._steps = self._chance.choice([40, 50, 60, 80])
        self._seats = [self._seat(number, folder) for number in self._chance.choice(CASTS)]
        self.trace.note(
            f"seed {seed}: {', '.join(seat.device.name for seat in self._seats)}; road {self._badness}, "
            f"crashes {self._crashes}, bustle {self._bustle}, {self._steps} steps"
        )

    def _stream(self, name: str) -> random.Random:
        return random.Random(f"{name} {self.seed}")

    def _seat(self, number: int, folder: Path) -> Seat:
        laptop = self._world.laptops[number]
        stream = self._stream(laptop.name)
        clock = LaptopClock(
            self._time, offset_ms=stream.choice(OFFSETS_MS), drift_ppm=stream.choice([0, 0, 200, -500])
        )
        device = Device(
            self._world,
            laptop,
            folder,
            clock,
            stream,
            self._safeguards,
            copied=self._chance.random() < 0.65,
        )
        device.page_rows = self._chance.choice([4, 12, 30, 200])
        road = Road(
            device,
            self._host,
            self._stream(f"road {laptop.name}"),
            self.tally,
            self.trace,
            may_fail=not self._safeguards.barrier,
        )
        road.badness = self._badness
        road.watch = self._watch
        road.meanwhile = self._meanwhile
        device.road = road
        device.start()
        deeds = Deeds(
            device, self._world, self._hot, self._stream(f"deeds {laptop.name}"), self.tally, self.trace
        )
        return Seat(device, road, deeds, Mirror(device, SCHEMA, self._ledger, self.tally))

    # -- the play

    def run(self) -> None:
        """All of it.

        :raises Violation: a promise was broken.
        """
        for _ in range(self._steps):
            self.tally.steps += 1
            self._time.advance(self._chance.choice([100, 2_000, MINUTE_MS, 20 * MINUTE_MS, 180 * MINUTE_MS]))
            self._step()
            self._check()
        self._depth = 1  # nobody acts in between any more
        Quiet(self._seats, self._host, self._ledger, self.tally, self.trace, self._check).run()

    def close(self) -> None:
        """End all programs."""
        for seat in self._seats:
            seat.mirror.close()
            seat.device.stop()
        self._ledger.close()
        self._host.stop()

    def _step(self) -> None:
        seat = self._chance.choice(self._seats)
        [step] = self._chance.choices(
            [
                self._deed,
                self._round,
                self._office_deed,
                self._late,
                self._clock,
                self._restart,
                self._backup,
            ],
            [50, 26, 18, 4, 2, 2, 1],
        )
        step(seat)

    def _check(self) -> None:
        self._ledger.observe()
        for seat in self._seats:
            seat.mirror.check()

    # -- steps

    def _deed(self, seat: Seat) -> None:
        self._with_crashes(seat, seat.deeds.do, 40)
        seat.mirror.check()

    def _round(self, seat: Seat) -> None:
        if not seat.device.is_syncing:
            self._with_crashes(seat, lambda: self._sync(seat), MAX_CRASH_STATEMENT)

    def _sync(self, seat: Seat) -> None:
        device = seat.device
        self._news(seat)
        cuts = sum(self.tally.faults[kind] for kind in CUT)
        device.is_syncing = True
        try:
            report = device.sync.round()
        finally:
            device.is_syncing = False
        device.has_contact = True
        self.trace.note(
            f"{device.name}: round: {report.outcomes} {report.pulled_rows} rows {report.pages} pages code {report.code}"
        )
        allowed = {0, int(Code.UNREACHABLE)}
        if sum(self.tally.faults[kind] for kind in CUT) > cuts:
            allowed.add(Code.MALFORMED)
        if report.code not in allowed:
            raise Violation(10, f"{device.name}: a round ended with {report.code}: {report.message}")
        if report.mismatches or report.held_back:
            raise Violation(12, f"{device.name}: {report.mismatches} digests differ from the office's")
        if report.complete and not report.code:
            self._again(seat)

    def _news(self, seat: Seat) -> None:
        """A laptop that lacks something is told that there is news: else it would wait for ever (10)."""
        device = seat.device
        state = device.store.state()
        person = device.laptop.person
        if not state.copied or self._chance.random() > 0.3:
            return
        cursor = {bytes.fromhex(feed): head.seq for feed, head in state.cursor.items()}
        lacks = self._ledger.scope(person, cursor) != self._ledger.scope(person, self._ledger.heads)
        caller = Caller(person, device.laptop.device)
        if lacks and not self._host.office.has_news(caller, state.cursor):
            raise Violation(10, f"{device.name}: the office has something new and does not say so")
        self.tally.saw(10, lacks)

    def _again(self, seat: Seat) -> None:
        """Use a page and an answer once more: nothing may change (20)."""
        device = seat.device
        if not device.pages or self._chance.random() > 0.15:
            return
        seat.mirror.check()
        before = seat.mirror.digest()
        device.store.take_answer(device.outcomes)
        request, page = self._chance.choice(device.pages)
        with suppress(UnfitPage):
            device.store.take_page(request, page).result()
        if seat.mirror.digest() != before:
            raise Violation(20, f"{device.name}: a page that came twice changed something")
        self.tally.saw(20, bool(page.blocks))

    def _office_deed(self, seat: Seat) -> None:
        del seat
        if self._crashes and self._chance.random() < self._crashes:
            self._host.fuse.arm(self._chance.randrange(1, 60))
        try:
            self._desk.do()
        except BaseException:
            if not self._host.fuse.is_blown:
                raise
        self._host.fuse.disarm()
        if self._host.fuse.is_blown:
            self._office_crashed()
        self._ledger.observe()

    def _late(self, seat: Seat) -> None:
        if seat.road.late:
            seat.road.deliver_late()

    def _clock(self, seat: Seat) -> None:
        by = self._chance.choice([-3 * DAY_MS, -DAY_MS // 2, 5 * MINUTE_MS, 2 * DAY_MS, 6 * DAY_MS])
        seat.device.clock.offset_ms += by
        self.tally.faults["clock jumped"] += 1
        self.trace.note(f"{seat.device.name}: the clock jumps by {by} ms")

    def _restart(self, seat: Seat) -> None:
        if self._chance.random() < 0.3:
            self.trace.note("office: restarts")
            self._host.restart()
        elif not seat.device.is_syncing:
            self.trace.note(f"{seat.device.name}: restarts")
            seat.device.restart()

    def _backup(self, seat: Seat) -> None:
        """A backup was made: the durable mark moves (sync-protocol, 4)."""
        del seat
        self.trace.note("office: a backup is made")
        database = self._host.office.database
        with database.write() as connection:
            connection.exec_driver_sql("UPDATE incarnation SET durable_n = last_n")

    # -- crashes

    def _with_crashes(self, seat: Seat, action: Callable[[], None], most: int) -> None:
        device = seat.device
        if device.is_syncing:
            action()  # a crash is that of the round under way
            return
        if self._crashes and self._depth == 0 and self._chance.random() < self._crashes:
            device.fuse.arm(self._chance.randrange(1, most))
        try:
            action()
        except BaseException:
            if not device.fuse.is_blown:
                raise
        device.fuse.disarm()
        if device.fuse.is_blown:
            self._laptop_crashed(seat)

    def _laptop_crashed(self, seat: Seat) -> None:
        device = seat.device
        self.tally.faults["laptop crashed"] += 1
        self.trace.note(f"{device.name}: crashes and starts again")
        bury()
        device.restart()
        seat.mirror.check()
        found = faults(device.store)
        if found:
            raise Violation(11, f"{device.name}: after a crash: {'; '.join(found)}")
        self.tally.saw(11)

    def _office_crashed(self) -> None:
        self.tally.faults["office crashed"] += 1
        self.trace.note("office: crashes and starts again")
        bury()
        self._host.restart()
        self._ledger.observe()
        self._ledger.full_check()
        self.tally.saw(11)

    # -- what others do while a message is under way

    def _meanwhile(self, device: Device) -> None:
        if self._depth or self._chance.random() > self._bustle:
            return
        self._depth += 1
        try:
            seat = self._chance.choice(self._seats)
            if self._chance.random() < 0.4:
                seat = next(each for each in self._seats if each.device is device)
            [step] = self._chance.choices(
                [self._deed, self._round, self._office_deed, self._late], [4, 2, 4, 1]
            )
            self.trace.note(f"(while {device.name} waits)")
            step(seat)
            self._check()
        finally:
            self._depth -= 1

    def _watch(self, device: Device, request: Any, answer: Any) -> None:
        """The office treated a message (``answer`` None: with a refusal or a crash)."""
        ledger = self._ledger
        known, heads = set(ledger.known), ledger.heads
        ledger.observe()
        if request is None:
            ledger.full_check()
            self.tally.saw(11)
        elif isinstance(request, PushRequest):
            ids = [sealed.change_id for sealed in request.changesets]
            if ids and known.issuperset(ids):
                if ledger.heads != heads or set(ledger.known) != known:
                    raise Violation(20, f"{device.name}: changesets that came again changed something")
                self.tally.saw(20)
            if isinstance(answer, PushAnswer):
                check_push(ledger, request, answer, self.tally)
        elif isinstance(answer, Page):
            check_page(ledger, device.laptop.person, answer, self.tally)
