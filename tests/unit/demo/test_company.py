"""The made-up company: the same for the same seed, complete, and such that the office's own checks find nothing."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from crm.changes.ops import PROTOCOL, PullRequest
from crm.clock import Clock
from crm.customers.rules import plain_name
from crm.orders.seal import open_seal
from crm.rights import Role
from demo.company import Company, build_company
from demo.ledger import DeedRefusedError
from demo.names import Names
from demo.orders import DAY_MS
from sync_server.store.rows import quoted
from sync_server.sync.check import check
from sync_server.sync.office import Office
from sync_server.sync.push import Caller

CUSTOMERS, PRODUCTS, REPS = 12, 24, 3


def build(office: Office, clock: Clock, seed: int = 7) -> Company:
    return build_company(
        office,
        seed=seed,
        clock=clock,
        customers=CUSTOMERS,
        products=PRODUCTS,
        reps=REPS,
        orders_per_customer=3,
    )


@pytest.fixture(scope="module")
def built(new_office: Callable[[], Office], clock: Clock) -> tuple[Office, Company]:
    """A company to look at."""
    office = new_office()
    return office, build(office, clock)


def rows(office: Office, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with office.database.snapshot() as connection:
        return office.database.rows(connection, statement, values)


def dump(office: Office) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    tables = [name for (name,) in rows(office, "SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {table: sorted(rows(office, f"SELECT * FROM {quoted(table)}"), key=repr) for table in tables}


def test_one_seed_gives_one_company_to_the_last_byte(
    built: tuple[Office, Company], new_office: Callable[[], Office], clock: Clock
) -> None:
    office, company = built
    again = new_office()
    assert build(again, clock) == company
    assert dump(again) == dump(office)


def test_another_seed_gives_another_company(
    built: tuple[Office, Company], new_office: Callable[[], Office], clock: Clock
) -> None:
    _office, company = built
    other = build(new_office(), clock, seed=8)
    assert set(other.orders).isdisjoint(company.orders)


def test_everything_that_was_asked_for_is_there(built: tuple[Office, Company]) -> None:
    office, company = built
    assert len(company.reps) == REPS
    assert len(company.products) == PRODUCTS
    assert sum(len(held) for held in company.customers.values()) == CUSTOMERS
    for table, count in (
        ("customer", CUSTOMERS),
        ("product", PRODUCTS),
        ("sales_order", len(company.orders)),
        ("changeset", company.changesets),
    ):
        assert rows(office, f"SELECT count(*) FROM {quoted(table)}") == [(count,)]
    roles = {role for (role,) in rows(office, "SELECT DISTINCT role FROM user_role")}
    assert roles >= {
        Role.GROUP_MANAGER,
        Role.DIVISION_HEAD,
        Role.SALES_REP,
        Role.DIVISION_ADMIN,
        Role.SYSTEM_ADMIN,
        Role.APPROVER,
    }
    assert rows(office, "SELECT DISTINCT state FROM app_user") == [("active",)]


def test_the_offices_own_check_finds_nothing(built: tuple[Office, Company]) -> None:
    office, _company = built
    assert check(office.database) == []


def test_orders_lie_in_the_past_year_sealed_with_three_to_six_lines(
    built: tuple[Office, Company], clock: Clock
) -> None:
    office, company = built
    for created_at, changed_at in rows(office, "SELECT created_at, changed_at FROM sales_order"):
        assert clock.now_ms() - 366 * DAY_MS < created_at <= changed_at < clock.now_ms()
    lines = rows(office, "SELECT count(*) FROM order_line GROUP BY order_id")
    assert {count for (count,) in lines} <= {3, 4, 5, 6}
    states = {state for (state,) in rows(office, "SELECT state FROM sales_order")}
    assert "closed" in states
    unsealed = rows(office, "SELECT count(*) FROM sales_order WHERE seal_hash IS NULL AND state <> 'draft'")
    assert unsealed == [(0,)]
    numbers = rows(office, "SELECT number FROM sales_order")
    assert len(set(numbers)) == len(company.orders)


def test_an_order_is_priced_and_taxed_by_the_companys_books(built: tuple[Office, Company]) -> None:
    office, _company = built
    [(content, net, tax)] = rows(
        office,
        "SELECT s.content, o.net_total_minor, o.tax_total_minor FROM sales_order o "
        "JOIN order_seal s ON s.order_id = o.id AND s.hash = o.seal_hash ORDER BY o.id LIMIT 1",
    )
    document = open_seal(content)
    assert document.net_total_minor == net > 0
    assert document.tax_total_minor == tax > 0
    assert all('"rule":"none"' not in str(line["price_certificate"]) for line in document.lines)
    differing = rows(
        office,
        "SELECT count(*) FROM sales_order WHERE looks LIKE '%price_differs%' OR looks LIKE '%tax_differs%'",
    )
    assert differing == [(0,)]


def test_a_rep_sees_the_own_customers_and_no_others(built: tuple[Office, Company]) -> None:
    office, company = built
    rep = company.reps[0]
    caller = Caller(rep, bytes(16))
    page = office.pull(caller, PullRequest(PROTOCOL, 1, bytes(16), {}, rows=20_000))
    found = {row[0] for block in page.blocks if block.table == "customer" for row in block.rows}
    assert page.complete
    assert found == set(company.customers[rep])


def test_a_second_company_in_one_office_is_refused(built: tuple[Office, Company], clock: Clock) -> None:
    office, _company = built
    before = dump(office)
    with pytest.raises(DeedRefusedError, match="code"):
        build(office, clock, seed=8)
    assert dump(office) == before


def test_no_two_firms_bear_one_name() -> None:
    names = Names(random.Random(1))
    firms = [names.firm() for _each in range(3000)]
    assert len({plain_name(firm.name) for firm in firms}) == 3000
    assert len({firm.phone for firm in firms}) == 3000
