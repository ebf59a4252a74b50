"""A copy that an older program made is brought up to date, keeps what waits, and ends as a fresh one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import inspect

from crm.catalogue import actions as catalogue
from crm.changes.codec import decode
from crm.changes.ops import Changeset
from crm.customers import actions as customers
from crm.customers.entities import Customer
from crm.errors import Code, LocalFault
from crm.orders import actions as orders
from crm.orders.entities import SalesOrder
from crm.rights import Role, actor_of
from crm.schema import SCHEMA
from crm.suppliers import actions as suppliers
from crm.territories import actions as territories
from desktop.store import journal as log
from desktop.store.rows import pack_row, unpack_row
from desktop.store.tables import JournalState
from sync_server.sync.office import OfficeWork
from tests.local_copy import LocalCopy
from tests.unit.sync_server.sync.firm import Firm, prepare

NEW_TABLES = ("supplier", "territory", "user_territory")
NEW_COLUMNS = {"product": "supplier_id", "sales_order": "origin"}
"""What version 1 of the schema did not have."""


@dataclass
class Time:
    """The clock of a laptop: the office's."""

    firm: Firm

    def now_ms(self) -> int:
        self.firm.clock.ms += 1000
        return self.firm.clock.ms


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("firm") / "office.db"
    prepare(f"sqlite:///{path}")
    return path


@pytest.fixture
def firm(template: Path, tmp_path: Path) -> Iterator[Firm]:
    path = tmp_path / "office.db"
    path.write_bytes(template.read_bytes())
    firm = Firm(f"sqlite:///{path}")
    yield firm
    firm.close()


def laptop(firm: Firm, name: str) -> LocalCopy:
    actor = actor_of(firm.anna, division_id=firm.north, roles=[Role.SALES_REP])
    path = Path(firm.url.removeprefix("sqlite:///")).with_name(f"{name}.db")
    return LocalCopy(firm.office, firm.database, actor, path, Time(firm), rep_code="ANN")


@pytest.fixture
def anna(firm: Firm) -> Iterator[LocalCopy]:
    """Anna's laptop with its first copy."""
    copy = laptop(firm, "anna")
    copy.round()
    copy.act(lambda work: customers.create_customer(work, name="Harbour Hotel"))
    copy.round()
    yield copy
    copy.close()


def customer_of(copy: LocalCopy) -> bytes:
    with copy.store.session() as session:
        return session.query(Customer).order_by(Customer.id).first().id  # type: ignore[union-attr]


def age(copy: LocalCopy) -> None:
    """Make the file what version 1 of the schema left there."""
    copy.close()
    with closing(sqlite3.connect(copy.path, isolation_level=None)) as file:
        for table in NEW_TABLES:
            file.execute(f"DROP TABLE {table}")
        for table, column in NEW_COLUMNS.items():
            file.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
            for row_id, confirmed in file.execute(
                "SELECT row_id, confirmed FROM overlay WHERE table_name=? AND confirmed IS NOT NULL", (table,)
            ).fetchall():
                row = unpack_row(confirmed)
                del row[column]
                file.execute("UPDATE overlay SET confirmed=? WHERE row_id=?", (pack_row(row), row_id))
        kept_as(file, 1)


def kept_as(file: sqlite3.Connection, version: int) -> None:
    encoded = msgspec.msgpack.encode(version)
    file.execute("UPDATE sync_state SET value=? WHERE name='schema_version'", (encoded,))


def news(firm: Firm) -> None:
    """What the office came to know, and told every laptop, while an older program passed it over."""

    def enter(work: OfficeWork) -> None:
        supplier = suppliers.create_supplier(work, code="1", name="Exotic Liquids")
        catalogue.edit_product(work, firm.products[0], supplier_id=supplier.id)
        place = territories.create_territory(work, code="01581", name="Westboro", region="Eastern")
        territories.assign_territory(work, firm.anna, place.id)

    firm.act(enter)
    for order in firm.rows("sales_order"):
        firm.edit("sales_order", order["id"], origin="northwind")  # type: ignore[arg-type]


def waiting(copy: LocalCopy) -> dict[bytes, bytes]:
    with copy.store.reading() as connection:
        return {
            entry.change_id: entry.body
            for entry in log.entries(connection)
            if entry.state is JournalState.WAITING
        }


