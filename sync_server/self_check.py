"""``--self-check``: does this program have all it needs, on this machine? Named checks and values, as one JSON line."""

from __future__ import annotations

import platform
import sqlite3
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import msgspec

from crm.changes.codec import Form, compress, decode, encode, expand
from crm.changes.ops import PROTOCOL, Op, Outcome, PushAnswer
from crm.clock import business_date
from crm.schema import SCHEMA, SCHEMA_VERSION
from sync_server.accounts.passwords import Passwords
from sync_server.app import create_app, open_accounts, open_office
from sync_server.imports.maps import MAPS, load_map
from sync_server.set_up import SetUp
from sync_server.settings import Settings, product_version
from sync_server.store import migrations
from sync_server.store.database import Database

Value = str | int | bool


def self_check() -> tuple[bool, str]:
    """Whether everything is in order, and the line that says what was looked at."""
    checks: dict[str, Callable[[], Value]] = {
        "database": _database,
        "passwords": _passwords,
        "zstd": _zstd,
        "messages": _messages,
        "time_zone": lambda: business_date(1_767_196_800_000, "Asia/Shanghai").isoformat(),
        "migrations": migrations.newest,
        "postgresql_driver": _postgresql,
        "import_maps": _import_maps,
        "application": _application,
    }
    found: dict[str, Value] = {}
    failed: list[str] = []
    for name, check in checks.items():
        try:
            found[name] = check()
        except Exception as error:  # noqa: BLE001 - whatever is broken must be named, not hide the rest
            found[name] = f"failed: {type(error).__name__}"
            failed.append(name)
    report = {
        "ok": not failed,
        "failed": failed,
        "checks": found,
        "versions": {
            "roundsman": product_version(),
            "protocol": PROTOCOL,
            "schema": SCHEMA_VERSION,
            "python": platform.python_version(),
            "sqlite": sqlite3.sqlite_version,
        },
    }
    return not failed, msgspec.json.encode(report).decode()


def _database() -> str:
    with tempfile.TemporaryDirectory(prefix="roundsman-", ignore_cleanup_errors=True) as folder:
        database = Database(f"sqlite:///{Path(folder) / 'office.db'}", SCHEMA)
        try:
            settings = Settings()
            SetUp(open_office(database, settings), open_accounts(database, settings)).begin()
            with database.snapshot() as connection:
                rows = database.rows(connection, "SELECT login FROM account")
        finally:
            database.close()
    return f"written and read back: {rows[0][0]}"


def _passwords() -> bool:
    passwords = Passwords()
    stored = passwords.hash("a long enough one")
    if not passwords.verify(stored, "a long enough one").is_right or passwords.verify(stored, "no").is_right:
        raise ValueError
    return True


def _zstd() -> bool:
    data = b"roundsman" * 1000
    if expand(compress(data), len(data)) != data:
        raise ValueError
    return True


def _messages() -> bool:
    answer = PushAnswer((Outcome(b"\x01" * 16, 1, "applied"),), 2, 3)
    for form in Form:
        if decode(PushAnswer, encode(answer, form), form) != answer:
            raise ValueError
    if decode(Op, encode(Op("t", b"\x02" * 16, 0, 0, {"a": 1}))).fields != {"a": 1}:
        raise ValueError
    return True


def _postgresql() -> str:
    import psycopg

    return f"{version('psycopg')} {psycopg.pq.__impl__}"


def _import_maps() -> str:
    names = sorted(path.stem for path in MAPS.glob("*.toml"))
    if not names:
        raise FileNotFoundError
    return ", ".join(load_map(name, SCHEMA).name for name in names)


def _application() -> str:
    with tempfile.TemporaryDirectory(prefix="roundsman-", ignore_cleanup_errors=True) as folder:
        database = Database(f"sqlite:///{Path(folder) / 'office.db'}", SCHEMA)
        try:
            app = create_app(open_office(database, Settings()))
            return f"{len(app.routes)} routes"
        finally:
            database.close()
