"""The window over a large copy: its start, its lists, a customer, search, committing an order; each beside its floor.

Everything runs on an encrypted copy of 10,000 and of 100,000 customers, each with an order of ten lines. Floors are
measured in the same run, one after the other with what they are floors of.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias

from bench.copies import make_laptop, opened_laptop
from bench.floors import FLOORS
from desktop.settings import Settings
from desktop.store.search.find import search
from desktop.store.search.sound import syllables

CUSTOMERS: Final = 100_000
SMALL: Final = 10_000
ORDER_LINES: Final = 100
_KINDS: Final = ("customer", "contact", "ship_to_address", "sales_order")
_WAIT_S: Final = 30
Until: TypeAlias = Callable[[Callable[[], bool]], None]
"""Lets the window work until something is so."""


def run(customers: int = CUSTOMERS, *, keep: Path | None = None) -> dict[str, Any]:
    """Measure. ``keep`` is a folder in which copies are kept and found again."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="roundsman-bench-") as name:
        for size in sorted({min(SMALL, customers), customers}):
            folder = (keep or Path(name)) / str(size)
            found[str(size)] = _measure(folder, size)
    return found


def _measure(folder: Path, customers: int) -> dict[str, Any]:
    told: dict[str, Any] = {"customers": customers, "order_lines": customers * 10}
    settings = _copy(folder, customers, told)
    told["start"] = _start(settings)
    with opened_laptop(settings) as laptop:
        told["search"] = _search(laptop)
        told["commit"] = _commit(laptop)
        told |= _window(laptop)
    return told


def _copy(folder: Path, customers: int, told: dict[str, Any]) -> Settings:
    """The copy, with indexes; and what making these cost, when they were made now."""
    from desktop.store.database import repeatable_transaction
    from desktop.store.search import index

    os.environ["PYTHON_KEYRING_BACKEND"] = "bench.keyring_file.Keyring"
    os.environ["ROUNDSMAN_BENCH_KEYS"] = str(folder / "keys.json")
    if (folder / "laptop").is_dir():
        settings = Settings(folder / "laptop")
    else:
        folder.mkdir(parents=True, exist_ok=True)
        settings = make_laptop(folder, customers=customers)
    with opened_laptop(settings) as laptop:
        store = laptop.store
        begun = time.perf_counter()
        store.build_indexes()
        with store.reading() as connection:
            is_there = index.is_complete(connection)
        if not is_there:
            told["indexes_s"] = round(time.perf_counter() - begun, 1)
            store._make_search()
            slices: list[float] = []
            are_more = True
            while are_more:
                start = time.perf_counter()
                with repeatable_transaction(store.engine) as connection:
                    are_more = index.build_slice(connection, store.schema.entities)
                slices.append((time.perf_counter() - start) * 1000)
            told["search_index"] = {
                "slices": len(slices),
                "seconds": round(sum(slices) / 1000, 1),
                "slice_ms": _spread(slices),
            }
    return settings


def _spread(times_ms: list[float]) -> dict[str, float]:
    ordered = sorted(times_ms)
    places = {"median": 0.5, "p95": 0.95, "p99": 0.99}
    spread = {
        name: round(ordered[min(int(len(ordered) * share), len(ordered) - 1)], 1)
        for name, share in places.items()
    }
    return spread | {"max": round(ordered[-1], 1)}


# --- the start ---------------------------------------------------------------------------------------------------------


def _start(settings: Settings, *, times: int = 5) -> dict[str, Any]:
    """First paint and usable list of the real program, beside an empty window with the same imports.

    Both find their modules compiled, as an installed program's are; the first turn compiles them and does not count.
    """
    script = FLOORS / "floor_window.py"
    floors: list[float] = []
    starts: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory(prefix="roundsman-bench-") as compiled:
        around = os.environ | {"PYTHONPYCACHEPREFIX": compiled, "PYTHONDONTWRITEBYTECODE": ""}
        for turn in range(times + 1):
            if script.is_file():
                begun = time.perf_counter()
                subprocess.run([sys.executable, str(script)], check=True, capture_output=True, env=around)
                if turn:
                    floors.append((time.perf_counter() - begun) * 1000)
            command = [sys.executable, "-m", "bench.start", str(settings.folder), str(time.time())]
            done = subprocess.run(command, check=True, capture_output=True, text=True, env=around)
            if turn:
                starts.append(json.loads(done.stdout.splitlines()[-1]))
    told: dict[str, Any] = {
        name: round(statistics.median(start[name] for start in starts), 1)
        for name in ("first_paint_ms", "usable_ms")
    }
    if floors:
        floor = statistics.median(floors)
        told["floor_ms"] = round(floor, 1)
        told["first_paint_times_floor"] = round(told["first_paint_ms"] / floor, 2)
        told["usable_times_floor"] = round(told["usable_ms"] / floor, 2)
    return told


