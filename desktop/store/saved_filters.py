"""Filters that a person keeps: by list, with a name. They stay on this laptop, in the encrypted copy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from desktop.store.tables import saved_filter

LONGEST_TITLE: Final = 60
_TABLE: Final = saved_filter.c


@dataclass(frozen=True)
class SavedFilter:
    """A filter with a name. ``query`` is its English text (docs/filters.md), ``sort`` a column of the list (empty: its own).

    ``is_pinned``: it stands above the list; ``is_first``: the list begins with it.
    """

    id: bytes
    title: str
    query: str
    sort: str = ""
    is_descending: bool = False
    is_pinned: bool = True
    is_first: bool = False


def saved_filters(connection: Connection, person: bytes, list_name: str) -> list[SavedFilter]:
    """The person's filters for a list, pinned ones first, then by name."""
    query = (
        select(
            _TABLE.id, _TABLE.title, _TABLE.query, _TABLE.sorted_by, _TABLE.is_descending, _TABLE.is_pinned, _TABLE.is_first
        )
        .where(_TABLE.person == person, _TABLE.list_name == list_name)
        .order_by(_TABLE.is_pinned.desc(), _TABLE.title, _TABLE.id)
    )  # fmt: skip
    return [
        SavedFilter(row.id, row.title, row.query, row.sorted_by, *map(bool, row[4:]))
        for row in connection.execute(query)
    ]


def keep_filter(connection: Connection, person: bytes, list_name: str, kept: SavedFilter) -> None:
    """Keep a filter, in place of one with the same id. One at most is the first of its list."""
    if kept.is_first:
        connection.execute(
            update(saved_filter)
            .where(_TABLE.person == person, _TABLE.list_name == list_name)
            .values(is_first=0)
        )
    connection.execute(delete(saved_filter).where(_TABLE.id == kept.id))
    connection.execute(
        insert(saved_filter).values(
            id=kept.id,
            person=person,
            list_name=list_name,
            title=kept.title[:LONGEST_TITLE],
            query=kept.query,
            sorted_by=kept.sort,
            is_descending=int(kept.is_descending),
            is_pinned=int(kept.is_pinned),
            is_first=int(kept.is_first),
        )
    )


def forget_filter(connection: Connection, filter_id: bytes) -> None:
    """Forget a filter."""
    connection.execute(delete(saved_filter).where(_TABLE.id == filter_id))
