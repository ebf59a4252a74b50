"""Push: everything that waits goes to the office, in order of its number (sync-protocol, 5).

No transaction is open while the road is used. While the office works on one batch, what it said of the one before is written
here; until then that is as if the answer had been lost. An answer that got lost costs nothing: the same changesets go again
under the same numbers, and the office gives the stored outcomes.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from crm.changes.ops import MAX_BATCH, MAX_BATCH_BYTES, PROTOCOL, Outcome, PushAnswer, PushRequest, Sealed
from crm.clock import Clock
from crm.errors import Code, InvalidInput, ProtocolFault
from desktop.store.journal import REFUSED
from desktop.store.sending import Answered
from desktop.store.store import Store

MAX_RESENDS: Final = 10_000
"""Requests of one push in which the office asked for older changesets; more means that the two talk past each other."""


@dataclass
class Pushed:
    """What a push did: requests made, outcomes in the order in which they came, dependents parked."""

    requests: int = 0
    outcomes: list[Outcome] = field(default_factory=list)
    parked: int = 0
    _unwritten: Callable[[], Answered] | None = None

    @property
    def is_open(self) -> bool:
        """Whether an answer waits to be written."""
        return self._unwritten is not None

    def take(self, write: Callable[[], Answered]) -> None:
        """An answer came; ``write`` puts it beside the changesets."""
        self.requests += 1
        self._unwritten = write

    def write(self) -> None:
        """Write the last answer, if that was not done."""
        if self._unwritten is not None:
            answered = self._unwritten()
            self._unwritten = None
            self.outcomes += answered.outcomes
            self.parked += answered.parked


class BatchTooLarge(Exception):
    """Thrown into `push_steps` in place of an answer when the office found the request too large."""


def push_steps(store: Store, clock: Clock, pushed: Pushed) -> Generator[PushRequest, PushAnswer, None]:
    """The requests of one push, one after the other; each answer is sent in. Ends when nothing waits.

    The answer before may still be unwritten when a request is given: whoever carries the request calls
    `Pushed.write` meanwhile, or before.

    :raises ProtocolFault: 5002 the office holds another history under one of our numbers (nothing of ours is lost);
        5001 it waits for a number that this laptop does not keep any more, or makes no progress.
    """
    most, most_bytes = MAX_BATCH, MAX_BATCH_BYTES
    again_from: int | None = None
    last_n = 0
    while True:
        if again_from is None:
            incarnation, batch = store.outgoing(max_changesets=most, max_bytes=most_bytes, after_n=last_n)
        else:
            incarnation = store.state().incarnation
            batch = store.kept_from(again_from, max_changesets=most, max_bytes=most_bytes)
            if not batch or batch[0].n != again_from:
                raise ProtocolFault(
                    Code.GAP,
                    "The office waits for changes that this laptop keeps no longer. Nothing was lost here.",
                    expected_n=again_from,
                )
        if not batch:
            pushed.write()
            return
        request = PushRequest(PROTOCOL, incarnation, clock.now_ms(), tuple(batch))
        try:
            answer = yield request
        except BatchTooLarge:
            if len(batch) == 1:
                raise InvalidInput(Code.TOO_LARGE, "The office finds one change too large.") from None
            most, most_bytes = max(len(batch) // 2, 1), most_bytes // 2
            continue
        pushed.write()
        outcomes = _of_batch(answer, batch)
        pushed.take(partial(store.take_answer, outcomes))
        # What depends on a refused change is parked with it before anything else is chosen.
        is_done = len(outcomes) == len(batch) and not any(outcome.kind in REFUSED for outcome in outcomes)
        last_n = batch[-1].n if is_done else 0
        if not is_done:
            pushed.write()
        again_from = _next(answer, batch, again_from)
        if pushed.requests > MAX_RESENDS:
            raise ProtocolFault(Code.GAP, "The office asks for the same changes again and again.")


def _of_batch(answer: PushAnswer, batch: Sequence[Sealed]) -> list[Outcome]:
    """The outcomes that belong to this request; an answer to another one has none."""
    sent = {sealed.change_id: sealed.n for sealed in batch}
    return [outcome for outcome in answer.outcomes if sent.get(outcome.change_id) == outcome.n]


def _next(answer: PushAnswer, batch: Sequence[Sealed], again_from: int | None) -> int | None:
    """From which number to go on: None is *what waits next*."""
    if answer.fork:
        raise ProtocolFault(
            Code.FORK,
            "The office knows another history of this laptop: its copy was cloned or restored. Nothing was lost.",
            expected_n=answer.expected_n,
        )
    first, last = batch[0].n, batch[-1].n
    if answer.outcomes:
        done = max(outcome.n for outcome in answer.outcomes)
        if again_from is None or done >= last:
            return None if again_from is None else _after_resend(answer, last)
        return done + 1
    if answer.expected_n < first:
        return answer.expected_n
    raise ProtocolFault(
        Code.GAP, "The office gave no answer to the changes it was sent.", expected_n=answer.expected_n
    )


def _after_resend(answer: PushAnswer, last: int) -> int | None:
    return None if answer.expected_n > last else answer.expected_n
