"""The search index: kept in step by every commit, built in slices where it is not there yet.

Three tables of this laptop: `search_text` (FTS5) holds the words of each row, `search_row` which row that is, and
`search_dirty` the rows that were written and are not indexed yet. Triggers on the tables that are found note what was
written, whoever wrote it, and take out of the index what was removed, so that nothing stays of units that left.
`settle` brings the index in step before each commit, in the same transaction; what is too much for one is done in
slices later.

The triggers are made with the index, after the first copy: until then nothing is indexed and nothing slowed down.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Engine, event

from desktop.store.driver import fetch, fetch_in
from desktop.store.search.sources import BY_NUMBER, SOURCES, Source, Way, index_texts

VERSION: Final = 3
"""Of the words in the index. Raise it with every change of `tokens` or `sources`: the index is then made anew."""
SLICE_ROWS: Final = 60
"""Rows indexed in one transaction, about 20 ms."""
SLICE_PAGES: Final = 48
SETTLED_PAGES: Final = 8
"""Pages of the index that are merged with others after a slice, and after what a commit wrote. FTS5's own way of merging
took up to half a second of some transactions (measured 2026-11), so it is switched off.
"""
SETTLED_AT_ONCE: Final = 300
"""So many rows are indexed in the transaction that wrote them; of more, the rest waits for a slice."""

_TEXT_COLUMNS: Final = ", ".join(Way)
_COMPLETE: Final = 1 << 30
"""The source that a complete build stands at."""

_TABLES: Final = (
    (
        f"CREATE VIRTUAL TABLE search_text USING fts5({_TEXT_COLUMNS}, tokenize='unicode61 remove_diacritics 0', "
        "prefix='1 2 3 4 5 6')"
    ),
    "CREATE TABLE search_row (doc INTEGER PRIMARY KEY, row_id BLOB NOT NULL)",
    # Ids are of one table only: there is one entry for each.
    "CREATE UNIQUE INDEX search_row_id ON search_row (row_id)",
    "CREATE TABLE search_dirty (source INTEGER NOT NULL, row_id BLOB NOT NULL)",
    "CREATE TABLE search_build (version INTEGER NOT NULL, source INTEGER NOT NULL, after BLOB NOT NULL)",
)
_MERGE_OURSELVES: Final = (
    "INSERT INTO search_text (search_text, rank) VALUES ('automerge', 0)",
    # More parts than this are merged at once, however many pages they have; our merging keeps them below a hundred.
    "INSERT INTO search_text (search_text, rank) VALUES ('crisismerge', 1000)",
)
_LEAVE_AT_ONCE: Final = "INSERT INTO search_text (search_text, rank) VALUES ('secure-delete', 1)"
"""What is deleted leaves the index at once, not only when its parts are merged. The SQLite that is shipped knows it."""
_KNOWS_TO_LEAVE: Final = (3, 42)
_EXISTS: Final = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'search_build'"


def present(tables: Collection[str]) -> list[Source]:
    """The sources among these tables."""
    return [source for source in SOURCES if source.table in tables]


def is_made(connection: Connection) -> bool:
    """Whether there is an index of this version, complete or being built."""
    if not fetch(connection, _EXISTS):
        return False
    return bool(fetch(connection, "SELECT 1 FROM search_build WHERE version = ?", (VERSION,)))


def is_complete(connection: Connection) -> bool:
    """Whether every row is in the index."""
    if not is_made(connection):
        return False
    ((source,),) = fetch(connection, "SELECT source FROM search_build")
    return bool(source == _COMPLETE) and not fetch(connection, "SELECT 1 FROM search_dirty LIMIT 1")


def make(connection: Connection, tables: Collection[str]) -> None:
    """Begin the index anew: empty, with its triggers."""
    for source in SOURCES:
        for name in ("born", "changed", "gone"):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS search_{source.table}_{name}")
    for table in ("search_text", "search_row", "search_dirty", "search_build"):
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}")
    for statement in (*_TABLES, *_MERGE_OURSELVES):
        connection.exec_driver_sql(statement)
    ((version,),) = fetch(connection, "SELECT sqlite_version()")
    if tuple(map(int, version.split("."))) >= _KNOWS_TO_LEAVE:
        connection.exec_driver_sql(_LEAVE_AT_ONCE)
    for source in present(tables):
        for statement in _triggers(source):
            connection.exec_driver_sql(statement)
    connection.exec_driver_sql(
        "INSERT INTO search_build (version, source, after) VALUES (?, 0, x'')", (VERSION,)
    )


def _triggers(source: Source) -> list[str]:
    table, number = source.table, source.number
    watched = ("deleted", *source.names)
    differs = " OR ".join(f"old.{name} IS NOT new.{name}" for name in watched)
    note = f"INSERT INTO search_dirty (source, row_id) VALUES ({number}, new.id)"
    doc = "(SELECT doc FROM search_row WHERE row_id = old.id)"
    return [
        f"CREATE TRIGGER search_{table}_born AFTER INSERT ON {table} BEGIN {note}; END",
        f"CREATE TRIGGER search_{table}_changed AFTER UPDATE ON {table} WHEN {differs} BEGIN {note}; END",
        (
            f"CREATE TRIGGER search_{table}_gone AFTER DELETE ON {table} BEGIN "
            f"DELETE FROM search_text WHERE rowid = {doc}; DELETE FROM search_row WHERE row_id = old.id; END"
        ),
    ]


def documents(source: Source) -> tuple[int, int]:
    """The numbers in `search_row` that are for this source: above the first, below the second."""
    return source.number << 40, (source.number + 1) << 40


# --- keeping it in step ------------------------------------------------------------------------------------------------


def keep_in_step(engine: Engine) -> None:
    """Bring the index in step before every commit on ``engine``, in its transaction."""
    event.listen(engine, "commit", settle)


def settle(connection: Connection, *, most: int = SETTLED_AT_ONCE) -> int:
    """Index the rows that were noted as written, up to ``most``; gives how many."""
    if not is_made(connection):
        return 0
    noted = fetch(connection, "SELECT DISTINCT source, row_id FROM search_dirty LIMIT ?", (most,))
    if not noted:
        return 0
    by_source: dict[int, list[bytes]] = {}
    for number, row_id in noted:
        by_source.setdefault(number, []).append(row_id)
    for number, ids in by_source.items():
        _index(connection, BY_NUMBER[number], ids)
    connection.exec_driver_sql(
        "DELETE FROM search_dirty WHERE source = ? AND row_id = ?", list(map(tuple, noted))
    )
    _merge(connection, SETTLED_PAGES)
    return len(noted)


def _merge(connection: Connection, pages: int) -> bool:
    """Merge about so many pages of the index; whether there was anything to merge."""
    ((before,),) = fetch(connection, "SELECT total_changes()")
    connection.exec_driver_sql("INSERT INTO search_text (search_text, rank) VALUES ('merge', ?)", (pages,))
    ((after,),) = fetch(connection, "SELECT total_changes()")
    # The statement itself counts as a change.
    return bool(after - before > 1)


def build_slice(connection: Connection, tables: Collection[str]) -> bool:
    """Index some more rows of an index that is not complete, or merge its parts; whether there is more to do."""
    ((number, after),) = fetch(connection, "SELECT source, after FROM search_build")
    left = [source for source in present(tables) if source.number >= number]
    if not left or number == _COMPLETE:
        _stand_at(connection, _COMPLETE, b"")
        are_more = settle(connection, most=SLICE_ROWS) == SLICE_ROWS
        return _merge(connection, 2 * SLICE_PAGES) or are_more
    source = left[0]
    if source.number != number:
        after = b""
    found = fetch(
        connection, f"SELECT id FROM {source.table} WHERE id > ? ORDER BY id LIMIT ?", (after, SLICE_ROWS)
    )
    ids = [row_id for (row_id,) in found]
    _index(connection, source, ids)
    if len(ids) < SLICE_ROWS:
        _stand_at(connection, source.number + 1, b"")
    else:
        _stand_at(connection, source.number, ids[-1])
    _merge(connection, SLICE_PAGES)
    return True


def _stand_at(connection: Connection, number: int, after: bytes) -> None:
    connection.exec_driver_sql("UPDATE search_build SET source = ?, after = ?", (number, after))


def _index(connection: Connection, source: Source, ids: Sequence[bytes]) -> None:
    """Put rows into the index as they are now, or take them out of it."""
    columns = ", ".join(source.names)
    rows = fetch_in(
        connection, f"SELECT id, {columns} FROM {source.table} WHERE deleted = 0 AND id IN ({{in}})", ids
    )
    docs = [
        tuple(row) for row in fetch_in(connection, "SELECT doc FROM search_row WHERE row_id IN ({in})", ids)
    ]
    if docs:
        connection.exec_driver_sql("DELETE FROM search_text WHERE rowid = ?", docs)
        connection.exec_driver_sql("DELETE FROM search_row WHERE doc = ?", docs)
    if not rows:
        return
    lowest, end = documents(source)
    ((last,),) = fetch(connection, "SELECT ifnull(max(doc), ?) FROM search_row WHERE doc < ?", (lowest, end))
    texts: list[tuple[Any, ...]] = []
    entries: list[tuple[Any, ...]] = []
    for doc, (row_id, *values) in enumerate(sorted(rows), start=max(last, lowest) + 1):
        texts.append((doc, *index_texts(source, values)))
        entries.append((doc, row_id))
    connection.exec_driver_sql("INSERT INTO search_row (doc, row_id) VALUES (?, ?)", entries)
    marks = ", ".join("?" * (len(Way) + 1))
    connection.exec_driver_sql(f"INSERT INTO search_text (rowid, {_TEXT_COLUMNS}) VALUES ({marks})", texts)
