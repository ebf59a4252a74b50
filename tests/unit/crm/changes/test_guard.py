"""Nothing slips past capture: whatever writes a replicated table raises before the database sees it (sync-protocol, 4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, bindparam, delete, insert, select, text, update
from sqlalchemy.dialects.sqlite import insert as insert_or
from sqlalchemy.orm import Session

from crm.changes.capture import writing
from crm.errors import Code, LocalFault
from tests.unit.crm.changes.store import Store
from tests.unit.crm.changes.subjects import ANNA, Piece, Thing

ID = b"i" * 16
BESIDE = MetaData()
THING_COUNT = Table("thing_count", BESIDE, Column("id", Integer, primary_key=True), Column("thing", Integer))
"""A table of this program that does not replicate, though its name begins like one that does."""

TABLE = cast(Table, Thing.__table__)


@pytest.fixture
def guarded(store: Store) -> Store:
    """A store with one thing, captured as it should be, and a table beside that does not replicate."""
    BESIDE.create_all(store.engine)
    with store.work() as work:
        work.session.add(Thing(id=ID, owner_id=ANNA, title="t"))
    with store.engine.begin() as connection:
        connection.execute(insert(THING_COUNT), {"id": 1, "thing": 1})
    return store


def rows(store: Store) -> list[tuple[bytes, str]]:
    with store.engine.connect() as connection:
        return [(row[0], row[1]) for row in connection.exec_driver_sql("SELECT id, title FROM thing")]


def refused(store: Store, write: Callable[[Session], object]) -> None:
    """The write raises, and the rows are what they were."""

    def write_and_commit(session: Session) -> None:
        write(session)
        session.commit()

    before = rows(store)
    with Session(store.engine) as session, pytest.raises(LocalFault) as raised:
        write_and_commit(session)
    assert raised.value.code == Code.UNCAPTURED_WRITE
    assert rows(store) == before


ORM: dict[str, Callable[[Session], object]] = {
    "add": lambda session: session.add(Thing(id=b"n" * 16, owner_id=ANNA, title="x")),
    "dirty": lambda session: setattr(session.get(Thing, ID), "title", "x"),
    "delete": lambda session: session.delete(session.get(Thing, ID)),
    "query update": lambda session: session.query(Thing).update({"title": "x"}),
    "query delete": lambda session: session.query(Thing).delete(),
    "update": lambda session: session.execute(update(Thing).values(title="x")),
    "update where": lambda session: session.execute(
        update(Thing).where(Thing.title == "t").values(title="x")
    ),
    "bulk update by key": lambda session: session.execute(update(Thing), [{"id": ID, "title": "x"}]),
    "delete statement": lambda session: session.execute(delete(Thing)),
    "insert": lambda session: session.execute(
        insert(Thing), [{"id": b"n" * 16, "owner_id": ANNA, "title": "x"}]
    ),
    "bulk_save_objects": lambda session: session.bulk_save_objects(
        [Thing(id=b"n" * 16, owner_id=ANNA, title="x")]
    ),
    "bulk_insert_mappings": lambda session: session.bulk_insert_mappings(
        Thing, [{"id": b"n" * 16, "owner_id": ANNA, "title": "x"}]
    ),
    "bulk_update_mappings": lambda session: session.bulk_update_mappings(Thing, [{"id": ID, "title": "x"}]),
    "merge": lambda session: session.merge(Thing(id=ID, owner_id=ANNA, title="x")),
}


@pytest.mark.parametrize("way", ORM)
def test_no_session_writes_a_replicated_row_by_itself(guarded: Store, way: str) -> None:
    refused(guarded, ORM[way])


CORE: dict[str, Callable[[Session], object]] = {
    "insert": lambda session: session.connection().execute(
        insert(TABLE), [{"id": b"n" * 16, "owner_id": ANNA, "title": "x"}]
    ),
    "update": lambda session: session.connection().execute(update(TABLE).values(title="x")),
    "update many": lambda session: session.connection().execute(
        update(TABLE).where(TABLE.c.id == bindparam("key")).values(title=bindparam("new")),
        [{"key": ID, "new": "x"}, {"key": ID, "new": "y"}],
    ),
    "delete": lambda session: session.connection().execute(delete(TABLE)),
    "upsert": lambda session: session.connection().execute(
        insert_or(TABLE)
        .values(id=ID, owner_id=ANNA, title="x")
        .on_conflict_do_update(index_elements=["id"], set_={"title": "x"})
    ),
    "insert from select": lambda session: session.connection().execute(
        insert(TABLE).from_select(["id", "title"], select(TABLE.c.id, TABLE.c.title))
    ),
    "returning": lambda session: session.connection().execute(
        update(TABLE).values(title="x").returning(TABLE.c.id)
    ),
    "cte": lambda session: session.connection().execute(
        update(TABLE).values(title="x").add_cte(select(TABLE.c.id).cte("some"))
    ),
}


@pytest.mark.parametrize("way", CORE)
def test_no_statement_of_core_writes_a_replicated_table(guarded: Store, way: str) -> None:
    refused(guarded, CORE[way])


TEXTS = [
    "UPDATE thing SET title='x'",
    "update thing set title='x'",
    "UPDATE\n\tthing SET title='x'",
    "UPDATE OR IGNORE thing SET title='x'",
    "UPDATE /* nothing */ thing SET title='x'",
    "UPDATE/**/thing SET title='x'",
    "UPDATE -- only a comment\n thing SET title='x'",
    "/* SELECT */ UPDATE thing SET title='x'",
    "-- ' --\nUPDATE thing SET title='x'",
    "/* ' */ UPDATE thing SET title='x' /* ' */",
    "UPDATE \"thing\" SET title='x'",
    "UPDATE `thing` SET title='x'",
    "UPDATE [thing] SET title='x'",
    "UPDATE 'thing' SET title='x'",
    "UPDATE\"thing\"SET title='x'",
    "UPDATE'thing'SET title='x'",
    "DELETE FROM[thing]",
    "UPDATE main.thing SET title='x'",
    'UPDATE "main"."thing" SET title=\'x\'',
    "UPDATE main . thing SET title='x'",
    "UPDATE \"main\".'thing' SET title='x'",
    "UPDATE THING SET title='x'",
    "UPDATE thing AS t SET title='x'",
    "WITH some AS (SELECT 1) UPDATE thing SET title='x'",
    "DELETE FROM thing",
    "DELETE FROM thing WHERE title = ''' OR 1'",
    "WITH some AS (SELECT id FROM thing) DELETE FROM thing WHERE id IN (SELECT id FROM some)",
    "INSERT INTO thing (id, title) VALUES (x'00', 'x')",
    "INSERT OR REPLACE INTO thing (id, title) VALUES (x'00', 'x')",
    "INSERT INTO thing SELECT * FROM thing",
    "REPLACE INTO thing (id, title) VALUES (x'00', 'x')",
    "WITH some AS (SELECT 1) INSERT INTO thing (id) SELECT 1 FROM some",
    "DROP TABLE thing",
    "DROP TABLE IF EXISTS main.thing",
    "CREATE TRIGGER sly AFTER UPDATE ON thing_count BEGIN UPDATE thing SET title='x'; END",
    "EXPLAIN UPDATE thing SET title='x'",
]


@pytest.mark.parametrize("statement", TEXTS)
def test_no_text_writes_a_replicated_table(guarded: Store, statement: str) -> None:
    refused(guarded, lambda session: session.connection().exec_driver_sql(statement))
    refused(guarded, lambda session: session.execute(text(statement.replace(":", "\\:"))))


OTHER_DATABASES = [
    "TRUNCATE thing",
    "TRUNCATE TABLE thing_count, thing",
    "TRUNCATE TABLE ONLY public.thing RESTART IDENTITY",
    "DELETE FROM ONLY thing",
    "UPDATE ONLY public.thing SET title='x'",
    'UPDATE "office"."public"."thing" SET title=\'x\'',
    "MERGE INTO thing USING other ON true WHEN MATCHED THEN DELETE",
    "MERGE INTO ONLY thing USING other ON true WHEN MATCHED THEN DELETE",
    "COPY thing FROM STDIN",
    "WITH gone AS (DELETE FROM thing RETURNING *) SELECT * FROM gone",
    "DO $$ BEGIN UPDATE thing SET title='x'; END $$",
    "DROP TABLE thing_count, thing",
    "INSERT INTO thing AS t (id) VALUES ('') ON CONFLICT (id) DO UPDATE SET title='x'",
]


@pytest.mark.parametrize("statement", OTHER_DATABASES)
def test_no_text_of_another_database_writes_it_either(guarded: Store, statement: str) -> None:
    # Refused before SQLite could say that it does not know such a statement.
    refused(guarded, lambda session: session.connection().exec_driver_sql(statement))


PASSING = [
    "SELECT * FROM thing",
    "SELECT id FROM thing WHERE title = 'UPDATE thing SET title'",
    "SELECT id FROM thing -- DELETE FROM thing",
    "SELECT /* INSERT INTO thing */ id FROM thing",
    "SELECT replace(title, 'thing', 'x') FROM thing",
    'SELECT title AS "update" FROM thing',
    "UPDATE thing_count SET thing = 2",
    "UPDATE thing_count SET thing = (SELECT count(*) FROM thing)",
    "INSERT INTO thing_count (id, thing) VALUES (2, 3)",
    "INSERT INTO thing_count (id, thing) VALUES (1, 3) ON CONFLICT (id) DO UPDATE SET thing = 3",
    "INSERT INTO thing_count (id, thing) SELECT 5, count(*) FROM thing",
    "DELETE FROM thing_count WHERE thing IN (SELECT version FROM thing)",
    "WITH thing AS (SELECT 1 AS id) UPDATE thing_count SET thing = (SELECT id FROM thing)",
    "CREATE INDEX IF NOT EXISTS by_title ON thing (title)",
    "PRAGMA table_info(thing)",
]


@pytest.mark.parametrize("statement", PASSING)
def test_reading_and_what_only_looks_alike_passes(guarded: Store, statement: str) -> None:
    with guarded.engine.begin() as connection:
        connection.exec_driver_sql(statement)
    assert rows(guarded) == [(ID, "t")]


def test_push_and_fold_write_where_they_say_so(guarded: Store) -> None:
    with guarded.engine.begin() as connection:
        with writing(connection):
            connection.execute(update(TABLE).values(title="folded"))
        with pytest.raises(LocalFault):
            connection.execute(update(TABLE).values(title="after"))
    assert rows(guarded) == [(ID, "folded")]


def test_the_guard_is_up_again_when_push_or_fold_fails(guarded: Store) -> None:
    class SuddenError(Exception):
        pass

    with pytest.raises(SuddenError), guarded.engine.begin() as connection, writing(connection):
        raise SuddenError
    refused(guarded, lambda session: session.execute(update(Thing).values(title="x")))


def test_push_within_push_guards_again_only_at_the_outer_end(guarded: Store) -> None:
    with guarded.engine.begin() as connection, writing(connection):
        with writing(connection):
            pass
        connection.execute(update(TABLE).values(title="folded"))
    assert rows(guarded) == [(ID, "folded")]


def test_one_connection_that_may_write_opens_no_door_for_another(guarded: Store) -> None:
    with guarded.engine.begin() as connection, writing(connection):
        refused(guarded, lambda session: session.execute(update(Thing).values(title="x")))


def test_a_captured_session_writes_only_what_it_flushes(guarded: Store) -> None:
    def add_and_write(session: Session, write: Callable[[Session], object]) -> None:
        session.add(Piece(id=guarded.new_id(), thing_id=ID))
        session.flush()
        write(session)

    before = rows(guarded)
    for write in (ORM["update"], ORM["bulk_save_objects"], ORM["query delete"]):
        with pytest.raises(LocalFault), guarded.work() as work:
            add_and_write(work.session, write)
    assert rows(guarded) == before
    assert guarded.count("piece") == 0


def test_rows_of_a_select_for_update_are_not_written(guarded: Store) -> None:
    # PostgreSQL alone knows it; the guard lets it through, and SQLite says that it is no SQL.
    with guarded.engine.connect() as connection, pytest.raises(Exception, match="syntax error"):
        connection.exec_driver_sql("SELECT * FROM thing ORDER BY id FOR UPDATE OF thing")
