"""The confirmed copies of rows that carry live changesets, and bringing the main tables in line with them.

A row is in the overlay from the first live changeset that touches its document until the last one leaves. Every row
that is not in the overlay is confirmed as it stands in its table.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple, cast

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from crm.changes.entity import Row
from crm.changes.view import Key, Rulebook
from desktop.store import journal as log
from desktop.store.replay import replay
from desktop.store.rows import MAX_VARIABLES, AllRows, MainView, pack_row, root_of, unpack_row
from desktop.store.tables import overlay


class Confirmed(NamedTuple):
    """One row of the overlay. ``row`` is None when the office does not know it, or it left this laptop."""

    table: str
    row_id: bytes
    unit: bytes
    root_id: bytes
    row: Row | None


def known(connection: Connection, keys: Collection[Key]) -> set[Key]:
    """Which of these rows are in the overlay."""
    wanted = set(keys)
    found: set[Key] = set()
    ids = [row_id for _, row_id in wanted]
    for part in _parts(ids):
        query = select(overlay.c.table_name, overlay.c.row_id).where(overlay.c.row_id.in_(part))
        found.update((table, row_id) for table, row_id in connection.execute(query))
    return found & wanted


def unconfirmed(connection: Connection, ids: Collection[bytes]) -> set[Key]:
    """Which of these rows only this laptop knows."""
    found: set[Key] = set()
    for part in _parts(list(ids)):
        query = select(overlay.c.table_name, overlay.c.row_id).where(
            overlay.c.row_id.in_(part), overlay.c.confirmed.is_(None)
        )
        found.update((table, row_id) for table, row_id in connection.execute(query))
    return found


def keep(connection: Connection, copies: Iterable[Confirmed]) -> None:
    """Set confirmed copies, in place of older ones."""
    rows = [
        {
            "table_name": copy.table,
            "row_id": copy.row_id,
            "unit": copy.unit,
            "root_id": copy.root_id,
            "confirmed": None if copy.row is None else pack_row(copy.row),
        }
        for copy in copies
    ]
    if not rows:
        return
    statement = insert(overlay)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["row_id", "table_name"],
            set_={
                "unit": statement.excluded.unit,
                "root_id": statement.excluded.root_id,
                "confirmed": statement.excluded.confirmed,
            },
        ),
        rows,
    )


def of_roots(connection: Connection, roots: Collection[bytes]) -> list[Confirmed]:
    """The confirmed copies of these documents."""
    found = []
    for part in _parts(sorted(roots)):
        for row in connection.execute(select(overlay).where(overlay.c.root_id.in_(part))):
            confirmed = None if row.confirmed is None else unpack_row(row.confirmed)
            found.append(Confirmed(row.table_name, row.row_id, row.unit, row.root_id, confirmed))
    return found


def all_roots(connection: Connection) -> set[bytes]:
    """Every document with a confirmed copy."""
    return set(connection.execute(select(overlay.c.root_id).distinct()).scalars())


def forget_unit(connection: Connection, unit: bytes) -> set[bytes]:
    """A unit left: nothing readable of it stays. Gives the documents that have live changesets."""
    query = select(overlay.c.root_id).where(overlay.c.unit == unit).distinct()
    roots = set(connection.execute(query).scalars())
    if roots:
        connection.execute(update(overlay).where(overlay.c.unit == unit).values(confirmed=None))
    return roots


def drop_roots(connection: Connection, roots: Collection[bytes]) -> None:
    """Take documents out of the overlay."""
    for part in _parts(sorted(roots)):
        connection.execute(delete(overlay).where(overlay.c.root_id.in_(part)))


def settle(
    connection: Connection,
    rows: AllRows,
    rulebook: Rulebook,
    *,
    roots: Collection[bytes],
    incoming: Mapping[Key, Confirmed] = MappingProxyType({}),
    fresh: Collection[Key] = (),
) -> set[Key]:
    """Bring overlay and main tables in line for these documents: the confirmed rows with the live changesets on top.

    ``incoming`` are confirmed rows of these documents that came just now. Documents without live changesets leave
    the overlay; ``fresh`` are rows of theirs that stand in the tables as they came. Gives the rows of the main tables
    that were written here.
    """
    if not roots:
        return set()
    live = log.live_roots(connection) & set(roots)
    copies = {(copy.table, copy.row_id): copy for copy in of_roots(connection, roots)}
    keep(connection, [copy for copy in incoming.values() if copy.root_id in live])
    copies.update(incoming)
    settled = {key: copy.row for key, copy in copies.items() if copy.root_id not in live and key not in fresh}
    changed = _write(connection, rows, settled)
    drop_roots(connection, set(roots) - live)
    if live:
        confirmed = {key: copies[key].row for key in sorted(copies) if copies[key].root_id in live}
        changed |= _replay(connection, rows, rulebook, live=live, confirmed=confirmed)
    return changed


def _replay(
    connection: Connection,
    rows: AllRows,
    rulebook: Rulebook,
    *,
    live: Collection[bytes],
    confirmed: Mapping[Key, Row | None],
) -> set[Key]:
    result = replay(
        rows.schema,
        rulebook,
        MainView(rows, connection),
        confirmed=confirmed,
        changesets=log.changesets_on(connection, live),
    )
    beside = {key for key in result if key not in confirmed}
    _keep_beside(connection, rows, beside)
    return _write(connection, rows, result)


def _keep_beside(connection: Connection, rows: AllRows, keys: Collection[Key]) -> None:
    """Rows whose computed fields alone come out differently join the overlay with their document."""
    copies = []
    for (table, row_id), row in rows.get_keys(connection, keys).items():
        root_id = root_of(rows.schema, rows.schema[table], row)
        copies.append(Confirmed(table, row_id, cast(bytes, row["unit"]), root_id, row))
    keep(connection, copies)


def _write(connection: Connection, rows: AllRows, wanted: Mapping[Key, Row | None]) -> set[Key]:
    """Make the main tables hold these rows (None: no row); gives those that differed."""
    now = rows.get_keys(connection, wanted)
    put: dict[str, list[Row]] = {}
    remove: dict[str, list[bytes]] = {}
    changed: set[Key] = set()
    for key, row in wanted.items():
        here = now.get(key)
        if row is None:
            if here is not None:
                remove.setdefault(key[0], []).append(key[1])
                changed.add(key)
            continue
        names = rows[key[0]].wire
        if here is None or any(here[name] != row.get(name) for name in names):
            put.setdefault(key[0], []).append(row)
            changed.add(key)
    for table, ids in remove.items():
        rows[table].remove(connection, ids)
    for table, new in put.items():
        rows[table].put(connection, new)
    return changed


def _parts(ids: list[bytes]) -> Iterable[list[bytes]]:
    for start in range(0, len(ids), MAX_VARIABLES):
        yield ids[start : start + MAX_VARIABLES]
