"""Conflicts as a person decides them: before, mine, theirs, side by side, and what follows (sync protocol, 9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from sqlalchemy import Connection

from crm.changes.entity import Row, Wire
from crm.changes.ops import BIRTH
from crm.changes.policies import Rule
from crm.changes.view import Key, Rulebook
from crm.conflicts.consequences import Consequence, consequences_of_mine
from crm.conflicts.rules import Matter, matter_of, ops_of, unpack
from crm.conflicts.states import NEEDS_A_PERSON
from desktop.store.driver import fetch, fetch_in
from desktop.store.reads.captions import Caption, Captions, captions
from desktop.store.rows import AllRows, MainView
from desktop.store.tables import JournalState

_OPEN: Final = f"deleted = 0 AND state IN ({', '.join(repr(state) for state in NEEDS_A_PERSON)})"


@dataclass(frozen=True)
class Side:
    """Who made one of the two changes, and when (UTC milliseconds). ``name`` is empty where that is not known here."""

    person: bytes | None
    name: str
    at_ms: int


@dataclass(frozen=True)
class Compared:
    """One field of one row in three states. Without ``has_theirs`` the other side has no such row or value."""

    table: str
    row_id: bytes
    title: str
    name: str
    before: Wire
    mine: Wire
    theirs: Wire
    has_theirs: bool = True

    @property
    def differs(self) -> bool:
        """Whether the two sides differ in it."""
        return not self.has_theirs or self.mine != self.theirs


@dataclass(frozen=True)
class Line:
    """A conflict in a list: what it is about, who made the change that waits, and its fields."""

    row_id: bytes
    table: str
    target: bytes
    title: str
    within: str
    rule: str
    mine_by: Side
    theirs_by: Side
    fields: tuple[Compared, ...]
    is_document: bool
    intent: str


@dataclass(frozen=True)
class Whole:
    """A conflict with everything that deciding it needs. ``others`` are the ids of the conflicts that wait too, in the
    order of the list, this one among them. ``unsent`` is the changeset that decided it, while its sending has not started.
    """

    line: Line
    state: str
    resolution: str
    resolved_by: Side
    note: str
    consequences: tuple[Consequence, ...]
    captions: Captions
    others: tuple[bytes, ...]
    is_here: bool
    unsent: bytes | None

    @property
    def is_open(self) -> bool:
        """Whether somebody has to decide."""
        return self.state in NEEDS_A_PERSON


def open_ids(connection: Connection) -> list[bytes]:
    """The conflicts that need somebody, the oldest first."""
    found = fetch(connection, f"SELECT id FROM conflict WHERE {_OPEN} ORDER BY mine_at, id")
    return [row_id for (row_id,) in found]


def open_about(connection: Connection, keys: Iterable[Key]) -> list[bytes]:
    """The conflicts that need somebody and are about any of these rows."""
    wanted = set(keys)
    ids = {row_id for _, row_id in wanted}
    found = fetch_in(
        connection,
        f"SELECT id, table_name, row_id, mine_at FROM conflict WHERE {_OPEN} AND row_id IN ({{in}})",
        ids,
    )
    return [row[0] for row in sorted(found, key=lambda row: (row[3], row[0])) if (row[1], row[2]) in wanted]


def open_lines(connection: Connection, rows: AllRows) -> tuple[list[Line], Captions]:
    """The conflicts that need somebody, and the captions of what they name."""
    found = rows["conflict"].get_many(connection, open_ids(connection))
    conflicts = sorted(found, key=lambda row: (cast(int, row["mine_at"]), cast(bytes, row["id"])))
    names = captions(connection, {key for row in conflicts for key in _keys(rows, row)})
    return [_line(row, names) for row in conflicts], names


def read_conflict(
    connection: Connection, rows: AllRows, rulebook: Rulebook, conflict_id: bytes
) -> Whole | None:
    """One conflict; None when there is none here."""
    row = rows["conflict"].get(connection, conflict_id)
    if row is None or row["deleted"]:
        return None
    names = captions(connection, _keys(rows, row))
    view, matter = MainView(rows, connection), matter_of(row)
    return Whole(
        line=_line(row, names),
        state=str(row["state"]),
        resolution=str(row["resolution"]),
        resolved_by=_side(row, "resolved", names),
        note=str(row["note"]),
        consequences=tuple(consequences_of_mine(rows.schema, rulebook, view, matter)),
        captions=names,
        others=tuple(open_ids(connection)),
        is_here=view.get(matter.table, matter.row_id) is not None,
        unsent=_unsent(connection, conflict_id),
    )


# --- parts -----------------------------------------------------------------------------------------------------------


def _unsent(connection: Connection, conflict_id: bytes) -> bytes | None:
    found = fetch(
        connection,
        "SELECT j.change_id FROM journal_row r JOIN journal j ON j.local_seq = r.local_seq "
        "WHERE r.table_name = 'conflict' AND r.row_id = ? AND j.state = ? ORDER BY j.local_seq DESC LIMIT 1",
        (conflict_id, JournalState.WAITING.value),
    )
    return found[0][0] if found else None


def _side(row: Row, prefix: str, names: Captions) -> Side:
    person = cast("bytes | None", row[f"{prefix}_by"])
    caption = names.get(("app_user", person)) if person is not None else None
    return Side(person, caption.title if caption else "", cast(int, row[f"{prefix}_at"]))


def _line(row: Row, names: Captions) -> Line:
    matter = matter_of(row)
    caption = names.get((matter.table, matter.row_id), Caption(""))
    return Line(
        row_id=cast(bytes, row["id"]),
        table=matter.table,
        target=matter.row_id,
        title=caption.title,
        within=caption.within,
        rule=matter.rule,
        mine_by=_side(row, "mine", names),
        theirs_by=_side(row, "theirs", names),
        fields=tuple(_compared(row, matter, names)),
        is_document=matter.is_document,
        intent=str(matter.mine.get("intent", "")),
    )


def _compared(row: Row, matter: Matter, names: Captions) -> Iterable[Compared]:
    if matter.is_document:
        yield from _of_document(matter, names)
        return
    base = unpack(cast("bytes | None", row["base"]))
    title = names.get((matter.table, matter.row_id), Caption("")).title
    if matter.rule == Rule.DEAD:
        yield Compared(matter.table, matter.row_id, title, "deleted", 0, 0, 1)
    for name, mine in matter.mine.items():
        has_theirs = name in matter.theirs
        yield Compared(
            matter.table,
            matter.row_id,
            title,
            name,
            base.get(name),
            mine,
            matter.theirs.get(name),
            has_theirs=has_theirs,
        )


def _of_document(matter: Matter, names: Captions) -> Iterable[Compared]:
    theirs: Mapping[Key, Mapping[str, Any]] = {
        (table, bytes(row_id)): fields for table, row_id, fields in matter.theirs.get("rows", ())
    }
    for op in ops_of(matter.mine):
        key = op.table, op.id
        title = names.get(
            key, Caption(str(op.fields.get("product_name", "")) if op.kind == BIRTH else "")
        ).title
        stands = theirs.get(key)
        for name, value in op.fields.items():
            before, mine = (None, value) if op.kind == BIRTH else value
            yield Compared(
                op.table,
                op.id,
                title,
                name,
                before,
                mine,
                stands.get(name) if stands is not None else None,
                has_theirs=stands is not None,
            )


def _keys(rows: AllRows, row: Row) -> set[Key]:
    """What a conflict is about, and whom and what its sides name."""
    matter = matter_of(row)
    found: set[Key] = {(matter.table, matter.row_id)}
    for name in ("mine_by", "theirs_by", "resolved_by"):
        person = row[name]
        if isinstance(person, bytes):
            found.add(("app_user", person))
    base = unpack(cast("bytes | None", row["base"]))
    sides = [(matter.table, side) for side in (base, matter.mine, matter.theirs)]
    for op in ops_of(matter.mine):
        found.add((op.table, op.id))
        pairs = op.fields if op.kind == BIRTH else {name: pair[1] for name, pair in op.fields.items()}
        before = {} if op.kind == BIRTH else {name: pair[0] for name, pair in op.fields.items()}
        sides += [(op.table, pairs), (op.table, before)]
    sides += [(table, fields) for table, _row_id, fields in matter.theirs.get("rows", ())]
    for table, values in sides:
        entity = rows.schema.get(table)
        for name, value in values.items():
            item = entity.fields.get(name) if entity is not None else None
            if item is not None and item.ref is not None and isinstance(value, bytes):
                found.add((item.ref, value))
    return found
