"""One sync round after another: push, pull, push what became due (sync-protocol, 5 and 10)."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Executor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from crm.changes.ops import Outcome, PushAnswer, PushRequest
from crm.clock import Clock
from crm.errors import Code, InvalidInput, ProtocolFault, RoundsmanError
from desktop.store.errors import UnfitPage
from desktop.store.pages import PAGE_ROWS
from desktop.store.status import Status, status
from desktop.store.store import Store
from desktop.sync.backoff import delay_s
from desktop.sync.doorbell import Doorbell, Stop
from desktop.sync.pull import Pulled, pull
from desktop.sync.push import BatchTooLarge, Pushed, push_steps
from desktop.sync.transport import Transport

logger = logging.getLogger(__name__)

WAKE_S: Final = 25.0
"""How long the office may hold a long poll."""
CLOCK_WARNING_MS: Final = 2 * 60 * 1000
"""From this difference on the person is told that the clock is wrong; the office clamps stamps there."""


@dataclass
class RoundReport:
    """What one round did, and where it stopped.

    ``code`` is 0 when the round reached a checkpoint, else the number of the error, whose sentence is ``message``.
    ``conflicts`` counts the outcomes that left an open conflict. ``clock_offset_ms`` is office minus laptop, None
    without contact; ``is_clock_wrong`` when a person should look at it. ``push_seconds`` is the time until everything that
    waited had its outcome, ``seconds`` until the end of the round; indexes are made after that.
    """

    pushed: int = 0
    pulled_rows: int = 0
    evicted_rows: int = 0
    pages: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    conflicts: int = 0
    parked: int = 0
    mismatches: int = 0
    held_back: int = 0
    first_copy: bool = False
    complete: bool = False
    push_seconds: float = 0.0
    seconds: float = 0.0
    code: int = 0
    message: str = ""
    retry_after_s: float = 0.0
    clock_offset_ms: int | None = None
    is_clock_wrong: bool = False

    @property
    def is_idle(self) -> bool:
        """Whether the round found nothing to do and met no error."""
        return not (
            self.pushed
            or self.pulled_rows
            or self.evicted_rows
            or self.outcomes
            or self.mismatches
            or self.held_back
            or self.code
        )

    def as_values(self) -> dict[str, Any]:
        """The report as the sync log keeps it."""
        return dict(vars(self))


class SyncEngine:
    """Keeps one local copy in step with its office. Use it from one thread; the store may be used by others.

    ``seconds`` is a monotonic clock for durations. ``ahead`` fetches the next page of a pull while this one is read.
    """

    def __init__(
        self,
        store: Store,
        transport: Transport,
        clock: Clock,
        *,
        seconds: Callable[[], float] | None = None,
        page_rows: int = PAGE_ROWS,
        ahead: Executor | None = None,
    ) -> None:
        self.store = store
        self.transport = transport
        self.last_contact_ms: int | None = None
        self.last_report: RoundReport | None = None
        self._clock = clock
        self._seconds = seconds or (lambda: clock.now_ms() / 1000)
        self._page_rows = page_rows
        self._ahead = ahead
        self._doorbell: Doorbell | None = None

    def status(self) -> Status:
        """The numbers of the status line."""
        return status(self.store)

    def round(self) -> RoundReport:
        """Push everything, pull to a checkpoint, push what became due meanwhile. Never raises what a person can be
        told: the report carries it, and everything done until then stays done.
        """
        report = RoundReport()
        begun = self._seconds()
        with _telling(report):
            self._push(report)
            report.push_seconds = self._seconds() - begun
            self._pull(report)
            self._push(report)
        report.seconds = self._seconds() - begun
        if report.code in {0, Code.UNREACHABLE}:
            # Afterwards (sync-protocol, 11): everything is there and can be used without them. An index of an older
            # version is made anew without the office too.
            with _telling(report):
                self.store.build_indexes()
                self.store.build_search()
        if not report.is_idle:
            self.store.shorten_log()
        if not report.is_idle:
            logger.info(
                "sync_round pushed=%d rows=%d pages=%d code=%d",
                report.pushed,
                report.pulled_rows,
                report.pages,
                report.code,
            )
        if not (report.is_idle or (report.code == Code.UNREACHABLE and not report.pushed)):
            self.store.log_round(report.as_values())
        self.last_report = report
        return report

    # -- parts of a round

    def _push(self, report: RoundReport) -> None:
        pushed = Pushed()
        steps = push_steps(self.store, self._clock, pushed)
        try:
            request = next(steps, None)
            while request is not None:
                request = self._exchange(steps, request, pushed, report)
        finally:
            report.pushed += len(pushed.outcomes)
            report.parked += pushed.parked
            _count(report, pushed.outcomes)

    def _exchange(
        self,
        steps: Generator[PushRequest, PushAnswer, None],
        request: PushRequest,
        pushed: Pushed,
        report: RoundReport,
    ) -> PushRequest | None:
        try:
            try:
                answer = self._send(request, pushed)
            except InvalidInput as error:
                if error.code != Code.TOO_LARGE:
                    raise
                return steps.throw(BatchTooLarge())
            self._contact(answer.office_ms, report)
            return steps.send(answer)
        except StopIteration:
            return None

    def _send(self, request: PushRequest, pushed: Pushed) -> PushAnswer:
        """Hand in a batch; what was said of the one before is written meanwhile."""
        if self._ahead is None or not pushed.is_open:
            pushed.write()
            return self.transport.push(request)
        coming = self._ahead.submit(self.transport.push, request)
        try:
            pushed.write()
        finally:
            wait([coming])
        return coming.result()

    def _pull(self, report: RoundReport) -> None:
        try:
            self._pull_once(report)
        except (UnfitPage, ProtocolFault, InvalidInput) as error:
            # The office may have forgotten the checkpoint under way: begin it again, once.
            if not self.store.state().position:
                raise
            logger.info("checkpoint_dropped code=%d", error.code)
            self.store.drop_checkpoint()
            self._pull_once(report)

    def _pull_once(self, report: RoundReport) -> None:
        pulled = Pulled()
        try:
            pull(self.store, self.transport, rows=self._page_rows, pulled=pulled, ahead=self._ahead)
        finally:
            report.pulled_rows += pulled.rows
            report.evicted_rows += pulled.evicted
            report.pages += pulled.pages
            report.mismatches += pulled.mismatches
            report.held_back += pulled.held_back
            report.first_copy = report.first_copy or pulled.first_copy
            report.complete = pulled.complete
            if pulled.office_ms:
                self._contact(pulled.office_ms, report)

    def _contact(self, office_ms: int, report: RoundReport) -> None:
        contact = self.store.contact(office_ms)
        self.last_contact_ms = self._clock.now_ms()
        report.clock_offset_ms = contact.offset_ms
        report.is_clock_wrong = contact.jumped or abs(contact.offset_ms) > CLOCK_WARNING_MS

    # -- for as long as the program runs

    def ring(self) -> None:
        """End the rest of `run_forever`, if it rests: a person wants a round now. From any thread."""
        if self._doorbell is not None:
            self._doorbell.ring()

    def run_forever(
        self,
        stop: Stop,
        *,
        uniform: Callable[[float, float], float] = random.uniform,
        wake_s: float = WAKE_S,
    ) -> None:
        """Round after round until ``stop`` is set: at once when the office has news or something waits, after a
        growing pause when the road is cut.
        """
        failures = 0
        with Doorbell(self.store, self.transport) as doorbell:
            self._doorbell = doorbell
            while not stop.is_set():
                report = self.round()
                if report.code == 0:
                    try:
                        doorbell.rest(stop, wake_s)
                    except RoundsmanError as error:
                        report = RoundReport(code=error.code, retry_after_s=_retry_after_s(error))
                if report.code == 0:
                    failures = 0
                    continue
                failures += 1
                stop.wait(delay_s(failures, uniform=uniform, retry_after_s=report.retry_after_s))


@contextmanager
def _telling(report: RoundReport) -> Iterator[None]:
    """What a person can be told goes into the report."""
    try:
        yield
    except RoundsmanError as error:
        report.code, report.message = error.code, error.message
        report.retry_after_s = _retry_after_s(error)
        logger.info("sync_round_ended code=%d", error.code)


def _retry_after_s(error: RoundsmanError) -> float:
    value = error.details.get("retry_after_s")
    try:
        return max(float(value), 0.0) if isinstance(value, int | str) else 0.0
    except ValueError:
        return 0.0


def _count(report: RoundReport, outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        report.outcomes[outcome.kind] = report.outcomes.get(outcome.kind, 0) + 1
        report.conflicts += outcome.kind == "conflict"