def test_an_older_copy_keeps_what_waits_and_becomes_what_a_fresh_one_is(firm: Firm, anna: LocalCopy) -> None:
    customer = customer_of(anna)
    order = anna.act(lambda work: orders.create_order(work, customer, currency="CNY").id)
    anna.round()
    news(firm)
    anna.round()
    anna.act(lambda work: customers.edit_customer(work, customer, note="rang up"))
    anna.act(lambda work: orders.change_order(work, order, note="by lorry"))
    made = waiting(anna)
    age(anna)

    anna.open()
    assert waiting(anna) == made
    shown = anna.shown()
    assert shown["customer", customer]["note"] == "rang up"
    assert (shown["sales_order", order]["note"], shown["sales_order", order]["origin"]) == ("by lorry", "")
    status = anna.sync.status()
    assert (status.copied, status.waiting) == (True, 2)
    new = anna.act(lambda work: customers.create_customer(work, name="Night Bar").id)

    report = anna.round()
    assert report.outcomes == {"applied": 3}
    assert anna.shown() == firm.in_scope(firm.anna)
    assert anna.shown()["sales_order", order]["origin"] == "northwind"
    assert {"supplier", "user_territory"} <= {table for table, _ in anna.shown()}
    assert ("customer", new) in anna.shown()
    assert anna.round().is_idle

    fresh = laptop(firm, "fresh")
    fresh.round()
    assert fresh.shown() == anna.shown()
    with anna.store.reading() as one, fresh.store.reading() as other:
        assert tables_of(one) == tables_of(other)
    fresh.close()


def tables_of(connection: object) -> dict[str, set[tuple[str, str, bool]]]:
    seen = inspect(connection)
    return {
        table: {
            (column["name"], str(column["type"]), column["nullable"]) for column in seen.get_columns(table)
        }
        for table in seen.get_table_names()
    }


def test_waiting_changes_were_made_under_the_older_schema_and_pass(firm: Firm, anna: LocalCopy) -> None:
    anna.act(lambda work: customers.create_customer(work, name="Night Bar"))
    ((change_id, body),) = waiting(anna).items()
    older = msgspec.structs.replace(decode(Changeset, body), schema_version=1)
    age(anna)
    with closing(sqlite3.connect(anna.path, isolation_level=None)) as file:
        file.execute(
            "UPDATE journal SET body=? WHERE change_id=?", (msgspec.msgpack.encode(older), change_id)
        )
    anna.open()
    assert anna.round().outcomes == {"applied": 1}
    assert firm.sql("SELECT schema_version FROM changeset WHERE change_id=?", change_id) == [(1,)]


def test_a_unit_that_left_since_is_not_kept_by_an_upgrade(firm: Firm, anna: LocalCopy) -> None:
    customer = customer_of(anna)
    firm.edit("customer", customer, owner_id=firm.ben)
    age(anna)
    anna.open()
    assert ("customer", customer) in anna.shown()
    anna.round()
    assert anna.shown() == firm.in_scope(firm.anna)
    assert ("customer", customer) not in anna.shown()


@pytest.mark.parametrize("rows", [1, 5000])
def test_an_upgrade_that_is_cut_off_goes_on_where_it_was(firm: Firm, anna: LocalCopy, rows: int) -> None:
    news(firm)
    age(anna)
    anna.page_rows = rows
    anna.open()
    request = anna.store.pull_request(rows=1)
    assert (request.cursor, request.position) == ({}, b"")
    anna.store.take_page(request, anna.road.pull(request)).result()
    anna.close()
    anna.open()
    assert anna.store.pull_request().position != b""
    anna.round()
    assert anna.shown() == firm.in_scope(firm.anna)


def test_an_upgrade_that_fails_leaves_the_file_as_it_was(
    anna: LocalCopy, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise OSError("the disk is full")

    age(anna)
    before = contents(anna.path)
    with monkeypatch.context() as patch:
        patch.setattr("desktop.store.migrations._copy_anew", fail)
        with pytest.raises(OSError, match="full"):
            anna.open()
    assert contents(anna.path) == before
    anna.open()
    anna.round()


def contents(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as file:
        return list(file.iterdump())


def test_a_copy_of_a_newer_program_is_refused_and_left_alone(anna: LocalCopy) -> None:
    anna.close()
    with closing(sqlite3.connect(anna.path, isolation_level=None)) as file:
        kept_as(file, SCHEMA.version + 1)
    before = contents(anna.path)
    with pytest.raises(LocalFault) as refused:
        anna.open()
    assert refused.value.code == Code.LOCAL_SCHEMA
    assert refused.value.details == {"copy": SCHEMA.version + 1, "program": SCHEMA.version}
    assert contents(anna.path) == before


def test_what_was_confirmed_below_a_change_comes_back_whole_when_the_change_is_taken_back(
    firm: Firm, anna: LocalCopy
) -> None:
    customer = customer_of(anna)
    order = anna.act(lambda work: orders.create_order(work, customer, currency="CNY").id)
    anna.round()
    anna.act(lambda work: orders.change_order(work, order, note="by lorry"))
    (change_id,) = waiting(anna)
    age(anna)
    anna.open()
    anna.store.take_back(change_id)
    row = anna.shown()["sales_order", order]
    assert (row["note"], row["origin"]) == ("", SCHEMA["sales_order"].fields["origin"].default)
    with anna.store.session() as session:
        assert session.get_one(SalesOrder, order).note == ""
    anna.round()
    assert anna.shown() == firm.in_scope(firm.anna)
