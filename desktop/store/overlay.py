"""The confirmed copies of rows that carry live changesets, and bringing the main tables in line with them.

A row is in the overlay from the first live changeset that touches its document until the last one leaves. Every row
that is not in the overlay is confirmed as it stands in its table.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple, cast

from sqlalchemy import Connection

from crm.changes.entity import Row
from crm.changes.view import Key, Rulebook
from desktop.store import journal as log
from desktop.store.driver import fetch, fetch_in
from desktop.store.replay import replay
from desktop.store.rows import AllRows, MainView, pack_row, root_of, unpack_row


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
    ids = {row_id for _, row_id in wanted}
    return wanted.intersection(
        fetch_in(connection, "SELECT table_name, row_id FROM overlay WHERE row_id IN ({in})", ids)
    )


def unconfirmed(connection: Connection, ids: Collection[bytes]) -> set[Key]:
    """Which of these rows only this laptop knows."""
    return set(
        fetch_in(
            connection,
            "SELECT table_name, row_id FROM overlay WHERE confirmed IS NULL AND row_id IN ({in})",
            ids,
        )
    )


def keep(connection: Connection, copies: Iterable[Confirmed]) -> None:
    """Set confirmed copies, in place of older ones."""
    rows = [
        (
            copy.table,
            copy.row_id,
            copy.unit,
            copy.root_id,
            None if copy.row is None else pack_row(copy.row),
        )
        for copy in copies
    ]
    if rows:
        connection.exec_driver_sql(
            "INSERT INTO overlay (table_name, row_id, unit, root_id, confirmed) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (row_id, table_name) DO UPDATE SET unit = excluded.unit, root_id = excluded.root_id, "
            "confirmed = excluded.confirmed",
            rows,
        )


def of_roots(connection: Connection, roots: Collection[bytes]) -> list[Confirmed]:
    """The confirmed copies of these documents."""
    rows = fetch_in(
        connection,
        "SELECT table_name, row_id, unit, root_id, confirmed FROM overlay WHERE root_id IN ({in})",
        roots,
    )
    return [
        Confirmed(table, row_id, unit, root_id, None if packed is None else unpack_row(packed))
        for table, row_id, unit, root_id, packed in rows
    ]


def all_roots(connection: Connection) -> set[bytes]:
    """Every document with a confirmed copy."""
    return {root_id for (root_id,) in fetch(connection, "SELECT DISTINCT root_id FROM overlay")}


def forget_unit(connection: Connection, unit: bytes) -> set[bytes]:
    """A unit left: nothing readable of it stays. Gives the documents that have live changesets."""
    found = fetch(connection, "SELECT DISTINCT root_id FROM overlay WHERE unit = ?", (unit,))
    if found:
        connection.exec_driver_sql("UPDATE overlay SET confirmed = NULL WHERE unit = ?", (unit,))
    return {root_id for (root_id,) in found}


def drop_roots(connection: Connection, roots: Collection[bytes]) -> None:
    """Take documents out of the overlay."""
    if roots:
        connection.exec_driver_sql(
            "DELETE FROM overlay WHERE root_id = ?", [(root_id,) for root_id in sorted(roots)]
        )


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
