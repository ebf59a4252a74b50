"""The tables beside the replicated ones: the journal, the confirmed copies below waiting changes, and small state.

None of them ever leaves the laptop. Their names and columns must not be those of a replicated table: the guard over
replicated tables reads the text of every statement.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

LOCAL: Final = MetaData()
LOCAL_VERSION: Final = 2
"""Raise it with every new table here: a copy that was made before then gets it when it is opened."""


class JournalState(StrEnum):
    """Where a changeset of this laptop stands.

    waiting ─ sending ─ answered ─ done
       │                   └────── parked ─ discarded
       ├─ parked (it depends on one that was refused)
       └─ discarded

    Only *waiting* has no number yet and may still be taken back. *answered* has an outcome but stays on top of the
    confirmed rows until a page's receipt names it.
    """

    WAITING = "waiting"
    SENDING = "sending"
    ANSWERED = "answered"
    DONE = "done"
    PARKED = "parked"
    DISCARDED = "discarded"


LIVE: Final = (
    JournalState.WAITING.value,
    JournalState.SENDING.value,
    JournalState.ANSWERED.value,
    JournalState.PARKED.value,
)
"""Changesets that are replayed on top of the confirmed rows."""


class Touch(IntEnum):
    """How a changeset concerns a row."""

    CHANGED = 0
    BORN = 1
    REFERRED = 2  # it points to a row that only this laptop knows yet
    DERIVED = 3  # written with it, but only in computed fields: there is no operation


journal: Final = Table(
    "journal",
    LOCAL,
    Column("local_seq", Integer, primary_key=True),
    Column("change_id", LargeBinary(16), nullable=False, unique=True),
    Column("intent", String(60), nullable=False),
    Column("root_table", String(40)),
    Column("root_id", LargeBinary(16)),
    Column("stamp", BigInteger, nullable=False),
    Column("business_date", String(10), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", String(10), nullable=False),
    Column("n", BigInteger),
    Column("hash", LargeBinary(32)),
    Column("incarnation", LargeBinary(16)),
    Column("outcome", String(12)),
    Column("code", Integer, nullable=False, default=0),
    Column("message", Text, nullable=False, default=""),
    Column("details", LargeBinary),
    Column("created_ms", BigInteger, nullable=False),
    Column("sent_ms", BigInteger),
    Column("answered_ms", BigInteger),
    Index("journal_number", "incarnation", "n", unique=True),
    Index("journal_state", "state", "local_seq"),
    sqlite_autoincrement=True,
)
"""Every changeset of this laptop, in the order in which it was made. ``body`` is the encoded `Changeset`."""

journal_row: Final = Table(
    "journal_row",
    LOCAL,
    Column("row_id", LargeBinary(16), primary_key=True),
    Column("table_name", String(40), primary_key=True),
    Column("local_seq", Integer, primary_key=True),
    Column("touch", Integer, primary_key=True),
    Column("root_id", LargeBinary(16), nullable=False),
    Index("journal_row_seq", "local_seq"),
    Index("journal_row_root", "root_id"),
    sqlite_with_rowid=False,
)
"""Which rows the live changesets touch or refer to. ``root_id`` is the document the row merges with, or the row."""

overlay: Final = Table(
    "overlay",
    LOCAL,
    Column("row_id", LargeBinary(16), primary_key=True),
    Column("table_name", String(40), primary_key=True),
    Column("unit", LargeBinary(16), nullable=False),
    Column("root_id", LargeBinary(16), nullable=False),
    Column("confirmed", LargeBinary),
    Index("overlay_root", "root_id"),
    Index("overlay_unit", "unit"),
)
"""The confirmed copy (MessagePack map) of rows that have live changes on top; NULL: not known to the office."""

staging: Final = Table(
    "staging",
    LOCAL,
    Column("part", Integer, primary_key=True),
    Column("unit", LargeBinary(16), nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""Parts of pages that wait, in the order in which they came: for the rest of their unit, or (empty ``unit``) for the
end of their checkpoint. ``body`` is an encoded `desktop.store.staging.Part`."""

held_unit: Final = Table(
    "held_unit",
    LOCAL,
    Column("unit", LargeBinary(16), primary_key=True),
    Column("attempt", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""The units that entered, and the attempt at a first copy in which they did."""

sync_state: Final = Table(
    "sync_state",
    LOCAL,
    Column("name", String(40), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
"""The fields of `desktop.store.state.SyncState`, one row each."""

counter: Final = Table(
    "counter",
    LOCAL,
    Column("series", String(80), primary_key=True),
    Column("value", BigInteger, nullable=False),
)
"""The last number given in each series of offline numbers."""

sync_log: Final = Table(
    "sync_log",
    LOCAL,
    Column("entry", Integer, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)
"""What the rounds did that did anything (MessagePack maps), the last `KEPT_LOG` of them."""

saved_filter: Final = Table(
    "saved_filter",
    LOCAL,
    Column("id", LargeBinary(16), primary_key=True),
    Column("person", LargeBinary(16), nullable=False),
    Column("list_name", String(40), nullable=False),
    Column("title", String(100), nullable=False),
    Column("query", Text, nullable=False),
    Column("sorted_by", String(60), nullable=False, default=""),
    Column("is_descending", Integer, nullable=False, default=0),
    Column("is_pinned", Integer, nullable=False, default=0),
    Column("is_first", Integer, nullable=False, default=0),
    Index("saved_filter_of", "person", "list_name"),
)
"""Filters that a person keeps, by list. ``query`` is the English form of a filter; ``is_first``: the list begins with it."""

KEPT_LOG: Final = 500

trace: Final = Table(
    "trace",
    LOCAL,
    Column("entry", Integer, primary_key=True),
    Column("table_name", String(40), nullable=False),
    Column("row_id", LargeBinary(16), nullable=False),
    Column("unit", LargeBinary(16), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("by_id", LargeBinary(16)),
    Column("fields", LargeBinary, nullable=False),
    Index("trace_row", "row_id"),
    Index("trace_unit", "unit", "at_ms"),
    sqlite_autoincrement=True,
)
"""What pages changed in rows that were here already: ``fields`` is a MessagePack map of field to ``[old, new]``."""

draft: Final = Table(
    "draft",
    LOCAL,
    Column("kind", String(60), primary_key=True),
    Column("record", LargeBinary(16), primary_key=True),
    Column("unit", LargeBinary(16)),
    Column("typed", LargeBinary, nullable=False),
    Column("bases", LargeBinary, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index("draft_unit", "unit"),
    sqlite_with_rowid=False,
)
"""Forms that were begun (`desktop.store.drafts`). ``typed`` and ``bases`` are MessagePack maps."""