# --- search ------------------------------------------------------------------------------------------------------------


def _typed(laptop: Any) -> dict[str, list[str]]:
    """What people type, by how: parts of names that are there, their sound, initials, phones, codes, slips."""
    with laptop.store.reading() as connection:
        ask = connection.exec_driver_sql
        names = [
            name
            for (name,) in ask("SELECT name FROM customer ORDER BY id LIMIT -1 OFFSET 200").fetchmany(20_000)
        ]
        phones = [phone for (phone,) in ask("SELECT mobile FROM contact WHERE mobile <> '' LIMIT 2000")]
    chance = random.Random(5)
    some, called = chance.sample(names, 20), chance.sample(phones, 8)
    sounds = ["".join(syllables(name[:5])) for name in some]
    return {
        "words": [name[:6] for name in some],
        "pinyin": sounds + ["".join(syllables(name[2:6])) for name in some],
        "initials": ["".join(one[0] for one in syllables(name[:6])) for name in some],
        "phones": [phone[:9] for phone in called],
        "two_words": [f"{name[2:4]} {name[:2]}" for name in some],
        "codes": ["BK-012345", "bk0123", "ND-9-00123"],
        "slips": ["".join(syllables(name[2:4]))[:-1] + "x" for name in some],
    }


def _search(laptop: Any) -> dict[str, Any]:
    """Each keystroke of each text: the query of the palette. The floor is one look at one word of the index."""
    told: dict[str, Any] = {}
    every: list[float] = []
    with laptop.store.reading() as connection:
        for kind, texts in _typed(laptop).items():
            search(connection, texts[0], kinds=_KINDS)
            times = [
                _ms(partial(search, connection, text[:end], kinds=_KINDS))
                for text in texts
                for end in range(1, len(text) + 1)
            ]
            told[kind] = _spread(times)
            every += times
        question = "SELECT rowid FROM search_text WHERE search_text MATCH ? LIMIT 20"
        told["floor_ms"] = round(
            statistics.median(
                _ms(lambda: connection.exec_driver_sql(question, ('"haik" *',)).fetchall()) for _ in range(20)
            ),
            2,
        )
    told["all"] = _spread(every)
    return told


# --- committing --------------------------------------------------------------------------------------------------------


def _commit(laptop: Any, *, times: int = 5) -> dict[str, Any]:
    """Submitting an order of a hundred lines (checked, sealed, in the journal), and writing it for the first time. The floor
    is a transaction that writes as many rows and waits for the disk as long.
    """
    from crm.orders import actions
    from crm.orders.drafting import DraftLine, write_draft
    from desktop.kit.session import read_actor
    from desktop.store.database import transaction

    store, person = laptop.store, laptop.enrolment.person
    actor = read_actor(store, person)
    with store.reading() as connection:
        ask = connection.exec_driver_sql
        customers = [
            row_id for (row_id,) in ask("SELECT id FROM customer WHERE owner_id = ? LIMIT 5", (person,))
        ]
        products = [
            row_id for (row_id,) in ask("SELECT id FROM product WHERE deleted = 0 AND state = 'active'")
        ]
    made: list[bytes] = []

    def write() -> None:
        with store.unit_of_work("order.create", actor) as work:
            customer = customers[len(made) % len(customers)]
            order = actions.create_order(work, customer, delivery_place="海口", wanted_on=work.business_date)
            lines = [DraftLine(products[number % len(products)], 1000) for number in range(ORDER_LINES)]
            write_draft(work, order.id, lines)
            made.append(order.id)

    def submit() -> None:
        with store.unit_of_work("order.submit", actor) as work:
            actions.submit_order(work, made[-1])

    def floor() -> None:
        with transaction(store.engine) as connection:
            connection.exec_driver_sql(
                "CREATE TABLE IF NOT EXISTS bench_floor (id BLOB PRIMARY KEY, body BLOB)"
            )
            rows = [(os.urandom(16), os.urandom(400)) for _ in range(ORDER_LINES)]
            connection.exec_driver_sql("INSERT INTO bench_floor VALUES (?, ?)", rows)

    turns = [(_ms(write), _ms(submit), _ms(floor)) for _ in range(times)]
    written, submitted, floors = zip(*turns, strict=True)
    return {
        "first_written_ms": round(statistics.median(written), 1),
        "submit_ms": round(statistics.median(submitted), 1),
        "floor_ms": round(statistics.median(floors), 1),
    }


# --- the window --------------------------------------------------------------------------------------------------------


