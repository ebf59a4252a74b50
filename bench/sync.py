"""The four workloads of sync, on our own entities with rights, rules, journal and encryption switched on.

First copy; up-sync of 1,000 priced and sealed orders; one changed order and an idle poll; fifty clients at once.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from threading import Barrier
from typing import Any, Final

import requests

from bench.floors import bare_round_trip_ms, bare_server, floor_copy, median_ms
from bench.laptop import peak_mb
from bench.world import World, laptop, world
from crm.changes.ops import PROTOCOL, PullRequest, PushRequest
from crm.customers.actions import edit_customer
from crm.orders.actions import add_line, create_order, submit_order
from crm.people.queries import actor_for
from crm.schema import SCHEMA
from desktop.bootstrap import CLOCK, Laptop
from desktop.sync.engine import RoundReport
from desktop.sync.push import Pushed, push_steps

ORDERS: Final = 1000
LINES: Final = 5
CHANGES: Final = 120
IDLE_POLLS: Final = 200
CLIENTS: Final = 50
CLIENT_ORDERS: Final = 3  # of five lines and a seal each: 21 rows


def run(size: str, *, database_url: str | None = None, orders: int = ORDERS) -> dict[str, Any]:
    """All workloads at one size; what is compared with what is in the keys."""
    found: dict[str, Any] = {"size": size}
    with tempfile.TemporaryDirectory(prefix="roundsman-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        begun = time.perf_counter()
        made = stack.enter_context(world(size, folder, database_url))
        found["setup"] = _per_second(made.company.rows, time.perf_counter() - begun)
        bare = stack.enter_context(bare_server())
        found["bare_round_trip_ms"] = round(bare_round_trip_ms(bare, 200), 3)
        found["first_copy"] = _first_copy(made, size)
        found["peak_memory_mb"] = _peak_memory_mb(made)
        one = stack.enter_context(laptop(made, "one"))
        two = stack.enter_context(laptop(made, "two"))
        for each in (one, two):
            _round(each)
        found["one_change"] = _one_change(made, one, two, bare)
        found["idle_poll"] = _idle(one, bare)
        found["up_sync"] = _up_sync(made, one, orders)
        found["clients"] = _clients(made)
    return found


def _first_copy(made: World, size: str) -> dict[str, Any]:
    floors = [floor_copy(size)] if size in ("S", "M") else []
    taken: list[float] = []
    afterwards: list[float] = []
    rows = 0
    for attempt in range(3):
        with laptop(made, f"first-{attempt}") as opened:
            begun = time.perf_counter()
            report = _round(opened)
            afterwards.append(time.perf_counter() - begun - report.seconds)
            rows = report.pulled_rows
            taken.append(report.seconds)
        if size in ("S", "M"):
            floors.append(floor_copy(size))
    seconds = statistics.median(taken)
    result = _per_second(rows, seconds)
    known = [floor["seconds"] / floor["rows"] for floor in floors if floor]
    if known:
        result["times_floor_per_row"] = round(seconds / rows / statistics.median(known), 2)
        result["floor_rows_per_s"] = round(1 / statistics.median(known))
    result["all_seconds"] = [round(one, 3) for one in taken]
    result["indexes_afterwards_seconds"] = round(statistics.median(afterwards), 3)
    return result


def _peak_memory_mb(made: World) -> dict[str, int]:
    """What a first copy needs: a laptop in a process of its own, and the server up to its end."""
    command = [sys.executable, "-m", "bench.laptop", made.url, made.code(), str(made.folder / "memory")]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return {"laptop": int(run.stdout), "server": peak_mb(str(made.server_pid)) or 0}


def _one_change(made: World, one: Laptop, two: Laptop, bare: str) -> dict[str, Any]:
    """A customer's note changed on one laptop: the push, and the pull that brings it to the other.

    Every second change goes up by its push exchange alone, the others by a whole round. Bare round trips come in
    between, so that what else the machine does hits both.
    """
    customer = next(iter(made.company.customers.values()))[0]
    taken: dict[str, list[float]] = {"push_exchange": [], "round": [], "pull_and_fold": []}
    trips: list[float] = []
    with requests.Session() as session:
        for turn in range(CHANGES):
            trips.append(median_ms(lambda: _bare(session, bare), 1))
            with one.store.unit_of_work("customer.edit", _actor(one)) as work:
                edit_customer(work, customer, note=f"turn {turn}")
            if turn % 2:
                taken["push_exchange"].append(median_ms(lambda: _exchange(one), 1))
                _round(one)
            else:
                taken["round"].append(median_ms(lambda: _round(one), 1))
            trips.append(median_ms(lambda: _bare(session, bare), 1))
            begun = time.perf_counter()
            rows = _round(two).pulled_rows
            taken["pull_and_fold"].append((time.perf_counter() - begun) * 1000)
            _demand(rows == 1, rows)
    trip = statistics.median(trips)
    found: dict[str, Any] = {"bare_ms": round(trip, 3)}
    for name, each in taken.items():
        found[f"{name}_ms"] = round(statistics.median(each), 2)
    found["push_exchange_over_bare"] = round(statistics.median(taken["push_exchange"]) / trip, 2)
    found["pull_and_fold_over_bare"] = round(statistics.median(taken["pull_and_fold"]) / trip, 2)
    found["round_over_two_bare"] = round(statistics.median(taken["round"]) / trip / 2, 2)
    return found


def _exchange(one: Laptop) -> None:
    """What waits is sent, and its outcomes are written."""
    pushed = Pushed()
    steps = push_steps(one.store, CLOCK, pushed)
    answer = one.transport.push(next(steps))
    with suppress(StopIteration):
        steps.send(answer)
    _demand([outcome.kind for outcome in pushed.outcomes] == ["applied"], pushed)


def _bare(session: requests.Session, url: str) -> None:
    _demand(session.post(url, data=b"x", timeout=10).ok, url)


def _idle(one: Laptop, bare: str) -> dict[str, Any]:
    _round(one)
    state = one.store.state()
    request = PullRequest(
        PROTOCOL, SCHEMA.version, state.incarnation, state.cursor, receipt_n=state.receipt_n
    )
    polls, wires, trips = [], [], []
    with requests.Session() as session:
        for _ in range(IDLE_POLLS):
            trips.append(median_ms(lambda: _bare(session, bare), 1))
            polls.append(median_ms(one.sync.round, 1))
            wires.append(median_ms(lambda: one.transport.pull(request), 1))
    poll, wire, trip = map(statistics.median, (polls, wires, trips))
    return {
        "round_ms": round(poll, 3),
        "request_ms": round(wire, 3),
        "bare_ms": round(trip, 3),
        "round_over_bare": round(poll / trip, 2),
        "request_over_bare": round(wire / trip, 2),
    }


def _up_sync(made: World, one: Laptop, orders: int) -> dict[str, Any]:
    customers = next(iter(made.company.customers.values()))
    begun = time.perf_counter()
    for number in range(orders):
        _take_order(made, one, customers[number % len(customers)], number)
    written = time.perf_counter() - begun
    report = one.sync.round()
    _demand(report.code == 0 and report.outcomes == {"applied": orders}, report)
    rows = orders * (LINES + 2)
    result = _per_second(rows, report.push_seconds)
    result["orders"] = orders
    result["whole_round_seconds"] = round(report.seconds, 3)
    result["taking_one_order_ms"] = round(written / orders * 1000, 2)
    return result


def _take_order(made: World, one: Laptop, customer: bytes, number: int) -> None:
    products = made.company.products
    with one.store.unit_of_work("order.submit", _actor(one)) as work:
        order = create_order(work, customer)
        for line in range(LINES):
            add_line(
                work,
                order.id,
                products[(number * LINES + line) % len(products)],
                quantity_milli=1000 * 12,
                wanted_on=work.business_date,
                delivery_place="Warehouse 2",
            )
        submit_order(work, order.id)


def _clients(made: World) -> dict[str, Any]:
    """Fifty laptops hand in some twenty rows each at one moment; messages are made beforehand."""
    customers = next(iter(made.company.customers.values()))
    with ExitStack() as stack:
        opened = [stack.enter_context(laptop(made, f"client-{place}")) for place in range(2)]
        for each in opened:
            _round(each)
        source = opened[0]
        requests: list[PushRequest] = []
        for place in range(CLIENTS):
            for number in range(CLIENT_ORDERS):
                _take_order(made, source, customers[(place * 7 + number) % len(customers)], number)
        _incarnation, sealed = source.store.outgoing(max_changesets=200, max_bytes=1 << 30)
        threads = [stack.enter_context(laptop(made, f"thread-{place}")) for place in range(CLIENTS)]
        for place, each in enumerate(threads):
            mine = sealed[place * CLIENT_ORDERS : (place + 1) * CLIENT_ORDERS]
            numbered = tuple(
                type(one)(one.change_id, n + 1, one.hash, one.body) for n, one in enumerate(mine)
            )
            requests.append(PushRequest(PROTOCOL, each.store.state().incarnation, 0, numbered))
        for each in threads:
            each.transport.wake({}, 0)
        barrier = Barrier(CLIENTS + 1)

        def hand_in(place: int) -> float:
            barrier.wait()
            answer = threads[place].transport.push(requests[place])
            _demand(all(outcome.kind == "applied" for outcome in answer.outcomes), answer)
            return time.perf_counter()

        with ThreadPoolExecutor(CLIENTS) as pool:
            waiting = [pool.submit(hand_in, place) for place in range(CLIENTS)]
            barrier.wait()
            begun = time.perf_counter()
            ended = max(one.result() for one in waiting)
        rows = CLIENTS * CLIENT_ORDERS * (LINES + 2)
        return _per_second(rows, ended - begun)


def _actor(one: Laptop) -> Any:
    with one.store.session() as session:
        return actor_for(session, one.enrolment.person, office=False)


def _round(one: Laptop) -> RoundReport:
    report = one.sync.round()
    _demand(report.code == 0 and report.complete, report)
    return report


def _demand(is_right: bool, seen: object) -> None:
    """A workload that did not do its work is no measurement."""
    if not is_right:
        raise RuntimeError(f"the workload went wrong: {seen}")


def _per_second(rows: int, seconds: float) -> dict[str, Any]:
    return {"rows": rows, "seconds": round(seconds, 3), "rows_per_s": round(rows / seconds)}
