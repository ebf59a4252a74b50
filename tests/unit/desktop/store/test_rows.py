"""Rows go into the tables exactly as they came."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.changes.capture import writing
from crm.changes.ops import Block
from desktop.store.database import repeatable_transaction, transaction
from desktop.store.rows import INLINE_FROM, TableRows
from tests.unit.desktop.store.desk import Desk, some_id
from tests.unit.desktop.store.toys import SCHEMA

TABLE = TableRows(SCHEMA, SCHEMA["toy_customer"])
ID = some_id("row")
VALUES = {
    "name": st.text(),
    "phone": st.text(),
    "owner_id": st.binary(min_size=16, max_size=16),
    "visits": st.integers(-(1 << 62), 1 << 62),
    "created_by": st.none() | st.binary(min_size=16, max_size=16),
}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def put(desk: Desk, block: Block, *, lower_too: bool = False) -> None:
    with transaction(desk.store.engine) as connection, writing(connection):
        TABLE.put_values(connection, block, block.rows, lower_too=lower_too)


def block(count: int = 1, version: int = 1, **same: Any) -> Block:
    ids = [ID, *(some_id(str(number)) for number in range(1, count))]
    return Block("toy_customer", ("id", "unit", "version"), [(one, ID, version) for one in ids], same)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([1, INLINE_FROM]), st.fixed_dictionaries(VALUES))
def test_values_that_all_rows_share_arrive_as_they_are(
    desk: Desk, count: int, values: dict[str, Any]
) -> None:
    put(desk, block(count, owner_id=ID, name="x"), lower_too=True)
    put(desk, block(count, **values))
    row = desk.row("toy_customer", ID)
    assert {name: row[name] for name in values} == values


def test_words_stand_in_no_statement(desk: Desk) -> None:
    with transaction(desk.store.engine) as connection, writing(connection):
        seen: list[str] = []
        real = connection.exec_driver_sql

        def spy(text: str, values: Any) -> Any:
            seen.append(text)
            return real(text, values)

        connection.exec_driver_sql = spy  # type: ignore[method-assign,assignment]
        many = block(INLINE_FROM, name="whisper", owner_id=ID, visits=5)
        TABLE.put_values(connection, many, many.rows, lower_too=False)
    assert "whisper" not in seen[0]
    assert desk.row("toy_customer", ID)["name"] == "whisper"


def test_row_of_a_lower_version_comes_too_late(desk: Desk) -> None:
    put(desk, block(version=5, name="new", owner_id=ID))
    put(desk, block(version=4, name="old", owner_id=ID))
    assert desk.row("toy_customer", ID)["name"] == "new"
    put(desk, block(version=4, name="refetched", owner_id=ID), lower_too=True)
    assert desk.row("toy_customer", ID)["name"] == "refetched"


def test_columns_of_a_newer_office_and_office_fields_are_passed_over(desk: Desk) -> None:
    strange = Block(
        "toy_customer",
        ("id", "invented", "unit", "version", "secret", "name"),
        [(ID, "?", ID, 1, "office", "Acme")],
        {"owner_id": ID, "also_invented": 3, "stamps": b"x"},
    )
    put(desk, strange)
    with desk.store.reading() as connection:
        found = connection.exec_driver_sql("SELECT name, secret, stamps FROM toy_customer").one()
    assert tuple(found) == ("Acme", "it's", None)


def test_only_repeatable_transactions_do_not_wait_for_the_disk(desk: Desk) -> None:
    def level() -> int:
        with desk.store.reading() as connection:
            return int(connection.exec_driver_sql("PRAGMA synchronous").scalar_one())

    with desk.store.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA synchronous=FULL")
    with repeatable_transaction(desk.store.engine):
        pass
    assert level() == 1
    with transaction(desk.store.engine):
        pass
    assert level() == 2
