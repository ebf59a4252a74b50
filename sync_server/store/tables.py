"""The office's own tables, beside the replicated ones (sync-protocol, 5 to 7, 12, 15).

Instants are UTC milliseconds, ids 16 bytes. Nothing here leaves the office except through push and pull.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

OFFICE: Final = MetaData()


def _id(name: str, *, key: bool = False, nullable: bool = False) -> Column[bytes]:
    return Column(name, LargeBinary(16), primary_key=key, nullable=nullable)


def _int(name: str, *, key: bool = False, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, primary_key=key, nullable=nullable, autoincrement=False)


def _text(name: str, length: int, *, key: bool = False, nullable: bool = False) -> Column[str]:
    return Column(name, String(length), primary_key=key, nullable=nullable)


feed = Table(
    "feed",
    OFFICE,
    _id("id", key=True),
    _text("kind", 12),  # company, division, person
    _int("epoch"),
    _int("seq"),
    Column("tag", LargeBinary(8), nullable=False),
    _int("stamp"),  # the highest stamp given in this feed
)

feed_record = Table(
    "feed_record",
    OFFICE,
    _id("feed", key=True),
    _int("seq", key=True),
    _id("change_id"),
    _id("by"),
    _int("at"),
    Column("tag", LargeBinary(8), nullable=False),
    Column("rows", Integer, nullable=False),
)

feed_touch = Table(
    "feed_touch",
    OFFICE,
    _id("feed", key=True),
    _int("seq", key=True),
    _id("unit", key=True),
    _text("tbl", 40, key=True),
)

unit = Table(
    "unit",
    OFFICE,
    _id("id", key=True),
    _text("kind", 12),
    _id("feed"),
    _int("head"),
)

unit_digest = Table(
    "unit_digest",
    OFFICE,
    _id("unit", key=True),
    _text("tbl", 40, key=True),
    Column("digest", LargeBinary(16), nullable=False),
    _int("rows"),
)

holder = Table(
    "holder",
    OFFICE,
    _id("unit", key=True),
    _id("principal", key=True),
    _text("why", 12, key=True),
    _int("enter_seq", key=True),
    _id("feed"),
    Column("access", String(4), nullable=False),  # edit, read
    _int("leave_seq", nullable=True),
)
Index("holder_entering", holder.c.principal, holder.c.feed, holder.c.enter_seq, holder.c.unit)
Index("holder_leaving", holder.c.principal, holder.c.feed, holder.c.leave_seq)

member = Table(
    "member",
    OFFICE,
    _id("person", key=True),
    _id("principal", key=True),
    _int("enter_seq", key=True),
    _int("leave_seq", nullable=True),
)

principal_feed = Table("principal_feed", OFFICE, _id("principal", key=True), _id("feed", key=True))

changeset = Table(
    "changeset",
    OFFICE,
    _id("change_id", key=True),
    _id("device", nullable=True),
    _id("incarnation"),
    _int("n"),
    Column("hash", LargeBinary(32), nullable=False),
    _int("stamp"),
    _int("effective_stamp"),
    _text("business_date", 10),
    Column("schema_version", Integer, nullable=False),
    _text("intent", 64),
    _id("actor"),
    Column("form", SmallInteger, nullable=False),  # 0 MessagePack, 1 JSON
    Column("body", LargeBinary, nullable=False),
    _text("kind", 12),
    Column("code", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("details", LargeBinary, nullable=False),
    _int("received_at"),
)
Index("changeset_by_incarnation", changeset.c.incarnation, changeset.c.n)

device = Table(
    "device",
    OFFICE,
    _id("id", key=True),
    _id("person"),
    Column("ordinal", Integer, nullable=False),
    _text("name", 100),
    _text("state", 12),  # active, frozen, drain, wipe, closed
    _int("enrolled_at"),
    _int("last_contact_at"),
    _int("clock_offset_ms"),
    _text("client_version", 40),
    UniqueConstraint("person", "ordinal"),
)

incarnation = Table(
    "incarnation",
    OFFICE,
    _id("id", key=True),
    _id("device"),
    _int("last_n"),
    _int("durable_n"),
    _int("began_at"),
)

account = Table(
    "account",
    OFFICE,
    _id("person", key=True),
    Column("login", String(100), nullable=False, unique=True),
    _text("password_hash", 300),
    _text("state", 12),  # active, frozen, closed
    _int("created_at"),
    _int("password_changed_at"),
)

token = Table(
    "token",
    OFFICE,
    Column("hash", LargeBinary(32), primary_key=True),
    _text("kind", 8),  # access, refresh
    _id("person"),
    _id("device", nullable=True),
    _id("family"),
    _int("issued_at"),
    _int("expires_at"),
    _int("used_at", nullable=True),
    _int("revoked_at", nullable=True),
    Column("successor", LargeBinary(32), nullable=True),
)
Index("token_family", token.c.family)

enrolment_code = Table(
    "enrolment_code",
    OFFICE,
    Column("hash", LargeBinary(32), primary_key=True),
    _id("person"),
    _id("issued_by"),
    _int("expires_at"),
    _int("used_at", nullable=True),
    _id("device", nullable=True),
)

attempt = Table(
    "attempt",
    OFFICE,
    _text("subject", 120, key=True),  # what is counted: a login name or an address, hashed
    _int("window_at", key=True),
    Column("count", Integer, nullable=False),
)

setting = Table(
    "setting",
    OFFICE,
    _text("key", 60, key=True),
    Column("value", Text, nullable=False),
)

import_run = Table(
    "import_run",
    OFFICE,
    _int("id", key=True),
    _text("source", 60),
    _text("title", 200),
    _id("person"),
    _text("state", 12),  # running, done, cancelled, unfinished, undoing, undone
    _int("started_at"),
    _int("ended_at", nullable=True),
    Column("counts", Text, nullable=False),  # JSON: file label to outcome to rows
    Column("settings", Text, nullable=False),  # JSON: setting to [before, after]
)

import_batch = Table(
    "import_batch",
    OFFICE,
    _int("run", key=True),
    _int("n", key=True),
    _id("change_id"),
    Column("taken_back", SmallInteger, nullable=False),
)

import_key = Table(
    "import_key",
    OFFICE,
    _text("source", 60, key=True),
    _text("entity", 40, key=True),
    _text("key", 200, key=True),
    _id("row_id"),
    _int("run"),
    Column("found", SmallInteger, nullable=False),  # 1: the record was there and was found by its values
    # A million keys: the table is its own index.
    sqlite_with_rowid=False,
)