def _window(laptop: Any) -> dict[str, Any]:
    """Opening the list, its end, and a customer, up to the paint; over the bare queries that they rest on."""
    from PySide6.QtCore import QEventLoop

    from desktop.bootstrap import CLOCK
    from desktop.kit.preferences import Preferences
    from desktop.kit.session import Session
    from desktop.shell.application import make_application
    from desktop.shell.screens import SCREENS
    from desktop.shell.window import MainWindow

    application = make_application()
    session = Session(laptop.store, CLOCK, person=laptop.enrolment.person, zone=laptop.enrolment.zone)
    preferences = Preferences(Path(tempfile.mkdtemp()))
    preferences.language = "en"
    window = MainWindow(application, preferences)
    shell = window.begin(session, SCREENS)
    window.resize(1280, 800)
    window.show()

    def until(is_so: Callable[[], bool]) -> None:
        end = time.monotonic() + _WAIT_S
        while not is_so():
            # As the window's own loop does: sleep until something comes.
            application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 5)
            if time.monotonic() > end:
                raise RuntimeError("the window did not come so far")

    def settle() -> None:
        until(lambda: not session.tasks.is_busy)

    shell.open("customers")
    settle()
    page: Any = shell.screen_here.page  # type: ignore[union-attr]
    model, table = page.model, page.table
    told = {
        "list_open": _over(lambda: _open_list(page, until), lambda c: _bare_open(page, c), laptop, settle),
        "list_end": _over(lambda: _jump(model, table, until), lambda c: _bare_end(page, c), laptop, settle),
        "customer_open": _over(
            lambda: _open_customer(shell, session, until),
            lambda c: _bare_customer(c, laptop),
            laptop,
            settle,
        ),
    }
    window.close()
    session.close()
    return told


def _over(
    shown: Callable[[], float],
    bare: Callable[[Any], None],
    laptop: Any,
    settle: Callable[[], None],
    *,
    times: int = 7,
) -> dict[str, float]:
    there: list[float] = []
    alone: list[float] = []
    for _ in range(times):
        with laptop.store.reading() as connection:
            alone.append(_ms(partial(bare, connection)))
        there.append(shown())
        settle()
    window, query = statistics.median(there), statistics.median(alone)
    return {"ms": round(window, 1), "bare_query_ms": round(query, 1), "over_ms": round(window - query, 1)}


def _open_list(page: Any, until: Until) -> float:
    painted: list[float] = []
    begun = time.perf_counter()

    def paint() -> None:
        page.table.viewport().repaint()
        painted.append((time.perf_counter() - begun) * 1000)

    arrived = page.model.shown.connect(paint)
    page.show_place({"filter": ""})
    until(lambda: bool(painted))
    page.model.disconnect(arrived)
    return painted[0]


def _bare_open(page: Any, connection: Any) -> None:
    reading = page.reading()
    reading.count(connection)
    reading.forward(connection)


def _jump(model: Any, table: Any, until: Until) -> float:
    last = model.rowCount() - 1
    model._pages.clear()  # as if it were the first time
    painted: list[float] = []
    begun = time.perf_counter()

    def paint() -> None:
        if model.row(last) is not None and not painted:
            table.viewport().repaint()
            painted.append((time.perf_counter() - begun) * 1000)

    arrived = model.dataChanged.connect(paint)
    table.scrollToBottom()
    until(lambda: bool(painted))
    model.disconnect(arrived)
    table.scrollToTop()
    return painted[0]


def _bare_end(page: Any, connection: Any) -> None:
    page.reading().backward(connection)


_opened: Final[list[bytes]] = []


def _some_customer(connection: Any) -> bytes:
    ((row_id,),) = connection.exec_driver_sql(
        "SELECT id FROM customer LIMIT 1 OFFSET ?", (1000 + 37 * len(_opened),)
    )
    found: bytes = row_id
    return found


def _open_customer(shell: Any, session: Any, until: Until) -> float:
    begun = time.perf_counter()
    shell.open("customer", {"id": _opened[-1].hex()})
    until(lambda: not session.tasks.is_busy)
    shell.screen_here.repaint()
    return (time.perf_counter() - begun) * 1000


def _bare_customer(connection: Any, laptop: Any) -> None:
    from sqlalchemy.orm import Session as OrmSession

    from desktop.bootstrap import CLOCK
    from desktop.kit.session import read_actor
    from desktop.store.reads.customer import whole

    _opened.append(_some_customer(connection))
    actor = read_actor(laptop.store, laptop.enrolment.person)
    from crm.clock import business_date

    with OrmSession(connection) as reading:
        whole(reading, _opened[-1], actor=actor, today=business_date(CLOCK.now_ms(), laptop.enrolment.zone))


def _ms(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000
