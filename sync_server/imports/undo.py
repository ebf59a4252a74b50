"""Taking an import back: its changesets are read again, newest first, and answered by changesets of their own (R-039).

What somebody did since is never undone: a value that was changed stays, and so does a record on which a living
record rests, or in which somebody changed something. A document goes back whole or stays whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, cast

from sqlalchemy import Connection

from crm.changes.codec import Form, decode
from crm.changes.entity import Entity, Row
from crm.changes.ops import BIRTH, CHANGE, Changeset, Op
from crm.changes.policies import Rule
from crm.changes.view import Key
from crm.errors import Code, OfficeFault, RoundsmanError
from sync_server.imports.load import TRIES, Cancelled, importer
from sync_server.imports.runs import Run, Runs, RunState
from sync_server.store.rows import OfficeView, quoted
from sync_server.sync.office import Office

SHOWN: Final = 20


class Stayed(NamedTuple):
    """A record that stays as it is now, and why."""

    table: str
    row_id: bytes
    reason: str


@dataclass
class Undone:
    """What an undo did: records deleted, records whose values went back, and how many stay (the first few named)."""

    deleted: int = 0
    restored: int = 0
    stayed: int = 0
    examples: list[Stayed] = field(default_factory=list)

    def stay(self, all_of: Iterable[Stayed]) -> None:
        """Note records that stay."""
        for one in all_of:
            self.stayed += 1
            if len(self.examples) < SHOWN:
                self.examples.append(one)


@dataclass
class _Back:
    """How the records of one batch go back: operations by document, and what stays."""

    groups: list[list[Op]] = field(default_factory=list)
    stayed: list[Stayed] = field(default_factory=list)


def undo(
    office: Office,
    run: Run,
    person: bytes,
    *,
    should_stop: Callable[[], bool] = lambda: False,
    state: RunState = RunState.UNDONE,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Undone:
    """Take a run back; one that was taken back already stays as it is. ``state`` is what the run is afterwards.

    The caller holds the right to change the source (`Runs.only_one`). ``progress`` is told batches done and of how many.

    :raises Cancelled: ``should_stop`` said so. The batches before that are taken back; doing it again does the rest.
    :raises OfficeFault: the office cannot answer (9001).
    """
    undone = Undone()
    if run.state is RunState.UNDONE:
        return undone
    runs = Runs(office.database)
    runs.mark(run.id, RunState.UNDOING)
    batches = runs.batches(run.id)
    for place, (n, change_id) in enumerate(batches):
        if should_stop():
            raise Cancelled
        _Undo(office, runs, run, person, undone).batch(n, change_id)
        progress(place + 1, len(batches))
    runs.forget(run)
    runs.mark(run.id, state)
    return undone


class _Undo:
    def __init__(self, office: Office, runs: Runs, run: Run, person: bytes, undone: Undone) -> None:
        self._office = office
        self._database = office.database
        self._schema = office.schema
        self._runs = runs
        self._run = run
        self._person = person
        self._undone = undone

    def batch(self, n: int, change_id: bytes) -> None:
        """Take one changeset back and note that it was."""
        for attempt in range(TRIES):
            with self._database.snapshot() as connection:
                back = self._plan(connection, self._body(connection, change_id))
            try:
                self._keep(back, n)
                return
            except OfficeFault:
                raise
            except RoundsmanError as error:
                if error.code != Code.STALE or attempt == TRIES - 1:
                    break
        self._one_by_one(n, change_id)

    def _body(self, connection: Connection, change_id: bytes) -> Changeset:
        [(body,)] = self._database.rows(
            connection, "SELECT body FROM changeset WHERE change_id=?", [change_id]
        )
        return decode(Changeset, body, Form.MSGPACK)

    def _keep(self, back: _Back, n: int) -> None:
        self._take([op for group in back.groups for op in group], n)
        self._count(back)

    def _count(self, back: _Back) -> None:
        ops = [op for group in back.groups for op in group]
        self._undone.deleted += sum(op.fields.get("deleted") == [0, 1] for op in ops)
        self._undone.restored += sum(bool(op.fields) and op.fields.get("deleted") != [0, 1] for op in ops)
        self._undone.stay(back.stayed)

    def _take(self, ops: Sequence[Op], n: int | None) -> None:
        if not ops:
            if n is not None:
                with self._database.write() as connection:
                    self._runs.taken_back(connection, self._run.id, n)
            return

        def beside(connection: Connection, _change_id: bytes) -> None:
            if n is not None:
                self._runs.taken_back(connection, self._run.id, n)

        self._office.record(
            self._person, f"import.undo.{self._run.source}", ops, actor=importer(self._person), beside=beside
        )

    def _one_by_one(self, n: int, change_id: bytes) -> None:
        """A rule of the office refuses the whole: what it does not refuse goes back."""
        with self._database.snapshot() as connection:
            back = self._plan(connection, self._body(connection, change_id))
        for group in back.groups:
            try:
                self._take(group, None)
            except OfficeFault:
                raise
            except RoundsmanError as error:
                self._undone.stay(Stayed(op.table, op.id, error.message) for op in group if op.fields)
            else:
                self._count(_Back([group]))
        self._undone.stay(back.stayed)
        self._take((), n)

    # -- what goes back

    def _plan(self, connection: Connection, changeset: Changeset) -> _Back:
        view = OfficeView(self._database, connection)
        ids: dict[str, set[bytes]] = defaultdict(set)
        for op in changeset.ops:
            ids[op.table].add(op.id)
        for table, some in ids.items():
            view.load(table, some)
        stay: dict[Key, str] = {}
        back: dict[Key, Op] = {}
        documents: dict[Key, list[Key]] = defaultdict(list)
        for op in reversed(changeset.ops):
            row = view.get(op.table, op.id)
            if row is None or row["deleted"]:
                continue  # somebody deleted it since, or it went back before
            entity = self._schema[op.table]
            key = op.table, op.id
            documents[_document(entity, row)].append(key)
            if op.kind == BIRTH:
                if _was_changed(entity, row, op):
                    stay[key] = "somebody changed it since"
                back[key] = Op(op.table, op.id, CHANGE, cast(int, row["version"]), {"deleted": [0, 1]})
            else:
                values, kept = _values_back(row, op)
                if kept:
                    stay[key] = f"somebody changed {', '.join(kept)} since"
                back[key] = Op(op.table, op.id, CHANGE, cast(int, row["version"]), dict(values))
        self._hold(connection, back, stay, documents)
        return self._sorted(back, stay, documents, changeset)

    def _hold(
        self,
        connection: Connection,
        back: dict[Key, Op],
        stay: dict[Key, str],
        documents: dict[Key, list[Key]],
    ) -> None:
        """Let what something living rests on stay as well, and whole documents."""
        deleting = {key for key, op in back.items() if op.fields.get("deleted") == [0, 1]}
        rests = [*self._rests_on(connection, deleting)]
        while True:
            before = len(stay)
            for target, other in rests:
                if target not in stay and (other not in deleting or other in stay):
                    stay[target] = f"a later {other[0].replace('_', ' ')} rests on it"
            for root, keys in documents.items():
                is_document = self._schema[root[0]].is_document_root
                held = [key for key in keys if key in stay]
                if is_document and held:
                    for key in keys:
                        if key in back:
                            stay.setdefault(key, "another part of the document stays")
            if len(stay) == before:
                return

    def _rests_on(self, connection: Connection, deleting: set[Key]) -> Iterator[tuple[Key, Key]]:
        """Pairs of a record that would be deleted and a living record that names it."""
        ids: dict[str, list[bytes]] = defaultdict(list)
        for table, row_id in deleting:
            ids[table].append(row_id)
        for entity in self._schema:
            for item in entity.references:
                wanted = ids.get(str(item.ref))
                if not wanted:
                    continue
                column = quoted(item.name)
                for row_id, named in self._database.rows_in(
                    connection,
                    f"SELECT id, {column} FROM {quoted(entity.name)} WHERE deleted=0 AND {column} IN ({{in}})",
                    wanted,
                ):
                    yield (str(item.ref), named), (entity.name, row_id)

    def _sorted(
        self,
        back: dict[Key, Op],
        stay: dict[Key, str],
        documents: dict[Key, list[Key]],
        changeset: Changeset,
    ) -> _Back:
        """Operations in the reverse order of the import, by document; what stays is not in them."""
        found = _Back()
        effective = {(op.table, op.id) for op in changeset.ops if op.fields}
        for root, keys in documents.items():
            is_document = self._schema[root[0]].is_document_root
            if is_document and any(key in stay for key in keys):
                found.stayed += [Stayed(*key, stay[key]) for key in keys if key in stay and key in effective]
                continue
            group = [back[key] for key in keys if key in back and self._goes(back[key], stay, is_document)]
            found.stayed += [Stayed(*key, stay[key]) for key in keys if key in stay]
            if any(op.fields for op in group):
                found.groups.append(group)
        return found

    @staticmethod
    def _goes(op: Op, stay: dict[Key, str], is_document: bool) -> bool:
        if op.fields.get("deleted") == [0, 1]:
            return (op.table, op.id) not in stay
        return bool(op.fields) or is_document


def _document(entity: Entity, row: Row) -> Key:
    """The root of the document that a row is part of, or the row itself."""
    if entity.document in (None, "id"):
        return entity.name, cast(bytes, row["id"])
    column = str(entity.document)
    return str(entity.fields[column].ref), cast(bytes, row[column])


def _was_changed(entity: Entity, row: Row, op: Op) -> bool:
    """Whether a record is not as its birth made it."""
    blank = entity.blank()
    return any(
        row[name] != op.fields.get(name, blank[name])
        for name, item in entity.fields.items()
        if item.policy.rule is not Rule.DERIVED
    )


def _values_back(row: Row, op: Op) -> tuple[dict[str, list[object]], list[str]]:
    """The values that go back, and the names of those that somebody changed since."""
    values: dict[str, list[object]] = {}
    kept: list[str] = []
    for name, (old, new) in op.fields.items():
        if row[name] == new:
            values[name] = [new, old]
        elif row[name] != old:
            kept.append(name)
    return values, kept
