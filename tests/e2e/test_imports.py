"""An import that is killed or stopped in the middle, and one that a real laptop synced and that is taken back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import create_engine

from bench.imports import write_files
from crm.changes.codec import decode, encode
from crm.changes.ops import Head, Page, PullRequest, PushAnswer, PushRequest
from crm.clock import Clock
from crm.ids import IdFactory
from crm.schema import RULEBOOK, SCHEMA
from desktop.store.database import prepare_engine
from desktop.store.store import Store
from desktop.sync.engine import SyncEngine
from sync_server.app import open_office
from sync_server.imports.load_run import import_files
from sync_server.imports.maps import load_map
from sync_server.imports.runs import Runs
from sync_server.imports.undo import undo
from sync_server.set_up import OFFICE_ITSELF
from sync_server.settings import Settings
from sync_server.store import migrations
from sync_server.store.database import Database
from sync_server.sync.check import check
from sync_server.sync.office import Office
from sync_server.sync.push import Caller
from tests.conftest import PROJECT
from tests.unit.sync_server.store.servers import empty_database

LINES: Final = 3000
WAIT_S: Final = 60.0


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'office.db'}"
    else:
        with empty_database() as found:
            yield found


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """An office without a past."""
    found = Database(url, SCHEMA)
    migrations.upgrade(found)
    yield found
    found.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with orders of a made-up company and the map of it."""
    folder = tmp_path_factory.mktemp("files")
    write_files(folder, LINES)
    return folder


def start(files: Path, url: str) -> subprocess.Popen[bytes]:
    """The real command in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "sync_server", "import", str(files), "--map", str(files / "bench.toml"),
         "--database", url],
        cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip


def rows(database: Database, statement: str) -> list[tuple[Any, ...]]:
    """Rows of a query."""
    with database.snapshot() as connection:
        return database.rows(connection, statement)


def wait_for_orders(database: Database, process: subprocess.Popen[bytes]) -> None:
    """Until the import is among the orders."""
    deadline = time.monotonic() + WAIT_S
    while not rows(database, "SELECT 1 FROM sales_order LIMIT 1"):
        assert process.poll() is None, "it ended too early"
        assert time.monotonic() < deadline, "it does not come to the orders"
        time.sleep(0.005)


def import_all(office: Office, files: Path) -> dict[str, int]:
    """Import the rest; living records of each file."""
    return dict(
        import_files(office, load_map(files / "bench.toml", SCHEMA), files, person=OFFICE_ITSELF).rows
    )


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_kill_leaves_nothing_or_all_of_each_batch_and_the_next_run_finishes_the_rest(
    database: Database, url: str, files: Path
) -> None:
    with start(files, url) as process:
        wait_for_orders(database, process)
        process.kill()
    assert process.returncode == -signal.SIGKILL
    keys = dict(rows(database, "SELECT entity, COUNT(*) FROM import_key GROUP BY entity"))
    for table in ("customer", "product", "sales_order", "order_line"):
        assert keys[table] == rows(database, f"SELECT COUNT(*) FROM {table}")[0][0]
    assert 0 < keys["order_line"] < LINES
    assert check(database) == []
    found = import_all(open_office(database, Settings()), files)
    assert found == {"products": 500, "customers": 20, "orders": LINES // 5, "order_lines": LINES}
    assert [run.state.value for run in Runs(database).all()] == ["done", "unfinished"]
    assert check(database) == []


@pytest.mark.skipif(os.name == "nt", reason="needs SIGINT")
def test_ctrl_c_takes_back_what_was_brought(tmp_path: Path, files: Path) -> None:
    url = f"sqlite:///{tmp_path / 'office.db'}"
    database = Database(url, SCHEMA)
    migrations.upgrade(database)
    with start(files, url) as process:
        wait_for_orders(database, process)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=WAIT_S)
    assert process.returncode == 2
    assert b"error 9022: Import 1 was cancelled" in said
    for table in ("app_user", "customer", "product", "sales_order", "order_line"):
        assert rows(database, f"SELECT COUNT(*) FROM {table} WHERE deleted = 0") == [(0,)]
    assert check(database) == []
    database.close()


class Wire:
    """The road to an office in the same process; messages are really encoded."""

    def __init__(self, office: Office, caller: Caller) -> None:
        self._office = office
        self._caller = caller

    def push(self, request: PushRequest) -> PushAnswer:
        """See `desktop.sync.transport.Transport`."""
        return decode(PushAnswer, encode(self._office.push(self._caller, request)))

    def pull(self, request: PullRequest) -> Page:
        """See `desktop.sync.transport.Transport`."""
        return decode(Page, encode(self._office.pull(self._caller, request)))

    def wake(self, cursor: dict[str, Head], timeout_s: float) -> bool:
        """See `desktop.sync.transport.Transport`."""
        return self._office.has_news(self._caller, cursor)


class WallClock(Clock):
    """The time of this machine."""

    def now_ms(self) -> int:
        """See `crm.clock.Clock`."""
        return time.time_ns() // 1_000_000


def living(store: Store) -> dict[str, set[tuple[Any, ...]]]:
    """The records that the laptop shows, without what says when they were changed."""
    found: dict[str, set[tuple[Any, ...]]] = {}
    with store.engine.connect() as connection:
        for entity in SCHEMA:
            names = ", ".join(f'"{name}"' for name in ("id", *entity.fields) if name in entity.wire_columns)
            asked = connection.exec_driver_sql(f'SELECT {names} FROM "{entity.name}" WHERE deleted = 0')
            found[entity.name] = {tuple(row) for row in asked}
    return found


def test_a_laptop_that_synced_an_import_is_back_row_for_row_after_the_undo(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'office.db'}", SCHEMA)
    migrations.upgrade(database)
    office = open_office(database, Settings())
    earlier, later = (tmp_path_factory.mktemp(name) for name in ("earlier", "later"))
    write_files(earlier, 100)
    write_files(later, 300)
    import_all(office, earlier)
    [(rep,)] = rows(database, "SELECT id FROM app_user WHERE rep_code = 'REP'")
    ids = IdFactory(WallClock().now_ms)
    device = ids()
    with database.write() as connection:
        database.execute_many(
            connection,
            "INSERT INTO device (id, person, ordinal, name, state, enrolled_at, last_contact_at, clock_offset_ms, "
            "client_version) VALUES (?,?,1,'laptop','active',0,0,0,'')",
            [(device, rep)],
        )
    engine = prepare_engine(create_engine(f"sqlite:///{tmp_path / 'laptop.db'}"))
    store = Store(engine, SCHEMA, RULEBOOK, WallClock(), zone="Asia/Shanghai", ids=ids)
    store.enrol(incarnation=ids(), device_code="REP-1")
    sync = SyncEngine(store, Wire(office, Caller(rep, device)), WallClock())
    assert sync.round().complete
    before = living(store)
    import_all(office, later)
    assert sync.round().complete
    assert len(before["order_line"]) == 100
    assert len(living(store)["order_line"]) == 300
    undone = undo(office, Runs(database).get(2), OFFICE_ITSELF)
    assert (undone.stayed, undone.deleted) == (0, 40 + 200)
    assert undone.restored == 19  # the files say other days for the orders that were there
    assert sync.round().complete
    assert living(store) == before
    assert check(database) == []
    store.engine.dispose()
    database.close()
