"""A small office in memory, made of the real merge: push, pages, receipts, leaving units. One person, one feed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import msgspec

from crm.changes.actor import Actor, Extent, Standing
from crm.changes.codec import open_sealed
from crm.changes.decision import Sender, settle
from crm.changes.digest import digest
from crm.changes.entity import Row
from crm.changes.merge import decide
from crm.changes.ops import (
    Block,
    Head,
    Outcome,
    Page,
    PullRequest,
    PushAnswer,
    PushRequest,
    Receipt,
    UnitDigest,
)
from crm.changes.view import Key, Overlay
from crm.errors import Code, LocalFault
from crm.ids import DIRECTORY, derive_id
from tests.unit.desktop.store.toys import ANN, DIVISION, RIGHT, RULEBOOK, SCHEMA, TestClock

FEED = derive_id("feed").hex()
OFFICE = Actor(
    id=derive_id("person", "office"),  # type: ignore[arg-type]
    division_id=DIVISION,
    rights={RIGHT: Extent.ALL, "toy.approve": Extent.ALL, "toy.directory": Extent.ALL},
    office=True,
)


class ToyOffice:
    """Also a `Transport`, with faults: ``lose`` names how the next calls end ("before", "after" the work)."""

    def __init__(self, clock: TestClock) -> None:
        self.clock = clock
        self.rows: dict[Key, Row] = {}
        self.seq = 0
        self.enter: dict[bytes, int] = {}
        self.leave: dict[bytes, int] = {}
        self.outcomes: dict[bytes, Outcome] = {}
        self.last_n: dict[bytes, int] = {}
        self.durable_n = 0
        self.lose: list[str] = []
        self.pushes: list[PushRequest] = []
        self.pulls: list[PullRequest] = []
        self.applied: list[bytes] = []
        self.person(ANN, "Ann")

    # -- the view of the merge

    def get(self, table: str, row_id: bytes) -> Row | None:
        return self.rows.get((table, row_id))

    def children(self, table: str, column: str, value: bytes, only: tuple[str, ...] = ()) -> Sequence[Row]:
        found = [row for (name, _), row in self.rows.items() if name == table and row[column] == value]
        return sorted(found, key=lambda row: cast(bytes, row["id"]))

    def standing(self, unit: bytes) -> Standing | None:
        root = self.rows.get(("toy_customer", unit))
        return None if root is None else Standing(DIVISION, frozenset({cast(bytes, root["owner_id"])}))

    # -- what happens at the office

    def person(self, row_id: bytes, name: str) -> None:
        self.write("toy_person", row_id, unit=DIRECTORY, name=name, division_id=DIVISION)
        self.enter.setdefault(DIRECTORY, self.seq)

    def customer(self, name: str, *, contacts: int = 0) -> bytes:
        row_id = derive_id("customer", name)
        self.write("toy_customer", row_id, unit=row_id, name=name, owner_id=ANN, name_key=name.lower())
        self.enter[row_id] = self.seq
        for number in range(contacts):
            contact = derive_id("contact", name, str(number))
            self.write("toy_contact", contact, unit=row_id, customer_id=row_id, name=f"{name} {number}")
        return row_id

    def write(self, table: str, row_id: bytes, **values: Any) -> None:
        """Make or change a row, past all rules."""
        self.seq += 1
        row = dict(self.rows.get((table, row_id)) or {**SCHEMA[table].blank(), "id": row_id})
        row.update(values, version=self.seq)
        self.rows[table, row_id] = row

    def take_away(self, unit: bytes) -> None:
        self.seq += 1
        self.leave[unit] = self.seq
        del self.enter[unit]

    def give_back(self, unit: bytes) -> None:
        self.seq += 1
        self.enter[unit] = self.seq
        self.leave.pop(unit, None)

    # -- the transport

    def push(self, request: PushRequest) -> PushAnswer:
        self.pushes.append(request)
        self._road("before")
        answer = self._push(request)
        self._road("after")
        return answer

    def pull(self, request: PullRequest) -> Page:
        self.pulls.append(request)
        self._road("before")
        page = self._pull(request)
        self._road("after")
        return msgspec.msgpack.decode(msgspec.msgpack.encode(page), type=Page)

    def wake(self, cursor: dict[str, Head], timeout_s: float) -> bool:
        return cursor != self._heads()

    def _road(self, moment: str) -> None:
        if self.lose and self.lose[0] == moment:
            self.lose.pop(0)
            raise LocalFault(Code.UNREACHABLE, "The road is cut.")

    # -- push

    def _push(self, request: PushRequest) -> PushAnswer:
        last_n = self.last_n.get(request.incarnation, 0)
        outcomes = []
        fork = False
        for sealed in request.changesets:
            known = self.outcomes.get(sealed.change_id)
            if known is not None:
                outcomes.append(msgspec.structs.replace(known, n=sealed.n))
                last_n = max(last_n, sealed.n) if sealed.n == last_n + 1 else last_n
                continue
            if sealed.n != last_n + 1:
                fork = sealed.n <= last_n
                break
            last_n = sealed.n
            outcome = self._one(request, open_sealed(sealed), sealed.n)
            self.outcomes[sealed.change_id] = outcome
            outcomes.append(outcome)
        self.last_n[request.incarnation] = last_n
        return PushAnswer(tuple(outcomes), last_n + 1, self.clock.now_ms(), fork)

    def _one(self, request: PushRequest, changeset: Any, n: int) -> Outcome:
        actor = Actor(id=changeset.actor, division_id=DIVISION, rights={RIGHT: Extent.OWN})
        sender = Sender(actor, request.incarnation, changeset.stamp, self.clock.now_ms())
        try:
            decision = decide(SCHEMA, RULEBOOK, Overlay(self), changeset, sender)
        except RuntimeError:
            return Outcome(changeset.change_id, n, "quarantined", Code.QUARANTINED, "Somebody looks at it.")
        if decision.kind != "rejected":
            self.applied.append(changeset.change_id)
            self.seq += 1
            feeds = dict.fromkeys(
                [cast(bytes, write.row["feed_id"]) for write in decision.writes.values()], self.seq
            )
            settle(decision, feeds, sender)
            for (table, row_id), write in decision.writes.items():
                self.rows[table, row_id] = write.row
                unit = cast(bytes, write.row["unit"])
                if unit == row_id and write.before is None:
                    self.enter.setdefault(unit, self.seq)
        return Outcome(changeset.change_id, n, decision.kind, decision.code, decision.text)

    # -- pull

    def _heads(self) -> dict[str, Head]:
        return {FEED: Head(1, self.seq, self.seq.to_bytes(8, "big"))}

    def _pull(self, request: PullRequest) -> Page:
        since = request.cursor[FEED].seq if request.cursor else 0
        if request.position:
            start, sent = msgspec.msgpack.decode(request.position, type=tuple[int, int])
        else:
            start, sent = self.seq, 0
        entering = sorted(
            (unit for unit, seq in self.enter.items() if seq > since),
            key=lambda unit: (self.enter[unit], unit),
        )
        inside = [key for unit in entering for key in self._keys(unit)]
        window = inside[sent : sent + request.rows]
        sent += len(window)
        done = {
            unit
            for unit in entering
            if (last := self._keys(unit))
            and inside.index(last[-1]) < sent
            and inside.index(last[-1]) >= sent - len(window)
        }
        complete = sent >= len(inside)
        changed: list[Key] = []
        if complete:
            changed = [
                key
                for key, row in self.rows.items()
                if row["unit"] in self.enter
                and cast(int, row["version"]) > (since if self.enter[row["unit"]] <= since else start)
                and key not in window
            ]
        refetched = () if request.position else request.refetch
        again = [key for key, row in self.rows.items() if (row["unit"], key[0]) in set(refetched)]
        touched = {(cast(bytes, self.rows[key]["unit"]), key[0]) for key in [*window, *changed, *again]}
        touched |= set(refetched)
        return Page(
            complete=complete,
            blocks=self._blocks([*window, *changed, *again]),
            position=b"" if complete else msgspec.msgpack.encode((start, sent)),
            entering=tuple(sorted(done)),
            office_ms=self.clock.now_ms(),
            evicted=tuple(sorted(unit for unit, seq in self.leave.items() if seq > since))
            if complete
            else (),
            refetched=refetched,
            heads=self._heads() if complete else {},
            digests=tuple(self.digest(unit, table) for unit, table in sorted(touched)) if complete else (),
            receipt=self._receipt(request) if complete else None,
        )

    def _keys(self, unit: bytes) -> list[Key]:
        places = list(SCHEMA.entities)
        keys = [key for key, row in self.rows.items() if row["unit"] == unit]
        return sorted(keys, key=lambda key: (places.index(key[0]), key[1]))

    def _blocks(self, keys: Sequence[Key]) -> tuple[Block, ...]:
        blocks = []
        for entity in SCHEMA:
            rows = [
                tuple(self.rows[key][name] for name in entity.wire_columns)
                for key in dict.fromkeys(keys)
                if key[0] == entity.name
            ]
            if rows:
                blocks.append(Block(entity.name, entity.wire_columns, rows))
        return tuple(blocks)

    def digest(self, unit: bytes, table: str) -> UnitDigest:
        rows = [
            (row_id, cast(int, row["version"]))
            for (name, row_id), row in self.rows.items()
            if name == table and row["unit"] == unit
        ]
        return UnitDigest(unit, table, digest(rows), len(rows))

    def _receipt(self, request: PullRequest) -> Receipt:
        found = [outcome for outcome in self.outcomes.values() if outcome.n > request.receipt_n]
        return Receipt(
            self.last_n.get(request.incarnation, 0),
            tuple(sorted(found, key=lambda outcome: outcome.n)),
            self.durable_n,
        )

    def in_scope(self) -> dict[Key, Row]:
        """What a laptop shall hold: the rows of held units, without office fields."""
        return {
            key: {name: row[name] for name in SCHEMA[key[0]].wire_columns}
            for key, row in self.rows.items()
            if row["unit"] in self.enter
        }
