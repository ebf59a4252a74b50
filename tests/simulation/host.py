"""The office in the simulation: the real one over a real file, with a rule that has a bug, started again after a crash."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from crm.changes.entity import Row, Wire
from crm.changes.ops import Outcome, Page, PullRequest, PushAnswer, PushRequest
from crm.changes.safeguards import Safeguards
from crm.changes.view import Change, Finding, Key, Rulebook, Rules, View, Want
from crm.schema import SCHEMA, rulebook
from sync_server.accounts.actors import actor_for
from sync_server.store.database import Database
from sync_server.sync.office import Office, OfficeWork
from sync_server.sync.push import Caller
from tests.simulation.clocks import TrueTime
from tests.simulation.crashes import Fuse
from tests.simulation.engines import light, url_of

BUG: Final = "trips over this"
"""A note with these words makes the office's rules raise."""


class RulesWithABug(Rules):
    """The rules of a subject, except that they raise on a note with the words `BUG`."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    def wants(self, view: View, roots: Iterable[Row]) -> Iterator[Want]:
        """As the rules say."""
        return self._rules.wants(view, roots)

    def derive(self, view: View, root: Row) -> Mapping[Key, Mapping[str, Wire]]:
        """As the rules say."""
        return self._rules.derive(view, root)

    def judge(self, view: View, change: Change) -> Iterable[Finding]:
        """As the rules say, or an error that nobody has thought of."""
        is_new = change.before is None or "note" in change.fields
        if is_new and BUG in str(change.after.get("note")):
            raise ZeroDivisionError("a bug in a rule")
        return self._rules.judge(view, change)


def office_rules(safeguards: Safeguards) -> Rulebook:
    """The rules as the office has them: those of contacts have a bug."""
    book = rulebook(safeguards)
    return {**book, "contact": RulesWithABug(book["contact"])}


class OfficeHost:
    """The office's process. After a `SimulatedCrash` call `restart`; everything in memory is gone then."""

    def __init__(
        self,
        path: Path,
        time: TrueTime,
        chance: random.Random,
        safeguards: Safeguards,
    ) -> None:
        self.path = path
        self.fuse = Fuse("office")
        self._time = time
        self._chance = chance
        self._safeguards = safeguards
        self._rulebook = office_rules(safeguards)
        self._seconds = 0.0
        self.office: Office
        self._start()

    def _start(self) -> None:
        database = Database(url_of(self.path), SCHEMA, now_ms=self._time.now_ms)
        light(database.engine)
        self.fuse.wire(database.engine)
        self.office = Office(
            database,
            self._rulebook,
            lambda connection, person, office: actor_for(database, connection, person, office=office),
            random_bytes=self._chance.randbytes,
            safeguards=self._safeguards,
        )
        self.office._push._monotonic = self._monotonic  # the office's own hand on the watch is not repeatable

    def _monotonic(self) -> float:
        """Seconds that pass by chance, so that a request is now and then treated in several transactions."""
        self._seconds += self._chance.random() ** 6 * 0.15
        return self._seconds

    def stop(self) -> None:
        """End the process."""
        self.fuse.mend()
        self.office.database.close()

    def restart(self) -> None:
        """A new process over the same file."""
        self.stop()
        self._start()

    def push(self, caller: Caller, request: PushRequest) -> PushAnswer:
        """See `Office.push`."""
        return self.office.push(caller, request)

    def pull(self, caller: Caller, request: PullRequest) -> Page:
        """See `Office.pull`."""
        return self.office.pull(caller, request)

    def act(
        self,
        person: bytes,
        intent: str,
        action: Callable[[OfficeWork], Any],
        touching: Sequence[Key] = (),
    ) -> Outcome:
        """See `Office.act`."""
        outcome, _result = self.office.act(person, intent, action, touching=touching)
        return outcome
