"""Who is who: which key of a source became which record, and which record has the values of a row (R-039)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection

from crm.changes.entity import Wire
from crm.people.entities import data_grant_id, user_role_id
from crm.territories.entities import user_territory_id
from sync_server.imports.wanted import KeyText
from sync_server.store.database import Database
from sync_server.store.rows import quoted

LONGEST_KEY: Final = 200
_DIGEST_BYTES: Final = 16

Named: TypeAlias = tuple[str, KeyText]
"""A table and a key in it."""


@dataclass(frozen=True)
class NewKey:
    """A key that was not known, and its record; ``found`` when that was there already and was found by its values."""

    entity: str
    key: KeyText
    row_id: bytes
    found: bool


def stored_key(key: KeyText) -> str:
    """The key as it is kept: itself, or its beginning with a hash where it is too long or holds a NUL."""
    if len(key) <= LONGEST_KEY and "\0" not in key:
        return key
    digest = blake2b(key.encode(errors="surrogatepass"), digest_size=_DIGEST_BYTES).hexdigest()
    return f"{key[:100]}#{digest}".replace("\0", " ")


class Keys:
    """The keys of one source."""

    def __init__(self, database: Database, source: str) -> None:
        self._database = database
        self.source = source

    def find(self, connection: Connection, wanted: Mapping[str, Iterable[KeyText]]) -> dict[Named, bytes]:
        """The record of each key that is known, deleted ones too; one query for each table."""
        found: dict[Named, bytes] = {}
        for entity, keys in wanted.items():
            by_stored = {stored_key(key): key for key in keys}
            rows = self._database.rows_in(
                connection,
                "SELECT key, row_id FROM import_key WHERE source=? AND entity=? AND key IN ({in})",
                sorted(by_stored),
                [self.source, entity],
            )
            found.update(((entity, by_stored[key]), row_id) for key, row_id in rows)
        return found

    def owners(self, connection: Connection, entity: str, row_ids: Iterable[bytes]) -> dict[bytes, str]:
        """The key, as it is kept, of each of these records that came from the source already."""
        rows: list[Any] = self._database.rows_in(
            connection,
            "SELECT row_id, key FROM import_key WHERE source=? AND entity=? AND row_id IN ({in})",
            sorted(row_ids),
            [self.source, entity],
        )
        return dict(rows)

    def remember(self, connection: Connection, keys: Sequence[NewKey], run: int) -> None:
        """Keep keys; one that named another record before names the new one."""
        self._database.execute_many(
            connection,
            "INSERT INTO import_key (source, entity, key, row_id, run, found) VALUES (?,?,?,?,?,?) "
            "ON CONFLICT (source, entity, key) DO UPDATE SET row_id = excluded.row_id, run = excluded.run, "
            "found = excluded.found",
            [(self.source, one.entity, stored_key(one.key), one.row_id, run, int(one.found)) for one in keys],
        )


def matching(
    database: Database,
    connection: Connection,
    table: str,
    names: tuple[str, ...],
    wanted: Iterable[tuple[Wire, ...]],
) -> dict[tuple[Wire, ...], list[bytes]]:
    """The records of a table by their values in some columns: the living ones, or where none lives the deleted ones.

    A value that is missing matches nothing.
    """
    values = {each for each in wanted if None not in each}
    columns = ",".join(quoted(name) for name in names)
    living: dict[tuple[Wire, ...], list[bytes]] = defaultdict(list)
    dead: dict[tuple[Wire, ...], list[bytes]] = defaultdict(list)
    for row_id, deleted, *found in database.rows_in(
        connection,
        f"SELECT id, deleted, {columns} FROM {quoted(table)} WHERE {quoted(names[0])} IN ({{in}}) ORDER BY id",
        {each[0] for each in values},
    ):
        if tuple(found) in values:
            (dead if deleted else living)[tuple(found)].append(row_id)
    return {**dead, **living}


LINKS: Final = frozenset({"user_role", "data_grant", "user_territory"})
"""Records that link two others: their ids follow from their fields (`own_id`)."""


def own_id(entity: str, values: Mapping[str, Wire]) -> bytes | None:
    """The id of a record of `LINKS`; None for other records."""

    def of(name: str) -> bytes:
        value = values.get(name)
        return value if isinstance(value, bytes) else b""

    if entity == "user_role":
        return user_role_id(of("user_id"), str(values.get("role")))
    if entity == "data_grant":
        return data_grant_id(of("user_id"), of("principal_id"))
    if entity == "user_territory":
        return user_territory_id(of("user_id"), of("territory_id"))
    return None
