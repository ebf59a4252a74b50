"""The end of a play: faults stop, queues drain, and everything is compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from desktop.store.status import faults
from desktop.sync.engine import RoundReport
from sync_server.sync.check import check
from sync_server.sync.push import Caller
from tests.simulation.host import OfficeHost
from tests.simulation.ledger import Ledger
from tests.simulation.seat import Seat
from tests.simulation.sight import digest_of
from tests.simulation.tally import Tally, Trace, Violation

ROUNDS: Final = 6
"""So many rounds must do: one to hand in, one to fetch what the others handed in, one with nothing to do."""


class Quiet:
    """The end of one play. `run` raises `Violation`."""

    def __init__(
        self,
        seats: Sequence[Seat],
        host: OfficeHost,
        ledger: Ledger,
        tally: Tally,
        trace: Trace,
        look_around: Callable[[], None],
    ) -> None:
        self._seats = seats
        self._host = host
        self._ledger = ledger
        self._tally = tally
        self._trace = trace
        self._look_around = look_around

    def run(self) -> None:
        """All of it."""
        self._trace.note("quiet")
        for seat in self._seats:
            seat.road.badness = 0.0
        for seat in self._seats:
            while seat.road.late:
                seat.road.deliver_late()
        self._look_around()
        self._drain()
        self._ledger.full_check()
        for seat in self._seats:
            seat.mirror.final_check()
            found = faults(seat.device.store)
            if found:
                raise Violation(23, f"{seat.device.name}: {'; '.join(found)}")
        broken = check(self._host.office.database)
        if broken:
            first = broken[0]
            raise Violation(first.invariant, f"the office's own check: {first.text} ({first.where})")
        self._idle()

    def _drain(self) -> None:
        reports: list[RoundReport] = []
        for _ in range(ROUNDS):
            reports = [self._round(seat) for seat in self._seats]
            if all(report.is_idle and report.complete for report in reports):
                return
        raise Violation(10, f"after {ROUNDS} rounds on a good road there is still something to do: {reports}")

    def _round(self, seat: Seat) -> RoundReport:
        name = seat.device.name
        seat.device.has_contact = True
        report = seat.device.sync.round()
        self._trace.note(f"{name}: quiet round: {report.outcomes} {report.pulled_rows} rows")
        if report.code:
            raise Violation(10, f"{name}: a round on a good road ended with {report.code}: {report.message}")
        if report.mismatches or report.held_back:
            raise Violation(12, f"{name}: {report.mismatches} digests differ from the office's")
        self._look_around()
        return report

    def _idle(self) -> None:
        """A round with nothing to do changes nothing on either side (18)."""
        before = self._digests()
        for seat in self._seats:
            seat.device.sync.round()
            caller = Caller(seat.device.laptop.person, seat.device.laptop.device)
            if self._host.office.has_news(caller, seat.device.store.state().cursor):
                raise Violation(18, f"{seat.device.name}: there is news for a laptop that has everything")
        after = self._digests()
        if before != after:
            raise Violation(18, "an idle round changed something")
        self._tally.saw(18, len(self._seats))
        for digest in after:
            self._trace.take(digest)

    def _digests(self) -> list[bytes]:
        return [
            digest_of(self._ledger.connection, besides=("device",)),
            *(seat.mirror.digest() for seat in self._seats),
        ]
