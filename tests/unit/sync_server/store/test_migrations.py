"""The migrations make exactly the tables that the program declares, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import create_engine, inspect

from crm.changes.entity import Replicated
from crm.errors import Code, OfficeFault
from crm.ids import CATALOGUE, COMPANY, DIRECTORY
from crm.schema import SCHEMA
from sync_server.store import migrations
from sync_server.store.database import Database
from sync_server.store.tables import OFFICE
from tests.unit.sync_server.store.servers import empty_database


def shape(database: Database) -> dict[str, Any]:
    """Every table as the database itself describes it, without what Alembic keeps."""
    found = {}
    with database.snapshot() as connection:
        inspector = inspect(connection)
        for table in inspector.get_table_names():
            found[table] = {
                "columns": [
                    (column["name"], str(column["type"]), column["nullable"])
                    for column in sorted(inspector.get_columns(table), key=lambda column: column["name"])
                ],
                "key": inspector.get_pk_constraint(table)["constrained_columns"],
                "unique": sorted(
                    tuple(one["column_names"]) for one in inspector.get_unique_constraints(table)
                ),
                "foreign": inspector.get_foreign_keys(table),
                "indexes": {
                    (one["name"], tuple(one["column_names"]), bool(one["unique"]))
                    for one in inspector.get_indexes(table)
                    if not one.get("duplicates_constraint")
                },
            }
    found.pop("alembic_version", None)
    return found


def defaults(database: Database) -> dict[tuple[str, str], str]:
    """What the database itself puts into columns that a statement does not name."""
    with database.snapshot() as connection:
        inspector = inspect(connection)
        return {
            (table, column["name"]): str(column["default"])
            for table in inspector.get_table_names()
            for column in inspector.get_columns(table)
            if column["default"] is not None
        }


def declared(empty: Database) -> dict[str, Any]:
    """The same of tables made from the declarations."""
    url = empty.url
    engine = create_engine(url)
    OFFICE.create_all(engine)
    # By name: other tests of the same process declare entities of their own in this metadata.
    Replicated.metadata.create_all(
        engine, tables=[Replicated.metadata.tables[entity.name] for entity in SCHEMA]
    )
    engine.dispose()
    return shape(empty)


@pytest.fixture
def from_declarations(url: str, tmp_path: Path) -> Any:
    """What the declarations make of another empty database of the same kind."""
    if url.startswith("sqlite"):
        other = Database(f"sqlite:///{tmp_path / 'declared.db'}", SCHEMA)
        yield declared(other)
        other.close()
    else:
        with empty_database() as another:
            other = Database(another, SCHEMA)
            yield declared(other)
            other.close()


def test_a_new_database_has_the_tables_and_columns_that_are_declared(
    empty: Database, from_declarations: dict[str, Any]
) -> None:
    migrations.upgrade(empty)
    made = shape(empty)
    assert set(made) == set(from_declarations)
    for table, wanted in from_declarations.items():
        for part in ("columns", "key", "unique", "foreign"):
            assert made[table][part] == wanted[part], f"{table}: {part}"


def test_a_column_that_came_later_has_the_default_of_its_field(empty: Database) -> None:
    migrations.upgrade(empty)
    found = defaults(empty)
    assert ("sales_order", "origin") in found
    for (table, column), default in found.items():
        if table in SCHEMA.entities:
            field = SCHEMA[table].fields[column]
            assert default.split("::")[0] in (repr(field.default), str(field.default)), (table, column)


def test_every_declared_index_is_there_and_rows_are_found_by_unit_and_version(
    empty: Database, from_declarations: dict[str, Any]
) -> None:
    migrations.upgrade(empty)
    made = shape(empty)
    for table, wanted in from_declarations.items():
        assert wanted["indexes"] <= made[table]["indexes"], table
    for entity in SCHEMA:
        found = {columns for _, columns, _ in made[entity.name]["indexes"]}
        assert ("unit", "version") in found, entity.name


def test_an_office_of_the_first_version_is_brought_up_to_date_with_what_it_holds(empty: Database) -> None:
    with empty.write() as connection:
        command.upgrade(migrations._config(connection), "0001")
        connection.exec_driver_sql("INSERT INTO setting (key, value) VALUES ('counter.x', '7')")
    assert "import_run" not in shape(empty)
    migrations.upgrade(empty)
    assert contents(empty, "setting") == [("counter.x", "7")]
    assert (
        contents(empty, "import_run")
        == contents(empty, "import_batch")
        == contents(empty, "import_key")
        == []
    )
    assert migrations.current(empty) == migrations.newest()


def test_doing_it_again_changes_nothing(empty: Database) -> None:
    assert migrations.current(empty) is None
    migrations.upgrade(empty)
    before = shape(empty)
    tables = ("feed", "unit", "holder", "principal_feed", "alembic_version")
    rows = {table: contents(empty, table) for table in tables}
    migrations.upgrade(empty)
    assert shape(empty) == before
    assert {table: contents(empty, table) for table in tables} == rows
    assert migrations.current(empty) == migrations.newest()


def contents(database: Database, table: str) -> list[tuple[Any, ...]]:
    with database.snapshot() as connection:
        return sorted(database.rows(connection, f"SELECT * FROM {table}"), key=repr)


def test_an_office_begins_with_the_companys_feed_and_what_everybody_reads(database: Database) -> None:
    assert contents(database, "feed") == [(COMPANY, "company", 1, 0, bytes(8), 0)]
    with database.snapshot() as connection:
        held = database.rows(
            connection, "SELECT unit, principal, access FROM holder WHERE leave_seq IS NULL ORDER BY unit"
        )
    assert held == sorted([(CATALOGUE, COMPANY, "read"), (DIRECTORY, COMPANY, "read")])
    assert contents(database, "principal_feed") == [(COMPANY, COMPANY)]


def test_a_database_that_is_newer_than_the_program_is_left_alone(database: Database) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num='9999'")
    before = shape(database)
    with pytest.raises(OfficeFault) as refusal:
        migrations.upgrade(database)
    assert refusal.value.code == Code.DATABASE_AWAY
    assert shape(database) == before


def test_a_migration_that_fails_leaves_nothing_half_done(
    empty: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(migrations, "found_company", fail)
    with pytest.raises(ZeroDivisionError):
        migrations.upgrade(empty)
    assert shape(empty) == {}
    assert migrations.current(empty) is None
    monkeypatch.undo()
    migrations.upgrade(empty)
    assert migrations.current(empty) == migrations.newest()


def test_servers_that_start_at_once_make_one_office(empty: Database) -> None:
    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(migrations.upgrade, empty) for _ in range(3)]:
            done.result()
    assert migrations.current(empty) == migrations.newest()
    assert len(contents(empty, "feed")) == 1
