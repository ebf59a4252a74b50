"""Large companies are written without asking the rules, so what is written must be what the rules would say."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from crm.clock import Clock
from crm.schema import SCHEMA
from demo import ledger
from demo.company import Company
from demo.ledger import Deed, Ledger
from demo.volume import build_volume
from sync_server.store.rows import quoted
from sync_server.sync.check import check
from sync_server.sync.office import Office


def build(office: Office, clock: Clock) -> Company:
    return build_volume(
        office, seed=3, clock=clock, customers=8, products=20, reps=2, orders_count=20, lines_per_order=5
    )


def rows(office: Office, table: str) -> list[tuple[Any, ...]]:
    with office.database.snapshot() as connection:
        return office.database.rows(connection, f"SELECT * FROM {quoted(table)} ORDER BY id")


def test_a_volume_has_exactly_what_was_asked_for(new_office: Callable[[], Office], clock: Clock) -> None:
    office = new_office()
    company = build(office, clock)
    assert {len(held) for held in company.customers.values()} == {4}
    counts = {table: len(rows(office, table)) for table in ("customer", "sales_order", "order_line")}
    assert counts == {"customer": 8, "sales_order": 20, "order_line": 100}
    assert len(company.orders) == 20
    assert check(office.database) == []


def test_the_unjudged_rows_are_those_that_the_rules_come_to(
    new_office: Callable[[], Office], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "CHUNK", 10_000)
    unjudged, judged = new_office(), new_office()
    build(unjudged, clock)

    def ask_the_rules(self: Ledger, deeds: Iterable[Deed]) -> None:
        self.enter(deeds)

    monkeypatch.setattr(Ledger, "enter_ready", ask_the_rules)
    build(judged, clock)
    for entity in SCHEMA:
        assert rows(unjudged, entity.name) == rows(judged, entity.name), entity.name
